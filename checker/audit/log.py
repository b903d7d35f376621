"""A whole log: its lines, with the halves of interrupted calls put together.

`strace` writes `<unfinished ...>` when another process has something to say before a
call ends, and the rest as `<... call resumed>`. A call therefore lasts from the line
where it began to the line where it ended; it took effect at some moment between. The
order of two lines says nothing more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Final

from checker.audit.lexing import LONGEST_LINE, BadLog, Unreadable
from checker.audit.strace_line import (
    Called,
    Entered,
    Exited,
    Killed,
    Line,
    Paused,
    Resumed,
    Signalled,
    Superseded,
    called,
    read_line,
)

_SAID_BY_STRACE: Final = ("strace: ", "[ Process PID=")
"""What the tracer says of itself, which is about no process."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call from its beginning to its end; `ended` is None when the log has no end."""

    pid: int
    name: str
    arguments: str
    result: str | None
    began: int
    ended: int | None
    began_at: float | None
    ended_at: float | None
    returns_as: int
    """The number under which the caller goes on: another one after some calls."""
    whole: bool = True
    """False when the log shows the call's end only, and so not its arguments."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What is not a call: a signal, a stop, an end."""

    pid: int
    line: int
    time: float | None
    what: Signalled | Paused | Exited | Killed | Superseded


Record = Call | Happening


@dataclass(frozen=True, slots=True)
class Log:
    """The records in the order in which they ended."""

    records: tuple[Record, ...]
    lines: int
    """How many lines the log has."""
    first_seen: dict[int, int]
    """For each number of a process, the first line that is its own."""
    times: dict[int, float]
    """For each line with a time, that time."""


@dataclass(slots=True)
class _Joining:
    """What is known after some of the lines."""

    records: list[Record] = field(default_factory=list)
    open: dict[int, tuple[Line, Entered]] = field(default_factory=dict)
    first_seen: dict[int, int] = field(default_factory=dict)
    times: dict[int, float] = field(default_factory=dict)
    last: float | None = None

    def take(self, line: Line) -> None:
        """Add one line."""
        self.first_seen.setdefault(line.pid, line.number)
        if line.time is not None:
            self.times[line.number] = line.time
        event = line.event
        match event:
            case Entered():
                self._begin(line, event)
            case Called(name, arguments, result):
                self._refuse_open(line)
                self.records.append(
                    Call(
                        line.pid, name, arguments, result, line.number, line.number,
                        line.time, line.time, line.pid,
                    )
                )  # fmt: skip
            case Resumed():
                self._end(line, event)
            case Exited() | Killed():
                self._abandon(line.pid)
                self.records.append(Happening(line.pid, line.number, line.time, event))
            case _:
                self.records.append(Happening(line.pid, line.number, line.time, event))

    def _refuse_open(self, line: Line) -> None:
        if line.pid in self.open:
            began, entered = self.open[line.pid]
            raise BadLog(
                line.number,
                f"process {line.pid} makes a call while {entered.name} of line "
                f"{began.number} has not ended",
            )

    def _begin(self, line: Line, entered: Entered) -> None:
        self._refuse_open(line)
        if entered.continues_as is not None:
            self._abandon(entered.continues_as)
            self.open[entered.continues_as] = (line, entered)
        else:
            self.open[line.pid] = (line, entered)

    def _end(self, line: Line, resumed: Resumed) -> None:
        known = self.open.pop(line.pid, None)
        began, entered = known or (line, Entered(resumed.name, ""))
        if entered.name != resumed.name:
            raise BadLog(
                line.number,
                f"process {line.pid} resumes {resumed.name}, but is in the call "
                f"{entered.name} of line {began.number}",
            )
        try:
            whole = called(entered.name, entered.arguments + resumed.rest)
        except Unreadable as error:
            raise BadLog(line.number, str(error)) from None
        if isinstance(whole, Entered):
            self.open[line.pid] = (began, entered)
            return
        self.records.append(
            Call(
                began.pid, whole.name, whole.arguments, whole.result, began.number,
                line.number, began.time, line.time, line.pid, known is not None,
            )
        )  # fmt: skip

    def _abandon(self, pid: int) -> None:
        """The process goes no further with the call that it was in."""
        if pid in self.open:
            began, entered = self.open.pop(pid)
            self.records.append(
                Call(
                    began.pid, entered.name, entered.arguments, None, began.number,
                    None, began.time, None, pid,
                )
            )  # fmt: skip

    def log(self, lines: int) -> Log:
        """All of it; what is open stays without an end."""
        for pid in list(self.open):
            self._abandon(pid)
        if not self.records:
            raise BadLog(0, "there is no record of any process in it")
        return Log(tuple(self.records), lines, self.first_seen, self.times)


def read_log(stream: BufferedIOBase) -> Log:
    """The log in a file opened as bytes; raises BadLog."""
    return join(decoded(stream))


def decoded(stream: BufferedIOBase) -> Iterator[str]:
    """The lines of a file as text; a last line that is cut off is left out."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise BadLog(number, f"it has more than {LONGEST_LINE} bytes")
        if not line.endswith(b"\n"):
            return
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def join(lines: Iterable[str]) -> Log:
    """The log of these lines; raises BadLog."""
    joining, number = _Joining(), 0
    for number, text in enumerate(lines, start=1):
        if text.strip() and not text.startswith(_SAID_BY_STRACE):
            joining.take(read_line(number, text))
    return joining.log(number)
