"""What a log has told of each thread so far, and what nobody can know of it yet.

A log begins in the middle: whoever started the first process gave it a mask and user
ids that no line shows. A handler runs with a mask of its own, and a new program may be
one that changes the ids. Until a line tells, nothing is held against the log; what a
line tells is learnt. Of a new thread or process is known what is known of its maker.

Capabilities are in no log. Whose user ids say what it may do is therefore known of one
kind only: who has been root and gave up all three ids since has lost them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from checker.audit import values
from checker.audit.lexing import Unreadable
from checker.audit.log import Call, Log, Record
from checker.cli.auditing.people import Life, arguments

IDS: Final = ("ruid", "euid", "suid")


@dataclass(slots=True)
class Known:
    """What is known of one thread at the record that is looked at."""

    mask: bool = False
    """The signals that it blocks."""
    ids: frozenset[str] = frozenset()
    """Those of its user ids that are known."""
    since: int = 0
    """The line that told the last of them."""
    was_root: bool = False
    """Its effective id was root's, in the program that it still runs."""
    is_plain: bool = False
    """It was, and has no id of root's any more, nor any privilege."""
    keeps_privileges: bool = False
    """It asked for privileges that do not go with the ids."""

    @property
    def all_ids(self) -> bool:
        """Every user id."""
        return len(self.ids) == len(IDS)

    def told(self, ids: Mapping[str, int], line: int) -> None:
        """A line tells these user ids."""
        self.ids |= ids.keys()
        self.since = line
        self.was_root |= ids.get("euid") == 0 and not self.keeps_privileges
        self.is_plain = (
            self.was_root and len(ids) == len(IDS) and 0 not in ids.values()
        ) or (self.is_plain and 0 not in ids.values())

    def runs_program(self) -> None:
        """A new program may have been given other ids, and privileges."""
        self.ids &= {"ruid"}
        self.was_root = self.is_plain = False

    def asks_to_keep_privileges(self) -> None:
        """From now on the ids do not say what it may do."""
        self.keeps_privileges = True
        self.was_root = self.is_plain = False


@dataclass(slots=True)
class Place:
    """Where a process is, as far as its log and its makers' tell."""

    leader: Life | None = None
    """Who founded its session; None: somebody whom the log does not show."""
    terminal: object = None
    """The terminal that controls it, once a line has told."""
    minds_writing: bool = False
    """The log tells what it does on SIGTTOU."""


@dataclass(slots=True)
class Knowing:
    """What is known of everybody, as the records pass by."""

    caught: frozenset[int] | None = None
    """The signals that the log shows a handler for; None: there may be more."""
    has_user_namespaces: bool = False
    _known: dict[int, Known] = field(default_factory=dict)
    _places_of: dict[int, Place] = field(default_factory=dict)
    _records: dict[int, list[Record]] = field(default_factory=dict)
    _places: dict[int, tuple[int, int]] = field(default_factory=dict)

    def seen(self, thread: Life, record: Record) -> None:
        """The record is this thread's; they come in the thread's own order."""
        records = self._records.setdefault(id(thread), [])
        self._places[id(record)] = (id(thread), len(records))
        records.append(record)

    def of(self, thread: Life) -> Known:
        """What is known of a thread now; at first, what is known of its maker."""
        chain = [thread]
        while id(chain[-1]) not in self._known and chain[-1].maker is not None:
            chain.append(chain[-1].maker)
        known = self._known.setdefault(id(chain.pop()), Known())
        for life in reversed(chain):
            known = replace(known)
            self._known[id(life)] = known
        return known

    def place(self, process: Life) -> Place:
        """Where a process is now; at first, where its maker is."""
        chain = [process]
        while id(chain[-1]) not in self._places_of and chain[-1].maker is not None:
            chain.append(chain[-1].maker.owner)
        place = self._places_of.setdefault(id(chain.pop()), Place())
        for life in reversed(chain):
            place = replace(place)
            self._places_of[id(life)] = place
        return place

    def before(self, record: Record) -> Record | None:
        """The record of the same thread that ended last."""
        thread, place = self._places[id(record)]
        return self._records[thread][place - 1] if place else None

    def after(self, record: Record) -> Iterator[Record]:
        """The records of the same thread that come later."""
        thread, place = self._places[id(record)]
        yield from self._records[thread][place + 1 :]

    def may_be_caught(self, number: int) -> bool:
        """Somebody has a handler for the signal, as far as the log shows."""
        return self.caught is None or number in self.caught


def caught(log: Log) -> frozenset[int] | None:
    """The signals that the log shows a handler for; None: there may be more.

    A new program has no handlers, so that there are no more if the log begins with one.
    """
    first = min(log.records, key=_beginning)
    starts = isinstance(first, Call) and first.name in {"execve", "execveat"}
    if not starts or not str(getattr(first, "result", "")).startswith("0"):
        return None
    found: set[int] = set()
    for record in log.records:
        if not isinstance(record, Call) or record.name != "rt_sigaction":
            continue
        try:
            parts = arguments(record, 2)
            given = values.fields(parts[1]) if parts[1].startswith("{") else {}
            handler = given.get("sa_handler")
            if handler not in {"SIG_DFL", "SIG_IGN"} and parts[1] != "NULL":
                found.add(values.signal_number(parts[0]))
        except Unreadable:
            return None
    return frozenset(found)


def _beginning(record: Record) -> int:
    return record.began if isinstance(record, Call) else record.line


def has_user_namespaces(log: Log) -> bool:
    """Somebody may have entered another user namespace."""
    return any(
        "CLONE_NEWUSER" in record.arguments
        or (record.name == "setns" and "CLONE_NEW" not in record.arguments)
        for record in log.records
        if isinstance(record, Call)
    )
