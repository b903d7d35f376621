"""States written down in a line, and what a call answers in them.

    unix.state(proc(1), proc(2), proc(3, parent=2, phase="ZOMBIE"))

Processes are given by their numbers; the rest of the table is unused. An argument is
given as one would say it: a process or a number by its number, a member by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checker.evaluate import Evaluator, Failed, Invocation, Stopped, Transition
from spec.lang import Scope, System
from spec.lang.types import EnumType, SetType, SortType, Type

State = tuple[Any, ...]


@dataclass(frozen=True)
class Proc:
    """One process of a state; fields that are not named are as at boot."""

    pid: int
    parent: int
    fields: Mapping[str, Any]


def proc(pid: int, parent: int = 1, **fields: Any) -> Proc:
    return Proc(pid, parent, {"phase": "RUNNING", **fields})


@dataclass(frozen=True)
class World:
    """A system at a scope, under a reading."""

    system: System
    sizes: Mapping[str, int] = field(
        default_factory=lambda: {"process": 4, "number": 5, "exit_code": 2, "guid": 6}
    )
    reading: Mapping[str, str] = field(default_factory=dict)
    evaluator: Evaluator = field(init=False)

    def __post_init__(self) -> None:
        model = self.system.model(self.reading)
        names = {"process", "number", "exit_code", "guid"}
        assert set(self.sizes) <= names
        camel = {"".join(p.title() for p in n.split("_")): n for n in self.sizes}
        scope = Scope({name: self.sizes[key] for name, key in camel.items()})
        object.__setattr__(self, "evaluator", Evaluator(model, scope))

    def state(self, *procs: Proc, **cells: Any) -> State:
        """The state in which exactly these processes exist."""
        rows = {p.pid: n for n, p in enumerate(procs)}
        fields = self.evaluator.model.shape.fields()
        blank = [
            list(held) if isinstance(held, tuple) else held
            for held in self._unused(len(procs))
        ]
        for at, info in enumerate(fields):
            table, _, name = info.name.rpartition(".")
            if not table:
                blank[at] = self._value(info.type, cells.get(name, blank[at]), rows)
                continue
            for row, p in enumerate(procs):
                given = {"pid": p.pid, "parent": p.parent, **p.fields}
                if name in given:
                    blank[at][row] = self._value(info.type, given[name], rows)
        return tuple(tuple(v) if isinstance(v, list) else v for v in blank)

    def _unused(self, count: int) -> State:
        """The state at boot, with rows that nothing uses as they are at boot."""
        boot = self.evaluator.initial
        free = boot[self.evaluator.fields["process.phase"]].index(0)
        fields = self.evaluator.model.shape.fields()
        empty = []
        for info, held in zip(fields, boot, strict=True):
            if not isinstance(held, tuple):
                empty.append(held)
            elif info.name == "process.parent":
                empty.append(tuple(range(len(held))))
            else:
                empty.append((held[free],) * len(held))
        assert count <= self.sizes["process"]
        return tuple(empty)

    def _value(self, kind: Type, said: Any, rows: Mapping[int, int]) -> int:
        match kind, said:
            case EnumType(members=members), str():
                return members.index(said)
            case SetType(element=EnumType(members=members)), set() | frozenset():
                return sum(1 << members.index(member) for member in said)
            case SortType(name="Process"), int():
                return rows[said]
            case SortType(first=first), int():
                return said - first
        return int(said)

    def _invocation(
        self, state: State, name: str, said: Mapping[str, Any]
    ) -> Invocation:
        action = self.evaluator.model.action(name)
        assert {p.name for p in action.arguments()} == set(said), name
        phases, numbers = self.read(state, "phase"), self.read(state, "pid")
        rows = {n: r for r, n in enumerate(numbers) if phases[r] != "FREE"}
        args = tuple(
            self._value(p.type, said[p.name], rows) if p.name in said else 0
            for p in action.params
        )
        return Invocation(name, args)

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

    def read(self, state: State, name: str, pid: int | None = None) -> Any:
        """A column as people say it, or its entry for the process of this number."""
        shape = self.evaluator.model.shape
        info = next(i for i in shape.fields() if i.name.rpartition(".")[2] == name)
        held = state[self.evaluator.fields[info.name]]
        if not isinstance(held, tuple):
            return self._said(info.type, held, state)
        column = [self._said(info.type, one, state) for one in held]
        if pid is None:
            return column
        return column[self.row_of(state, pid)]

    def row_of(self, state: State, pid: int) -> int:
        """The object of the process of this number."""
        phases = state[self.evaluator.fields["process.phase"]]
        numbers = state[self.evaluator.fields["process.pid"]]
        (row,) = [r for r, n in enumerate(numbers) if n + 1 == pid and phases[r]]
        return row

    def _said(self, kind: Type, held: int, state: State) -> Any:
        match kind:
            case EnumType(members=members):
                return members[held]
            case SetType(element=EnumType(members=members)):
                return {m for n, m in enumerate(members) if held >> n & 1}
            case SortType(name="Process"):
                return int(state[self.evaluator.fields["process.pid"]][held]) + 1
            case SortType(first=first):
                return held + first
        return held


def changed(world: World, before: State, after: State) -> set[str]:
    """The fields in which two states differ."""
    names = world.evaluator.fields
    return {name for name, at in names.items() if before[at] != after[at]}
