"""Who is who in a log: lives of processes and threads, and the numbers they go by.

A process is known by the number that strace gives it, which is that of strace's own
namespace, from the call that made it to its end; a number that comes again is another
life. Inside a PID namespace it has a second number, which calls made there return.
strace says both where it can (`--decode-pids=pidns`), and the call that made a process
is where the two are first said together.

Everything that the log does not show is one process of the model, `OUTSIDE`: whoever
started the first process, and whoever adopts what the last one leaves behind.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from checker.audit import values
from checker.audit.lexing import BadLog, Unreadable
from checker.audit.log import Call, Happening, Log
from checker.audit.strace_line import Exited, Killed, Superseded

CREATING: Final = frozenset({"fork", "vfork", "clone", "clone3"})
WAITING: Final = frozenset({"wait4", "waitid"})
OUTSIDE: Final = 0
"""The element that stands for all processes that the log does not show."""
NOBODY: Final = 1
"""The number's element for a number that is nobody's."""
LOW_BYTE: Final = 0xFF
HOME: Final = 0
"""The namespace that strace runs in."""


@dataclass(slots=True, eq=False)
class Life:
    """A process or a thread, from its creation to its end."""

    pid: int
    """As strace knows it."""
    began: int
    """The line of the call that made it, or its own first line."""
    seen: int
    """Its own first line."""
    maker: Life | None
    """Who made it, if the log shows it."""
    made_by: Call | None
    process: Life | None
    """The process that it is a thread of; None for a process itself."""
    space: int = HOME
    inside: int = 0
    """Its number in its own namespace."""
    ended: int | None = None
    """The line that says that it has ended."""
    is_first_of_space: bool = False
    row: int = 0
    task: int = 0

    @property
    def owner(self) -> Life:
        """The process: itself, unless it is a thread."""
        return self.process or self


@dataclass(slots=True)
class People:
    """Everybody in a log."""

    lives: list[Life] = field(default_factory=list)
    by_pid: dict[int, list[Life]] = field(default_factory=dict)
    names: dict[tuple[int, int], list[tuple[int, Life]]] = field(default_factory=dict)
    """By namespace and number there: who was called so from which line on."""
    elements: dict[int, int] = field(default_factory=dict)
    """The model's number for each number that strace uses."""
    collected: dict[int, int] = field(default_factory=dict)
    """For each life by identity, the line at which its parent has collected it."""
    rows: int = 1
    tasks: int = 1

    def at(self, pid: int, line: int) -> Life | None:
        """Who goes by this number of strace's at this line."""
        lives = self.by_pid.get(pid, [])
        place = bisect_right(lives, line, key=lambda life: life.began)
        return lives[place - 1] if place else None

    def named(self, space: int, inside: int, line: int) -> Life | None:
        """Who goes by this number in a namespace at this line."""
        if space == HOME:
            return self.at(inside, line)
        known = self.names.get((space, inside), [])
        place = bisect_right(known, line, key=lambda entry: entry[0])
        return known[place - 1][1] if place else None

    def meant(self, by: Life, said: values.Pid, line: int) -> Life | None:
        """Whom a number names that `by` uses; strace's own translation comes first."""
        inside = abs(said.inside)
        if said.outside is not None:
            return self.at(said.outside, line)
        return self.named(by.space, inside, line)

    def element(self, by: Life, said: values.Pid, line: int) -> int:
        """The model's number for a number that `by` uses.

        A number of nobody's is `NOBODY`, except in strace's own namespace, where it is
        somebody's whom the log does not show.
        """
        life = self.meant(by, said, line)
        if (
            life is not None
            and life.owner is not life
            and life.pid not in self.elements
        ):
            return self.elements[life.owner.pid]
        if life is not None:
            return self.elements[life.pid]
        return OUTSIDE if by.space == HOME else NOBODY

    def number(self, by: Life, said: values.Pid, line: int) -> int:
        """The model's number of a thread that `by` names."""
        life = self.meant(by, said, line)
        assert life is not None
        return self.elements[life.pid]

    def contradiction(self, by: Life, said: values.Pid, line: int) -> str:
        """What is wrong with a number that is told for both namespaces, if anything."""
        if said.outside is None:
            return ""
        inside, life = abs(said.inside), self.at(said.outside, line)
        if life is None:
            return f"nobody in this log is {said.outside}"
        own = life.inside if life.space == by.space else 0
        known = self.named(by.space, inside, line)
        if (own and own != inside) or (known is not None and known is not life):
            right = f", which is {own} there" if own else ""
            return f"{inside} in this namespace is not {said.outside}{right}"
        return ""


def meet(log: Log) -> People:
    """Everybody in the log; raises BadLog when a namespace's numbers are not told."""
    people = People()
    _settle_lives(people, log, _creations(log))
    _settle_spaces(people, log)
    _settle_elements(people)
    _settle_rows(people, log)
    return people


# Lives


def _creations(log: Log) -> dict[int, list[Call]]:
    """The calls that made each process or thread, by strace's number."""
    found: dict[int, list[Call]] = {}
    for record in log.records:
        if isinstance(record, Call) and record.name in CREATING:
            if not record.whole:
                raise BadLog(
                    record.began,
                    f"{record.name} ends here, but the log does not show its beginning",
                )
            child = made_pid(record)
            if child is not None:
                found.setdefault(child, []).append(record)
    for calls in found.values():
        calls.sort(key=lambda call: call.began)
    return found


def made_pid(call: Call) -> int | None:
    """Strace's number of what this call made; None if it made nothing that is known."""
    said = ending_of(call).value
    if said is None or said.inside <= 0:
        return None
    return said.inside if said.outside is None else said.outside


def ending_of(call: Call) -> values.Ending:
    """What the call answered; raises BadLog."""
    try:
        return values.ending(call.result)
    except Unreadable as error:
        raise BadLog(call.ended or call.began, str(error)) from None


def arguments(call: Call, least: int) -> tuple[str, ...]:
    """The arguments of a call that has so many at least; raises Unreadable."""
    found = values.listed(f"({call.arguments})")
    if len(found) < least:
        raise Unreadable(f"{call.name} has {len(found)} arguments, not {least}")
    return found


def exit_code(call: Call) -> int:
    """What a call that ends something passes on, as far as it is kept; or BadLog."""
    try:
        return values.integer(call.arguments) & LOW_BYTE
    except Unreadable as error:
        raise BadLog(call.began, str(error)) from None


def flags_of(call: Call) -> frozenset[str]:
    """The flags of a call that makes a process or a thread; raises BadLog."""
    if call.name not in {"clone", "clone3"}:
        return frozenset({"CLONE_VFORK", "CLONE_VM"} if call.name == "vfork" else ())
    try:
        inner = call.arguments.partition(" => ")[0]
        given = values.fields(inner if call.name == "clone3" else f"({inner})")
        return values.flags(given.get("flags", "0"))
    except Unreadable as error:
        raise BadLog(call.began, str(error)) from None


def _settle_lives(people: People, log: Log, made: dict[int, list[Call]]) -> None:
    ends, acts = _ends(log), _acts(log)
    births: list[tuple[int, int, Call | None]] = [
        (call.began, pid, call) for pid, calls in made.items() for call in calls
    ]
    births += [
        (line, pid, None)
        for pid, line in log.first_seen.items()
        if pid not in made or made[pid][0].began >= line
    ]
    for began, pid, call in sorted(births, key=_in_order):
        maker = None if call is None else people.at(call.pid, began)
        is_thread = call is not None and "CLONE_THREAD" in flags_of(call)
        life = Life(
            pid,
            began,
            seen=_first_after(acts.get(pid, ()), began),
            maker=maker,
            made_by=call,
            process=maker.owner if is_thread and maker is not None else None,
            ended=_first_after(ends.get(pid, ()), began) or None,
        )
        people.lives.append(life)
        people.by_pid.setdefault(pid, []).append(life)


def _in_order(birth: tuple[int, int, Call | None]) -> tuple[int, bool, int]:
    """By line; who is merely seen at a line comes before whom a call there makes."""
    line, pid, call = birth
    return line, call is not None, pid


def _first_after(lines: Sequence[int], began: int) -> int:
    """The first of these lines that is not before `began`; 0 if there is none."""
    place = bisect_left(lines, began)
    return lines[place] if place < len(lines) else 0


def _acts(log: Log) -> dict[int, list[int]]:
    """The lines at which each number of strace's begins something."""
    found: dict[int, list[int]] = {}
    for record in log.records:
        line = record.began if isinstance(record, Call) else record.line
        found.setdefault(record.pid, []).append(line)
    for lines in found.values():
        lines.sort()
    return found


def _ends(log: Log) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for record in log.records:
        if isinstance(record, Happening) and isinstance(record.what, Exited | Killed):
            found.setdefault(record.pid, []).append(record.line)
    return found


# Namespaces


def _settle_spaces(people: People, log: Log) -> None:
    """The namespace of each life, and the numbers by which lives are called there."""
    wanted: dict[int, list[tuple[int, int]]] = {}
    count = 1
    for record in log.records:
        if isinstance(record, Call) and _leaves_namespace(record):
            wanted.setdefault(record.pid, []).append((record.began, count))
            count += 1
    first: set[int] = set()
    for life in people.lives:
        if life.maker is None or life.made_by is None:
            continue
        moved = [n for line, n in wanted.get(life.maker.pid, ()) if line < life.began]
        life.space = moved[-1] if moved else life.maker.space
        if "CLONE_NEWPID" in flags_of(life.made_by):
            life.space, count = count, count + 1
        life.is_first_of_space = (
            life.space != life.maker.space and life.space not in first
        )
        first.add(life.space)
        _name(people, life, life.maker, life.made_by)


def _name(people: People, life: Life, maker: Life, made_by: Call) -> None:
    """The numbers by which a process is called from when it is made."""
    said = ending_of(made_by).value
    assert said is not None
    if maker.space != HOME and said.outside is None:
        raise BadLog(
            made_by.ended or life.began,
            "a number of another PID namespace without strace's own; "
            "record with --decode-pids=pidns",
        )
    if life.space == maker.space:
        life.inside = said.inside
    elif life.is_first_of_space:
        life.inside = 1
    _call(people, maker.space, said.inside, life)
    _call(people, life.space, life.inside, life)


def _call(people: People, space: int, inside: int, life: Life) -> None:
    if inside:
        people.names.setdefault((space, inside), []).append((life.began, life))


def _leaves_namespace(call: Call) -> bool:
    """The caller's next children are in another PID namespace."""
    return (
        call.name in {"unshare", "setns"}
        and "CLONE_NEWPID" in call.arguments
        and call.result is not None
        and call.result.startswith("0")
    )


# What the model calls them


def _settle_elements(people: People) -> None:
    """One number of the model for each number of strace's; two are nobody's."""
    for life in people.lives:
        people.elements.setdefault(life.pid, len(people.elements) + NOBODY + 1)


def _settle_rows(people: People, log: Log) -> None:
    """Rows of the model's tables, each given again once its process is collected."""
    over = people.collected = _collected(people, log)
    leaving = {
        record.pid
        for record in log.records
        if isinstance(record, Call) and record.name == "exit"
    }
    rows, tasks = _Pool(1), _Pool(1)
    for life in people.lives:
        done = over.get(id(life))
        if life.process is None:
            life.row = rows.take(life.began, done)
            life.task = tasks.take(life.began, done)
        else:
            life.row = life.process.row
            alone = life.ended if life.pid in leaving else None
            life.task = tasks.take(life.began, alone or over.get(id(life.process)))
    people.rows, people.tasks = rows.size, tasks.size


def _collected(people: People, log: Log) -> dict[int, int]:
    """The line after which nothing is left of a process: its parent has asked."""
    found: dict[int, int] = {}
    for record in log.records:
        if not (isinstance(record, Call) and record.name in WAITING and record.ended):
            continue
        caller, said = people.at(record.pid, record.began), ending_of(record).value
        if record.name != "wait4" or said is None or caller is None or said.inside <= 0:
            continue
        whom = people.meant(caller, said, record.ended)
        if whom is not None and whom.ended is not None and whom.ended <= record.ended:
            found.setdefault(id(whom), record.ended)
    return found


class _Pool:
    """Rows, the lowest free one first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free: list[int] = []
        self._busy: list[tuple[int, int]] = []

    def take(self, began: int, done: int | None) -> int:
        """A row from line `began` to line `done`, or for good."""
        while self._busy and self._busy[0][0] < began:
            heapq.heappush(self._free, heapq.heappop(self._busy)[1])
        if not self._free:
            self._free.append(self.size)
            self.size += 1
        row = heapq.heappop(self._free)
        if done is not None:
            heapq.heappush(self._busy, (done, row))
        return row


def superseded(log: Log) -> Iterator[tuple[int, int, int]]:
    """Line, number kept, number given up: another thread became the leader."""
    for record in log.records:
        if isinstance(record, Happening) and isinstance(record.what, Superseded):
            yield record.line, record.pid, record.what.by
