"""The model that a log is held against, spoken to in the log's own terms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from checker.audit import values
from checker.audit.demands import Attempt, Cell, Demand
from checker.audit.log import Call, Happening, Log, Record
from checker.cli.auditing.descriptors import Descriptors
from checker.cli.auditing.knowing import (
    Knowing,
    Known,
    Place,
    caught,
    has_user_namespaces,
)
from checker.cli.auditing.people import HOME, OUTSIDE, Life, People, superseded
from checker.evaluate import Invocation
from spec.lang.action import Param
from spec.lang.model import Model, Scope, snake
from spec.lang.types import EnumType, SetType, SortType

EXIT_CODES: Final = 256

Given = Life | bool | int | str | frozenset[str]


@dataclass(slots=True)
class Scene:
    """A model, the people of a log, and the demands collected so far."""

    model: Model
    people: People
    log: Log
    demands: list[Demand] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    """Records that the model says nothing about, by name."""
    acts: dict[int, list[int]] = field(default_factory=dict)
    """For each process, by identity, the lines at which it begins to do something."""
    users: dict[int, int] = field(default_factory=lambda: {0: 0})
    """The model's user for each user id; root is its first."""
    descriptors: Descriptors = field(default_factory=Descriptors)
    knowing: Knowing = field(default_factory=Knowing)
    _told: set[tuple[int, int]] = field(default_factory=set)
    _params: dict[str, tuple[Param, ...]] = field(default_factory=dict)
    _errors: dict[str, set[str]] = field(default_factory=dict)
    _quiet: frozenset[str] = frozenset()
    _enums: dict[str, EnumType] = field(default_factory=dict)
    _signals: tuple[str, ...] = ()
    _leaders: dict[int, list[tuple[int, Life]]] = field(default_factory=dict)
    _strangers: dict[int, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look up what is asked often."""
        actions = self.model.actions
        self._params = {action.name: action.params for action in actions}
        self._errors = {
            a.name: {str(e.error) for rung in a.rungs for e in rung.alternatives}
            for a in actions
        }
        self._quiet = frozenset(a.name for a in actions if not a.writes)
        for info in self.model.shape.fields():
            if isinstance(info.type, EnumType):
                self._enums[info.name] = info.type
            if info.name == "task.blocked":
                assert isinstance(info.type, SetType)
                assert isinstance(info.type.element, EnumType)
                self._signals = info.type.element.members
        for record in self.log.records:
            line = record.began if isinstance(record, Call) else record.line
            life = self.people.at(record.pid, line)
            if life is not None:
                self.acts.setdefault(id(life.owner), []).append(line)
        for acts in self.acts.values():
            acts.sort()
        for line, kept, given_up in superseded(self.log):
            heir = self.people.at(given_up, line)
            if heir is not None:
                self._leaders.setdefault(kept, []).append((line, heir))
        self.knowing.caught = caught(self.log)
        self.knowing.has_user_namespaces = has_user_namespaces(self.log)
        for record in self.log.records:
            self.knowing.seen(self._thread_of(record), record)

    def known(self, record: Record) -> Known:
        """What is known of the thread whose record it is."""
        return self.knowing.of(self._thread_of(record))

    def place(self, record: Record) -> Place:
        """Where the process is whose record it is."""
        return self.knowing.place(self.caller(record).owner)

    def _thread_of(self, record: Record) -> Life:
        line = record.began if isinstance(record, Call) else record.line
        return self.thread(self.caller(record), line)

    def scope(self) -> Scope:
        """As many of everything as the log has at once."""
        sizes = {
            "process": self.people.rows,
            "task": self.people.tasks,
            "number": len(self.people.elements) + 2,
            "exit_code": EXIT_CODES,
            "uid": len(self.users) + 1,
            "handle": max(self.descriptors.handles, 1),
            "terminal": max(len(self.descriptors.terminals), 1),
            "share": max(self.people.rows, self.people.tasks) + 1,
        }
        sorts = {
            param.type.name: sizes.get(snake(param.type.name), 2)
            for params in self._params.values()
            for param in params
            if isinstance(param.type, SortType)
        }
        for info in self.model.shape.fields():
            for kind in (info.index, info.type):
                if isinstance(kind, SortType):
                    sorts[kind.name] = sizes.get(snake(kind.name), 2)
        return Scope(sorts)

    # Steps and cells

    def can_answer(self, action: str, error: str) -> bool:
        """The model knows this error of this call."""
        return error in self._errors[action]

    def step(self, action: str, line: int, **given: Given) -> Invocation:
        """A call with its parameters by name."""
        return Invocation(
            action,
            tuple(
                self._argument(param, given[param.name], line)
                for param in self._params[action]
            ),
        )

    def _argument(self, param: Param, given: Given, line: int) -> int:
        kind = param.type
        if isinstance(given, Life):
            by_task = isinstance(kind, SortType) and kind.name == "Task"
            return self.task(given, line) if by_task else given.row
        if isinstance(given, str):
            assert isinstance(kind, EnumType)
            return kind.members.index(given)
        if isinstance(given, frozenset):
            assert isinstance(kind, SetType)
            assert isinstance(kind.element, EnumType)
            return sum(1 << kind.element.members.index(name) for name in given)
        return int(given)

    def thread(self, life: Life, line: int) -> Life:
        """Who acts under this number at this line: perhaps another thread by then."""
        for since, heir in reversed(self._leaders.get(life.pid, [])):
            if since <= line:
                return heir
        return life

    def task(self, life: Life, line: int) -> int:
        """The row of the thread that acts under this number at this line."""
        return self.thread(life, line).task

    def cell(self, name: str, life: Life, *allowed: int | str) -> Cell:
        """A cell of a process's row, and what it may hold."""
        members = self._enums[name].members if name in self._enums else ()
        return Cell(
            name,
            life.row,
            frozenset(members.index(v) if isinstance(v, str) else v for v in allowed),
            f"process {life.pid}",
        )

    def user(self, uid: int) -> int:
        """The model's user for a user id."""
        return self.users.setdefault(uid, len(self.users))

    def signals(self) -> tuple[str, ...]:
        """The signals that the model has names for, in its order."""
        return self._signals

    def holding(
        self,
        name: str,
        life: Life,
        line: int,
        held: Iterable[str],
        of: Iterable[str],
        *,
        since: str = "",
    ) -> Cell:
        """Of these signals a set has these and no others.

        The set is of the thread that acts then, or of its process.
        """
        is_own = name.startswith("task.")
        return Cell(
            name,
            self.task(life, line) if is_own else life.row,
            frozenset({self._bits(held)}),
            f"{'thread' if is_own else 'process'} {life.pid}",
            self._bits(of),
            since,
        )

    def _bits(self, names: Iterable[str]) -> int:
        return sum(1 << self._signals.index(name) for name in names)

    def last_act(self, life: Life, line: int) -> int:
        """The last line before this one at which the process still did something."""
        acts = self.acts.get(id(life.owner), [])
        place = bisect_left(acts, line)
        return max(life.began, acts[place - 1]) if place else life.began

    def task_cell(self, name: str, life: Life, line: int, *allowed: str) -> Cell:
        """A cell of a thread's row, and what it may hold."""
        members = self._enums[name].members
        held = frozenset(members.index(value) for value in allowed)
        return Cell(name, self.task(life, line), held, f"thread {life.pid}")

    def member(self, name: str, value: str) -> int:
        """What a field holds that holds this member of an enumeration."""
        return self._enums[name].members.index(value)

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a field's enumeration."""
        return self._enums[name].members

    def attempt(
        self,
        invocation: Invocation | None,
        *,
        values: Iterable[int] | None = None,
        error: str | None = None,
        cells: tuple[Cell, ...] = (),
        leaves: tuple[Cell, ...] = (),
        learns: tuple[Cell, ...] = (),
        first: tuple[Invocation, ...] = (),
        perhaps: tuple[Invocation, ...] = (),
        then: tuple[Invocation, ...] = (),
        quiet: bool = False,
    ) -> Attempt:
        """A step, and what it must answer."""
        is_quiet = quiet or error is not None
        if invocation is None or invocation.action in self._quiet:
            is_quiet = True
        return Attempt(
            invocation,
            None if values is None else frozenset(values),
            error,
            cells,
            leaves,
            learns,
            first,
            perhaps,
            then,
            changes_nothing=is_quiet and not (learns or first or perhaps or then),
        )

    # Numbers

    def result(self, by: Life, said: values.Pid, line: int) -> frozenset[int]:
        """What the model may answer where the log says this number."""
        if said.inside == 0 and by.space != HOME:
            return self._foreign(by.space)
        return frozenset({self.people.element(by, said, line) + 1})

    def _foreign(self, space: int) -> frozenset[int]:
        """The numbers of processes that cannot be seen from a namespace."""
        if space not in self._strangers:
            others = {
                self.people.elements[life.pid]
                for life in self.people.lives
                if life.space != space
            }
            self._strangers[space] = frozenset(n + 1 for n in {OUTSIDE, *others})
        return self._strangers[space]

    # Demands

    def demand(
        self,
        record: Record,
        attempts: Iterable[Attempt],
        *,
        span: tuple[int, int] | None = None,
        after: Iterable[int] = (),
        impossible: str = "",
        pid: int | None = None,
        in_order: bool = False,
    ) -> int:
        """Demand it; the demand's position."""
        began, ended = span or span_of(record)
        self.demands.append(
            Demand(
                name=name_of(record),
                text=text_of(record),
                pid=record.pid if pid is None else pid,
                line=ended,
                began=began,
                ended=ended,
                attempts=tuple(attempts),
                after=tuple(after),
                impossible=impossible,
                in_order=in_order,
            )
        )
        return len(self.demands) - 1

    def told(self, *cells: Cell) -> Attempt:
        """Nothing happens; these cells hold what the record says."""
        return Attempt(cells=cells, changes_nothing=True)

    def appears(self, life: Life) -> None:
        """Somebody is there whom nobody made."""
        self.demands.append(
            Demand(
                name="appears",
                text=f"{life.pid} appears",
                pid=life.pid,
                line=life.began,
                began=life.began,
                ended=life.began,
                attempts=(),
                impossible="no call in the log has made this process",
            )
        )

    def demand_perhaps(
        self, call: Call, attempts: list[Attempt], ending: values.Ending
    ) -> None:
        """Demand it; of a call that was never answered, that it was or was not."""
        if ending.value is not None or ending.error is not None:
            self.demand(call, attempts, in_order=True)
            return
        over = call.ended or self.caller(call).owner.ended or self.log.lines
        span = (call.began, max(over, call.began))
        self.demand(call, [*attempts, self.told()], span=span)

    def first_news(self, child: Life, receiver: Life) -> bool:
        """Whether nobody has told this process of this child's end before."""
        news = (id(child), id(receiver.owner))
        known = news in self._told
        self._told.add(news)
        return not known

    def leave_out(self, name: str) -> None:
        """Count a record of which the model says nothing."""
        self.left_out[name] = self.left_out.get(name, 0) + 1

    def caller(self, record: Record) -> Life:
        """Who the record is about."""
        line = record.began if isinstance(record, Call) else record.line
        life = self.people.at(record.pid, line)
        assert life is not None
        return life


def span_of(record: Record) -> tuple[int, int]:
    """The lines between which the record took effect."""
    if isinstance(record, Happening):
        return record.line, record.line
    return record.began, record.began if record.ended is None else record.ended


def name_of(record: Record) -> str:
    """The call, or the kind of event."""
    if isinstance(record, Call):
        return record.name
    return type(record.what).__name__.lower()


def text_of(record: Record) -> str:
    """The record on one line."""
    if isinstance(record, Call):
        return f"{record.name}({record.arguments}) = {record.result}"
    what = record.what
    said = [str(getattr(what, name)) for name in what.__slots__]
    return f"{name_of(record)} {' '.join(said)}"
