"""One way to search, for whoever asks: the native search or the reference one.

A `Searcher` is called with a model, a scope and properties and answers with an
`Exploration`, whichever engine it runs. It keeps what the whole check shares: limits,
the clock, whether somebody asked to stop, and why the last search ended early.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from checker.evaluate import (
    Evaluator,
    Failed,
    Invocation,
    State,
    Stopped,
    Transition,
)
from checker.explore import Exploration, Violation, explore
from checker.native.model import Label, NativeModel, compile_at
from checker.search.result import Finding, Options, Progress, SearchResult
from checker.search.search import search
from checker.symmetry.explore import explore_orbits
from checker.symmetry.find import Symmetry
from checker.symmetry.reduction import Reduction, any_step, reduction_of
from checker.trace import Disagreement
from checker.verdict import Run
from spec.lang.model import Model, Scope, Traced

TOLD_EVERY = 0.2
DRAFT: Final = 100_000
"""States up to which quickly compiled code saves more time than it costs."""
Told = Callable[[Progress], None]
"""Hears how far a search has come, a few times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a check may use; None: as much as there is."""

    threads: int = 1
    depth: int | None = None
    states: int | None = None
    deadline: float | None = None
    """In seconds of `time.monotonic`."""
    memory: int | None = None
    spill: Path | None = None
    checkpoint: Path | None = None
    checkpoint_every: float = 600.0
    resume: Path | None = None
    fingerprints: bool = False


@dataclass
class Searcher:
    """Calls one of the two searches; see the module."""

    limits: Limits
    native: bool = True
    symmetry: bool = False
    told: Told = lambda _progress: None
    doing: Callable[[str], None] = lambda _what: None
    """Hears what is done now where there are no states to count."""
    asked_to_stop: Callable[[], bool] = lambda: False
    polling: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while `asked_to_stop` is asked often enough."""
    untraced: frozenset[str] = frozenset()
    """Properties of which it is enough to know that they fail."""
    stopped: str | None = None
    """Why the last search did not visit everything: "depth", "time", ..."""
    notes: dict[str, None] = field(default_factory=dict)
    """Warnings."""
    reductions: dict[str, None] = field(default_factory=dict)
    """By what the searches were reduced, or why they were not."""
    omission: float = 0.0
    known: dict[Hashable, Exploration] = field(default_factory=dict)
    """What was visited whole, by the meaning of the slice."""
    argued: dict[Hashable, frozenset[str]] = field(default_factory=dict)
    """What needed no search, by the meaning of the slice."""

    def __call__(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        """Visit every state within the limits; a run for each property that fails."""
        self.stopped = self._over()
        if self.stopped is not None:
            return Exploration(0, 0, 0, 0.0, False, (), frozenset())
        if not self.native:
            with self.polling():
                return self._plainly(model, scope, properties)
        if self.symmetry:
            found = self._by_orbits(model, scope, properties)
            if found is not None:
                return found
        return self._natively(model, scope, properties)

    def within(
        self, most: int, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        """The same, given up as "patience" beyond so many states."""
        limits = self.limits
        is_kept = (limits.checkpoint or limits.resume) is not None
        if is_kept or (limits.states is not None and limits.states <= most):
            return self(model, scope, properties)
        self.limits = replace(limits, states=most)
        try:
            found = self(model, scope, properties)
        finally:
            self.limits = limits
        if self.stopped == "states":
            self.stopped = "patience"
        return found

    def _over(self) -> str | None:
        if self.asked_to_stop():
            return "interrupted"
        deadline = self.limits.deadline
        return "time" if deadline is not None and time.monotonic() > deadline else None

    # The reference search

    def _plainly(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        started = told = time.perf_counter()

        def progress(distinct: int, transitions: int, depth: int) -> bool:
            nonlocal told
            now = time.perf_counter()
            if now - told > TOLD_EVERY:
                spent, told = now - started, now
                rate = transitions / spent
                self.told(Progress(distinct, transitions, depth, rate, 0, 0, spent))
            most = self.limits.states
            if most is not None and distinct >= most:
                self.stopped = "states"
            self.stopped = self._over() or self.stopped
            return self.stopped is not None

        if self.symmetry:
            reduced = explore_orbits(
                model,
                scope,
                properties,
                max_depth=self.limits.depth,
                stop_at_first=False,
                progress=progress,
            )
            found = reduced.exploration
            self._note(reduced.symmetry, reduced.abandoned)
        else:
            found = explore(
                Evaluator(model, scope, properties),
                max_depth=self.limits.depth,
                stop_at_first=False,
                progress=progress,
            )
        if not found.complete and self.stopped is None:
            self.stopped = "depth"
        return found

    # The native search

    def _natively(
        self,
        model: Model,
        scope: Scope,
        properties: tuple[Traced, ...],
        reduction: Reduction | None = None,
    ) -> Exploration:
        started = time.perf_counter()
        found = self._drafted(model, scope, properties, reduction)
        compiled, result = found or self._run(model, scope, properties, reduction)
        self.stopped = self._reason(result)
        self.omission = max(self.omission, result.omission)
        evaluator = Evaluator(model, scope, properties)
        return Exploration(
            distinct=result.distinct,
            transitions=result.transitions,
            depth=result.depth,
            seconds=time.perf_counter() - started,
            complete=result.complete,
            violations=tuple(_violations(evaluator, compiled, result, reduction)),
            witnessed=frozenset(),
        )

    def _drafted(
        self,
        model: Model,
        scope: Scope,
        properties: tuple[Traced, ...],
        reduction: Reduction | None,
    ) -> tuple[NativeModel, SearchResult] | None:
        """The search with quickly made code; None where it pays to make better code."""
        most = self.limits.states
        is_kept = (self.limits.checkpoint or self.limits.resume) is not None
        if is_kept or (most is not None and most <= DRAFT):
            return None
        found = self._run(model, scope, properties, reduction, DRAFT)
        return None if found[1].stopped_because == "states" else found

    def _run(
        self,
        model: Model,
        scope: Scope,
        properties: tuple[Traced, ...],
        reduction: Reduction | None,
        drafted: int | None = None,
    ) -> tuple[NativeModel, SearchResult]:
        """Compile and search; `drafted` is for how many states a draft will do."""
        groups = () if reduction is None else reduction.symmetry.groups
        guards = () if reduction is None else reduction.symmetry.guards
        draft = drafted is not None
        compiled = compile_at(model, scope, properties, groups=groups, draft=draft)
        if compiled.warning:
            self.notes[compiled.warning] = None
        named = {p.name for p in properties} - self.untraced - {g.name for g in guards}
        options = replace(
            self._options(_bits(compiled, named)),
            stop_bits=_bits(compiled, {guard.name for guard in guards}),
            max_states=drafted or self.limits.states,
        )
        with self.polling():
            return compiled, search(compiled.machine, options)

    def _by_orbits(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration | None:
        """The native search over orbits; None where there are none to search."""
        reduction = reduction_of(model, scope, properties)
        if isinstance(reduction, Symmetry):
            self._note(reduction, None)
            return None
        guarded = reduction.guarded(properties)
        found = self._natively(model, scope, guarded, reduction)
        abandoned = reduction.broken(v.prop for v in found.violations)
        self._note(reduction.symmetry, abandoned)
        return None if abandoned else found

    def _note(self, symmetry: Symmetry, abandoned: str | None) -> None:
        """Say by what the search was reduced, or why not."""
        said = symmetry.words() if abandoned is None else (abandoned,)
        self.reductions |= dict.fromkeys(said)

    def _options(self, bits: frozenset[int]) -> Options:
        limits = self.limits
        return Options(
            threads=limits.threads,
            trace_bits=bits,
            max_depth=limits.depth,
            max_states=limits.states,
            memory=limits.memory,
            spill=limits.spill,
            checkpoint=limits.checkpoint,
            checkpoint_every=limits.checkpoint_every,
            resume=limits.resume,
            fingerprints=limits.fingerprints,
            progress=self.told,
            should_stop=lambda: self._over() is not None,
        )

    def _reason(self, result: SearchResult) -> str | None:
        if result.stopped_because == "asked":
            return self._over() or "interrupted"
        return result.stopped_because


def _bits(compiled: NativeModel, names: Collection[str]) -> frozenset[int]:
    """The bits that are about these properties."""
    watched = enumerate(compiled.watches)
    return frozenset(bit for bit, watch in watched if watch.name in names)


def _violations(
    evaluator: Evaluator,
    compiled: NativeModel,
    result: SearchResult,
    reduction: Reduction | None,
) -> list[Violation]:
    """What failed: with its shortest run if it was traced, else with none."""
    names = {watch.name for watch in compiled.watched(result.seen)}
    if reduction is not None and reduction.broken(names):
        return [Violation(name, ()) for name in names]
    runs: dict[str, Run] = {}
    for finding in result.findings:
        name = compiled.watches[finding.bit].name
        if name not in runs or len(finding.actions) < len(runs[name]):
            runs[name] = run_of(evaluator, compiled, finding, reduction)
    listed = [name for name in evaluator.properties if name in names]
    return [Violation(name, runs.get(name, ())) for name in listed]


def run_of(
    evaluator: Evaluator,
    compiled: NativeModel,
    finding: Finding,
    reduction: Reduction | None = None,
) -> Run:
    """The native run as the evaluator takes it; raises Disagreement."""
    states = compiled.unpack(finding.states)
    watch = compiled.watches[finding.bit]
    if reduction is not None:

        def fails(before: State, step: Transition) -> bool:
            return not evaluator.holds_of(watch.name, before, step)

        shows = fails if watch.kind == "step" else any_step
        return reduction.run(evaluator, states, shows)
    before: State = evaluator.initial
    steps: list[Transition] = []
    for action, after in zip(finding.actions, states[1:], strict=True):
        step = _step(evaluator, before, compiled.labels[action], after)
        steps.append(step)
        before = step.after
    return tuple(steps)


def _step(
    evaluator: Evaluator, before: State, label: Label, after: State
) -> Transition:
    invocation = Invocation(label.action, label.args)
    for found in evaluator.outcomes(before, invocation, chosen=True):
        if isinstance(found, Stopped) or found.after != after:
            continue
        outcome = found.outcome
        case = (
            (outcome.rung, outcome.alternative)
            if isinstance(outcome, Failed)
            else (None, None)
        )
        if case == (label.rung, label.alternative):
            return found
    message = (
        f"the native search takes {label.action}{label.args} where the reference "
        "evaluator does not"
    )
    raise Disagreement(message)
