"""Tasks side by side: the order of the answers, and what becomes of lost workers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from checker.cli.progress import ProgressLine
from checker.cli.stopping import Stopping
from checker.cli.workers import Answering, side_by_side
from checker.task import Covered, Event, Result, Task
from checker.trace import Disagreement
from checker.verdict import ProvedAtScope, Unknown, Verdict
from spec.lang import Scope
from tests import toys

MODEL = toys.model_p()
SCOPE = Scope({"Pid": 3})
TRACED = tuple(MODEL.trace(prop) for prop in toys.MODEL_P_INVARIANTS)


def a_task(system: str) -> Task:
    return Task(system, MODEL, SCOPE, TRACED, family=system)


def answers(task: Task, verdict: Verdict | None = None) -> Iterator[Event]:
    for prop in task.properties:
        told = verdict or ProvedAtScope()
        yield Result(task, prop.declared, told, "explore", 1, 2, 3, 0.5)
    yield Covered(task, 1, 2, 3, 0.5, ("a note",))


def lost(task: Task, told: set[str], why: str) -> Iterator[Event]:
    for prop in task.properties:
        if prop.name not in told:
            yield Result(
                task, prop.declared, Unknown(why), "explore", None, None, None, 0.0
            )


def run(tasks: list[Task], answering: Answering, stopping: Stopping) -> list[Event]:
    line = ProgressLine()
    return list(side_by_side(tasks, answering, lost, 2, stopping, line))


def test_answers_come_in_the_order_of_the_tasks_and_as_they_were_given() -> None:
    tasks = [a_task(name) for name in ("first", "second", "third")]

    def answering(task: Task, _: ProgressLine) -> Iterator[Event]:
        time.sleep(0.3 if task.system == "first" else 0.0)
        return answers(task)

    assert run(tasks, answering, Stopping()) == [e for t in tasks for e in answers(t)]


def test_a_family_goes_to_one_worker() -> None:
    tasks = [replace(a_task(str(n)), family=str(n % 2)) for n in range(6)]

    def answering(task: Task, _: ProgressLine) -> Iterator[Event]:
        yield Covered(task, os.getpid(), None, None, 0.0, ())

    by_family: dict[str, set[int | None]] = {"0": set(), "1": set()}
    for event in run(tasks, answering, Stopping()):
        assert isinstance(event, Covered)
        by_family[event.task.family].add(event.distinct)
    assert [len(workers) for workers in by_family.values()] == [1, 1]


def test_what_a_killed_worker_leaves_open_is_unknown_and_the_others_go_on() -> None:
    tasks = [a_task(name) for name in ("first", "killed", "third")]

    def answering(task: Task, _: ProgressLine) -> Iterator[Event]:
        for event in answers(task):
            yield event
            if task.system == "killed":
                os.kill(os.getpid(), signal.SIGKILL)

    found = run(tasks, answering, Stopping())

    of = {t.system: [e for e in found if e.task is t] for t in tasks}
    assert of["first"] == list(answers(tasks[0]))
    assert of["third"] == list(answers(tasks[2]))
    first, *others = of["killed"]
    assert first == next(answers(tasks[1]))
    assert {r.prop.name for r in others if isinstance(r, Result)} == {
        prop.name for prop in TRACED[1:]
    }
    for result in others:
        assert isinstance(result, Result)
        assert isinstance(result.verdict, Unknown)
        assert "SIGKILL" in result.verdict.reason
        assert "--memory" in result.verdict.reason


def test_an_error_of_a_worker_is_raised_where_the_answers_are_read() -> None:
    def answering(task: Task, _: ProgressLine) -> Iterator[Event]:
        message = f"engines disagree about {task.system}"
        raise Disagreement(message)

    with pytest.raises(Disagreement, match="engines disagree about"):
        run([a_task("first"), a_task("second")], answering, Stopping())


def test_who_asked_to_stop_hears_what_was_not_begun() -> None:
    tasks = [a_task(name) for name in ("first", "second", "third")]
    stopping = Stopping()

    def answering(task: Task, _: ProgressLine) -> Iterator[Event]:
        yield from answers(task)

    events = side_by_side(tasks, answering, lost, 1, stopping, ProgressLine())
    begun = [next(events)]
    stopping.asked = True
    found = begun + list(events)

    reasons = {
        r.task.system: r.verdict.reason
        for r in found
        if isinstance(r, Result) and isinstance(r.verdict, Unknown)
    }
    assert reasons.get("third") == "interrupted"
    assert len([e for e in found if isinstance(e, Result)]) == 3 * len(TRACED)
