"""What a slice says, whatever model it was cut from.

Two systems that share their pages have many slices in common: one search, or one
argument, is then about both.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from checker.scope import enumerations_of, sorts_of
from spec.lang.action import Action
from spec.lang.model import Model, Scope, Traced


def meaning(model: Model, scope: Scope, properties: Iterable[Traced]) -> Hashable:
    """The same for slices that an engine cannot tell apart."""
    shape = model.shape
    sizes = [
        (kind.name, scope.sizes.get(kind.name)) for kind in sorts_of(model).values()
    ]
    members = [
        (kind.name, scope.only.get(kind.name))
        for kind in enumerations_of(model).values()
    ]
    return (
        tuple((f.name, f.type, f.index, f.initial) for f in shape.fields()),
        shape.forests,
        tuple(_said(action) for action in model.actions),
        model.boot,
        tuple((p.name, p.kind, p.node, p.obligations) for p in properties),
        tuple(sizes),
        tuple(members),
    )


def _said(action: Action) -> Hashable:
    parts = (action.params, action.able, action.rungs, action.picks, action.writes)
    return action.name, action.kind, *parts, action.result
