"""A trace as reports show it: every piece as text, no markup yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.evaluate import Evaluator
from checker.trace import Trace
from counterexamples.explain import instance
from counterexamples.tree import Twig, twigs
from counterexamples.write import answer, changed_cells, header_lines, request, title


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: what is asked, what is seen, and (cell, before, after) changed."""

    asked: str
    answer: str
    changed: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class View:
    """A trace, ready to be set on a terminal or a page."""

    title: str
    about: str
    """The property's own sentence."""
    header: tuple[tuple[str, str], ...]
    steps: tuple[StepView, ...]
    before: tuple[Twig, ...]
    """The family before the last step, and after it."""
    after: tuple[Twig, ...]
    instance: str


def view(evaluator: Evaluator, trace: Trace) -> View:
    """The trace, replayed already, of this evaluator's model."""
    states = [evaluator.initial, *(step.after for step in trace.run)]
    last, before = states[-1], states[max(len(states) - 2, 0)]
    keys = (line.split(None, 1) for line in header_lines(trace.header))
    return View(
        title=title(evaluator, trace),
        about=evaluator.properties[trace.header.prop].declared.doc,
        header=tuple((key, value) for key, value in keys),
        steps=tuple(_steps(evaluator, trace)),
        before=twigs(evaluator, before, last),
        after=twigs(evaluator, last, before),
        instance=instance(evaluator, trace),
    )


def _steps(evaluator: Evaluator, trace: Trace) -> Iterator[StepView]:
    before = evaluator.initial
    for step in trace.run:
        changed = tuple(changed_cells(evaluator, before, step.after))
        yield StepView(request(evaluator, step), answer(evaluator, step), changed)
        before = step.after
