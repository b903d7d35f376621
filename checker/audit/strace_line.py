"""One line of a log of `strace -f -o LOG`: whose it is, when, and what it says.

    6917  1795326016.894126 wait4(-1,  <unfinished ...>
    6917  1795326016.896735 <... wait4 resumed>[{WIFEXITED(s)...}], 0, NULL) = 2
    6918  1795326016.896655 +++ exited with 0 +++

A line begins with a number of a process (or a thread), perhaps its name in angle
brackets, and perhaps a time in seconds. What follows is a call or half of one, a
signal that arrived, a stop, or an end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from checker.audit.lexing import BadLog, Unreadable, closing

_HEAD: Final = re.compile(
    r"(?:\[pid +(?P<inside>\d{1,9})(?:<[^<>]*>)?\]|(?P<plain>\d{1,9})(?:<[^<>]*>)?) +"
    r"(?:(?P<time>\d{1,11}\.\d{1,9}) +)?"
)
_NAME: Final = re.compile(r"[A-Za-z_?][A-Za-z0-9_?]{0,63}(?=\()")
_RESUMED: Final = re.compile(
    r"<\.\.\. (?P<name>[A-Za-z_?][A-Za-z0-9_?]{0,63}) resumed>"
)
_UNFINISHED: Final = re.compile(r" <(?:unfinished|detached) \.\.\.>$")
_CHANGED: Final = re.compile(r" <pid changed to (?P<pid>\d{1,9}) \.\.\.>$")
_RETURN: Final = re.compile(r" *= (?P<value>.+)$", re.DOTALL)
_SIGNAL: Final = re.compile(r"--- (?P<name>SIG[A-Z0-9_+]{1,20}) (?P<info>\{.*\}) ---$")
_STOP: Final = re.compile(r"--- stopped by (?P<name>SIG[A-Z0-9_+]{1,20}) ---$")
_EXITED: Final = re.compile(r"\+\+\+ exited with (?P<code>\d{1,3}) \+\+\+$")
_KILLED: Final = re.compile(
    r"\+\+\+ killed by (?P<name>SIG[A-Z0-9_+]{1,20})(?P<core> \(core dumped\))? \+\+\+$"
)
_SUPERSEDED: Final = re.compile(
    r"\+\+\+ superseded by execve in pid (?P<pid>\d{1,9}) \+\+\+$"
)


@dataclass(frozen=True, slots=True)
class Entered:
    """A call has begun; its end is another line's, or nobody's."""

    name: str
    arguments: str
    """As far as they are known; not closed."""
    continues_as: int | None = None
    """The number under which the caller goes on, when the call changes it."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The rest of a call that began earlier."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Called:
    """A call and its end."""

    name: str
    arguments: str
    result: str


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal arrived."""

    signal: str
    info: str


@dataclass(frozen=True, slots=True)
class Paused:
    """A signal stopped the process."""

    signal: str


@dataclass(frozen=True, slots=True)
class Exited:
    """The process or thread has ended of its own accord."""

    code: int


@dataclass(frozen=True, slots=True)
class Killed:
    """A signal ended the process or thread."""

    signal: str
    core: bool


@dataclass(frozen=True, slots=True)
class Superseded:
    """Another thread of the process runs a new program, under this number."""

    by: int


Event = Entered | Resumed | Called | Signalled | Paused | Exited | Killed | Superseded


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file, whose it is, when, and what happened."""

    number: int
    pid: int
    time: float | None
    event: Event


def read_line(number: int, text: str) -> Line:
    """The line; raises BadLog."""
    head = _HEAD.match(text)
    if head is None:
        raise BadLog(
            number,
            "it does not begin with the number of a process; "
            "record with strace -f -ttt -o LOG",
        )
    pid, time = int(head["inside"] or head["plain"]), head["time"]
    try:
        event = _event(text[head.end() :])
    except Unreadable as error:
        raise BadLog(number, str(error)) from None
    return Line(number, pid, None if time is None else float(time), event)


def _event(text: str) -> Event:
    if text.startswith("---"):
        return _signal(text)
    if text.startswith("+++"):
        return _end(text)
    resumed = _RESUMED.match(text)
    if resumed is not None:
        return Resumed(resumed["name"], text[resumed.end() :])
    name = _NAME.match(text)
    if name is None:
        raise Unreadable("it is neither a call, nor a signal, nor an end")
    return called(name.group(), text[name.end() + 1 :])


def called(name: str, rest: str) -> Called | Entered:
    """A call from what follows its opening bracket; raises Unreadable."""
    changed = _CHANGED.search(rest[-64:])
    if changed is not None:
        cut = len(rest) - len(changed.group())
        return Entered(name, rest[:cut], int(changed["pid"]))
    unfinished = _UNFINISHED.search(rest[-64:])
    if unfinished is not None:
        return Entered(name, rest[: len(rest) - len(unfinished.group())])
    rest = rest.replace(" <unfinished ...>)", ")")
    end = closing(f"({rest}", 0) - 1
    value = _RETURN.match(rest, end + 1)
    if value is None:
        raise Unreadable(f"the call {name} is closed, but does not say its result")
    return Called(name, rest[:end], value["value"])


def _signal(text: str) -> Signalled | Paused:
    found = _SIGNAL.match(text)
    if found is not None:
        closing(found["info"], 0)
        return Signalled(found["name"], found["info"])
    found = _STOP.match(text)
    if found is None:
        raise Unreadable("it begins like a signal (---), but is not one")
    return Paused(found["name"])


def _end(text: str) -> Exited | Killed | Superseded:
    found = _EXITED.match(text)
    if found is not None and int(found["code"]) <= 0xFF:
        return Exited(int(found["code"]))
    found = _KILLED.match(text)
    if found is not None:
        return Killed(found["name"], core=found["core"] is not None)
    found = _SUPERSEDED.match(text)
    if found is None:
        raise Unreadable("it begins like an end (+++), but is not one")
    return Superseded(int(found["pid"]))
