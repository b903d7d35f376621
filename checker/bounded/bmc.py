"""Bounded model checking: all runs of k steps, for growing k.

The bound grows by one step at a time and each property is asked about at every depth,
so the depth of a finding is the length of a shortest run. Nothing found up to the bound
is `Bounded`, never more.

What no single step can break (`one_step`) needs no question about long runs, and the
invariants among it help with the questions that remain. Of runs that differ in names
alone one is looked at (`renaming`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from checker.bounded.one_step import Kept, kept_by_every_step
from checker.bounded.renaming import InOrder, interchangeable
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

Progress = Callable[[int, int, str], bool]
"""Called with (depth, properties still open, what is asked about, if it takes long); a
true answer stops the search."""
Look = Callable[[Collection[str]], Mapping[str, Run]]
"""Called with goals and examples; answers with runs that reach some of them."""


def see_nothing(_: Collection[str]) -> Mapping[str, Run]:
    """No run is known."""
    return {}


@dataclass(frozen=True, slots=True)
class BoundedCheck:
    """What was found up to which depth.

    `depths` gives, for each property violated and each goal reached, the first depth:
    the number of steps of a shortest run that shows it. It says nothing of what was
    seen otherwise.
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
    lemmas: Iterable[Traced] = (),
    look: Look = see_nothing,
    reachability: bool = False,
    progress: Progress = lambda *_: False,
) -> BoundedCheck:
    """Every property to `depth` steps; `reachability` adds the generated goals.

    `lemmas` are not asked about; where they turn out to hold they are leaned on. What
    `look` sees to happen is not asked about any more once runs get long. Raises
    EnginesDisagree when a run that the solver finds cannot be replayed.
    """
    asked = {prop.name: prop for prop in properties}
    more = {prop.name: prop for prop in lemmas} | asked
    everything = tuple(more.values())
    search = _Search(
        ground(model, scope, everything, reachability=reachability, keep_params=True),
        Evaluator(model, scope, everything),
        asked,
        None if seconds is None else time.monotonic() + seconds,
        look,
        progress,
    )
    return search.result(depth)


@dataclass
class _Search:
    ground: GroundModel
    evaluator: Evaluator
    asked: Mapping[str, Traced]
    deadline: float | None
    look: Look
    progress: Progress
    depths: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    kept: Kept = field(default_factory=lambda: Kept((), frozenset()))
    """What no step breaks, as far as that has been asked."""
    in_order: InOrder | None = None
    """Once runs get long: which of them are looked at."""

    def result(self, depth: int) -> BoundedCheck:
        started = time.perf_counter()
        self.unfolding = Unfolding(
            self.ground, self.evaluator, from_boot=True, deadline=self.deadline
        )
        helping = frozenset(self.evaluator.properties.keys() - self.asked.keys())
        self.broken = _predicates(self.ground, helping)
        self.stepwise = sorted(
            {
                name
                for choice in self.unfolding.choices
                for name, _ in choice.move.demands
                if name not in helping
            }
        )
        self.open = dict.fromkeys([*self.broken, *self.stepwise])
        for name in self.asked:
            self.open.setdefault(name)
        covered, reason = self._deepen(depth)
        for name in self.open:
            self.verdicts[name] = (
                Bounded(covered) if reason is None else _undecided(reason, covered)
            )
        return BoundedCheck(
            self.verdicts, self.depths, max(covered, 0), time.perf_counter() - started
        )

    def _deepen(self, depth: int) -> tuple[int, str | None]:
        """The deepest level that was covered in full, and why no deeper one was."""
        covered = -1
        try:
            for at in range(depth + 1):
                if at == LONG:
                    self._lean(covered)
                if self._is_settled():
                    return depth, None
                self._level(at)
                covered = at
                if at == depth:
                    break
                if self._told(at):
                    return covered, "interrupted"
                self.unfolding.step()
                if self.in_order is not None:
                    self._narrow(at + 1, self.in_order)
        except Undecided as undecided:
            return covered, str(undecided)
        return covered, None

    def _is_settled(self) -> bool:
        """No run, however long, shows anything more."""
        return not any(map(self._is_open, self.open))

    def _told(self, covered: int, doing: str = "") -> bool:
        return self.progress(covered, sum(map(self._is_open, self.open)), doing)

    def _lean(self, covered: int) -> None:
        """Once runs get long: what no step breaks, and what they do not tell apart."""
        self.kept = kept_by_every_step(
            self.ground,
            self.evaluator,
            deadline=self.deadline,
            limit=ONE_CALL,
            progress=lambda doing: self._told(covered, doing),
        )
        goals = [name for name, _ in self.ground.goals if self._is_open(name)]
        for name, run in self.look(goals).items():
            del self.open[name]
            self.verdicts[name] = ProvedAtScope(run)
        open_ = [prop for name, prop in self.asked.items() if self._is_open(name)]
        groups = interchangeable(
            self.ground, open_, self.kept.invariants, self.deadline
        )
        self.in_order = InOrder(self.unfolding, groups)
        for at in range(len(self.unfolding.states)):
            self._narrow(at, self.in_order)

    def _narrow(self, at: int, in_order: InOrder) -> None:
        """Leave out of the runs what state `at` cannot be, and other names for it."""
        run = self.unfolding
        run.assert_all(run.at(at, node) for _, node in self.kept.invariants)
        in_order.catch_up()

    def _is_open(self, name: str) -> bool:
        kept = self.kept
        settled = name in kept.properties or name in kept.never
        return name in self.open and not settled

    def _level(self, at: int) -> None:
        """Everything that a run of `at` steps shows.

        What no run of this length shows is ruled out for the longer ones: a property
        that holds so far helps to show that it goes on holding.
        """
        questions: dict[str, Expr] = {}
        for name in filter(self._is_open, self.open):
            asked = self._asked(self.unfolding, name, at)
            if asked:
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


LONG: Final = 2
"""Steps from which on a run is long: what is short is quickly asked directly."""
ONE_CALL: Final = 30.0
"""Seconds for a question about one call; without an answer the long way is taken."""


def _predicates(model: GroundModel, helping: frozenset[str]) -> dict[str, list[Node]]:
    """What would be news of a state, by name: a broken invariant, a goal."""
    found: dict[str, list[Node]] = {}
    for name, node in model.invariants:
        if name in helping:
            continue
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
