"""A shorter run that shows the same: steps are left out, elements and values lowered.

Nothing is believed: every candidate is taken again by the evaluator, from boot, and
counts only if its end still shows the property. Two runs are compared by the number of
their steps, then by how many processes and other elements they speak of, then by their
arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Final

from checker.evaluate import (
    Evaluator,
    Failed,
    Invocation,
    State,
    Stopped,
    Transition,
)
from checker.trace import shows
from checker.verdict import Run
from spec.lang.types import SetType, SortType

TOGETHER: Final = 3
"""So many steps are left out at once: a process, its end and its collection."""
TRIED: Final = 8
"""So many of the lowest values are tried of an argument."""


def minimise(evaluator: Evaluator, prop: str, run: Run) -> Run:
    """A run from which nothing can be dropped and in which nothing can be lowered.

    `run` is of the evaluator's model and shows the property.
    """
    while True:
        better = next(_better(evaluator, prop, run), None)
        if better is None:
            return run
        run = better


def _better(evaluator: Evaluator, prop: str, run: Run) -> Iterator[Run]:
    for steps in _simpler(evaluator, run):
        again = retake(evaluator, steps)
        if again is not None and _less(again, run) and shows(evaluator, prop, again):
            yield again


def _less(one: Run, other: Run) -> bool:
    return _weight(one) < _weight(other)


def _weight(run: Run) -> tuple[int, int, list[tuple[int, ...]]]:
    args = [step.invocation.args for step in run]
    return len(run), sum(map(sum, args)), args


def retake(evaluator: Evaluator, steps: Iterable[Transition]) -> Run | None:
    """The same calls with the same choices, if each ends as it did; None otherwise.

    What they leave, and what they answer on success, may be something else. The run
    may be of a larger scope than the evaluator's.
    """
    state, taken = evaluator.initial, list[Transition]()
    for step in steps:
        found = _again(evaluator, state, step)
        if found is None:
            return None
        taken.append(found)
        state = found.after
    return tuple(taken)


def _again(evaluator: Evaluator, state: State, step: Transition) -> Transition | None:
    if not _exists(evaluator, step):
        return None
    for found in evaluator.outcomes(state, step.invocation, chosen=True):
        if not isinstance(found, Stopped) and _ending(found) == _ending(step):
            return found
    return None


def _exists(evaluator: Evaluator, step: Transition) -> bool:
    """The scope has what the step speaks of."""
    params = evaluator.model.action(step.invocation.action).params
    pairs = zip(params, step.invocation.args, strict=True)
    return all(value < evaluator.scope.size(param.type) for param, value in pairs)


def _ending(step: Transition) -> object:
    return step.outcome.error if isinstance(step.outcome, Failed) else None


def _simpler(evaluator: Evaluator, run: Run) -> Iterator[Run]:
    """What might do instead, the most promising first."""
    for count in range(1, TOGETHER + 1):
        for kept in combinations(range(len(run)), max(0, len(run) - count)):
            yield tuple(run[at] for at in kept)
    yield from _renumbered(evaluator, run)
    for at, step in enumerate(run):
        for place, value in enumerate(step.invocation.args):
            for lower in _lower(evaluator, step, place, value):
                yield (*run[:at], lower, *run[at + 1 :])


def _lower(
    evaluator: Evaluator, step: Transition, place: int, value: int
) -> Iterator[Transition]:
    call = step.invocation
    param = evaluator.model.action(call.action).params[place]
    if isinstance(param.type, SetType):
        bits = (1 << member for member in range(value.bit_length()))
        lower = [value & ~bit for bit in bits if value & bit]
    else:
        lower = [v for v in evaluator.scope.among(param)[:TRIED] if v < value]
    for less in lower:
        args = (*call.args[:place], less, *call.args[place + 1 :])
        yield replace(step, invocation=Invocation(call.action, args))


def _renumbered(evaluator: Evaluator, run: Run) -> Iterator[Run]:
    """Two elements of a sort change places in the whole run."""
    kinds = {
        param.type
        for step in run
        for param in evaluator.model.action(step.invocation.action).params
        if isinstance(param.type, SortType)
    }
    for kind in sorted(kinds, key=str):
        for one in range(evaluator.scope.size(kind)):
            for other in range(one):
                yield _swapped(evaluator, run, kind, {one: other, other: one})


def _swapped(
    evaluator: Evaluator, run: Run, kind: SortType, names: dict[int, int]
) -> Run:
    swapped = []
    for step in run:
        params = evaluator.model.action(step.invocation.action).params
        args = tuple(
            names.get(value, value) if param.type == kind else value
            for param, value in zip(params, step.invocation.args, strict=True)
        )
        call = Invocation(step.invocation.action, args)
        swapped.append(replace(step, invocation=call))
    return tuple(swapped)
