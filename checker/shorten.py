"""Leave out of a run what it does not need to show what it shows."""

from __future__ import annotations

from checker.evaluate import Evaluator, Failed, Transition
from checker.trace import shows
from checker.verdict import Run


def shortened(evaluator: Evaluator, prop: str, run: Run) -> Run:
    """A run that shows the same of the property, and of which no step can be spared."""
    position = len(run) - 1
    while position >= 0:
        shorter = _retaken(evaluator, (*run[:position], *run[position + 1 :]))
        if shorter is not None and shows(evaluator, prop, shorter):
            run = shorter
            position = min(position, len(run))
        position -= 1
    return run


def _retaken(evaluator: Evaluator, steps: Run) -> Run | None:
    """The same calls from boot, if each still ends as it did."""
    state, taken = evaluator.initial, list[Transition]()
    for step in steps:
        for found in evaluator.outcomes(state, step.invocation, chosen=True):
            if isinstance(found, Transition) and _same_end(found, step):
                taken.append(found)
                state = found.after
                break
        else:
            return None
    return tuple(taken)


def _same_end(one: Transition, other: Transition) -> bool:
    """Both succeed, or both fail in the same way."""
    if isinstance(one.outcome, Failed) or isinstance(other.outcome, Failed):
        return one.outcome == other.outcome
    return True
