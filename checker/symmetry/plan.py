"""How the fields of a state refer to interchangeable elements; and how colours mix.

What the reference canonical form and the native one share, so that they agree bit for
bit: the numbering of the elements (*nodes*), the fields that mention them, the words of
a row that no permutation of others changes (its *key*), and the mixing of colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from checker.symmetry.find import Group
from checker.unroll import size_in_bits
from spec.lang.errors import SpecError
from spec.lang.model import Model, Scope
from spec.lang.schema import FieldInfo
from spec.lang.types import SetType, SortType, Type

MASK: Final = (1 << 64) - 1
MOST_NODES: Final = 63
"""A set of nodes is one machine word; one bit stands for nobody."""

STIR: Final = (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
KEEP: Final = 0xA0761D6478BD642F
"""The weight of an element's own colour when it takes in its neighbours'."""
PICKED: Final = 0x589965CC75374CC3
"""What is added to the colour of an element that is told from its likes."""
MOST_IMAGES: Final = 1000
"""So many images of one state are compared at most."""

OTHER, ITSELF = 0, 1
FIXED: Final = 2
"""How a key writes a reference: another, itself, or a fixed element (plus 2)."""


class TooManyElements(SpecError):
    """More interchangeable elements than the reduction can handle."""


def mixed(colour: int) -> int:
    """A 64-bit word in which every bit of `colour` counts."""
    word = colour * STIR[0] & MASK
    word ^= word >> 32
    word = word * STIR[1] & MASK
    return word ^ word >> 29


def weight(number: int) -> int:
    """An odd factor for the references of one kind."""
    return mixed(number + 1) | 1


@dataclass(frozen=True, slots=True)
class Column:
    """A field that is indexed by nodes, holds nodes, or holds sets of nodes.

    `rows` and `values` are the number of the first node of the sort that indexes it,
    and of the sort it holds; None when that sort has no nodes. `count` is None for a
    single cell.
    """

    number: int
    name: str
    position: int
    """In a state of the evaluator."""
    count: int | None
    rows: int | None
    values: int | None
    holds_sets: bool
    bits: int
    """What its part of a key needs."""

    @property
    def out(self) -> int:
        """The weight with which a row takes in what it refers to."""
        return weight(2 * self.number)

    @property
    def into(self) -> int:
        """The weight with which a node takes in who refers to it."""
        return weight(2 * self.number + 1)

    def mark(self, row: int) -> int:
        """What a node's first colour gains when the fixed row `row` refers to it."""
        return mixed(mixed(self.number + (1 << 32)) + row)


@dataclass(frozen=True)
class Plan:
    """The nodes of a state and the columns that mention them.

    The elements of each sort that has a group are consecutive nodes, fixed ones
    included. `groups` holds the nodes that may be permuted, group by group.
    """

    columns: tuple[Column, ...]
    groups: tuple[tuple[int, ...], ...]
    firsts: tuple[tuple[SortType, int], ...]
    """Each sort with nodes, and its first node."""

    @cached_property
    def free(self) -> tuple[int, ...]:
        """Every node that may be permuted."""
        return tuple(node for group in self.groups for node in group)

    @cached_property
    def free_mask(self) -> int:
        """The same as a set."""
        return sum(1 << node for node in self.free)

    @cached_property
    def group_of(self) -> dict[int, int]:
        """The number of the group of each node that may be permuted."""
        return {node: n for n, group in enumerate(self.groups) for node in group}

    @cached_property
    def has_edges_of_sets(self) -> bool:
        """Some permuted row holds a set of nodes."""
        return any(
            c.holds_sets and c.rows is not None and c.values is not None
            for c in self.columns
        )

    def keyed(self, node: int) -> list[tuple[Column, int]]:
        """The columns with a row for this node, and that row."""
        return [
            (c, node - c.rows)
            for c in self.columns
            if c.rows is not None and c.count and 0 <= node - c.rows < c.count
        ]

    def key_words(self, node: int) -> list[list[tuple[Column, int, int]]]:
        """The words of a node's key: columns with their row and their shift."""
        words: list[list[tuple[Column, int, int]]] = []
        used = 64
        for column, row in self.keyed(node):
            if not words or used + column.bits > 64:  # a column may have no bits
                words.append([])
                used = 0
            words[-1].append((column, row, used))
            used += column.bits
        return words

    def fixed_rows(self) -> Iterator[tuple[Column, int]]:
        """The rows that stay where they are and refer to nodes."""
        for column in self.columns:
            if column.values is None:
                continue
            for row in range(1 if column.count is None else column.count):
                if column.rows is None or column.rows + row not in self.group_of:
                    yield column, row

    def edges(self) -> Iterator[tuple[Column, int, int]]:
        """The permuted rows that refer to nodes: column, row, and the row's node."""
        for column in self.columns:
            if column.values is None or column.rows is None:
                continue
            for row in range(column.count or 0):
                if column.rows + row in self.group_of:
                    yield column, row, column.rows + row


def plan_of(model: Model, scope: Scope, groups: Sequence[Group]) -> Plan:
    """The plan to reduce states of this model by these groups."""
    firsts: dict[SortType, int] = {}
    total = 0
    for group in groups:
        if group.sort not in firsts:
            firsts[group.sort] = total
            total += scope.size(group.sort)
    if total > MOST_NODES:
        message = (
            f"{total} elements belong to sorts to reduce by, and at most {MOST_NODES} "
            "can be handled; choose a smaller scope"
        )
        raise TooManyElements(message)
    columns: list[Column] = []
    for position, info in enumerate(model.shape.fields()):
        column = _column(len(columns), position, info, scope, firsts)
        if column.rows is not None or column.values is not None:
            columns.append(column)
    permuted = [
        tuple(firsts[group.sort] + element for element in group.elements)
        for group in groups
    ]
    return Plan(tuple(columns), tuple(permuted), tuple(firsts.items()))


def _column(
    number: int,
    position: int,
    info: FieldInfo,
    scope: Scope,
    firsts: dict[SortType, int],
) -> Column:
    held = info.type.element if isinstance(info.type, SetType) else info.type
    values = _first(held, firsts)
    bits = size_in_bits(info.type, scope)
    if values is not None:
        size = scope.size(held)
        bits = size + 1 if isinstance(info.type, SetType) else (size + 1).bit_length()
    return Column(
        number=number,
        name=info.name,
        position=position,
        count=None if info.index is None else scope.size(info.index),
        rows=None if info.index is None else _first(info.index, firsts),
        values=values,
        holds_sets=isinstance(info.type, SetType),
        bits=bits,
    )


def _first(kind: Type, firsts: dict[SortType, int]) -> int | None:
    return firsts.get(kind) if isinstance(kind, SortType) else None
