"""What a log has told of each thread so far, and what nobody can know of it yet.

A log begins in the middle: whoever started the first process gave it a mask and user
ids that no line shows. A handler runs with a mask of its own, and a new program may be
one that changes the ids. Until a line tells, nothing is held against the log; what a
line tells is learnt. A new thread or process knows what its maker knew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
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

    @property
    def all_ids(self) -> bool:
        """Every user id."""
        return len(self.ids) == len(IDS)


@dataclass(slots=True)
class Knowing:
    """What is known of everybody, as the records pass by."""

    caught: frozenset[int] | None = None
    """The signals that the log shows a handler for; None: there may be more."""
    _known: dict[int, Known] = field(default_factory=dict)
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
            known = Known(known.mask, known.ids)
            self._known[id(life)] = known
        return known

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
