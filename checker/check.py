"""Check properties of a model, by the engine that is asked for.

The exploring engines search (`exploring`); bounded model checking and induction ask a
solver, about the model whole.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from checker.bounded.bmc import check_bounded
from checker.bounded.induction import check_inductive
from checker.evaluate import Evaluator
from checker.exploring import Exploring
from checker.looking import some_runs
from checker.probes import example_probes, reach_probes
from checker.searcher import Searcher
from checker.task import Covered, Event, Result, Task
from checker.verdict import Run, Unknown, Verdict


def check(
    task: Task,
    engine: str,
    searcher: Searcher,
    *,
    slices: bool = True,
    depth: int | None = None,
) -> Iterator[Event]:
    """Settle every property of the task; results come as they are known."""
    if engine == "bmc":
        yield from _bounded(task, searcher, depth or 10)
    elif engine == "induction":
        yield from _inductive(task, searcher, depth or 1)
    else:
        yield from Exploring(task, engine, searcher, slices).events()


def _seconds_left(searcher: Searcher) -> float | None:
    deadline = searcher.limits.deadline
    return None if deadline is None else max(deadline - time.monotonic(), 0.1)


def _bounded(task: Task, searcher: Searcher, depth: int) -> Iterator[Event]:
    def progress(covered: int, left: int, doing: str) -> bool:
        said = f"{task.system}: depth {covered} covered, {left} open"
        searcher.doing(f"{said}; {doing}" if doing else said)
        return searcher.asked_to_stop()

    with searcher.polling():
        found = check_bounded(
            task.model,
            task.scope,
            task.properties,
            look=lambda names: _seen(task, names, searcher.limits.deadline),
            depth=depth,
            seconds=_seconds_left(searcher),
            lemmas=task.lemmas(),
            reachability=task.goals,
            progress=progress,
        )
    yield from _plain(task, "bmc", found.verdicts, found.depth, found.seconds)


def _seen(task: Task, names: Collection[str], deadline: float | None) -> dict[str, Run]:
    """The examples and the goals of these names that kept or random runs reach."""
    probes = (*example_probes(task.properties), *reach_probes(task.model))
    sought = [probe.prop for probe in probes if probe.prop.name in names]
    evaluator = Evaluator(task.model, task.scope, sought)
    return some_runs(task, evaluator, names, deadline, patient=True)


def _inductive(task: Task, searcher: Searcher, k: int) -> Iterator[Event]:
    found = check_inductive(
        task.model,
        task.scope,
        task.properties,
        k=k,
        seconds=_seconds_left(searcher),
    )
    examples = [p for p in task.properties if p.kind == "sometimes"]
    silent = Unknown("induction says nothing of what can be reached")
    verdicts = found.verdicts | {p.name: silent for p in examples}
    without_goals = replace(task, goals=False)
    yield from _plain(without_goals, "induction", verdicts, None, found.seconds)


def _plain(
    task: Task,
    engine: str,
    verdicts: Mapping[str, Verdict],
    depth: int | None,
    seconds: float,
) -> Iterator[Event]:
    """The events of an engine that counts no states."""
    extra = task.generated()
    names = {p.name for p in extra}
    for prop in (*(p.declared for p in task.properties), *extra):
        if prop.name in verdicts:
            verdict = verdicts[prop.name]
            made = prop.name in names
            yield Result(
                task, prop, verdict, engine, None, None, depth, seconds, generated=made
            )
    yield Covered(task, None, None, depth, seconds, ())
