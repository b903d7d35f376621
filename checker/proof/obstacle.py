"""Why an induction does not close: a small state, one step, and what it breaks.

The state satisfies what is assumed, and the step leads to where the property fails. The
scope is made smaller sort by sort for as long as there is such a step, and then as many
cells as possible are as at boot. Both states and the step are the reference
evaluator's, which also confirms what is said of them; nobody says that the state can be
reached.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import z3

from checker.bounded.unfolding import (
    EnginesDisagree,
    Undecided,
    Unfolding,
    breaking_call,
)
from checker.evaluate import Evaluator, Failed, State, Transition
from checker.ground import ground
from checker.lower_z3 import Expr, value_expr
from checker.proof.houdini import forest_sentences
from checker.scope import smallest
from checker.unroll import unroll
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced, snake
from spec.lang.walk import substitute


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A counterexample to induction for the property `goal`, at a scope.

    `changed` is how many cells of `before` are not as at boot: no fewer will do at
    this scope, unless `least` is false because the time ran out.
    """

    goal: Traced
    scope: Scope
    before: State
    step: Transition
    changed: int
    least: bool

    def broken(self, model: Model) -> Node:
        """What should hold and does not: of the state after, or of the step."""
        if self.goal.node is not None:
            return self.goal.node
        call, outcome = self.step.invocation, self.step.outcome
        case = (
            (outcome.rung, outcome.alternative)
            if isinstance(outcome, Failed)
            else (None, None)
        )
        params = model.action(call.action).params
        pairs = zip(params, call.args, strict=True)
        leaves = {p.node(): simplify.constant(v, p.type) for p, v in pairs}
        for demand in self.goal.obligations:
            if (demand.action, demand.rung, demand.alternative) == (call.action, *case):
                return substitute(demand.node, leaves, simplify.rebuilt)
        return simplify.FALSE


def obstacle(
    model: Model,
    scope: Scope,
    goal: Traced,
    assumed: Iterable[Traced],
    *,
    seconds: float = 10.0,
) -> Obstacle | None:
    """The smallest step found from a state of `assumed` that breaks the goal.

    None: at this scope there is no such step, or it was not found in time. An `always`
    goal is assumed of the state before as well. Raises EnginesDisagree when the
    evaluator does not confirm what the solver found.
    """
    deadline = time.monotonic() + seconds
    given = {p.name: p for p in assumed if p.kind == "always" and p.name != goal.name}
    known = (*forest_sentences(model), *given.values())
    try:
        found = _At(model, scope, goal, known, deadline).any()
    except Undecided:
        return None
    if found is None:
        return None
    for kind in scope.sizes:
        found = _shrunk(model, found, kind, known, deadline)
    return _At(model, found.scope, goal, known, deadline).smallest() or found


def _shrunk(
    model: Model,
    found: Obstacle,
    kind: str,
    known: tuple[Traced, ...],
    deadline: float,
) -> Obstacle:
    """The obstacle again with as few elements of one sort as it takes."""
    least = smallest(model, (found.goal, *known)).get(snake(kind), 1)
    for size in range(least, found.scope.sizes[kind]):
        smaller = Scope({**found.scope.sizes, kind: size})
        try:
            again = _At(model, smaller, found.goal, known, deadline).any()
        except Undecided:
            return found
        if again is not None:
            return again
    return found


class _At:
    """The question at one scope."""

    def __init__(
        self,
        model: Model,
        scope: Scope,
        goal: Traced,
        known: tuple[Traced, ...],
        deadline: float,
    ) -> None:
        self.scope, self.goal, self.known = scope, goal, known
        self.evaluator = Evaluator(model, scope, (*known, goal))
        grounded = ground(model, scope, (*known, goal), keep_params=True)
        self.still, self.moving = (
            Unfolding(grounded, self.evaluator, from_boot=False, deadline=deadline)
            for _ in range(2)
        )
        if self.moving.choices:
            self.moving.step()
        for prop in known:
            node = self._plain(prop)
            for run in (self.still, self.moving):
                run.solver.add(run.at(0, node))
        self.refused = [n for name, n in grounded.invariants if name == goal.name]

    def _differences(self, run: Unfolding) -> list[Expr]:
        """For each cell of the first state: it is not as at boot."""
        first = run.states[0]
        return [
            first[cell.field, cell.row]
            != value_expr(cell.initial, cell.type, self.scope)
            for cell in run.ground.cells
        ]

    def any(self) -> Obstacle | None:
        """Some obstacle; None when there is none. Raises Undecided."""
        for run, broken in self._ways():
            found = run.find(broken)
            if found is not None:
                return self._read(run, found)
        return None

    def smallest(self) -> Obstacle | None:
        """One whose first state is as near to boot as can be, if there is time."""
        best: Obstacle | None = None
        for run, broken in self._ways():
            best = self._nearest(run, broken, best)
        return best

    def _nearest(
        self, run: Unfolding, broken: Expr, best: Obstacle | None
    ) -> Obstacle | None:
        weighed = [(cell, 1) for cell in self._differences(run)]
        while best is None or best.changed:
            fewer = z3.FreshBool("fewer")
            most = len(weighed) if best is None else best.changed - 1
            run.solver.add(z3.Implies(fewer, z3.PbLe(weighed, most)))
            try:
                found = run.find(fewer, broken)
            except Undecided:
                return best
            if found is None:
                break
            best = self._read(run, found)
        return None if best is None else replace(best, least=True)

    def _ways(self) -> list[tuple[Unfolding, Expr]]:
        """How the goal can break: by a step that moves, or by a refused call."""
        still, moving, goal = self.still, self.moving, self.goal
        ways = []
        if moving.choices and goal.kind == "always":
            node = self._plain(goal)
            after = moving.at(1, simplify.negation(node))
            ways = [(moving, z3.And(moving.at(0, node), after))]
        elif goal.kind == "every_step":
            refused = [still.at(0, simplify.negation(node)) for node in self.refused]
            ways = [(moving, moving.demand_broken(goal.name))] if moving.choices else []
            ways += [(still, one) for one in refused]
        return [(run, run.either([broken])) for run, broken in ways]

    def _plain(self, prop: Traced) -> Node:
        assert prop.node is not None
        return unroll(prop.node, self.scope, {})

    def _read(self, run: Unfolding, found: Expr) -> Obstacle:
        before = run.state_in(found, 0)
        step = (
            run.run_in(found, 1)[0]
            if run is self.moving
            else breaking_call(self.evaluator, self.goal.name, before)
        )
        self._confirm(before, step)
        differs = self._differences(run)
        changed = sum(1 for cell in differs if run.true_in(found, cell))
        return Obstacle(self.goal, self.scope, before, step, changed, least=False)

    def _confirm(self, before: State, step: Transition) -> None:
        """The evaluator sees it too; raises EnginesDisagree."""
        evaluator, name = self.evaluator, self.goal.name
        assumed = [p.name for p in self.known]
        if self.goal.kind == "always":
            assumed.append(name)
            broken = not evaluator.holds(name, step.after)
        else:
            broken = not evaluator.holds_of(name, before, step)
        unmet = [n for n in assumed if not evaluator.holds(n, before)]
        if unmet or not broken:
            what = f"assumes {unmet[0]}" if unmet else f"breaks {name}"
            message = f"the solver's step {what}, and the evaluator's does not"
            raise EnginesDisagree(message)


def excluding(
    model: Model, shown: Obstacle, lemmas: Iterable[Traced]
) -> tuple[Traced, ...]:
    """Those of the lemmas that are false in the state before: each would exclude it."""
    listed = tuple(lemmas)
    evaluator = Evaluator(model, shown.scope, listed)
    return tuple(one for one in listed if not evaluator.holds(one.name, shown.before))
