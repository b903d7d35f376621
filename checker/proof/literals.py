"""Atoms of generated lemmas: what can be said of one row, or of the single cells.

Everything is read off the model: a field's type says what can be asked of it, and what
the pages name or write says with which values it is worth comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from checker.scope import smallest
from spec.lang import simplify
from spec.lang.ir import Node, Place, make
from spec.lang.model import Model, snake
from spec.lang.prose import element_name, value_text
from spec.lang.schema import FieldInfo
from spec.lang.types import BoolType, EnumType, SetType, SortType
from spec.lang.walk import postorder, substitute

MOST_MEMBERS: Final = 8
"""An enumeration with more members is compared with its value at boot only."""
MOST_VALUES: Final = 4
"""With how many of the constants that pages write to it a field is compared."""


Of = Callable[[Node | None], Node]
"""What is said of a row, or (None) of the single cells."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A truth about a row (or, with `of(None)`, about single cells), and its name.

    `sharp` says that it divides states into a few kinds: an enumeration, a boolean.
    """

    said: str
    fields: frozenset[str]
    of: Of
    sharp: bool

    def negated(self) -> Literal:
        """The opposite."""
        what, _, value = self.said.rpartition("_is_")
        return Literal(
            f"{what}_is_not_{value}",
            self.fields,
            lambda row: simplify.negation(self.of(row)),
            self.sharp,
        )


def read(info: FieldInfo, row: Node | None) -> Node:
    """The field's cell at `row`."""
    index = () if row is None or info.index is None else (row,)
    return make("READ", *index, attr=Place(info.name), of=info.type)


def named(info: FieldInfo) -> str:
    """The field, as part of a name."""
    return info.name.replace(".", "_")


class Atoms:
    """The literals of a model, over some of its fields."""

    def __init__(self, model: Model, fields: frozenset[str]) -> None:
        self.infos = [i for i in model.shape.fields() if i.name in fields]
        self.least = smallest(model)
        self.written = _values_written(model)

    def rows(self) -> dict[SortType, list[Literal]]:
        """For each sort that indexes a table, what can be said of one of its rows."""
        found: dict[SortType, list[Literal]] = {}
        for info in self.infos:
            if info.index is not None:
                found.setdefault(info.index, []).extend(both(self._of_field(info)))
        for kind, known in found.items():
            known.extend(both(self._of_pairs(kind)))
            known.extend(both(self._of_elements(kind)))
        return found

    def cells(self) -> list[Literal]:
        """What can be said of the single cells."""
        single = (info for info in self.infos if info.index is None)
        return both(literal for info in single for literal in self._of_field(info))

    def elements(self, kind: SortType) -> list[Node]:
        """The elements of a sort that the model names; the first of them always."""
        count = self.least.get(snake(kind.name), 1)
        return [simplify.constant(n, kind) for n in range(count)]

    def _of_field(self, info: FieldInfo) -> Iterator[Literal]:
        kind, name, fields = info.type, named(info), frozenset([info.name])
        if isinstance(kind, BoolType):
            yield Literal(f"{name}_is_up", fields, lambda row: read(info, row), True)
            return
        sharp = isinstance(kind, EnumType)
        for value in self._values(info):
            said = f"{name}_is_{value_text(value, kind)}"
            held = simplify.constant(value, kind)
            yield Literal(said, fields, _holds(info, held), sharp)
        if simplify.value_of(info.initial) is None:
            yield Literal(
                f"{name}_is_as_at_boot",
                fields,
                lambda row: simplify.equality(read(info, row), initial(info, row)),
                sharp,
            )
        yield from self._of_sets(info)

    def _values(self, info: FieldInfo) -> list[int]:
        """The values worth comparing with: all of a few, else what pages write."""
        kind = info.type
        if isinstance(kind, EnumType) and len(kind.members) <= MOST_MEMBERS:
            return list(range(len(kind.members)))
        booted = simplify.value_of(info.initial)
        values = self.written.get(info.name, [])
        if isinstance(kind, SetType):
            values = []
        both_kinds = [] if booted is None else [booted]
        return list(dict.fromkeys([*both_kinds, *values]))[:MOST_VALUES]

    def _of_sets(self, info: FieldInfo) -> Iterator[Literal]:
        """Of a field that holds a set of an enumeration: which members are in it."""
        kind = info.type
        if not (isinstance(kind, SetType) and isinstance(kind.element, EnumType)):
            return
        members = range(len(kind.element.members))
        for position in members if len(members) <= MOST_MEMBERS else ():
            member = simplify.constant(position, kind.element)
            said = f"{named(info)}_is_with_{element_name(position, kind.element)}"
            yield Literal(said, frozenset([info.name]), _has(info, member), False)

    def _of_pairs(self, kind: SortType) -> Iterator[Literal]:
        """Two cells of one row; a cell and the row itself; a cell and a single set."""
        mine = [info for info in self.infos if info.index == kind]
        for number, one in enumerate(mine):
            if isinstance(one.type, SortType):
                for other in mine[number + 1 :]:
                    if other.type == one.type:
                        yield _same(one, other)
                if one.type == kind and simplify.value_of(one.initial) is not None:
                    said = f"{named(one)}_is_itself"
                    yield Literal(said, frozenset([one.name]), _itself(one), False)
            for whole in self.infos:
                if whole.index is None and whole.type == _set_of(one.type):
                    yield _among(one, whole)
        for whole in self.infos:
            if whole.index is None and whole.type == SetType(kind):
                said = f"{snake(kind.name)}_is_in_{named(whole)}"
                yield Literal(said, frozenset([whole.name]), _inside(whole), True)

    def _of_elements(self, kind: SortType) -> Iterator[Literal]:
        for element in self.elements(kind):
            shown = value_text(simplify.number(element), kind)
            said = f"{snake(kind.name)}_is_{shown}"
            yield Literal(said, frozenset(), _is(element), False)


def both(literals: Iterable[Literal]) -> list[Literal]:
    """Each literal and its opposite."""
    return [each for literal in literals for each in (literal, literal.negated())]


def initial(info: FieldInfo, row: Node | None) -> Node:
    """What the field holds at boot before boot's writes."""
    if row is None or info.index is None:
        return info.initial
    parameter = make("PARAM", attr="row", of=info.index)
    return substitute(info.initial, {parameter: row}, simplify.rebuilt)


def _holds(info: FieldInfo, held: Node) -> Of:
    return lambda row: simplify.equality(read(info, row), held)


def _has(info: FieldInfo, member: Node) -> Of:
    return lambda row: simplify.membership(member, read(info, row))


def _itself(info: FieldInfo) -> Of:
    return lambda row: simplify.equality(read(info, row), _some(row))


def _inside(whole: FieldInfo) -> Of:
    return lambda row: make("MEMBER", _some(row), read(whole, None))


def _is(element: Node) -> Of:
    return lambda row: simplify.equality(_some(row), element)


def _some(row: Node | None) -> Node:
    assert row is not None
    return row


def _set_of(kind: object) -> SetType | None:
    return SetType(kind) if isinstance(kind, SortType | EnumType) else None


def _same(one: FieldInfo, other: FieldInfo) -> Literal:
    return Literal(
        f"{named(one)}_is_{named(other)}",
        frozenset([one.name, other.name]),
        lambda row: simplify.equality(read(one, row), read(other, row)),
        False,
    )


def _among(one: FieldInfo, whole: FieldInfo) -> Literal:
    return Literal(
        f"{named(one)}_is_in_{named(whole)}",
        frozenset([one.name, whole.name]),
        lambda row: make("MEMBER", read(one, row), read(whole, None)),
        False,
    )


def _values_written(model: Model) -> dict[str, list[int]]:
    """For each field the constants that some page writes to it, choices included."""
    found: dict[str, dict[int, None]] = {}
    writes = [*model.boot, *(w for action in model.actions for w in action.writes)]
    for write in writes:
        for node in postorder([write.value]):
            value = simplify.value_of(node)
            if value is not None and node.type == write.value.type:
                found.setdefault(write.field, {})[value] = None
    return {name: sorted(values) for name, values in found.items()}
