"""Ctrl-C and SIGTERM: the check stops where it can say what was covered."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

TOGETHER: Final = 0.5
"""Seconds within which two requests are one."""


class Interrupted(Exception):
    """Somebody asked to stop, outside a search."""

    def __init__(self) -> None:
        super().__init__("interrupted")


class Stopping:
    """Whether somebody asked to stop.

    A search that polls is left to end by itself; anything else is interrupted at once.
    A second request does not wait for anything, unless it comes with the first, as from
    who signals a process and its group, or this is a `worker`: there the terminal and
    the process that it works for ask for the same.
    """

    def __init__(self) -> None:
        self.asked = False
        self.polled = False
        self.worker = False
        self.since = 0.0

    def __call__(self) -> bool:
        """Asked by whoever can stop by itself."""
        return self.asked

    def check(self) -> None:
        """Go no further if somebody asked to stop; raises Interrupted."""
        if self.asked:
            raise Interrupted

    def _request(self, _number: int, _frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        now = time.monotonic()
        if again and (self.worker or now - self.since < TOGETHER):
            return
        self.since = now
        if again or not self.polled:
            raise Interrupted

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Inside, somebody asks often enough."""
        before, self.polled = self.polled, True
        try:
            yield
        finally:
            self.polled = before

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Inside, the signals are ours."""
        before = {
            number: signal.signal(number, self._request)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
