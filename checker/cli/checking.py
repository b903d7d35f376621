"""What `pidproof check` does once its options are read."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from checker.check import check
from checker.cli import report
from checker.cli.naming import system_named, task, tasks
from checker.cli.progress import ProgressLine
from checker.cli.stopping import Interrupted, Stopping
from checker.cli.workers import side_by_side
from checker.scope import parse_sizes
from checker.search.region import usual_memory
from checker.searcher import Limits, Searcher
from checker.task import Covered, Event, Result, Task
from checker.verdict import Unknown, worst
from spec.lang.errors import UnknownName
from spec.lang.model import lookup
from spec.systems import SYSTEMS


class Unusable(Exception):
    """An option that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options, as given."""

    systems: tuple[str, ...]
    properties: tuple[str, ...]
    scope: str | None
    depth: int | None
    engine: str
    reading: tuple[str, ...]
    mutant: str | None
    everything: bool
    goals: bool
    slices: bool
    symmetry: bool
    timeout: float | None
    deadlock: bool
    verbose: bool
    threads: int | None
    memory: str | None
    spill: Path | None
    checkpoint: Path | None
    checkpoint_every: float
    resume: Path | None
    fingerprint: bool
    json: bool
    html: Path | None
    save: Path | None


def run(asked: Asked) -> int:
    """Check, print, write the reports; the exit code."""
    started = time.perf_counter()
    stopping, line = Stopping(), ProgressLine()
    with stopping.watching():
        tasks = list(tasks_of(asked))
        _require_one_search(asked, tasks)
        count = _workers(asked, tasks)
        searcher = _searcher(asked, stopping, line, count)
        width = report.width_for(tasks)
        text = (
            None
            if asked.json
            else report.TextReport(asked.mutant, width, verbose=asked.verbose)
        )
        results: list[Result] = []
        for event in _found(tasks, asked, searcher, count, line):
            line.clear()
            if isinstance(event, Result):
                results.append(event)
            if text is not None:
                _print(text, event)
    line.clear()
    if text is None:
        print(report.as_json(results, asked.mutant), flush=True)
    else:
        text.runs(results)
        text.summary(results, time.perf_counter() - started)
    _write(asked, results)
    return worst(result.exit_code for result in results)


def _require_one_search(asked: Asked, tasks: list[Task]) -> None:
    """A checkpoint is of one search; raises Unusable."""
    if (asked.checkpoint or asked.resume) is None:
        return
    if len(tasks) != 1 or asked.engine != "explore":
        raise Unusable(
            "a checkpoint belongs to one search: name one system, and search it with "
            "--engine explore"
        )


def _whole(asked: Asked) -> bool:
    """Whether the model is searched as it is: a checkpoint is of one search."""
    return not asked.slices or (asked.checkpoint or asked.resume) is not None


def _print(text: report.TextReport, event: Event) -> None:
    if isinstance(event, Covered):
        text.covered(event)
    else:
        text.result(event)


def _write(asked: Asked, results: list[Result]) -> None:
    if asked.save is not None:
        report.save(results, asked.mutant, asked.save)
    if asked.html is not None:
        report.put(asked.html, report.as_html(results, asked.mutant))


def tasks_of(asked: Asked) -> Iterator[Task]:
    """The checks asked for; raises UnknownName for a name that is nowhere."""
    names = asked.systems or tuple(SYSTEMS)
    found: list[Task] = []
    refusals = []
    for name in dict.fromkeys(names):
        system_named(name)
        try:
            found += _tasks_of(name, asked)
        except UnknownName as error:
            refusals.append(error)
    if not found or (refusals and asked.systems):
        raise refusals[0]
    return iter(found)


def _tasks_of(name: str, asked: Asked) -> list[Task]:
    """Those of one system: one at the scope given, else one at each scope needed."""
    reading = reading_for(name, asked.reading, strict=bool(asked.systems))
    if asked.scope or asked.checkpoint or asked.resume:
        sizes = parse_sizes(asked.scope) if asked.scope else {}
        one = task(
            name,
            asked.properties,
            reading=reading,
            sizes=sizes,
            mutant=asked.mutant,
            goals=asked.goals,
            deadlock=asked.deadlock,
        )
        return [replace(one, searches_goals=asked.everything)]
    return tasks(
        name,
        asked.properties,
        reading=reading,
        mutant=asked.mutant,
        goals=asked.goals,
        deadlock=asked.deadlock,
    )


def reading_for(
    system: str, given: Iterable[str], *, strict: bool = True
) -> dict[str, str]:
    """`name=option` pairs as a reading of the system; raises UnknownName."""
    known = {r.name: r for r in system_named(system).readings}
    chosen = {}
    for pair in given:
        name, equals, option = pair.partition("=")
        if not equals:
            raise Unusable(f"{pair!r} is not of the form name=option")
        if name in known or strict:
            options = lookup(known, name, f"reading of {system}").options
            chosen[name] = lookup({o: o for o in options}, option, f"option of {name}")
    return chosen


def _workers(asked: Asked, tasks: list[Task]) -> int:
    """How many tasks are worked on at a time."""
    return min(asked.threads or processors(), len(tasks))


def _searcher(
    asked: Asked, stopping: Stopping, line: ProgressLine, workers: int
) -> Searcher:
    """The search as it is asked for: its share, where several run side by side."""
    timeout = asked.timeout
    memory = None if asked.memory is None else bytes_in(asked.memory)
    if memory is None and workers > 1:
        memory = usual_memory()
    limits = Limits(
        threads=max(1, (asked.threads or processors()) // workers),
        depth=asked.depth,
        deadline=None if timeout is None else time.monotonic() + timeout,
        memory=None if memory is None else memory // workers,
        spill=asked.spill,
        checkpoint=asked.checkpoint,
        checkpoint_every=asked.checkpoint_every,
        resume=asked.resume,
        fingerprints=asked.fingerprint,
    )
    return Searcher(
        limits=limits,
        native=asked.engine == "explore",
        symmetry=asked.symmetry,
        told=line,
        asked_to_stop=stopping,
        polling=stopping.polling,
    )


def searcher_within(
    timeout: float | None,
    stopping: Stopping,
    line: ProgressLine,
    states: int | None = None,
) -> Searcher:
    """The search as it is by default, within a time and a number of states."""
    deadline = None if timeout is None else time.monotonic() + timeout
    return Searcher(
        limits=Limits(deadline=deadline, threads=processors(), states=states),
        symmetry=True,
        told=line,
        asked_to_stop=stopping,
        polling=stopping.polling,
    )


def processors() -> int:
    """How many threads can run at once here; more than a few gain nothing."""
    return min(len(os.sched_getaffinity(0)), 8)


_UNITS: Mapping[str, int] = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def bytes_in(text: str) -> int:
    """`8G`, `500M`; raises Unusable."""
    found = re.fullmatch(r"([0-9]{1,9})([KMG]?)B?", text.strip().upper())
    if found is None or not int(found[1]):
        raise Unusable(f"--memory {text!r}: write a size such as 8G or 500M")
    return int(found[1]) * _UNITS[found[2]]


def _found(
    tasks: list[Task],
    asked: Asked,
    searcher: Searcher,
    workers: int,
    line: ProgressLine,
) -> Iterator[Event]:
    """Every task's events, in the order of the tasks."""
    stopping = searcher.asked_to_stop
    assert isinstance(stopping, Stopping)

    def answering(one: Task, told: ProgressLine) -> Iterator[Event]:
        searcher.told, searcher.doing = told, told.doing
        return _events(one, asked, searcher, stopping, told)

    def losing(one: Task, told: set[str], why: str) -> Iterator[Event]:
        return _left(one, told, asked.engine, why)

    if workers > 1:
        yield from side_by_side(tasks, answering, losing, workers, stopping, line)
        return
    for one in tasks:
        yield from answering(one, line)


def _events(
    one: Task,
    asked: Asked,
    searcher: Searcher,
    stopping: Stopping,
    line: ProgressLine,
) -> Iterator[Event]:
    """A task's events; what an interruption leaves open is unknown."""
    told: set[str] = set()
    line.doing(one.system)
    try:
        stopping.check()
        for event in check(
            one, asked.engine, searcher, slices=not _whole(asked), depth=asked.depth
        ):
            if isinstance(event, Result):
                told.add(event.prop.name)
                stopping.asked |= _was_interrupted(event)
            yield event
    except Interrupted:
        yield from _left(one, told, asked.engine, "interrupted")


def _was_interrupted(result: Result) -> bool:
    """The solver takes Ctrl-C for itself, and says so."""
    verdict = result.verdict
    return isinstance(verdict, Unknown) and "interrupted" in verdict.reason


def _left(task: Task, told: set[str], engine: str, why: str) -> Iterator[Event]:
    """What was not settled."""
    verdict = Unknown(f"{why} before it was settled")
    for prop in task.properties:
        if prop.name not in told:
            declared = prop.declared
            yield Result(task, declared, verdict, engine, None, None, None, 0.0)
    for goal in task.generated():
        if goal.name not in told:
            yield Result(
                task, goal, verdict, engine, None, None, None, 0.0, generated=True
            )
