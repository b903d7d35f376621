"""The text file of a trace: its parts, as they stand in the file.

    # no_two_agree fails in 2 steps, on mutant fork_forgets_parent
    property  no_two_agree
    system    unix
    reading   numbers=any
    mutant    fork_forgets_parent
    scope     process=3,number=4
    engine    explore
    spec      0123456789ab

    init
    process 0 -> fork()       process 0 <- 2 with child=1, pid=2
          process[1].phase   FREE -> RUNNING
    event crash(victim=1)
          process[1].phase   RUNNING -> ZOMBIE
    ! process 1: process[1].phase = ZOMBIE

The keys stand in this order; `date` may follow. A step is what is asked and, two or
more spaces further, what the caller sees; below it, indented, the cells that changed.
The last line is the failing instance of the property.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KEYS: Final = ("property", "system", "reading", "mutant", "scope", "engine", "spec")
OPTIONAL_KEYS: Final = ("date",)
NONE: Final = "none"
"""What stands where there is no mutant, and no reading to choose."""

LONGEST_FILE: Final = 1_000_000
LONGEST_LINE: Final = 4_000
MOST_STEPS: Final = 2_000
LARGEST_SORT: Final = 256
"""A stranger's scope is not larger than this: replaying must end soon."""


class BadTrace(Exception):
    """The text is no trace; the message says where, why, and what to do."""

    def __init__(self, line: int, problem: str, file: str = "") -> None:
        self.line, self.problem = line, problem
        where = ": ".join(part for part in (file, line and f"line {line}") if part)
        super().__init__(f"{where}: {problem}" if where else problem)


class DoesNotHappen(BadTrace):
    """The text is a trace, of something that the model does not do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A step as it stands in the file: who asks for what, and the answer, as text."""

    line: int
    caller: str | None
    """`process 0`; None for an event."""
    action: str
    arguments: tuple[tuple[str, str], ...]
    answer: str
    """`process 0 <- 2 with child=1`; empty for an event that says nothing."""
    choices: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the header, and its line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A trace file, parsed; nothing in it has been looked up or run."""

    title: str
    header: dict[str, Entry]
    steps: tuple[Asked, ...]
    sentence: str
    lines: tuple[str, ...]
