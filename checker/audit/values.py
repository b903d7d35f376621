"""What arguments and results mean: numbers, names, flags, structures, and pids.

A number of a process may carry the number that the tracer knows it by,
`3 /* 6919 in strace's PID NS */`, when the two live in different namespaces.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from functools import cache
from typing import Final

from checker.audit.lexing import Unreadable, parts

_INTEGER: Final = re.compile(r"-?(?:0x[0-9a-fA-F]{1,16}|\d{1,20})")
_OUTSIDE: Final = re.compile(r" */\* (?P<pid>\d{1,9}) in strace's PID NS \*/")
_ERROR: Final = re.compile(r"-1 (?P<name>E[A-Z0-9]{1,20})\b")
_FLAG: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}|0x[0-9a-fA-F]{1,16}|\d{1,20}")
_PAIR: Final = re.compile(r"(?P<key>[A-Za-z_][A-Za-z0-9_]{0,63})=")
_STATUS: Final = {
    "exited": re.compile(r"WIFEXITED\(s\) && WEXITSTATUS\(s\) == (?P<n>\d{1,3})"),
    "signaled": re.compile(
        r"WIFSIGNALED\(s\) && WTERMSIG\(s\) == (?P<n>[A-Z0-9_]{1,20})"
        r"(?P<core> && WCOREDUMP\(s\))?"
    ),
    "stopped": re.compile(
        r"WIFSTOPPED\(s\) && WSTOPSIG\(s\) == (?P<n>[A-Z0-9_]{1,20})"
    ),
    "continued": re.compile(r"WIFCONTINUED\(s\)"),
}
_REALTIME: Final = re.compile(r"SIGRT(?:MIN|_(?P<n>\d{1,2}))")
_FIRST_REALTIME: Final = 32


@dataclass(frozen=True, slots=True)
class Pid:
    """A number of a process as the caller sees it, and as the tracer does if said."""

    inside: int
    outside: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """What a call answered: a value, or the name of an error, or neither."""

    value: Pid | None
    error: str | None


@dataclass(frozen=True, slots=True)
class WaitStatus:
    """A status word spelled out: what happened to the child."""

    kind: str
    """"exited", "signaled", "stopped" or "continued"."""
    number: int
    """An exit code or a signal's number."""
    core: bool = False


def integer(text: str) -> int:
    """The integer that a text begins with; raises Unreadable."""
    found = _INTEGER.match(text)
    if found is None:
        raise Unreadable(f"{text[:40]!r} is not a number")
    return int(found.group(), 0) if "x" in found.group() else int(found.group())


def pid(text: str) -> Pid:
    """A number of a process, which is negative where it names a group."""
    value, found = integer(text), _INTEGER.match(text)
    assert found is not None
    outside = _OUTSIDE.match(text, found.end())
    return Pid(value, int(outside["pid"]) if outside else None)


def ending(text: str | None) -> Ending:
    """What stands after `=`; raises Unreadable."""
    if text is None or text.startswith("?"):
        return Ending(None, None)
    failed = _ERROR.match(text)
    if failed is not None:
        return Ending(None, failed["name"])
    return Ending(pid(text), None)


def listed(text: str) -> tuple[str, ...]:
    """The parts of `[...]`, `{...}` or `(...)`; raises Unreadable."""
    if not text or text[0] not in "([{":
        raise Unreadable(f"{text[:40]!r} is not a list")
    return parts(text, 0)[0]


def single(text: str) -> str:
    """The one part of `[...]`; raises Unreadable."""
    found = listed(text)
    if len(found) != 1:
        raise Unreadable(f"{text[:40]!r} is not a list of one")
    return found[0]


def fields(text: str) -> dict[str, str]:
    """The parts of a structure by name; raises Unreadable."""
    found: dict[str, str] = {}
    for part in listed(text):
        named = _PAIR.match(part)
        if named is not None:
            found[named["key"]] = part[named.end() :]
    return found


def flags(text: str) -> frozenset[str]:
    """`A|B|0x10` as a set of names and numbers; raises Unreadable."""
    found = [part.strip() for part in text.partition(" /*")[0].split("|")]
    for part in found:
        if _FLAG.fullmatch(part) is None:
            raise Unreadable(f"{part[:40]!r} is not a flag")
    return frozenset(found)


@cache
def _signals() -> dict[str, int]:
    return {
        name.removeprefix("SIG"): number.value
        for name, number in signal.Signals.__members__.items()
    }


def signal_number(text: str) -> int:
    """A signal by name, with or without SIG, or by number; raises Unreadable."""
    realtime = _REALTIME.fullmatch(text if text.startswith("SIG") else f"SIG{text}")
    if realtime is not None:
        return _FIRST_REALTIME + int(realtime["n"] or 0)
    known = _signals().get(text.removeprefix("SIG"))
    return integer(text) if known is None else known


def signal_set(text: str) -> tuple[frozenset[int], bool]:
    """`[INT TERM]` or `~[INT]` as numbers, and whether it is all but those."""
    inverted, text = text.startswith("~"), text.removeprefix("~")
    names = " ".join(listed(text)).split()
    return frozenset(signal_number(name) for name in names), inverted


def wait_status(text: str) -> WaitStatus:
    """`[{WIFEXITED(s) && WEXITSTATUS(s) == 3}]`; raises Unreadable."""
    inner = text.removeprefix("[").removesuffix("]").removeprefix("{").removesuffix("}")
    for kind, pattern in _STATUS.items():
        found = pattern.fullmatch(inner)
        if found is None:
            continue
        if kind == "continued":
            return WaitStatus(kind, 0)
        if kind == "exited":
            return WaitStatus(kind, int(found["n"]))
        core = kind == "signaled" and found["core"] is not None
        return WaitStatus(kind, signal_number(found["n"]), core)
    raise Unreadable(f"{text[:60]!r} is not a status")
