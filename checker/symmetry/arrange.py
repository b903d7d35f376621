"""The native canonical form: the image of a state.

`canonical_arrange(block, target)` writes to `target` the cells of the state in the
block, every node renamed to its new place.
"""

from __future__ import annotations

from collections.abc import Iterator

from llvmlite import ir

from checker.search.emit import Word
from checker.symmetry.block import Part, is_in
from checker.symmetry.plan import Column, Plan


class Arrange(Part):
    """The function that applies a permutation."""

    def __init__(self, module: ir.Module, plan: Plan) -> None:
        super().__init__(module, plan, "canonical_arrange", ["block", "target"])
        self.f.function.linkage = "internal"
        (self.target,) = self.others

    def written(self) -> ir.Function:
        """The whole function."""
        f, block = self.f, self.block
        for column, row in self.cells():
            cell = block.cell(column, row)
            value = self._renamed(column, self.get(cell))
            if column.rows is None:
                f.store(value, self.target, cell)
                continue
            place = self.get(block.places + column.rows + row)
            f.store(value, self.target, place + block.columns[column.number])
        for column, row in self._still():
            f.store(f.number(0), self.target, block.cell(column, row))
        f.returns()
        return f.function

    def _renamed(self, column: Column, value: Word) -> Word:
        """A value with the nodes that it mentions renamed."""
        if column.values is None:
            return value
        if not column.holds_sets:
            return self.get(value + (self.block.places + column.values))
        free = self.free_from(column)
        renamed = value & ~sum(1 << element for _, element in free)
        for node, element in free:
            member = is_in(element, value).word()
            renamed = renamed | (member << self.get(self.block.places + node))
        return renamed

    def _still(self) -> Iterator[tuple[Column, int]]:
        """The cells of the columns that no permutation changes."""
        moving = {(column.number, row) for column, row in self.cells()}
        for column in self.plan.columns:
            for row in range(1 if column.count is None else column.count):
                if (column.number, row) not in moving:
                    yield column, row
