"""A glance at a model: a few random runs, to see which probes fail easily.

Most of what a probe asks for, that a call can succeed, that a premise can hold, happens
within a few steps. What a glance sees need not be searched for; what it does not see
is open, and no verdict rests on it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from checker.evaluate import Evaluator, Failed, State, Transition
from checker.trace import refusals
from spec.lang.model import Model, Scope, Traced

SEED = 1
LONGEST = 40
"""Steps of one run."""

_Ending = tuple[str, int | None, int | None]


def glance(
    model: Model, scope: Scope, probes: Iterable[Traced], seconds: float
) -> frozenset[str]:
    """The names of the probes that a few runs break, within about this time."""
    return _Glance(Evaluator(model, scope, probes), time.monotonic() + seconds).seen()


@dataclass
class _Glance:
    evaluator: Evaluator
    deadline: float

    def seen(self) -> frozenset[str]:
        """Walk until the time is over, or nothing is open."""
        random = Random(SEED)  # noqa: S311  (not a secret)
        props = self.evaluator.properties.values()
        self.states = {p.name for p in props if p.kind == "always"}
        self.endings: dict[_Ending, set[str]] = {}
        for prop in props:
            for demand in prop.obligations:
                ending = (demand.action, demand.rung, demand.alternative)
                self.endings.setdefault(ending, set()).add(prop.name)
        self.found: set[str] = set()
        while time.monotonic() < self.deadline and len(self.found) < len(props):
            self._walk(random)
        return frozenset(self.found)

    def _walk(self, random: Random) -> None:
        state = self.evaluator.initial
        for _ in range(LONGEST):
            self._look(state)
            by_action: dict[str, list[Transition]] = {}
            for step in self.evaluator.transitions(state):
                self._note(state, step)
                by_action.setdefault(step.invocation.action, []).append(step)
            for refused in refusals(self.evaluator, state):
                self._note(state, refused)
            if not by_action or time.monotonic() > self.deadline:
                return
            state = random.choice(random.choice(list(by_action.values()))).after

    def _look(self, state: State) -> None:
        for name in [n for n in self.states if not self.evaluator.holds(n, state)]:
            self.states.discard(name)
            self.found.add(name)

    def _note(self, state: State, step: Transition) -> None:
        outcome, action = step.outcome, step.invocation.action
        waiting = self.endings.get(
            (action, outcome.rung, outcome.alternative)
            if isinstance(outcome, Failed)
            else (action, None, None)
        )
        if not waiting:
            return
        for name in [n for n in waiting if n not in self.found]:
            if not self.evaluator.holds_of(name, state, step):
                self.found.add(name)
        waiting -= self.found
