"""What needs no search: true at boot, and kept by every step from any state at all.

Many properties say what one call does, and are as true in states that no run reaches.
For them one question to the solver takes the place of a search, however large the slice
is.
The properties of a slice are asked about together: invariants may lean on each other,
and those that are not kept are given up, one after the other, without a reason; whether
they hold is then for a search to say.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from checker.bounded.unfolding import Undecided, Unfolding
from checker.evaluate import Evaluator
from checker.ground import ground
from checker.lower_z3 import Expr
from checker.unroll import size_in_bits
from spec.lang import simplify
from spec.lang.model import Model, Scope, Traced

SEARCHED: Final = 24
"""A state of so many bits is small enough for a search to be tried first."""
SECONDS: Final = 4.0
"""How long an argument about one slice may take."""


def bits_of(model: Model, scope: Scope) -> int:
    """How many bits a state has."""
    found = 0
    for info in model.shape.fields():
        rows = 1 if info.index is None else scope.size(info.index)
        found += rows * size_in_bits(info.type, scope)
    return found


def held_by_every_step(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced],
    seconds: float = SECONDS,
) -> frozenset[str]:
    """The names of those that one step of induction proves within the time."""
    listed = tuple(properties)
    grounded = ground(model, scope, listed, keep_params=True)
    evaluator = Evaluator(model, scope, listed)
    run = Unfolding(
        grounded, evaluator, from_boot=False, deadline=time.monotonic() + seconds
    )
    run.step()
    kinds = {prop.name: prop.kind for prop in listed}
    leaning = [
        (name, node) for name, node in grounded.invariants if kinds[name] == "always"
    ]
    refused = [
        (name, node) for name, node in grounded.invariants if kinds[name] != "always"
    ]
    given_up = {
        name
        for name, kind in kinds.items()
        if kind == "always" and not evaluator.holds(name, evaluator.initial)
    }
    settled = False
    while not settled:
        kept = [(name, node) for name, node in leaning if name not in given_up]
        assumed = [run.at(0, node) for _, node in kept]
        broken = [
            name
            for name, node in kept
            if _can_be(run, [*assumed, run.at(1, simplify.negation(node))])
        ]
        given_up |= set(broken)
        settled = not broken
    for name, node in refused:
        if name not in given_up:
            asked = [*assumed, run.at(0, simplify.negation(node))]
            given_up |= {name} if _can_be(run, asked) else set()
    for name, kind in kinds.items():
        if kind != "always" and name not in given_up:
            asked = [*assumed, run.demand_broken(name)]
            given_up |= {name} if _can_be(run, asked) else set()
    return frozenset(kinds) - given_up


def _can_be(run: Unfolding, asked: list[Expr]) -> bool:
    """Some states and a step between them satisfy what is asked, or may."""
    try:
        return run.find(*asked) is not None
    except Undecided:
        return True
