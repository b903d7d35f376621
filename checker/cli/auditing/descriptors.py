"""Descriptors as a log names them: which pidfd, which terminal.

A number alone says little: descriptors are closed, copied and handed on by calls that a
log need not show. With `--decode-fds=pidfd,dev` strace says what each one stands for,
`3<pid:6812>` or `0</dev/pts/3<char 136:3>>`, and only that is held against a log. A
number without it is what the last call shown made of it, if nothing speaks against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from checker.cli.auditing.people import Life

_PIDFD: Final = re.compile(r"-?\d{1,10}<pid:(?P<pid>\d{1,9})>")
_DEVICE: Final = re.compile(r"<char (?P<major>\d{1,4}):(?P<minor>\d{1,7})>>?$")
THE_CALLERS_OWN: Final = "5:0"
"""/dev/tty: the controlling terminal of whoever asks."""
_MASTERS: Final = "5:2"
"""/dev/ptmx: a program that has it is on the other side of a terminal."""


def pidfd_of(text: str) -> int | None:
    """Strace's number of the process that a descriptor stands for, if it says so."""
    found = _PIDFD.match(text)
    return None if found is None else int(found["pid"])


def device_of(text: str) -> str | None:
    """The device that a descriptor stands for, if strace says so."""
    found = _DEVICE.search(text)
    return None if found is None else f"{found['major']}:{found['minor']}"


def is_master(device: str | None) -> bool:
    """It is the side of a pseudo-terminal that no session controls."""
    return device == _MASTERS


@dataclass(frozen=True, slots=True)
class Pidfd:
    """A pidfd that a call in the log has made."""

    handle: int
    target: Life


@dataclass(slots=True)
class Descriptors:
    """The pidfds and terminals of a log, in the model's numbers."""

    handles: int = 0
    """How many pidfds there are at once, at most."""
    terminals: dict[object, int] = field(default_factory=dict)
    """The model's terminal for each that the log names."""
    _open: dict[tuple[int, int], Pidfd] = field(default_factory=dict)
    _free: list[int] = field(default_factory=list)

    def made(self, owner: Life, number: int, target: Life) -> Pidfd:
        """A call of this process has made a pidfd: its number was free."""
        old = self._open.get((id(owner), number))
        if old is not None:
            handle = old.handle
        elif self._free:
            handle = self._free.pop()
        else:
            handle, self.handles = self.handles, self.handles + 1
        found = self._open[id(owner), number] = Pidfd(handle, target)
        return found

    def pidfd(self, owner: Life, number: int) -> Pidfd | None:
        """The pidfd that the process has under this number, as far as is shown."""
        return self._open.get((id(owner), number))

    def closed(self, owner: Life, number: int) -> None:
        """The process has it no longer."""
        self._open.pop((id(owner), number), None)

    def left(self, owner: Life) -> None:
        """The process has none of them any more."""
        for key in [key for key in self._open if key[0] == id(owner)]:
            gone = self._open.pop(key).handle
            if all(gone != pidfd.handle for pidfd in self._open.values()):
                self._free.append(gone)

    def terminal(self, key: object) -> int:
        """The model's terminal."""
        return self.terminals.setdefault(key, len(self.terminals))
