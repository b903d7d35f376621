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

SEARCHED: Final = 8
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
    lost: set[str] | None = None
    assumed: list[Expr] = []
    while lost is None or lost:
        kept = [(name, node) for name, node in leaning if name not in given_up]
        assumed = [run.at(0, node) for _, node in kept]
        after = [(name, run.at(1, simplify.negation(node))) for name, node in kept]
        lost = _one_lost(run, assumed, after)
        given_up |= lost
    asked = [(name, run.at(0, simplify.negation(node))) for name, node in refused]
    asked += [
        (n, run.demand_broken(n)) for n, kind in kinds.items() if kind != "always"
    ]
    asked = [(name, wrong) for name, wrong in asked if name not in given_up]
    return frozenset(kinds) - given_up - _lost(run, assumed, asked)


Wrong = tuple[str, Expr]
"""A property, and that it is broken."""


def _lost(run: Unfolding, assumed: list[Expr], asked: list[Wrong]) -> set[str]:
    """The properties that can be broken, or for which there is no time."""
    found: set[str] = set()
    while asked:
        lost = _one_lost(run, assumed, asked)
        if not lost:
            break
        found |= lost
        asked = [(name, wrong) for name, wrong in asked if name not in lost]
    return found


def _one_lost(run: Unfolding, assumed: list[Expr], asked: list[Wrong]) -> set[str]:
    """What one step breaks, if any step breaks any of it; all, if time runs out."""
    try:
        found = run.find(*assumed, run.either(wrong for _, wrong in asked))
    except Undecided:
        return {name for name, _ in asked}
    if found is None:
        return set()
    lost = {name for name, wrong in asked if run.true_in(found, wrong)}
    assert lost, "a step that breaks something breaks something by name"
    return lost
