"""Logs made up for measuring: a parent that keeps many children at once."""

from __future__ import annotations

import random
from collections.abc import Iterator

FIRST = 1_000
TALKS = 8
"""Steps of a child before it ends."""


class BusyLog:
    """About so many lines of a log in which so many processes live at once.

    Each child runs a program, asks for its parent, makes a child of its own that it
    leaves behind, and ends; the first process adopts and collects everybody.
    """

    def __init__(self, lines: int, at_once: int, seed: int = 0) -> None:
        self._wanted, self._at_once = lines, at_once
        self._dice = random.Random(seed)
        self._written, self._newest = 0, FIRST
        self._steps: dict[int, int] = {}
        self._maker: dict[int, int] = {}
        self._ended: list[tuple[int, int]] = []
        self._left: dict[int, list[tuple[int, int]]] = {}
        """Ended children of a child, until it ends too and the first adopts them."""

    def lines(self) -> Iterator[str]:
        """The log."""
        yield self._line(FIRST, 'execve("/bin/server", ["server"], 0x0) = 0')
        yield self._line(FIRST, "prctl(PR_SET_CHILD_SUBREAPER, 1) = 0")
        while self._goes_on() or self._steps or self._ended:
            full = len(self._steps) >= self._at_once or not self._goes_on()
            if self._ended and (full or self._dice.random() < 0.3):
                yield self._collected()
            elif not full:
                yield self._made(FIRST, 0)
            else:
                yield from self._step(self._dice.choice(list(self._steps)))
        yield self._line(FIRST, "exit_group(0) = ?")
        yield self._line(FIRST, "+++ exited with 0 +++")

    def _goes_on(self) -> bool:
        return self._written < self._wanted

    def _line(self, pid: int, text: str) -> str:
        self._written += 1
        return f"{pid} {self._written / 1_000:.6f} {text}"

    def _collected(self) -> str:
        pid, code = self._ended.pop(self._dice.randrange(len(self._ended)))
        status = f"[{{WIFEXITED(s) && WEXITSTATUS(s) == {code}}}]"
        return self._line(FIRST, f"wait4({pid}, {status}, 0, NULL) = {pid}")

    def _made(self, maker: int, done: int) -> str:
        self._newest += 1
        self._steps[self._newest] = done
        if maker != FIRST:
            self._maker[self._newest] = maker
        said = f"clone(child_stack=NULL, flags=SIGCHLD) = {self._newest}"
        return self._line(maker, said)

    def _step(self, pid: int) -> Iterator[str]:
        done = self._steps[pid]
        self._steps[pid] += 1
        if done == 0:
            yield self._line(pid, 'execve("/bin/worker", ["worker"], 0x0) = 0')
        elif done == 1:
            yield self._line(pid, f"getppid() = {FIRST}")
        elif done == 2 and len(self._steps) < 2 * self._at_once:
            yield self._made(pid, 3)
        elif done < TALKS:
            yield self._line(pid, f"getpid() = {pid}")
        else:
            yield from self._end(pid, self._dice.randrange(3))

    def _end(self, pid: int, code: int) -> Iterator[str]:
        yield self._line(pid, f"exit_group({code}) = ?")
        yield self._line(pid, f"+++ exited with {code} +++")
        del self._steps[pid]
        maker = self._maker.get(pid)
        if maker in self._steps:
            self._left.setdefault(maker, []).append((pid, code))
        else:
            self._ended.append((pid, code))
        self._ended += self._left.pop(pid, [])


def busy_log(lines: int, at_once: int) -> Iterator[str]:
    """The lines of such a log."""
    return BusyLog(lines, at_once).lines()
