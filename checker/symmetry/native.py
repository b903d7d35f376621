"""The canonical form on packed states, as machine code.

The twin of `canonical`, step for step, written for LLVM: `canonicalise(address)`
replaces the packed state at `address` by the representative of its orbit. An agreement
test holds the two together. This function unpacks a state, gives every node its first
colour, and packs the least image that `descend` finds.
"""

from __future__ import annotations

from typing import Final

from llvmlite import ir

from checker.native.layout import Layout, Slot
from checker.search.emit import Emitter, Word
from checker.symmetry.arrange import Arrange
from checker.symmetry.block import ALL, Part, is_in, mixed
from checker.symmetry.descend import Descend
from checker.symmetry.plan import FIXED, ITSELF, OTHER, Column, Plan

NAME: Final = "canonicalise"


def canonical_code(plan: Plan, layout: Layout) -> str:
    """LLVM functions, those to call being these two; the numbers are addresses.

    i64 @canonicalise(i64 state)
    i64 @canonicalise_between(i64 first, i64 end)
    """
    module = ir.Module("canonical")
    arrange = Arrange(module, plan).written()
    descend = Descend(module, plan, arrange).written()
    one = Canonicalise(module, plan, layout, descend).written()
    _between(module, one, layout.width)
    return "\n".join(str(function) for function in module.functions)


def _between(module: ir.Module, one: ir.Function, width: int) -> None:
    """The function for all states from an address up to another."""
    f = Emitter(module, "canonicalise_between", ["first", "end"])
    first, end = f.params()
    state = f.variable(first, "state")
    with f.forever() as states:
        f.leave_when(states, state.get().is_(">=", end))
        f.call(one, state.get())
        state.set(state.get() + 8 * width)
    f.returns()


class Canonicalise(Part):
    """From a packed state to its block, and back."""

    def __init__(
        self, module: ir.Module, plan: Plan, layout: Layout, descend: ir.Function
    ) -> None:
        super().__init__(module, plan, NAME, ["address"])
        self.layout, self.descend = layout, descend
        self.address = self.at
        self.at = self.f.scratch(self.block.words)
        self.colours = self.f.scratch(self.block.nodes + 1)
        self.values: dict[tuple[int, int], Word] = {}

    def written(self) -> ir.Function:
        """The whole function."""
        f = self.f
        words = [f.load(self.address, n) for n in range(self.layout.width)]
        self._unpack(words)
        self._first_colours()
        self._neighbours()
        self.put(f.number(0), self.block.images)
        f.call(self.descend, self.at, self.colours)
        self._pack(words)
        f.returns()
        return f.function

    def _slot(self, column: Column, row: int) -> Slot:
        return self.layout.by_key[column.name, None if column.count is None else row]

    def _unpack(self, words: list[Word]) -> None:
        for column, row in self.cells():
            slot = self._slot(column, row)
            value = self.f.number(0)
            if slot.bits:
                value = (words[slot.word] >> slot.offset) & slot.mask
            self.values[column.number, row] = value
            self.put(value, self.block.cell(column, row))

    def _pack(self, words: list[Word]) -> None:
        kept = [ALL] * len(words)
        news: dict[int, Word] = {}
        for column, row in self.cells():
            slot = self._slot(column, row)
            if not slot.bits:
                continue
            kept[slot.word] &= ~(slot.mask << slot.offset)
            cell = self.get(self.block.least + self.block.cell(column, row))
            new = cell << slot.offset
            news[slot.word] = news[slot.word] | new if slot.word in news else new
        for number, new in news.items():
            self.f.store((words[number] & kept[number]) | new, self.address, number)

    # First colours

    def _first_colours(self) -> None:
        f = self.f
        f.store(f.number(0), self.colours, self.block.nobody)
        for node in self.plan.free:
            colour = mixed(f.number(self.plan.group_of[node] + 1))
            for word in self.plan.key_words(node):
                key = f.number(0)
                for column, row, shift in word:
                    value = self.values[column.number, row]
                    key = key | (self._key(column, node, value) << shift)
                colour = mixed(colour ^ key)
            f.store(colour, self.colours, node)
        for column, row in self.plan.fixed_rows():
            self._mark(column, row)

    def _key(self, column: Column, node: int, value: Word) -> Word:
        """What one cell says of its row without naming another node."""
        if column.values is None:
            return value
        itself = node - column.values
        if column.holds_sets:
            fixed = (value & ~(self.plan.free_mask >> column.values)) << 1
            inside = 0 <= itself < 64
            return fixed | is_in(itself, value).word() if inside else fixed
        here = value.is_("==", itself)
        other = self.f.select(here, ITSELF, OTHER)
        return self.f.select(self.is_free(column, value), other, value + FIXED)

    def _mark(self, column: Column, row: int) -> None:
        """A fixed row refers to nodes: their colours say so."""
        value = self.values[column.number, row]
        for node, element in self.free_from(column):
            flag = (
                is_in(element, value) if column.holds_sets else value.is_("==", element)
            )
            gain = self.f.select(flag, column.mark(row), 0)
            colour = self.f.load(self.colours, node) + gain
            self.f.store(colour, self.colours, node)

    # Neighbours

    def _neighbours(self) -> None:
        """Who refers to whom, other than to itself; and who is linked at all."""
        linked = self.f.number(0)
        for column, row, node in self.plan.edges():
            value = self.values[column.number, row]
            both = (
                self._members(column, node, value)
                if column.holds_sets
                else self._target(column, row, node, value)
            )
            linked = linked | both
        self.put(linked, self.block.linked)

    def _members(self, column: Column, node: int, value: Word) -> Word:
        """The ends of a row's references to members of a set."""
        assert column.values is not None
        others = sum(1 << n for n, _ in self.free_from(column) if n != node)
        members = (value << column.values) & others
        some = members.is_("!=", 0)
        return members | self.f.select(some, 1 << node, 0)

    def _target(self, column: Column, row: int, node: int, value: Word) -> Word:
        """The ends of a row's reference to another node, if it has one."""
        assert column.values is not None
        target = value + column.values
        free = self.is_free(column, value) & target.is_("!=", node)
        target = self.f.select(free, target, self.block.nobody)
        self.put(target, self.block.targets + self.block.cell(column, row))
        both = (self.f.number(1) << target) | (1 << node)
        return self.f.select(free, both, 0)
