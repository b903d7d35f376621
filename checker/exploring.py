"""Settle the properties of a task by searching, and by what makes searches needless.

First come the runs that are kept, then a glance: they settle most of what must be seen
to happen. Then the slices that the properties need are searched (`refine`), or the
whole model. On a slice with large states an argument is tried before the search; where
a search grows long, induction over the whole model is tried before it goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from checker.bounded.argument import SEARCHED, bits_of, held_by_every_step
from checker.bounded.one_step import kept_by_every_step
from checker.evaluate import Evaluator
from checker.explore import Exploration
from checker.ground import ground
from checker.looking import kept_runs, some_runs
from checker.probes import (
    PREMISE,
    REACH,
    SCOPE,
    example_probes,
    premise_name,
    premise_probes,
    reach_probes,
    scope_probes,
)
from checker.scope import ways_to_call
from checker.searcher import Searcher
from checker.slicing.known import meaning
from checker.slicing.refine import NO_SEARCH, Answer
from checker.slicing.refine import check as check_on_slices
from checker.slicing.slice import describe
from checker.task import Covered, Event, Result, Task
from checker.trace import Disagreement, confirm
from checker.verdict import (
    Bounded,
    ProvedAtScope,
    Run,
    Unknown,
    Vacuous,
    Verdict,
    Violated,
)
from spec.lang.declare import Property
from spec.lang.model import Model, Scope, Traced

MOST_WAYS: Final = 40_000
"""Ways to make all calls of a slice beyond which it is not searched."""
LONG: Final = 500_000
"""States of a slice beyond which a search is long."""
MANY: Final = 40
"""So many properties are soonest settled by induction over the whole model."""
ONE_QUESTION: Final = 30.0
"""Seconds for one question about a step of the whole model."""


@dataclass
class Exploring:
    """What is known of one task, and how it came to be known."""

    task: Task
    engine: str
    searcher: Searcher
    slices: bool
    reached: set[str] = field(default_factory=set)
    """The probes that failed: what they speak of does happen."""
    unsettled: set[str] = field(default_factory=set)
    """The probes that no run breaks, and of which no search says that none can."""
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
        """Every answer; the search goes no further than the task says."""
        limits = self.searcher.limits
        depth = self.task.depth if limits.depth is None else limits.depth
        self.searcher.limits = replace(limits, depth=depth)
        try:
            yield from self._events()
        finally:
            self.searcher.limits = limits

    def _events(self) -> Iterator[Event]:
        started = time.perf_counter()
        task = self.task
        self.searcher.notes, self.searcher.reductions = {}, {}
        yield from self._look()
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

    def _look(self) -> Iterator[Event]:
        """Settle what runs show that are kept, or that a few random walks make."""
        deadline = self.searcher.limits.deadline
        refutable = [prop.name for prop in self.asserted]
        broken = kept_runs(self.task, self.evaluator, refutable, deadline)
        for name, run in broken.items():
            prop = self.waiting.pop(name).declared
            yield self._result(prop, Violated(run), NO_SEARCH)
        happening = (*self.probes, *self.examples)
        self.reached.update(some_runs(self.task, self.evaluator, happening, deadline))

    def _open_probes(self, *kinds: str) -> list[Traced]:
        return [
            probe.prop
            for name, probe in self.probes.items()
            if probe.kind in kinds and name not in self.reached
        ]

    # The whole model

    def _on_the_whole(self) -> Iterator[Event]:
        probes = self._open_probes(PREMISE, REACH, SCOPE)
        examples = [p.prop for p in self.examples.values()]
        asked = [
            *(p for p in self.asserted if p.name in self.waiting),
            *examples,
            *probes,
        ]
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
        if premise.prop.name in self.unsettled:
            return Unknown(f"it holds, but does this ever happen? {premise.says}")
        return Vacuous(f"this never happens: {premise.says}")

    # Slices

    def _is_late(self) -> bool:
        deadline = self.searcher.limits.deadline
        return deadline is not None and time.monotonic() > deadline

    def _on_slices(self) -> Iterator[Event]:
        """Probes and properties together; a property waits for its premise."""
        task = self.task
        shown = [p for p in task.properties if self._is_shown(p)]
        for prop in shown:
            del self.waiting[prop.name]
            yield self._result(prop.declared, ProvedAtScope(), NO_SEARCH)
        needless = self._kept_of_many()
        for prop in needless:
            del self.waiting[prop.name]
        open_ = list(self.waiting.values())
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
            if name in self.probes and isinstance(answer.verdict, Unknown):
                self.unsettled.add(name)
            if self._needs_its_premise(answer):
                held.append(answer)
            else:
                yield from self._settled(answer)
        for prop in needless:
            verdict = self._unless_vacuous(prop.name)
            yield self._result(prop.declared, verdict, NO_SEARCH)
        for answer in held:
            yield from self._settled(answer)

    def _kept_of_many(self) -> list[Traced]:
        """Many properties are asked about at once, few by their slices."""
        open_ = [p for p in self.asserted if p.name in self.waiting]
        if len(open_) < MANY or self._is_late():
            return []
        return [prop for prop in open_ if prop.name in self.kept]

    def _is_shown(self, prop: Traced) -> bool:
        """An example that was seen at a glance."""
        return prop.kind == "sometimes" and prop.name in self.reached

    def _search(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        """A search, unless there is no hope that it ends, or no need of it."""
        if ways_to_call(model, scope) > MOST_WAYS:
            self.searcher.stopped = "size"
            found = replace(NO_SEARCH, complete=False)
        else:
            said = meaning(model, scope, properties)
            found = self.searcher.known.get(said) or self.searcher.within(
                LONG, model, scope, properties
            )
            if found.complete:
                self.searcher.known[said] = found
        if found.complete or self.searcher.stopped not in {"size", "patience"}:
            return found
        left = tuple(p for p in properties if p.declared.name not in self.kept)
        if not left:
            return NO_SEARCH
        if self.searcher.stopped == "size":
            return found
        return self.searcher(model, scope, left)

    @cached_property
    def kept(self) -> frozenset[str]:
        """The properties that no step of the whole model breaks."""
        known = {prop.name: prop for prop in (*self.task.lemmas(), *self.asserted)}
        props = tuple(known.values())
        kept = kept_by_every_step(
            ground(self.task.model, self.task.scope, props, keep_params=True),
            Evaluator(self.task.model, self.task.scope, props),
            deadline=self.searcher.limits.deadline,
            limit=ONE_QUESTION,
        )
        return kept.properties

    def _argued(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> frozenset[str]:
        """Of a slice with large states, the properties that need no search."""
        if bits_of(model, scope) <= SEARCHED or self._is_late():
            return frozenset()
        names = {prop.name for prop in self.asserted}
        asserted = [prop for prop in properties if prop.declared.name in names]
        said = meaning(model, scope, asserted)
        if said not in self.searcher.argued:
            held = held_by_every_step(model, scope, asserted)
            self.searcher.argued[said] = held
        return self.searcher.argued[said]

    def _needs_its_premise(self, answer: Answer) -> bool:
        premise = premise_name(answer.prop.name)
        holds = isinstance(answer.verdict, ProvedAtScope)
        return holds and premise in self.probes and premise not in self.reached

    def _settled(self, answer: Answer) -> Iterator[Event]:
        name, verdict, search = answer.prop.name, answer.verdict, answer.search
        if isinstance(verdict, Unknown):
            is_kept = "kept" in vars(self) and name in self.kept
            verdict = ProvedAtScope() if is_kept else self._cut_short(search)
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
        unmet = sum(1 for goal in self._goals() if goal.name not in self.reached)
        if unmet and not self.task.searches_goals:
            said = (
                f"{unmet} calls and errors were met by no run: --all searches for them"
            )
            notes += (said,)
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
