"""Where the native canonical form keeps what it works on.

A `Block` is a stretch of words on the stack, passed by address; a `Part` is one of the
functions that work on it, while it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from llvmlite import ir

from checker.search.emit import Emitter, Flag, Word
from checker.symmetry.plan import STIR, Column, Plan

ALL = (1 << 64) - 1


@dataclass(frozen=True)
class Block:
    """Where things stand in the working block, in words from its beginning."""

    plan: Plan

    @cached_property
    def nodes(self) -> int:
        """How many nodes there are, fixed ones included."""
        ends = [
            c.rows + c.count
            for c in self.plan.columns
            if c.rows is not None and c.count is not None
        ]
        return max([*ends, *(node + 1 for node in self.plan.free)])

    @cached_property
    def columns(self) -> dict[int, int]:
        """The first cell of each column."""
        found, at = {}, 0
        for column in self.plan.columns:
            found[column.number] = at
            at += 1 if column.count is None else column.count
        return found

    @cached_property
    def cells(self) -> int:
        """How many cells the columns have."""
        return sum(1 if c.count is None else c.count for c in self.plan.columns)

    def cell(self, column: Column, row: int) -> int:
        """The number of a cell."""
        return self.columns[column.number] + row

    values = 0

    @property
    def least(self) -> int:
        """The cells of the least image so far."""
        return self.cells

    @property
    def image(self) -> int:
        """The cells of another image."""
        return 2 * self.cells

    @property
    def targets(self) -> int:
        """For each cell that refers to one node, that node; `nobody` if it is fixed."""
        return 3 * self.cells

    @property
    def near(self) -> int:
        """For each node, the set of its neighbours; one more word for nobody."""
        return 4 * self.cells

    @property
    def nobody(self) -> int:
        """The number that stands for no node."""
        return self.nodes

    @property
    def places(self) -> int:
        """For each node, its new position in its sort."""
        return self.near + self.nodes + 1

    @property
    def linked(self) -> int:
        """The set of nodes that have a neighbour."""
        return self.places + self.nodes

    @property
    def images(self) -> int:
        """How many images there were so far."""
        return self.linked + 1

    @property
    def words(self) -> int:
        """The length of the block."""
        return self.images + 1


def mixed(word: Word) -> Word:
    """`plan.mixed`, as instructions."""
    word = word * STIR[0]
    word = word ^ (word >> 32)
    word = word * STIR[1]
    return word ^ (word >> 29)


class Part:
    """One function under construction, and what all of them know.

    Its first parameter is the address of the block, except where it makes the block.
    """

    def __init__(
        self, module: ir.Module, plan: Plan, name: str, params: list[str]
    ) -> None:
        self.plan = plan
        self.block = Block(plan)
        self.f = Emitter(module, name, params)
        self.at, *self.others = self.f.params()

    def get(self, index: Word | int) -> Word:
        """A word of the block."""
        return self.f.load(self.at, index)

    def put(self, value: Word, index: Word | int) -> None:
        """Replace a word of the block."""
        self.f.store(value, self.at, index)

    def cells(self) -> Iterator[tuple[Column, int]]:
        """The cells that a permutation can change."""
        for column in self.plan.columns:
            for row in range(1 if column.count is None else column.count):
                moves = column.rows is not None and (
                    column.rows + row in self.plan.group_of
                )
                if moves or column.values is not None:
                    yield column, row

    def is_free(self, column: Column, value: Word) -> Flag:
        """The element that a reference holds may be permuted."""
        assert column.values is not None
        mask = self.plan.free_mask >> column.values
        return is_in(value, self.f.number(mask))

    def free_from(self, column: Column) -> list[tuple[int, int]]:
        """The free nodes of the sort that the column holds, and their elements."""
        assert column.values is not None
        first = column.values
        after = min((s for _, s in self.plan.firsts if s > first), default=64)
        return [(n, n - first) for n in self.plan.free if first <= n < after]


def is_in(element: Word | int, members: Word) -> Flag:
    """The set has the element."""
    if isinstance(element, int):
        return (members & (1 << element)).is_("!=", 0)
    return ((members >> element) & 1).is_("==", 1)
