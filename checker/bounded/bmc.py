"""Bounded model checking: all runs of k steps, for growing k.

The bound grows by one step at a time and each property is asked about at every depth,
so the depth of a finding is the length of a shortest run. Nothing found up to the bound
is `Bounded`, never more.

What no single step can break, from any state that satisfies the invariants that still
stand, needs no question about long runs: it holds one step further than they do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from checker.bounded.unfolding import (
    EnginesDisagree,
    Undecided,
    Unfolding,
    answers,
    breaking_call,
    case_of,
)
from checker.evaluate import Evaluator, Returned, State, Transition
from checker.ground import GroundModel, ground
from checker.lower_z3 import Expr
from checker.verdict import Bounded, ProvedAtScope, Run, Unknown, Verdict, Violated
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced, rung_label

Progress = Callable[[int, int], bool]
"""Called with (depth, properties still open); a true answer stops the search."""


@dataclass(frozen=True, slots=True)
class BoundedCheck:
    """What was found up to which depth.

    `depths` gives, for each property violated and each goal reached, the first depth:
    the number of steps of a shortest run that shows it.
    """

    verdicts: dict[str, Verdict]
    depths: dict[str, int]
    depth: int
    seconds: float


def check_bounded(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced],
    *,
    depth: int,
    seconds: float | None = None,
    reachability: bool = False,
    progress: Progress = lambda *_: False,
) -> BoundedCheck:
    """Every property to `depth` steps; `reachability` adds the generated goals.

    Raises EnginesDisagree when a run that the solver finds cannot be replayed.
    """
    listed = tuple(properties)
    search = _Search(
        ground(model, scope, listed, reachability=reachability, keep_params=True),
        Evaluator(model, scope, listed),
        None if seconds is None else time.monotonic() + seconds,
    )
    return search.result(depth, progress)


@dataclass
class _Search:
    ground: GroundModel
    evaluator: Evaluator
    deadline: float | None
    depths: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    known_unbreakable: dict[frozenset[str], frozenset[str]] = field(
        default_factory=dict
    )
    """By the invariants that stand."""

    def result(self, depth: int, progress: Progress) -> BoundedCheck:
        started = time.perf_counter()
        self.unfolding = Unfolding(
            self.ground, self.evaluator, from_boot=True, deadline=self.deadline
        )
        self.broken = _predicates(self.ground)
        self.stepwise = sorted(
            {n for c in self.unfolding.choices for n, _ in c.move.demands}
        )
        self.invariants = {
            name: node
            for name, node in self.ground.invariants
            if self.evaluator.properties[name].kind == "always"
        }
        self.open = dict.fromkeys([*self.broken, *self.stepwise])
        for prop in self.evaluator.properties:
            self.open.setdefault(prop)
        covered, reason = self._deepen(depth, progress)
        for name in self.open:
            self.verdicts[name] = (
                Bounded(covered) if reason is None else _undecided(reason, covered)
            )
        return BoundedCheck(
            self.verdicts, self.depths, max(covered, 0), time.perf_counter() - started
        )

    def _deepen(self, depth: int, progress: Progress) -> tuple[int, str | None]:
        """The deepest level that was covered in full, and why no deeper one was."""
        covered = -1
        try:
            for at in range(depth + 1):
                self._level(at)
                covered = at
                if not self.open or at == depth:
                    break
                if progress(at, len(self.open)):
                    return covered, "stopped"
                self.unfolding.step()
        except Undecided as undecided:
            return covered, str(undecided)
        return covered, None

    def _level(self, at: int) -> None:
        """Everything that a run of `at` steps shows.

        What no run of this length shows is ruled out for the longer ones: a property
        that holds so far helps to show that it goes on holding.
        """
        unbreakable = self._unbreakable() if at >= LONG else frozenset[str]()
        questions: dict[str, Expr] = {}
        for name in self.open:
            asked = self._asked(self.unfolding, name, at)
            if asked and name in unbreakable:
                self.unfolding.rule_out(asked)
            elif asked:
                questions[name] = self.unfolding.either(asked)
        while questions:
            found = self.unfolding.find(self.unfolding.either(questions.values()))
            if found is None:
                self.unfolding.rule_out(questions.values())
                return
            shown = [
                n for n in questions if self.unfolding.true_in(found, questions[n])
            ]
            for name in shown:
                self._conclude(name, self.unfolding.run_in(found, at), found, at)
                del questions[name], self.open[name]

    def _asked(self, run: Unfolding, name: str, at: int) -> list[Expr]:
        """What would show that the property fails at the end of `at` steps."""
        asked = [run.at(at, node) for node in self.broken.get(name, ())]
        if at and name in self.stepwise:
            asked.append(run.demand_broken(name))
        return asked

    def _unbreakable(self) -> frozenset[str]:
        """What a step cannot break while the open invariants hold before it."""
        standing = frozenset(name for name in self.invariants if name in self.open)
        if standing not in self.known_unbreakable:
            step = Unfolding(
                self.ground, self.evaluator, from_boot=False, deadline=self.deadline
            )
            step.step()
            held = [self.invariants[name] for name in sorted(standing)]
            before = [step.at(0, node) for node in held]
            found: set[str] = set()
            for name in standing:
                if _impossible(step, *before, step.either(self._asked(step, name, 1))):
                    found.add(name)
            after = [step.at(1, self.invariants[name]) for name in sorted(found)]
            for name in self.stepwise:
                broken = step.either(self._asked(step, name, 1))
                if _impossible(step, *before, *after, broken):
                    found.add(name)
            self.known_unbreakable[standing] = frozenset(found)
        return self.known_unbreakable[standing]

    def _conclude(self, name: str, run: Run, found: Expr, at: int) -> None:
        self.depths[name] = at
        last = self.unfolding.state_in(found, at)
        prop = self.evaluator.properties.get(name)
        if prop is None:
            step = _labelled(self.evaluator, last, name)
            self.verdicts[name] = ProvedAtScope((*run, step))
        elif prop.kind == "sometimes":
            _agree(name, self.evaluator.holds(name, last))
            self.verdicts[name] = ProvedAtScope(run)
        elif prop.kind == "always":
            _agree(name, not self.evaluator.holds(name, last))
            self.verdicts[name] = Violated(run)
        else:
            self.verdicts[name] = Violated(_shown(self.evaluator, name, run, last))


LONG: Final = 4
"""Steps from which on a run is long: what is short is quickly asked directly."""
ONE_STEP: Final = 3.0
"""Seconds for a question about one step; without an answer the long way is taken."""


def _impossible(step: Unfolding, *formulas: Expr) -> bool:
    """The solver says soon that these cannot all hold."""
    try:
        return step.find(*formulas, limit=ONE_STEP) is None
    except Undecided:
        return False


def _predicates(model: GroundModel) -> dict[str, list[Node]]:
    """What would be news of a state, by name: a broken invariant, a goal."""
    found: dict[str, list[Node]] = {}
    for name, node in model.invariants:
        found.setdefault(name, []).append(simplify.negation(node))
    for name, node in model.goals:
        found.setdefault(name, []).append(node)
    return found


def _undecided(reason: str, covered: int) -> Unknown:
    said = f"covered to depth {covered}" if covered >= 0 else "nothing covered"
    return Unknown(f"{reason}; {said}")


def _agree(name: str, same: bool) -> None:
    if not same:
        message = f"the solver and the evaluator disagree about {name}"
        raise EnginesDisagree(message)


def _before(evaluator: Evaluator, run: Run) -> State:
    return run[-2].after if len(run) > 1 else evaluator.initial


def _shown(evaluator: Evaluator, name: str, run: Run, last: State) -> Run:
    """The run, with the step that breaks the step property at its end."""
    if run and not evaluator.holds_of(name, _before(evaluator, run), run[-1]):
        return run
    return (*run, breaking_call(evaluator, name, last))


def _labelled(evaluator: Evaluator, state: State, name: str) -> Transition:
    """The step that reaches a generated goal; raises EnginesDisagree."""
    for step in answers(evaluator, state):
        action = evaluator.model.action(step.invocation.action)
        case = case_of(step)
        if isinstance(step.outcome, Returned) or case.rung is None:
            label = f"{action.name}_succeeds"
        else:
            label = rung_label(action, action.rungs[case.rung], case.alternative or 0)
        if label == name:
            return step
    message = f"the solver reaches {name}, and the evaluator does not"
    raise EnginesDisagree(message)
