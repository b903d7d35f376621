"""Threads that run the same native function, each on its own record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from types import TracebackType
from typing import Self

Job = Callable[[], int]
Outcome = int | BaseException


class Crew:
    """A fixed number of threads, the calling one included; a context manager."""

    def __init__(self, threads: int) -> None:
        self._inboxes: list[SimpleQueue[Job | None]] = []
        self._outbox: SimpleQueue[Outcome] = SimpleQueue()
        for number in range(1, threads):
            inbox: SimpleQueue[Job | None] = SimpleQueue()
            self._inboxes.append(inbox)
            threading.Thread(
                target=_work,
                args=(inbox, self._outbox),
                name=f"search-{number}",
                daemon=True,
            ).start()

    def run(self, jobs: Sequence[Job]) -> list[int]:
        """Run at most as many jobs as there are threads; their results, in any order.

        Raises what a job raises, after all have ended.
        """
        for inbox, job in zip(self._inboxes, jobs[1:], strict=False):
            inbox.put(job)
        outcomes = [_outcome(jobs[0])]
        outcomes += [self._outbox.get() for _ in jobs[1:]]
        results = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            results.append(outcome)
        return results

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for inbox in self._inboxes:
            inbox.put(None)


def _outcome(job: Job) -> Outcome:
    """The result of a job, or what it raised."""
    try:
        return job()
    except BaseException as error:  # noqa: BLE001  (handed to the thread that asked)
        return error


def _work(inbox: SimpleQueue[Job | None], outbox: SimpleQueue[Outcome]) -> None:
    """Do jobs until told to go."""
    while (job := inbox.get()) is not None:
        outbox.put(_outcome(job))
