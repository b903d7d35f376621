"""Simulation: long random runs of the whole model, natively, everything checked.

Nothing is sliced and nothing is reduced, so a run can go where no search of this scope
has the time to go. What it finds is a long run; `minimise` leaves out every step that
the failure does not need.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from checker.evaluate import Evaluator, State, Stopped, Transition
from checker.native.model import compile_at
from checker.search.walk import walk
from checker.searcher import run_of
from checker.trace import confirm, shows
from checker.verdict import Run
from spec.lang.model import Model, Scope, Traced

AT_ONCE: Final = 16
"""Walks between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the walks covered, and what the first failure was, if there was one."""

    walks: int
    steps: int
    setup_seconds: float
    seconds: float
    prop: str | None
    run: Run
    length: int
    """How many steps the run had before it was minimised."""


def simulate(
    model: Model,
    scope: Scope,
    properties: tuple[Traced, ...],
    *,
    seed: int,
    steps: int,
    seconds: float,
    should_stop: Callable[[], bool] = lambda: False,
) -> Simulated:
    """Walk until a property fails or the time is over."""
    started = time.perf_counter()
    compiled = compile_at(model, scope, properties)
    names = {prop.name for prop in properties}
    bits = frozenset(
        bit for bit, watch in enumerate(compiled.watches) if watch.name in names
    )
    ready = time.perf_counter()

    def over() -> bool:
        return should_stop() or time.perf_counter() - ready > seconds

    made = taken = 0
    while True:
        found = walk(
            compiled.machine,
            seed + made,
            steps,
            AT_ONCE,
            stop_bits=bits,
            should_stop=over,
        )
        made, taken = made + found.walks, taken + found.steps
        if found.finding is not None or over():
            break
    setup, spent = ready - started, time.perf_counter() - ready
    if found.finding is None:
        return Simulated(made, taken, setup, spent, None, (), 0)
    evaluator = Evaluator(model, scope, properties)
    name = compiled.watches[found.finding.bit].name
    run = confirm(evaluator, name, run_of(evaluator, compiled, found.finding))
    short = minimise(evaluator, name, run)
    return Simulated(made, taken, setup, spent, name, short, len(run))


def minimise(
    evaluator: Evaluator, prop: str, run: Run, *, seconds: float = 10.0
) -> Run:
    """A run that shows the same without the steps that it can do without.

    Pieces are left out, long ones first; a step that is then impossible goes too.
    """
    deadline = time.monotonic() + seconds
    piece = max(len(run) // 2, 1)
    while run:
        start, shorter = 0, False
        while start < len(run) and time.monotonic() < deadline:
            kept = _again(evaluator, prop, (*run[:start], *run[start + piece :]))
            if kept is not None:
                run, shorter = kept, True
            else:
                start += piece
        if time.monotonic() > deadline or (piece == 1 and not shorter):
            break
        piece = piece if shorter and piece == 1 else max(piece // 2, 1)
    return run


def _again(evaluator: Evaluator, prop: str, steps: Run) -> Run | None:
    """As many of the steps as are possible, up to the first failure; None if none."""
    state, taken = evaluator.initial, list[Transition]()
    for step in steps:
        again = _possible(evaluator, state, step)
        if again is None:
            continue
        taken.append(again)
        state = again.after
        if _shows(evaluator, prop, taken):
            return tuple(taken)
    return None


def _possible(
    evaluator: Evaluator, state: State, step: Transition
) -> Transition | None:
    for found in evaluator.outcomes(state, step.invocation, chosen=True):
        if not isinstance(found, Stopped) and type(found.outcome) is type(step.outcome):
            return found
    return None


def _shows(evaluator: Evaluator, prop: str, taken: list[Transition]) -> bool:
    """The last step shows it; only the last two states are looked at."""
    if evaluator.properties[prop].kind == "every_step":
        before = taken[-2].after if len(taken) > 1 else evaluator.initial
        return not evaluator.holds_of(prop, before, taken[-1])
    return shows(evaluator, prop, (taken[-1],))
