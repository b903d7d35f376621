"""A glance at a model: random runs, to see which probes fail easily.

Most of what a probe asks for, that a call can succeed or fail so, that a premise can
hold, happens within a few steps. What a glance sees need not be searched for; what it
does not see is open, and no verdict rests on it.

Calls that were seldom made are made first, and a run starts again from states in which
something was new. What is still open of how calls end is asked in every state.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection, Iterable
from random import Random
from typing import Final

from checker.drawing import Drawing
from checker.evaluate import Evaluator, State, Transition
from checker.explore import path_to
from checker.novelty import SEED, SHARES, Novelty
from checker.slicing.ways import Way
from checker.verdict import Run

LONGEST: Final = 40
"""Steps of one run."""
LAST: Final = 50
"""So many of the states in which a field held something new are started from."""
QUESTIONS: Final = 12
"""Open questions of each kind that are asked in one state."""
WALKS: Final = 240
"""How many runs there are, so that every machine sees the same."""
PATIENCE: Final = 80
"""The runs in a row after which nothing new ends the glance."""


def glance(
    evaluator: Evaluator,
    probes: Iterable[str],
    deadline: float | None = None,
    *,
    seed: int = SEED,
    among: Collection[str] | None = None,
) -> dict[str, Run]:
    """Which of these properties of the evaluator runs break, each with a run.

    `deadline` is in seconds of `time.monotonic`; None looks for as long as it takes.
    The runs are made of the calls `among` which to choose; None: of all.
    """
    return _Glance(evaluator, probes, deadline, seed, among).seen()


class _Glance:
    def __init__(
        self,
        evaluator: Evaluator,
        probes: Iterable[str],
        deadline: float | None,
        seed: int,
        among: Collection[str] | None,
    ) -> None:
        self.evaluator, self.deadline = evaluator, deadline
        self.random = Random(seed)
        self.open = dict.fromkeys(probes)
        props = evaluator.properties
        self.states = [name for name in self.open if props[name].node is not None]
        self.ways: dict[Way, list[str]] = {}
        for name in self.open:
            for demand in props[name].obligations:
                way = Way(demand.action, demand.rung, demand.alternative)
                self.ways.setdefault(way, []).append(name)
        self.successes = [
            Way(a.name, None, None)
            for a in evaluator.model.actions
            if a.writes and (among is None or a.name in among)
        ]
        every = dict.fromkeys([*self.successes, *self.ways])
        self.drawing = Drawing(evaluator, every)
        self.made = Counter[Way]()
        self.found: dict[str, Run] = {}
        self.starts = [evaluator.initial]
        self.parents: dict[State, tuple[State, Transition] | None]
        self.parents = {evaluator.initial: None}
        self.recent = deque(self.starts, maxlen=LAST)
        self.novelty = Novelty()

    def seen(self) -> dict[str, Run]:
        """Walk until there were runs enough, nothing is new, or nothing is open."""
        self.quiet = 0
        for _ in range(WALKS):
            late = self.deadline is not None and time.monotonic() > self.deadline
            if not self.open or late or self.quiet > PATIENCE:
                break
            self.quiet += 1
            self._walk()
        return self.found

    def _walk(self) -> None:
        starts = self.random.choice((self.starts, self.starts, self.recent))
        state: State | None = self.random.choice(starts)
        share = self.random.choice(SHARES)
        self.allowed = [w for w in self.successes if self.random.random() < share]
        self.evenly = self.random.choice((0, 64))
        for _ in range(LONGEST):
            if state is None:
                return
            self._look(state)
            for way in self._some([way for way, open_ in self.ways.items() if open_]):
                self._tried(state, way)
            state = self._next(state)

    def _next(self, state: State) -> State | None:
        """The state after some call of this run that is possible, a rare one first."""
        drawn = self.random.sample(self.allowed, len(self.allowed))
        for way in sorted(drawn, key=lambda way: self.made[way] >> self.evenly):
            step = self._tried(state, way)
            if step is not None and step.after != state:
                self.made[way] += 1
                self.parents.setdefault(step.after, (state, step))
                if self.novelty.is_news(step.after):
                    self.recent.append(step.after)
                return step.after
        return None

    def _some(self, listed: list[Way]) -> list[Way]:
        return self.random.sample(listed, min(QUESTIONS, len(listed)))

    def _tried(self, state: State, way: Way) -> Transition | None:
        step = self.drawing.step(state, way, self.random)
        if step is not None:
            for name in list(self.ways.get(way, ())):
                if not self.evaluator.holds_of(name, state, step):
                    self.parents.setdefault(step.after, (state, step))
                    self._new(name, step.after, (*self._run_to(state), step))
        return step

    def _look(self, state: State) -> None:
        asked = self.random.sample(self.states, min(QUESTIONS, len(self.states)))
        for name in asked:
            if not self.evaluator.holds(name, state):
                self._new(name, state, self._run_to(state))

    def _run_to(self, state: State) -> Run:
        return path_to(self.parents, state)

    def _new(self, name: str, state: State, run: Run) -> None:
        self.quiet = 0
        self.found[name] = run
        del self.open[name]
        self.states = [other for other in self.states if other != name]
        for waiting in self.ways.values():
            if name in waiting:
                waiting.remove(name)
        self.starts.append(state)
