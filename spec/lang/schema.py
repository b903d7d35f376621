"""The state: tables of rows indexed by sorts, and single cells.

    class ProcessRow(Row[Process]):
        phase = field(Phase, initial=FREE, fork=FRESH(RUNNING), ..., cite="...")

    class Kernel(State):
        process = Table(Process, ProcessRow, inherits=True)
        family = Forest(Process, "process.parent")

A page sees two views of it: `old`, which can only be read, and `new`, which can only be
written. Both are instances of the state class over a `Port` that allows just that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar, overload

from spec.lang.errors import LawBroken
from spec.lang.forest import Forest
from spec.lang.inherit import EVENTS, FATES, Cleared, Fate, Inherited
from spec.lang.ir import Node, make
from spec.lang.terms import SetOf, Sort, Term
from spec.lang.types import SortType, Type

S = TypeVar("S", bound=Sort)
T = TypeVar("T", bound=Term)
R_co = TypeVar("R_co", bound="Row[Any]", covariant=True)
TermClass = type[Term]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field, as the engines see it. `index` is None for a single cell."""

    name: str
    type: Type
    index: SortType | None
    initial: Node
    """Its value at boot; for an indexed field over PARAM `row`."""
    fates: tuple[tuple[str, Fate], ...]
    cite: str
    kind: TermClass

    def fate(self, event: str) -> Fate:
        """What the event makes of the field; a spawn is a fork and then an exec."""
        fates = dict(self.fates)
        if event != "spawn":
            return fates[event]
        return fates["fork"] if fates["exec"].name == "KEPT" else fates["exec"]


class Port(Protocol):
    """What a view of the state can do: one of reading or writing."""

    def read(self, info: FieldInfo, index: Node | None) -> Node: ...

    def write(self, info: FieldInfo, index: object, value: object) -> None: ...

    def write_row(self, table: BoundTable, index: object, value: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a view looks: a row, rows or (no index) a single cell, through a port."""

    index: Sort | SetOf[Any] | None
    port: Port


class Field(Generic[T]):
    """One column of a table, or one cell of the state. Made by `field`."""

    def __init__(
        self,
        kind: type[T],
        initial: T | bool | int | Callable[[Any], T],
        fates: dict[str, Fate],
        cite: str,
    ) -> None:
        self.kind, self.initial, self.fates, self.cite = kind, initial, fates, cite
        self.name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    def info(self, table: str | None, index: type[Sort] | None) -> FieldInfo:
        """The engines' view of this field in its table."""
        initial = self.initial
        if callable(initial):
            if index is None:
                message = f"{self.name}: only a table's field can start as its own row"
                raise LawBroken(message)
            initial = initial(index(make("PARAM", attr="row", of=index.type)))
        for fate in self.fates.values():
            if fate.value is not None:
                self.kind.lift(fate.value)
        return FieldInfo(
            name=f"{table}.{self.name}" if table else self.name,
            type=self.kind.type,
            index=index.sort_type() if index else None,
            initial=self.kind.lift(initial).node,
            fates=tuple(self.fates.items()),
            cite=self.cite,
            kind=self.kind,
        )

    @overload
    def __get__(self, holder: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, holder: Row[Any] | State, owner: type) -> T: ...
    def __get__(self, holder: Row[Any] | State | None, owner: type) -> Field[T] | T:
        if holder is None:
            return self
        info, spot = holder.spot_of(self.name)
        if isinstance(spot.index, SetOf):
            message = f"{info.name} is read at one element, not at a set of them"
            raise LawBroken(message)
        index = None if spot.index is None else spot.index.node
        return self.kind(spot.port.read(info, index))

    def __set__(
        self, holder: Row[Any] | State, value: T | bool | int | Callable[[Any], T]
    ) -> None:
        info, spot = holder.spot_of(self.name)
        spot.port.write(info, spot.index, value)


def field(
    kind: type[T],
    *,
    initial: T | bool | int | Callable[[Any], T],
    fork: Fate | None = None,
    thread: Fate | None = None,
    exec: Fate | None = None,
    cite: str = "",
) -> Field[T]:
    """Declare a field: its type, its value at boot, and its fate at each event."""
    given = {"fork": fork, "thread": thread, "exec": exec}
    fates = {event: fate for event, fate in given.items() if fate is not None}
    return Field(kind, initial, fates, cite)


class Row(Generic[S]):
    """One row of a table, seen through a view. Subclass it with fields."""

    seen_table: BoundTable
    seen_at: Spot

    def __init__(self, table: BoundTable, index: S | SetOf[S], port: Port) -> None:
        self.__dict__.update(seen_table=table, seen_at=Spot(index, port))

    def spot_of(self, name: str) -> tuple[FieldInfo, Spot]:
        """The field of this name, and where this view looks for it."""
        return self.seen_table.fields[name], self.seen_at

    if not TYPE_CHECKING:  # mypy knows the fields, and refuses others itself

        def __getattr__(self, name: str) -> None:
            _unknown(self.seen_table.name, name, self.seen_table.fields)

        def __setattr__(self, name: str, value: object) -> None:
            if name not in self.seen_table.fields:
                _unknown(self.seen_table.name, name, self.seen_table.fields)
            super().__setattr__(name, value)


def _unknown(owner: str, name: str, known: Iterable[str]) -> NoReturn:
    if name.startswith("__"):  # what Python itself asks for
        raise AttributeError(name)
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
    message = f"{owner} has no field {name}; {hint}"
    raise LawBroken(message)


@dataclass(frozen=True, slots=True)
class BoundTable:
    """A table with its name and its fields, in declaration order."""

    name: str
    index: type[Sort]
    row: type[Row[Any]]
    fields: dict[str, FieldInfo]
    inherits: bool


class Table(Generic[S, R_co]):
    """A table of the state: one row of class `row` for each element of `index`.

    `inherits` says that its rows take part in fork, exec and thread creation: then
    each field declares its three fates.
    """

    def __init__(
        self, index: type[S], row: type[R_co], *, inherits: bool = False
    ) -> None:
        self.index, self.row, self.inherits = index, row, inherits
        self.name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    def bound(self) -> BoundTable:
        """The table with its fields' full names; raises LawBroken on a missing fate."""
        fields = {
            name: column.info(self.name, self.index)
            for name, column in _columns(self.row)
        }
        for info in fields.values() if self.inherits else ():
            _fates_are_declared(info)
        return BoundTable(self.name, self.index, self.row, fields, self.inherits)

    @overload
    def __get__(self, state: None, owner: type) -> Table[S, R_co]: ...
    @overload
    def __get__(self, state: State, owner: type) -> TableView[S, R_co]: ...
    def __get__(
        self, state: State | None, owner: type
    ) -> Table[S, R_co] | TableView[S, R_co]:
        if state is None:
            return self
        return TableView(state.seen_shape.tables[self.name], state.seen_at.port)


class TableView(Generic[S, R_co]):
    """A table seen through `old` or `new`: index it by an element, or a set."""

    def __init__(self, table: BoundTable, port: Port) -> None:
        self._table, self._port = table, port
        self._row: Any = table.row

    def __getitem__(self, index: S | SetOf[S]) -> R_co:
        row: R_co = self._row(self._table, _checked(index, self._table), self._port)
        return row

    def __setitem__(
        self, index: S | SetOf[S], value: Row[Any] | Inherited | Cleared
    ) -> None:
        self._port.write_row(self._table, _checked(index, self._table), value)


def _checked(index: object, table: BoundTable) -> Any:
    sort = table.index
    inside = index.element.type if isinstance(index, SetOf) else None
    if inside == sort.type or isinstance(index, sort):
        return index
    message = f"{table.name} is indexed by {sort.__name__}, not by {index!r}"
    raise LawBroken(message)


def _fates_are_declared(info: FieldInfo) -> None:
    """Each event has a fate, of a kind that makes sense there."""
    declared = dict(info.fates)
    missing = [event for event in EVENTS if event not in declared]
    if missing:
        message = (
            f"{info.name} does not say what becomes of it at {', '.join(missing)}; "
            "declare COPIED, SHARED, FRESH(v), KEPT, RESET(v) or COMPUTED for each"
        )
        raise LawBroken(message)
    for event, fate in declared.items():
        if fate.name not in FATES[event]:
            message = (
                f"{info.name} cannot be {fate.name} at {event}; there a field is one "
                f"of {', '.join(FATES[event])}"
            )
            raise LawBroken(message)


def _columns(row: type) -> Iterator[tuple[str, Field[Any]]]:
    """The fields of a class, its bases' first, each in declaration order."""
    for base in reversed(row.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, Field):
                yield name, value


class State:
    """The whole state: subclass it with tables, cells and forests."""

    seen_shape: Shape
    seen_at: Spot

    def __init__(self, port: Port, shape: Shape) -> None:
        self.__dict__.update(seen_shape=shape, seen_at=Spot(None, port))

    def spot_of(self, name: str) -> tuple[FieldInfo, Spot]:
        """The single cell of this name, and the port to it."""
        return self.seen_shape.cells[name], self.seen_at

    if not TYPE_CHECKING:  # mypy knows the members, and refuses others itself

        def __getattr__(self, name: str) -> None:
            known = (*self.seen_shape.cells, *self.seen_shape.tables)
            _unknown(type(self).__name__, name, known)

        def __setattr__(self, name: str, value: object) -> None:
            if name not in self.seen_shape.cells:
                _unknown(type(self).__name__, name, self.seen_shape.cells)
            super().__setattr__(name, value)


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything the engines need to know of a state class."""

    tables: dict[str, BoundTable]
    cells: dict[str, FieldInfo]
    forests: tuple[str, ...]
    """The fields that are the parent relation of a Forest."""

    def fields(self) -> tuple[FieldInfo, ...]:
        """Every field, cells first, in declaration order."""
        tables = (table.fields.values() for table in self.tables.values())
        return (*self.cells.values(), *chain.from_iterable(tables))

    def sorts(self) -> tuple[str, ...]:
        """The names of the sorts that index tables or are held by cells."""
        found: dict[str, None] = {}
        for info in self.fields():
            for kind in (info.index, info.type, getattr(info.type, "element", None)):
                if isinstance(kind, SortType):
                    found[kind.name] = None
        return tuple(found)


def shape_of(state: type[State]) -> Shape:
    """The tables, cells and forests of a state class; checks its declarations."""
    members: dict[str, object] = {}
    for base in reversed(state.__mro__):
        members |= vars(base)
    tables = {n: m.bound() for n, m in members.items() if isinstance(m, Table)}
    cells = {n: m.info(None, None) for n, m in members.items() if isinstance(m, Field)}
    forests = tuple(m.parent for m in members.values() if isinstance(m, Forest))
    return Shape(tables, cells, forests)
