"""Check properties of a model: one search for all that can share it, then verdicts.

A `Task` is one model, under one reading, at one scope, and what is asked of it. An
exploring engine takes a glance at it first, which settles most probes, and then
searches: the slices that the properties need (`refine`), or the whole model. On a slice
with large states an argument is tried before the search.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from checker.bounded.argument import SEARCHED, bits_of, held_by_every_step
from checker.bounded.bmc import check_bounded
from checker.bounded.induction import check_inductive
from checker.evaluate import Evaluator
from checker.explore import Exploration
from checker.glance import glance
from checker.probes import (
    PREMISE,
    REACH,
    SCOPE,
    example_probes,
    generated,
    premise_name,
    premise_probes,
    reach_probes,
    scope_probes,
)
from checker.scope import ways_to_call
from checker.searcher import Searcher
from checker.slicing.refine import NO_SEARCH, Answer
from checker.slicing.refine import check as check_on_slices
from checker.slicing.slice import describe
from checker.trace import Disagreement, confirm
from checker.verdict import (
    Bounded,
    ProvedAtScope,
    Run,
    Unknown,
    Vacuous,
    Verdict,
    Violated,
    exit_code,
)
from spec.lang.declare import Property
from spec.lang.model import Model, Scope, Traced

MOST_WAYS: Final = 40_000
"""Ways to make all calls of a slice beyond which it is not searched."""


@dataclass(frozen=True, slots=True)
class Task:
    """A model at a scope, and the properties asked of it."""

    system: str
    model: Model
    scope: Scope
    properties: tuple[Traced, ...]
    goals: bool = True
    """Whether each call's success and each `fails` line must be reachable too."""
    expected: Mapping[str, str] = field(default_factory=dict)
    asked_elsewhere: frozenset[str] = frozenset()
    """The goals that another task asks for."""
    looks_around: bool = True
    """Whether to say where calls leave the model's scope."""
    searches_goals: bool = True
    """Whether to search for goals that random runs do not meet."""
    left_out: int = 0
    """Properties that have a scope of their own, at which they are not checked now."""

    def generated(self) -> tuple[Property, ...]:
        """The goals asked for: each call's success, each `fails` line."""
        goals = generated(self.model) if self.goals else ()
        return tuple(goal for goal in goals if goal.name not in self.asked_elsewhere)


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of one property; the run, if any, has been replayed."""

    task: Task
    prop: Property
    verdict: Verdict
    engine: str
    distinct: int | None
    transitions: int | None
    depth: int | None
    seconds: float
    generated: bool = False

    @property
    def expected(self) -> str:
        """The verdict that the manifest expects."""
        return self.task.expected.get(self.prop.name, ProvedAtScope.json_name)

    @property
    def exit_code(self) -> int:
        """What this result alone would make the process end with."""
        return exit_code(self.prop.kind, self.verdict, self.expected)

    @property
    def run(self) -> Run | None:
        """The run that shows it, if there is one."""
        match self.verdict:
            case Violated(trace=run) | ProvedAtScope(witness=run):
                return run
        return None


@dataclass(frozen=True, slots=True)
class Covered:
    """What was searched of a task, told when it is done with."""

    task: Task
    distinct: int | None
    transitions: int | None
    depth: int | None
    seconds: float
    notes: tuple[str, ...]
    out_of_scope: tuple[str, ...] = ()
    """Where a run left what the model speaks of."""
    searches: int = 0
    reductions: tuple[str, ...] = ()
    """What the searches left out, and why that makes no difference."""


Event = Result | Covered


def check(
    task: Task,
    engine: str,
    searcher: Searcher,
    *,
    slices: bool = True,
    depth: int | None = None,
) -> Iterator[Event]:
    """Settle every property of the task; results come as they are known."""
    if engine == "bmc":
        yield from _bounded(task, searcher, depth or 10)
    elif engine == "induction":
        yield from _inductive(task, searcher, depth or 1)
    else:
        yield from _Exploring(task, engine, searcher, slices).events()


def _seconds_left(searcher: Searcher) -> float | None:
    deadline = searcher.limits.deadline
    return None if deadline is None else max(deadline - time.monotonic(), 0.1)


def _bounded(task: Task, searcher: Searcher, depth: int) -> Iterator[Event]:
    found = check_bounded(
        task.model,
        task.scope,
        task.properties,
        depth=depth,
        seconds=_seconds_left(searcher),
        reachability=task.goals,
        progress=lambda *_: searcher.asked_to_stop(),
    )
    yield from _plain(task, "bmc", found.verdicts, found.depth, found.seconds)


def _inductive(task: Task, searcher: Searcher, k: int) -> Iterator[Event]:
    found = check_inductive(
        task.model,
        task.scope,
        task.properties,
        k=k,
        seconds=_seconds_left(searcher),
    )
    examples = [p for p in task.properties if p.kind == "sometimes"]
    silent = Unknown("induction says nothing of what can be reached")
    verdicts = found.verdicts | {p.name: silent for p in examples}
    without_goals = replace(task, goals=False)
    yield from _plain(without_goals, "induction", verdicts, None, found.seconds)


def _plain(
    task: Task,
    engine: str,
    verdicts: Mapping[str, Verdict],
    depth: int | None,
    seconds: float,
) -> Iterator[Event]:
    """The events of an engine that counts no states."""
    extra = task.generated()
    names = {p.name for p in extra}
    for prop in (*(p.declared for p in task.properties), *extra):
        if prop.name in verdicts:
            verdict = verdicts[prop.name]
            made = prop.name in names
            yield Result(
                task, prop, verdict, engine, None, None, depth, seconds, generated=made
            )
    yield Covered(task, None, None, depth, seconds, ())


@dataclass
class _Exploring:
    """The glance and the search of one task."""

    task: Task
    engine: str
    searcher: Searcher
    slices: bool
    reached: set[str] = field(default_factory=set)
    """The probes that failed: what they speak of does happen."""
    searches: list[Exploration] = field(default_factory=list)

    def __post_init__(self) -> None:
        task, props = self.task, self.task.properties
        self.asserted = [p for p in props if p.kind != "sometimes"]
        self.examples = {p.prop.name: p for p in example_probes(props)}
        goals = {goal.name for goal in task.generated()}
        probes = list(premise_probes(self.asserted))
        probes += scope_probes(task.model) if task.looks_around else []
        probes += [p for p in reach_probes(task.model) if p.prop.name in goals]
        self.probes = {probe.prop.name: probe for probe in probes}
        turned = [p.prop for p in (*self.probes.values(), *self.examples.values())]
        self.evaluator = Evaluator(task.model, task.scope, [*self.asserted, *turned])
        self.waiting = {p.name: p for p in props}

    def events(self) -> Iterator[Event]:
        started = time.perf_counter()
        task = self.task
        self.searcher.notes, self.searcher.reductions = {}, {}
        asked = (*self.probes, *self.examples)
        self.reached |= glance(self.evaluator, asked, self.searcher.limits.deadline)
        if self.slices and self.engine == "explore":
            yield from self._on_slices()
        else:
            yield from self._on_the_whole()
        spent = time.perf_counter() - started
        for goal in self._goals():
            if goal.name in self.reached:
                yield Result(
                    task,
                    goal,
                    ProvedAtScope(),
                    self.engine,
                    None,
                    None,
                    None,
                    spent,
                    generated=True,
                )
        yield self._covered(spent)

    def _open_probes(self, *kinds: str) -> list[Traced]:
        return [
            probe.prop
            for name, probe in self.probes.items()
            if probe.kind in kinds and name not in self.reached
        ]

    # The whole model

    def _on_the_whole(self) -> Iterator[Event]:
        probes = self._open_probes(PREMISE, REACH, SCOPE)
        asked = [*self.asserted, *(p.prop for p in self.examples.values()), *probes]
        self.searcher.untraced = frozenset(probe.name for probe in probes)
        found = self.searcher(self.task.model, self.task.scope, tuple(asked))
        self.searches.append(found)
        yield from self._told(found)
        yield from self._rest(found)

    def _told(self, found: Exploration) -> Iterator[Event]:
        """The results that a search of the whole model settles, whatever it left."""
        for violation in found.violations:
            name = violation.prop
            if name in self.waiting:
                prop = self.waiting.pop(name)
                run = confirm(self.evaluator, name, violation.trace)
                yield self._result(prop.declared, _shown(prop, run), found)
            else:
                self.reached.add(name)

    def _goals(self) -> tuple[Property, ...]:
        return self.task.generated()

    def _rest(self, found: Exploration) -> Iterator[Event]:
        """What no run refutes: proved, if the search was complete."""
        for prop in list(self.waiting.values()):
            verdict = self._unrefuted(prop.name, prop.kind, found)
            yield self._result(prop.declared, verdict, found)
        for goal in self._goals():
            if goal.name not in self.reached:
                verdict = self._unrefuted(goal.name, goal.kind, found)
                yield self._result(goal, verdict, found, generated=True)

    def _unrefuted(self, name: str, kind: str, found: Exploration) -> Verdict:
        if kind == "sometimes" and name in self.reached:
            return self._seen_at_a_glance(name, found)
        if not found.complete:
            return self._cut_short(found)
        if kind == "sometimes":
            return Violated(None)
        return self._unless_vacuous(name)

    def _seen_at_a_glance(self, name: str, found: Exploration) -> Verdict:
        """What a run shows needs no other example; a search must not deny it."""
        if found.complete:
            message = f"a search finds no example of {name}, and a random run does"
            raise Disagreement(message)
        return ProvedAtScope()

    def _cut_short(self, found: Exploration) -> Verdict:
        if self.searcher.stopped == "depth":
            return Bounded(found.depth)
        why = _WHY.get(self.searcher.stopped or "", "stopped")
        covered = f"{found.distinct:,} states, up to depth {found.depth}"
        return Unknown(f"{why}; nothing found in {covered}")

    def _unless_vacuous(self, name: str) -> Verdict:
        premise = self.probes.get(premise_name(name))
        if premise is None or premise.prop.name in self.reached:
            return ProvedAtScope()
        return Vacuous(f"this never happens: {premise.says}")

    # Slices

    def _on_slices(self) -> Iterator[Event]:
        """Probes and properties together; a property waits for its premise."""
        task = self.task
        shown = [p for p in task.properties if self._is_shown(p)]
        for prop in shown:
            del self.waiting[prop.name]
            yield self._result(prop.declared, ProvedAtScope(), NO_SEARCH)
        open_ = [p for p in task.properties if not self._is_shown(p)]
        sought = (PREMISE, REACH) if task.searches_goals else (PREMISE,)
        asked = [*open_, *self._open_probes(*sought)]
        held: list[Answer] = []
        for answer in check_on_slices(
            task.model,
            task.scope,
            asked,
            self._search,
            self.evaluator,
            self._argued,
        ):
            name = answer.prop.name
            if answer.search not in self.searches:
                self.searches.append(answer.search)
                self.searcher.reductions[describe(answer.sliced)] = None
            if name in self.probes and isinstance(answer.verdict, Violated):
                self.reached.add(name)
            if self._needs_its_premise(answer):
                held.append(answer)
            else:
                yield from self._settled(answer)
        for answer in held:
            yield from self._settled(answer)

    def _is_shown(self, prop: Traced) -> bool:
        """An example that was seen at a glance."""
        return prop.kind == "sometimes" and prop.name in self.reached

    def _search(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        """A search, unless there is no hope that it ends."""
        if ways_to_call(model, scope) > MOST_WAYS:
            self.searcher.stopped = "size"
            return replace(NO_SEARCH, complete=False)
        return self.searcher(model, scope, properties)

    def _argued(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> frozenset[str]:
        """Of a slice with large states, the properties that need no search."""
        if bits_of(model, scope) <= SEARCHED:
            return frozenset()
        names = {prop.name for prop in self.asserted}
        asserted = (prop for prop in properties if prop.declared.name in names)
        return held_by_every_step(model, scope, asserted)

    def _needs_its_premise(self, answer: Answer) -> bool:
        premise = premise_name(answer.prop.name)
        holds = isinstance(answer.verdict, ProvedAtScope)
        return holds and premise in self.probes and premise not in self.reached

    def _settled(self, answer: Answer) -> Iterator[Event]:
        name, verdict, search = answer.prop.name, answer.verdict, answer.search
        if isinstance(verdict, Unknown):
            verdict = self._cut_short(search)
        if name in self.waiting:
            prop = self.waiting.pop(name)
            if isinstance(verdict, ProvedAtScope) and prop.kind != "sometimes":
                verdict = self._unless_vacuous(name)
            yield self._result(prop.declared, verdict, search)
            return
        goals = {prop.name: prop for prop in self._goals()}
        if name in goals and name not in self.reached:
            turned = _turned(verdict)
            yield self._result(goals[name], turned, search, generated=True)

    def _result(
        self,
        prop: Property,
        verdict: Verdict,
        found: Exploration,
        *,
        generated: bool = False,
    ) -> Result:
        return Result(
            task=self.task,
            prop=prop,
            verdict=verdict,
            engine=self.engine,
            distinct=found.distinct,
            transitions=found.transitions,
            depth=found.depth,
            seconds=found.seconds,
            generated=generated,
        )

    def _covered(self, seconds: float) -> Covered:
        left = tuple(
            probe.says
            for probe in self.probes.values()
            if probe.kind == SCOPE and probe.prop.name in self.reached
        )
        notes = tuple(self.searcher.notes)
        if self.searcher.omission:
            notes += (f"a state was overlooked with p < {self.searcher.omission:.1e}",)
        if self.task.left_out:
            left_out = self.task.left_out
            notes += (f"{left_out} properties have scopes of their own: see --all",)
        unmet = sum(1 for goal in self._goals() if goal.name not in self.reached)
        if unmet and not self.task.searches_goals:
            notes += (f"{unmet} calls and errors were met by no random run: see --all",)
        return Covered(
            self.task,
            sum(search.distinct for search in self.searches),
            sum(search.transitions for search in self.searches),
            max((search.depth for search in self.searches), default=0),
            seconds,
            notes,
            left,
            len(self.searches),
            tuple(self.searcher.reductions),
        )


_WHY: Final = {
    "time": "out of time",
    "size": "too large a slice to search",
    "memory": "out of memory",
    "interrupted": "interrupted",
}


def _shown(prop: Traced, run: Run) -> Verdict:
    return ProvedAtScope(run) if prop.kind == "sometimes" else Violated(run)


def _turned(verdict: Verdict) -> Verdict:
    """The verdict on a goal, from that on the probe that denies it."""
    match verdict:
        case Violated(trace=run):
            return ProvedAtScope(run)
        case ProvedAtScope() | Vacuous():
            return Violated(None)
    return verdict
