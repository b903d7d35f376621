"""One way to search, for whoever asks: the native search or the reference one.

A `Searcher` is called with a model, a scope and properties and answers with an
`Exploration`, whichever engine it runs. It keeps what the whole check shares: limits,
the clock, whether somebody asked to stop, and why the last search ended early.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.evaluate import (
    Evaluator,
    Failed,
    Invocation,
    State,
    Stopped,
    Transition,
)
from checker.explore import Exploration, Violation, explore
from checker.ground import ground
from checker.native import Label, NativeModel, compile_model
from checker.search.result import Finding, Options, Progress, SearchResult
from checker.search.search import search
from checker.trace import Disagreement
from checker.verdict import Run
from spec.lang.model import Model, Scope, Traced

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
    resume: Path | None = None
    fingerprints: bool = False


@dataclass
class Searcher:
    """Calls one of the two searches; see the module."""

    limits: Limits
    native: bool = True
    symmetry: bool = False
    told: Told = lambda _progress: None
    asked_to_stop: Callable[[], bool] = lambda: False
    untraced: frozenset[str] = frozenset()
    """Properties of which it is enough to know that they fail."""
    stopped: str | None = None
    """Why the last search did not visit everything: "depth", "time", ..."""
    notes: dict[str, None] = field(default_factory=dict)
    omission: float = 0.0

    def __call__(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        """Visit every state within the limits; a run for each property that fails."""
        self.stopped = None
        if self.native:
            return self._natively(model, scope, properties)
        return self._plainly(model, scope, properties)

    def limited(self, states: int | None) -> Searcher:
        """The same with another limit of states."""
        return replace(self, limits=replace(self.limits, states=states))

    def _over(self) -> str | None:
        if self.asked_to_stop():
            return "interrupted"
        deadline = self.limits.deadline
        return "time" if deadline is not None and time.monotonic() > deadline else None

    # The reference search

    def _plainly(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        started = time.perf_counter()

        def progress(distinct: int, transitions: int, depth: int) -> bool:
            spent = time.perf_counter() - started
            rate = transitions / spent if spent else 0.0
            self.told(Progress(distinct, transitions, depth, rate, 0, 0, spent))
            most = self.limits.states
            if most is not None and distinct >= most:
                self.stopped = "states"
            self.stopped = self._over() or self.stopped
            return self.stopped is not None

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
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        started = time.perf_counter()
        compiled = compile_model(ground(model, scope, properties))
        if compiled.warning:
            self.notes[compiled.warning] = None
        named = {prop.name for prop in properties} - self.untraced
        bits = {
            bit for bit, watch in enumerate(compiled.watches) if watch.name in named
        }
        result = search(compiled.machine, self._options(frozenset(bits)))
        self.stopped = self._reason(result)
        self.omission = max(self.omission, result.omission)
        evaluator = Evaluator(model, scope, properties)
        return Exploration(
            distinct=result.distinct,
            transitions=result.transitions,
            depth=result.depth,
            seconds=time.perf_counter() - started,
            complete=result.complete,
            violations=tuple(_violations(evaluator, compiled, result)),
            witnessed=frozenset(),
        )

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
            resume=limits.resume,
            fingerprints=limits.fingerprints,
            progress=self.told,
            should_stop=lambda: self._over() is not None,
        )

    def _reason(self, result: SearchResult) -> str | None:
        if result.stopped_because == "asked":
            return self._over() or "interrupted"
        return result.stopped_because


def _violations(
    evaluator: Evaluator, compiled: NativeModel, result: SearchResult
) -> list[Violation]:
    """What failed: with its shortest run if it was traced, else with none."""
    runs: dict[str, Run] = {}
    for finding in result.findings:
        name = compiled.watches[finding.bit].name
        if name not in runs or len(finding.actions) < len(runs[name]):
            runs[name] = _run(evaluator, compiled, finding)
    names = {watch.name for watch in compiled.watched(result.seen)}
    listed = [name for name in evaluator.properties if name in names]
    return [Violation(name, runs.get(name, ())) for name in listed]


def _run(evaluator: Evaluator, compiled: NativeModel, finding: Finding) -> Run:
    """The native run as the evaluator takes it; raises Disagreement."""
    before: State = evaluator.initial
    steps: list[Transition] = []
    states = compiled.unpack(finding.states)
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
