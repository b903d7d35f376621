"""States written down in a line, and what a call answers in them.

    unix.state(proc(1), proc(2), thread(4, of=2), proc(3, parent=2, phase="ZOMBIE"))

Processes and threads are given by their numbers; the rest of the tables is unused. Each
process has a leader of its number, and of everything that can be shared one of its own,
unless the state says otherwise: `thread(2, of=2, run="ENDED")` says what the leader of
process 2 is, and `handlers(2, ignored={"CHLD"})` what its handlers are. An argument is
given as one would say it: a process, a thread or a number by its number, a member by
its name. An argument `thread` that is left out is the caller's leader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from checker.evaluate import Evaluator, Failed, Invocation, Stopped, Transition
from spec.lang import System
from spec.lang.ir import make
from spec.lang.types import EnumType, SetType, SortType, Type
from tests.scopes import scope_of

State = tuple[Any, ...]
Fields = Mapping[str, Any]
Rows = Mapping[str, Mapping[int, int]]
"""Of each sort whose elements are said by number: the number to the row."""

SIZES: Final = {"process": 4, "number": 5, "exit_code": 2, "guid": 6}
OTHERS: Final = {"task": 5, "share": 5}
"""The sizes of sorts that are not named; any other has two elements."""


@dataclass(frozen=True)
class Proc:
    """One process of a state; fields that are not named are as a new process's."""

    pid: int
    fields: Fields


@dataclass(frozen=True)
class Thread:
    """One thread of a state; fields that are not named are as a new thread's."""

    tid: int
    fields: Fields


@dataclass(frozen=True)
class Handlers:
    """What the handlers of a process are; fields that are not named are as at boot."""

    pid: int
    fields: Fields


def proc(pid: int, parent: int = 1, **fields: Any) -> Proc:
    return Proc(pid, {"phase": "RUNNING", "pid": pid, "parent": parent, **fields})


def thread(tid: int, of: int, **fields: Any) -> Thread:
    return Thread(tid, {"run": "READY", "tid": tid, "process": of, **fields})


def handlers(of: int, **fields: Any) -> Handlers:
    return Handlers(of, fields)


def leader_of(process: Proc) -> Thread:
    """The one thread of a process, as it is when the state does not say."""
    run = "READY" if process.fields["phase"] == "RUNNING" else "ENDED"
    return thread(process.pid, of=process.pid, run=run)


@dataclass(frozen=True)
class World:
    """A system at a scope, under a reading."""

    system: System
    sizes: Mapping[str, int] = field(default_factory=lambda: dict(SIZES))
    reading: Mapping[str, str] = field(default_factory=dict)
    evaluator: Evaluator = field(init=False)

    def __post_init__(self) -> None:
        model = self.system.model(self.reading)
        scope = scope_of(model, **(OTHERS | dict(self.sizes)))
        object.__setattr__(self, "evaluator", Evaluator(model, scope))

    def state(self, *things: Proc | Thread | Handlers, **cells: Any) -> State:
        """The state in which exactly these processes and threads exist."""
        procs = [p for p in things if isinstance(p, Proc)]
        others = {t.tid: t for t in things if isinstance(t, Thread)}
        threads = list(({p.pid: leader_of(p) for p in procs} | others).values())
        tables = {h.pid: h.fields for h in things if isinstance(h, Handlers)}
        rows = {
            "Process": {p.pid: n for n, p in enumerate(procs)},
            "Task": {t.tid: n for n, t in enumerate(threads)},
            "Share": {p.pid: n for n, p in enumerate(procs)},
        }
        said: dict[str, list[Fields]] = {
            "Process": [self._own(p) for p in procs],
            "Task": [self._with_shares(t) for t in threads],
            "Share": [tables.get(p.pid, {}) for p in procs],
        }
        columns: list[Any] = []
        fields = self.evaluator.model.shape.fields()
        for info, held in zip(fields, self._blank, strict=True):
            name = info.name.rpartition(".")[2]
            if info.index is None:
                columns.append(self._value(info.type, cells.get(name, held), rows))
                continue
            column = list(held)
            for row, given in enumerate(said.get(info.index.name, ())):
                if name in given:
                    column[row] = self._value(info.type, given[name], rows)
            columns.append(tuple(column))
        return tuple(columns)

    def _own(self, process: Proc) -> Fields:
        """A process's fields: its leader and what can be shared are its own."""
        fields = self.evaluator.model.shape.tables["process"].fields.values()
        lives = process.fields["phase"] == "RUNNING"
        shares = [f.name for f in fields if lives and _is(f.type, "Share")]
        leaders = [f.name for f in fields if _is(f.type, "Task")]
        own = {n.rpartition(".")[2]: process.pid for n in (*shares, *leaders)}
        above = {"parent_thread": process.fields["parent"]} if leaders else {}
        return {**own, **above, **process.fields}

    def _with_shares(self, one: Thread) -> Fields:
        """A thread's fields: what it can share it has in common with its process."""
        lives = one.fields["run"] not in {"ABSENT", "ENDED"}
        fields = self.evaluator.model.shape.fields()
        shares = [f.name for f in fields if lives and _is(f.type, "Share")]
        own = {n.rpartition(".")[2]: one.fields["process"] for n in shares}
        return {**own, **one.fields}

    @cached_property
    def _blank(self) -> State:
        """The state with rows that nothing uses, as they are before anything exists."""
        blank: list[Any] = []
        for info in self.evaluator.model.shape.fields():
            if info.index is None:
                blank.append(self.evaluator.term(info.initial))
                continue
            row = make("PARAM", attr="row", of=info.index)
            size = self.evaluator.scope.size(info.index)
            given = [self.evaluator.term(info.initial, {row: n}) for n in range(size)]
            blank.append(tuple(given))
        return tuple(blank)

    def _value(self, kind: Type, said: Any, rows: Rows) -> int:
        match kind, said:
            case EnumType(members=members), str():
                return members.index(said)
            case SetType(element=EnumType(members=members)), set() | frozenset():
                return sum(1 << members.index(member) for member in said)
            case SortType(name="Process" | "Task" | "Share" as name), int():
                return rows[name][said]
            case SortType(first=first), int():
                return said - first
        return int(said)

    def _invocation(self, state: State, name: str, said: Fields) -> Invocation:
        action = self.evaluator.model.action(name)
        arguments = {p.name for p in action.arguments()}
        given = {"thread": said["caller"], **said} if "thread" in arguments else said
        assert arguments == set(given), name
        rows = self._rows(state)
        args = tuple(
            self._value(p.type, given[p.name], rows) if p.name in given else 0
            for p in action.params
        )
        return Invocation(name, args)

    def _rows(self, state: State) -> Rows:
        """The rows of the processes and threads of a state, by their numbers."""
        found = {}
        for kind, (used, number) in NAMED.items():
            if number in self.evaluator.fields:
                in_use = state[self.evaluator.fields[used]]
                numbers = state[self.evaluator.fields[number]]
                found[kind] = {n + 1: r for r, n in enumerate(numbers) if in_use[r]}
        return found | {"Share": found["Process"]}

    def answers(self, state: State, name: str, **said: Any) -> list[Any]:
        """What the call says: values, errors with their citation, or why it stops."""
        found = self.evaluator.outcomes(state, self._invocation(state, name, said))
        return sorted({self._answer(name, one) for one in found}, key=str)

    def answer(self, state: State, name: str, **said: Any) -> Any:
        """The same, when there is exactly one answer."""
        (only,) = self.answers(state, name, **said)
        return only

    def _answer(self, name: str, found: Transition | Stopped) -> Any:
        if isinstance(found, Stopped):
            return found.kind
        if isinstance(found.outcome, Failed):
            rung = self.evaluator.model.action(name).rungs[found.outcome.rung]
            cite = rung.alternatives[found.outcome.alternative].cite
            return f"{found.outcome.error}, {cite}"
        value = found.outcome.value
        return "done" if value is None else value

    def afters(self, state: State, name: str, **said: Any) -> list[State]:
        """Every state the call can lead to."""
        found = self.evaluator.outcomes(state, self._invocation(state, name, said))
        return [one.after for one in found if isinstance(one, Transition)]

    def after(self, state: State, name: str, **said: Any) -> State:
        """The one state the call leads to."""
        (only,) = set(self.afters(state, name, **said))
        return only

    def read(self, state: State, name: str, number: int | None = None) -> Any:
        """A column as people say it, or its entry for who has this number.

        A field of threads is named with its table, as in `task.pending`.
        """
        shape = self.evaluator.model.shape
        infos = {i.name.rpartition(".")[2]: i for i in reversed(shape.fields())}
        infos |= {i.name: i for i in shape.fields()}
        info = infos[name]
        held = state[self.evaluator.fields[info.name]]
        if info.index is None:
            return self._said(info.type, held, state)
        column = [self._said(info.type, one, state) for one in held]
        if number is None:
            return column
        return column[self._rows(state)[info.index.name][number]]

    def row_of(self, state: State, pid: int) -> int:
        """The object of the process of this number."""
        return self._rows(state)["Process"][pid]

    def _said(self, kind: Type, held: int, state: State) -> Any:
        match kind:
            case EnumType(members=members):
                return members[held]
            case SetType(element=EnumType(members=members)):
                return {m for n, m in enumerate(members) if held >> n & 1}
            case SortType(name="Process" | "Task" as name):
                number = self.evaluator.fields[NAMED[name][1]]
                return int(state[number][held]) + 1
            case SortType(first=first):
                return held + first
        return held


NAMED: Final = {
    "Process": ("process.phase", "process.pid"),
    "Task": ("task.run", "task.tid"),
}
"""Of the sorts whose elements have numbers: what says that one is in use, and which."""


def _is(kind: Type, name: str) -> bool:
    return isinstance(kind, SortType) and kind.name == name


def changed(world: World, before: State, after: State) -> set[str]:
    """The fields in which two states differ."""
    names = world.evaluator.fields
    return {name for name, at in names.items() if before[at] != after[at]}
