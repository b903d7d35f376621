"""Scopes for tests that care about the sizes of a few sorts only."""

from __future__ import annotations

from checker.scope import sorts_of
from spec.lang import Model, Scope


def scope_of(model: Model, /, others: int = 2, **sizes: int) -> Scope:
    """These sizes, by the sorts' written names; a sort not named has `others`."""
    kinds = sorts_of(model)
    return Scope({kind.name: sizes.get(name, others) for name, kind in kinds.items()})
