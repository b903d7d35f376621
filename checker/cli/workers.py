"""Tasks side by side, each in a process of its own; the answers in the tasks' order.

A worker is forked once the tasks are built, so it has them; it is sent their numbers,
one after the other, and sends back what it finds, without the model. Tasks of a family
go to one worker: what it learns of one it knows of the next. What a worker that is
killed leaves open is unknown, and the others go on.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final

from checker.cli.progress import ProgressLine
from checker.cli.stopping import Interrupted, Stopping
from checker.search.result import Progress
from checker.task import Covered, Event, Result, Task
from spec.lang.declare import Property

Answering = Callable[[Task, "FarLine"], Iterator[Event]]
"""All that is found of a task, in the worker; the line tells how far it is."""
Losing = Callable[[Task, set[str], str], Iterator[Event]]
"""What to say of a task of which only so much was told, and why."""
YOUNG: Final = 500_000
"""Objects made between two looks for garbage: most live as long as the worker."""
ASKED_EVERY: Final = 0.2
"""Seconds between two looks at whether somebody asked to stop."""


@dataclass(frozen=True, slots=True)
class _Far:
    """An event without its task; a property by its name."""

    kind: type[Result] | type[Covered]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Step:
    """What a worker does now, and how far it has come."""

    about: str
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class FarLine(ProgressLine):
    """The progress line of a worker: it is written by the process that shows it."""

    def __init__(self, send: Callable[[object], None], *, shown: bool) -> None:
        super().__init__()
        self.shown, self.send = shown, send

    def __call__(self, now: Progress) -> None:
        if self.shown:
            self.send(_Step(self.about, now))

    def doing(self, what: str) -> None:
        """What is being done now."""
        self.about = what
        if self.shown:
            self.send(_Step(what, None))

    def clear(self) -> None:
        """Nothing is written here."""


def side_by_side(
    tasks: Sequence[Task],
    answering: Answering,
    losing: Losing,
    count: int,
    stopping: Stopping,
    line: ProgressLine,
) -> Iterator[Event]:
    """The events of every task, from so many workers at most."""
    crew = _Crew(tasks, answering, losing, stopping, line)
    try:
        crew.start(count)
        yield from crew.events()
    finally:
        crew.dismiss()


@dataclass
class _Worker:
    process: BaseProcess
    link: Connection
    task: int | None = None
    next: deque[int] = field(default_factory=deque)
    """The rest of the family."""


@dataclass
class _Crew:
    tasks: Sequence[Task]
    answering: Answering
    losing: Losing
    stopping: Stopping
    line: ProgressLine
    workers: list[_Worker] = field(default_factory=list)
    has_told: bool = False
    """The workers know that somebody asked to stop."""

    def __post_init__(self) -> None:
        families: dict[str, deque[int]] = {}
        for number, task in enumerate(self.tasks):
            families.setdefault(task.family, deque()).append(number)
        self.todo = deque(families.values())
        self.found: list[list[Event]] = [[] for _ in self.tasks]
        self.open = set(range(len(self.tasks)))

    def start(self, count: int) -> None:
        """Fork the workers and give each a task."""
        forking = get_context("fork")
        for _ in range(min(count, len(self.todo))):
            near, far = forking.Pipe()
            held = [near, *(worker.link for worker in self.workers)]
            process = forking.Process(target=self._work, args=(far, held), daemon=True)
            process.start()
            far.close()
            self.workers.append(_Worker(process, near))
            self._assign(self.workers[-1])

    def dismiss(self) -> None:
        """End the workers, whatever they do."""
        for worker in self.workers:
            worker.process.terminate()
            worker.link.close()
        for worker in self.workers:
            worker.process.join(1.0)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    # In a worker

    def _work(self, link: Connection, held: list[Connection]) -> None:
        for other in held:
            other.close()
        self.stopping.worker = True
        gc.freeze()  # what was built before the fork stays as it is
        gc.set_threshold(YOUNG)

        def send(message: object) -> None:
            with self.stopping.polling():
                link.send(message)

        far = FarLine(send, shown=self.line.shown)
        try:
            while (number := link.recv()) is not None:
                try:
                    for event in self.answering(self.tasks[number], far):
                        send(_packed(event))
                except Interrupted:
                    raise
                except Exception as error:  # noqa: BLE001  (raised again where it is shown)
                    send(_Failed(error))
                send(None)
        except (Interrupted, EOFError, BrokenPipeError):
            os._exit(0)

    # In the process that shows what is found

    def events(self) -> Iterator[Event]:
        """As they come, those of a later task after those of an earlier one."""
        passed = 0
        for front, listed in enumerate(self.found):
            passed = 0
            while True:
                yield from listed[passed:]
                passed = len(listed)
                if front not in self.open:
                    break
                self._listen()
                self._heed()

    def _listen(self) -> None:
        """Take what the workers say; wait for it a little."""
        busy = {w.link: w for w in self.workers if w.task is not None}
        with self.stopping.polling():
            ready = [link for link in wait([*busy], ASKED_EVERY) if link in busy]
            for link in ready:
                worker = busy[link]
                try:
                    self._take(worker, worker.link.recv())
                except (EOFError, ConnectionResetError):
                    self._lose(worker)

    def _heed(self) -> None:
        """When somebody asked to stop: tell the workers, and begin nothing more."""
        if not self.stopping.asked or self.has_told:
            return
        self.has_told = True
        self._give_up_rest("interrupted")
        for worker in self.workers:
            if worker.task is not None and worker.process.pid is not None:
                os.kill(worker.process.pid, signal.SIGINT)

    def _take(self, worker: _Worker, message: object) -> None:
        assert worker.task is not None
        match message:
            case None:
                self.open.discard(worker.task)
                self._assign(worker)
            case _Far():
                event = _unpacked(message, self.tasks[worker.task])
                self.found[worker.task].append(event)
            case _Step(about=about, progress=progress):
                self.line.doing(about)
                if progress is not None:
                    self.line(progress)
            case _Failed(error=error):
                raise error

    def _assign(self, worker: _Worker) -> None:
        if not worker.next and self.todo:
            worker.next = self.todo.popleft()
        worker.task = worker.next.popleft() if worker.next else None
        worker.link.send(worker.task)

    def _lose(self, worker: _Worker) -> None:
        """Say what a worker that has ended leaves open, and fork no other for it."""
        worker.process.join()
        number = -(worker.process.exitcode or 0)
        how = signal.Signals(number).name if number > 0 else "an error"
        why = f"its worker was ended by {how}"
        if self.stopping.asked:
            why = "interrupted"
        elif number == signal.SIGKILL:
            why += ", perhaps for want of memory: see --memory and --threads"
        if worker.task is not None:
            self._give_up(worker.task, why)
        self.workers.remove(worker)
        self.todo.append(worker.next)
        if not self.workers:
            self._give_up_rest(why)

    def _give_up_rest(self, why: str) -> None:
        """What nobody has begun."""
        waiting = [*self.todo, *(worker.next for worker in self.workers)]
        for family in waiting:
            while family:
                self._give_up(family.popleft(), why)
        self.todo.clear()

    def _give_up(self, number: int, why: str) -> None:
        told = {e.prop.name for e in self.found[number] if isinstance(e, Result)}
        self.found[number] += self.losing(self.tasks[number], told, why)
        self.open.discard(number)


def _packed(event: Event) -> _Far:
    values = {f.name: getattr(event, f.name) for f in fields(event) if f.name != "task"}
    if isinstance(event, Result):
        values["prop"] = event.prop.name
    return _Far(type(event), values)


def _unpacked(far: _Far, task: Task) -> Event:
    values = far.values
    if far.kind is Result:
        values = {**values, "prop": _named(task, values["prop"])}
    return far.kind(task=task, **values)


def _named(task: Task, name: str) -> Property:
    known = {goal.name: goal for goal in task.generated()}
    known |= {prop.name: prop.declared for prop in task.properties}
    return known[name]
