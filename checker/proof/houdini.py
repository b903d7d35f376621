"""Which candidates keep each other: Houdini at a small scope.

First the candidates that are false in some state of a few runs go, then, one by one,
those that a step from a state satisfying the rest can break, until the rest is kept by
every step. What is left is inductive at that scope; whether it is so for any number,
`prove` says. For each property that the rest proves at this scope, a small part of the
rest that is enough is found from the solver's reasons.

Algorithm   Flanagan and Leino, Houdini (2001): the largest inductive subset
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import z3

from checker.bounded.unfolding import Undecided, Unfolding
from checker.evaluate import Evaluator, State
from checker.ground import ground
from checker.lower_z3 import Expr
from checker.proof.candidates import lemma
from checker.slicing.closure import cone_of, data_of, with_data
from checker.slicing.cone import fields_of
from checker.slicing.slice import Slice, slice_model
from checker.unroll import unroll
from spec.lang import simplify
from spec.lang.ir import Node, Place, make
from spec.lang.model import Model, Scope, Traced
from spec.lang.types import SortType
from spec.lang.walk import bind

WALKS: Final = 60
STEPS: Final = 40
"""How many runs the candidates must survive first, and how long each is."""
MOST_FIELDS: Final = 20
"""Up to so many fields a slice is exact."""


@dataclass(frozen=True, slots=True)
class Survivors:
    """What is left of the candidates, and what it is good for.

    `visited` states were looked at; `unrefuted` candidates hold in all of them;
    `standing` are those of them that keep each other at this scope, and `essential`
    those of them that do not follow, at this scope, from what stands before them.
    `enough` gives, for each property that they prove there, some of them that suffice,
    with all that these lean on in turn.
    """

    scope: Scope
    tried: int
    visited: int
    unrefuted: tuple[Traced, ...]
    standing: tuple[Traced, ...]
    essential: tuple[Traced, ...]
    enough: dict[str, tuple[Traced, ...]]


def houdini(
    model: Model,
    scope: Scope,
    given: Iterable[Traced],
    known: Iterable[Traced],
    goals: Iterable[Traced],
    *,
    seconds: float,
) -> Survivors:
    """The candidates `given` that survive beside the invariants `known`.

    `goals` are `always` and `every_step` properties. When the time runs out nothing
    stands. Raises EnginesDisagree as the bounded check does.
    """
    deadline = time.monotonic() + seconds
    tried, listed = tuple(given), tuple(goals)
    sliced = _slice(model, tried, listed)
    evaluator = Evaluator(sliced.model, scope, tried)
    states = some_states(evaluator, until=deadline - seconds / 2)
    unrefuted = _true_in(evaluator, tried, states)
    nothing = Survivors(scope, len(tried), len(states), unrefuted, (), (), {})
    try:
        rest = _Rest(sliced, scope, unrefuted, _sayable(known, sliced), deadline)
        rest.prune()
        enough = {goal.name: rest.enough_for(goal) for goal in listed}
        essential = rest.essential()
    except Undecided:
        return nothing
    return replace(
        nothing,
        standing=tuple(one for one in unrefuted if one.name in rest.standing),
        essential=essential,
        enough={name: found for name, found in enough.items() if found is not None},
    )


def _slice(model: Model, given: Sequence[Traced], goals: Iterable[Traced]) -> Slice:
    """The part of the model that decides what the candidates say.

    Where that is most of a large model, some of the conditions are left open: then what
    falls may be true, and what stands still stands.
    """
    listed = tuple(goals)
    whole = cone_of(model, (*given, *listed))
    if len(whole) <= MOST_FIELDS:
        return slice_model(model, listed, whole)
    roots = [one.node for one in (*given, *listed)]
    roots += [demand.node for goal in listed for demand in goal.obligations]
    fields = fields_of(*roots) | data_of(model, listed)
    return slice_model(model, listed, with_data(model, fields))


def _sayable(known: Iterable[Traced], sliced: Slice) -> tuple[Traced, ...]:
    """The invariants that are about kept fields only."""
    return tuple(
        p for p in known if p.node is not None and fields_of(p.node) <= sliced.fields
    )


def some_states(evaluator: Evaluator, until: float | None = None) -> tuple[State, ...]:
    """The states of a few runs from boot, the same ones every time.

    At `until`, in seconds of `time.monotonic`, those that were seen have to do.
    """
    seen: dict[State, None] = {}
    for walk in range(WALKS):
        state = evaluator.initial
        for step in range(STEPS):
            seen[state] = None
            if until is not None and time.monotonic() > until:
                return tuple(seen)
            found = [t for t in evaluator.transitions(state) if t.after != state]
            if not found:
                break
            turn = walk * (7 * step + 1) + 13 * step
            state = found[turn % len(found)].after
    return tuple(seen)


def _true_in(
    evaluator: Evaluator, given: Sequence[Traced], states: Iterable[State]
) -> tuple[Traced, ...]:
    left = tuple(given)
    for state in states:
        left = tuple(one for one in left if evaluator.holds(one.name, state))
    return left


def forest_sentences(model: Model) -> tuple[Traced, ...]:
    """That the parents of each forest have no cycle: no two rows are above each other.

    The first-order proof knows it by its laws; the finite engines must be told.
    """
    found = []
    for info in model.shape.fields():
        if info.name in model.shape.forests and info.index is not None:
            node = _acyclic(info.index, info.name)
            found.append(lemma(f"{info.name.replace('.', '_')}_is_a_forest", node))
    return tuple(found)


def _acyclic(kind: SortType, field: str) -> Node:
    def above(one: Node, other: Node) -> Node:
        return make("ANCESTOR", one, other, attr=Place(field))

    def body(one: Node, other: Node) -> Node:
        return simplify.negation(
            simplify.conjunction((above(one, other), above(other, one)))
        )

    return bind(
        "FORALL", kind, lambda one: bind("FORALL", kind, lambda other: body(one, other))
    )


class _Rest:
    """The candidates that still stand, in a solver over one step from any state."""

    def __init__(
        self,
        sliced: Slice,
        scope: Scope,
        given: tuple[Traced, ...],
        known: tuple[Traced, ...],
        deadline: float,
    ) -> None:
        self.given, self.sliced = {one.name: one for one in given}, sliced
        model, goals = sliced.model, sliced.properties
        steps = tuple(goal for goal in goals if goal.kind == "every_step")
        states = tuple(goal for goal in goals if goal.kind == "always")
        wanted = [p for p in states if sliced.origins[p.name].refused is None]
        invariants = {p.name: p for p in (*known, *given, *wanted)}
        forests = forest_sentences(model)
        listed = {p.name: p for p in (*forests, *invariants.values(), *states)}
        self.evaluator = Evaluator(model, scope, (*listed.values(), *steps))
        grounded = ground(model, scope, steps, keep_params=True)
        self.run = Unfolding(
            grounded, self.evaluator, from_boot=False, deadline=deadline
        )
        self.run.step()
        self.holds: dict[str, Expr] = {}
        self.lacks: dict[str, Expr] = {}
        self.fails: dict[str, Expr] = {}
        for prop in listed.values():
            assert prop.node is not None
            self._state(prop.name, unroll(prop.node, scope, {}))
        self.forests = {prop.name for prop in forests}
        self.standing = set(invariants)

    def _state(self, name: str, node: Node) -> None:
        """Markers: it holds, or fails, before the step; it fails after it."""
        before, after = self.run.at(0, node), self.run.at(1, node)
        self.holds[name] = z3.Bool(f"holds!{name}")
        self.lacks[name] = z3.Bool(f"lacks!{name}")
        self.fails[name] = z3.Bool(f"fails!{name}")
        self.run.solver.add(
            z3.Implies(self.holds[name], before),
            z3.Implies(self.lacks[name], z3.Not(before)),
            z3.Implies(self.fails[name], z3.Not(after)),
        )

    def _assumed(self, names: Iterable[str]) -> list[Expr]:
        return [self.holds[name] for name in sorted({*names, *self.forests})]

    def prune(self) -> None:
        """Remove what a step from a state of all that stands can break."""
        evaluator, boot = self.evaluator, self.evaluator.initial
        self.standing = {n for n in self.standing if evaluator.holds(n, boot)}
        while self.standing:
            some = self.run.either([self.fails[n] for n in sorted(self.standing)])
            found = self.run.find(*self._assumed(self.standing), some)
            if found is None:
                return
            after = self.run.state_in(found, 1)
            kept = {n for n in self.standing if evaluator.holds(n, after)}
            if kept == self.standing:
                message = "the solver breaks a lemma that the evaluator keeps"
                raise Undecided(message)
            self.standing = kept

    def essential(self) -> tuple[Traced, ...]:
        """What stands and does not follow from what stands before it."""
        kept: dict[str, Traced] = {}
        for name, one in self.given.items():
            if name in self.standing:
                found = self.run.find(*self._assumed(kept), self.lacks[name])
                if found is not None:
                    kept[name] = one
        return tuple(kept.values())

    def enough_for(self, goal: Traced) -> tuple[Traced, ...] | None:
        """Candidates that prove the goal and each other; None if all do not."""
        needed: set[str] = set()
        for prop in self.sliced.properties:
            origin = self.sliced.origins[prop.name]
            if origin.prop.name != goal.name:
                continue
            if prop.kind == "every_step":
                broken = self.run.either([self.run.demand_broken(prop.name)])
                reasons = self._reasons([broken])
            elif origin.refused is not None:
                reasons = self._reasons([self.lacks[prop.name]])
            else:
                reasons = {prop.name} if prop.name in self.standing else None
            if reasons is None:
                return None
            needed |= reasons
        return self._closed(needed)

    def _closed(self, needed: set[str]) -> tuple[Traced, ...]:
        """With all that these lean on in turn."""
        open_ones = sorted(needed)
        while open_ones:
            name = open_ones.pop()
            reasons = self._reasons([self.fails[name]], near={name})
            assert reasons is not None
            more = reasons - needed
            needed |= more
            open_ones += sorted(more)
        return tuple(one for name, one in self.given.items() if name in needed)

    def _reasons(
        self, broken: list[Expr], near: frozenset[str] | set[str] = frozenset()
    ) -> set[str] | None:
        """Few of what stands without which `broken` would be possible; None: it is."""
        ours = [name for name in self.given if name in self.standing]
        others = sorted(self.standing - set(ours))
        for names in (others, [*others, *ours]):
            kept = [*near, *names]
            if self.run.find(*self._assumed(kept), *broken) is None:
                return self._fewer(self._core(), broken)
        return None

    def _core(self) -> set[str]:
        core = {str(marker) for marker in self.run.solver.unsat_core()}
        return {n for n in self.standing if f"holds!{n}" in core}

    def _fewer(self, names: set[str], broken: list[Expr]) -> set[str]:
        """Leave out, the last generated first, whatever is not missed."""
        order = {name: n for n, name in enumerate(self.given)}
        kept = set(names)
        for name in sorted(names, key=lambda n: -order.get(n, -1)):
            without = kept - {name}
            if name in kept and self.run.find(*self._assumed(without), *broken) is None:
                kept = without & self._core()
        return kept
