"""A recorded run: the steps, and what they are steps of.

The engines return a `Run` inside their verdict. Before anybody sees it, it is taken
again through the reference evaluator (`rerun`, `confirm`); a run that does not survive
that is an error of an engine, `Disagreement`, and never a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.evaluate import (
    Evaluator,
    Failed,
    State,
    Stopped,
    Transition,
)
from checker.scope import Size
from checker.verdict import Run
from spec.lang.model import Model
from spec.lang.printing import model_digest


class Disagreement(Exception):
    """An engine reports what the reference evaluator does not see."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a run is a run of: enough to build the model again, all of it by name."""

    prop: str
    system: str
    reading: tuple[tuple[str, str], ...]
    mutant: str | None
    scope: tuple[tuple[str, Size], ...]
    """Sizes by the sorts' written names: `exit_code`, not `ExitCode`."""
    engine: str
    spec: str
    """The digest of the model."""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A run of a model from its state at boot, with what it is a run of."""

    header: Header
    run: Run


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that a step gave another value."""

    field: str
    row: int | None
    before: int
    after: int


def changes(evaluator: Evaluator, before: State, after: State) -> Iterator[Change]:
    """The cells whose values differ, in the order of their declaration."""
    for info, old, new in zip(
        evaluator.model.shape.fields(), before, after, strict=True
    ):
        if info.index is None:
            pairs: list[tuple[int | None, int, int]] = [(None, old, new)]
        else:
            pairs = [
                (row, *pair) for row, pair in enumerate(zip(old, new, strict=True))
            ]
        for row, held, holds in pairs:
            if held != holds:
                yield Change(info.name, row, held, holds)


def rerun(evaluator: Evaluator, run: Run) -> Run:
    """The same steps as the evaluator takes them; raises Disagreement."""
    state, steps = evaluator.initial, []
    for number, step in enumerate(run, start=1):
        taken = _taken(evaluator, state, step)
        if taken is None:
            message = (
                f"step {number}, {step.invocation.action}{step.invocation.args}, is "
                "reported by the engine and refused by the reference evaluator"
            )
            raise Disagreement(message)
        steps.append(taken)
        state = taken.after
    return tuple(steps)


def _taken(evaluator: Evaluator, state: State, step: Transition) -> Transition | None:
    for found in evaluator.outcomes(state, step.invocation, chosen=True):
        if isinstance(found, Stopped):
            continue
        if found.outcome == step.outcome and found.after == step.after:
            return found
    return None


def confirm(evaluator: Evaluator, prop: str, run: Run) -> Run:
    """The run, rerun, once it shows what is said of it.

    It shows that an `always` property is false in its last state, that an `every_step`
    property is false of its last step, or that a `sometimes` property has an example.
    A step property that fails of a call that changes nothing gets that call as its
    last step. Raises Disagreement.
    """
    steps = rerun(evaluator, run)
    if shows(evaluator, prop, steps):
        return steps
    if evaluator.properties[prop].kind == "every_step":
        last = steps[-1].after if steps else evaluator.initial
        for refused in refusals(evaluator, last):
            if not evaluator.holds_of(prop, last, refused):
                return (*steps, refused)
    message = f"the engine's run does not show what it says of {prop}"
    raise Disagreement(message)


def shows(evaluator: Evaluator, prop: str, run: Run) -> bool:
    """The end of this run shows what a trace of the property is for."""
    last = run[-1].after if run else evaluator.initial
    kind = evaluator.properties[prop].kind
    if kind != "every_step":
        return evaluator.holds(prop, last) == (kind == "sometimes")
    before = run[-2].after if len(run) > 1 else evaluator.initial
    return bool(run) and not evaluator.holds_of(prop, before, run[-1])


def refusals(evaluator: Evaluator, state: State) -> Iterator[Transition]:
    """The calls that answer with an error in this state."""
    for action in evaluator.model.actions:
        if not any(rung.alternatives for rung in action.rungs):
            continue
        for invocation in evaluator.invocations(action):
            for found in evaluator.outcomes(state, invocation):
                if isinstance(found, Transition) and isinstance(found.outcome, Failed):
                    yield found


def digest(model: Model) -> str:
    """Twelve hexadecimal digits that change when the meaning of the model does."""
    return model_digest(model)[:12]
