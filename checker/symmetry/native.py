"""The canonical form on packed states, as machine code.

The twin of `canonical`, step for step, written for LLVM: `canonicalise(address)` replaces
the packed state at `address` by the representative of its orbit. An agreement test holds
the two together.

Everything is laid out in one block of words on the stack (`_Block`). Loops over elements
are unrolled where every state passes, and are loops where only states with many like
elements do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from llvmlite import ir

from checker.layout import Layout, Slot
from checker.search.emit import Emitter, Flag, Word
from checker.symmetry.plan import (
    FIXED,
    ITSELF,
    KEEP,
    OTHER,
    PICKED,
    STIR,
    Column,
    Plan,
)

NAME = "canonicalise"
ALL = (1 << 64) - 1


@dataclass(frozen=True)
class _Block:
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
    def found(self) -> int:
        """Whether there is a least image yet."""
        return self.linked + 1

    @property
    def words(self) -> int:
        """The length of the block."""
        return self.found + 1


def canonical_code(plan: Plan, layout: Layout) -> str:
    """LLVM functions, the one to call being `i64 @canonicalise(i64 address)`."""
    module = ir.Module("canonical")
    native = _Native(plan, layout, module)
    arrange = native.arrange()
    descend = native.descend(arrange)
    native.canonicalise(descend)
    return "\n".join(str(function) for function in module.functions)


def _mixed(word: Word) -> Word:
    word = word * STIR[0]
    word = word ^ (word >> 32)
    word = word * STIR[1]
    return word ^ (word >> 29)


class _Native:
    """The three functions for one plan and one layout."""

    def __init__(self, plan: Plan, layout: Layout, module: ir.Module) -> None:
        self.plan, self.layout, self.module = plan, layout, module
        self.block = _Block(plan)

    def _function(self, name: str, params: list[str]) -> Emitter:
        emitter = Emitter(self.module, name, params)
        emitter.function.linkage = "internal"
        return emitter

    def _slot(self, column: Column, row: int) -> Slot:
        return self.layout.by_key[column.name, None if column.count is None else row]

    def _cells(self) -> Iterator[tuple[Column, int]]:
        """The cells that a permutation can change."""
        for column in self.plan.columns:
            for row in range(1 if column.count is None else column.count):
                moves = column.rows is not None and (
                    column.rows + row in self.plan.group_of
                )
                if moves or column.values is not None:
                    yield column, row

    # canonicalise: from a packed state to its block, and back

    def canonicalise(self, descend: ir.Function) -> None:
        """The function to call."""
        f = Emitter(self.module, NAME, ["address"])
        (address,) = f.params()
        block = f.scratch(self.block.words)
        colours = f.scratch(self.block.nodes + 1)
        words = [f.load(address, n) for n in range(self.layout.width)]
        values = self._unpack(f, words, block)
        self._first_colours(f, values, block, colours)
        f.store(f.number(0), colours, self.block.nobody)
        f.store(f.number(0), block, self.block.found)
        f.call(descend, block, colours)
        self._pack(f, words, block, address)
        f.returns()

    def _unpack(
        self, f: Emitter, words: list[Word], block: Word
    ) -> dict[tuple[int, int], Word]:
        values = {}
        for column, row in self._cells():
            slot = self._slot(column, row)
            value = f.number(0)
            if slot.bits:
                value = (words[slot.word] >> slot.offset) & slot.mask
            values[column.number, row] = value
            f.store(value, block, self.block.cell(column, row))
        return values

    def _pack(self, f: Emitter, words: list[Word], block: Word, address: Word) -> None:
        kept = [ALL] * len(words)
        news: dict[int, Word] = {}
        for column, row in self._cells():
            slot = self._slot(column, row)
            if not slot.bits:
                continue
            kept[slot.word] &= ~(slot.mask << slot.offset)
            at = self.block.least + self.block.cell(column, row)
            new = f.load(block, at) << slot.offset
            news[slot.word] = news[slot.word] | new if slot.word in news else new
        for number, new in news.items():
            f.store((words[number] & kept[number]) | new, address, number)

    # Colours

    def _is_free(self, f: Emitter, column: Column, value: Word) -> Flag:
        """The element that a reference holds may be permuted."""
        assert column.values is not None
        mask = self.plan.free_mask >> column.values
        return ((f.number(mask) >> value) & 1).is_("==", 1)

    def _first_colours(
        self,
        f: Emitter,
        values: dict[tuple[int, int], Word],
        block: Word,
        colours: Word,
    ) -> None:
        for node in range(self.block.nodes + 1):
            f.store(f.number(0), block, self.block.near + node)
        for node in self.plan.free:
            colour = _mixed(f.number(self.plan.group_of[node] + 1))
            for word in self.plan.key_words(node):
                key = f.number(0)
                for column, row, shift in word:
                    value = values[column.number, row]
                    said = self._key(f, column, node, value)
                    key = key | (said << shift)
                colour = _mixed(colour ^ key)
            f.store(colour, colours, node)
        for column, row in self.plan.fixed_rows():
            self._mark(f, column, row, values[column.number, row], colours)
        for column, row, node in self.plan.edges():
            self._link(f, column, row, node, values[column.number, row], block)
        linked = f.number(0)
        for node in self.plan.free:
            near = f.load(block, self.block.near + node)
            linked = linked | (near.is_("!=", 0).word() << node)
        f.store(linked, block, self.block.linked)

    def _key(self, f: Emitter, column: Column, node: int, value: Word) -> Word:
        if column.values is None:
            return value
        itself = node - column.values
        if column.holds_sets:
            fixed = (value & ~(self.plan.free_mask >> column.values)) << 1
            return fixed | ((value >> itself) & 1) if itself >= 0 else fixed
        here = value.is_("==", itself & ALL)
        free = f.select(here, ITSELF, OTHER)
        return f.select(self._is_free(f, column, value), free, value + FIXED)

    def _mark(
        self, f: Emitter, column: Column, row: int, value: Word, colours: Word
    ) -> None:
        """A fixed row refers to nodes: their colours say so."""
        assert column.values is not None
        for node in self._free_from(column):
            if column.holds_sets:
                flag = ((value >> (node - column.values)) & 1).is_("==", 1)
            else:
                flag = value.is_("==", node - column.values)
            gain = f.select(flag, column.mark(row), 0)
            f.store(f.load(colours, node) + gain, colours, node)

    def _free_from(self, column: Column) -> list[int]:
        """The free nodes of the sort that the column holds."""
        first = column.values
        sort = next(kind for kind, start in self.plan.firsts if start == first)
        later = [start for kind, start in self.plan.firsts if kind != sort]
        after = min((s for s in later if first is not None and s > first), default=64)
        return [n for n in self.plan.free if first is not None and first <= n < after]

    def _link(
        self, f: Emitter, column: Column, row: int, node: int, value: Word, block: Word
    ) -> None:
        """Note who refers to whom, other than to itself."""
        assert column.values is not None
        near = self.block.near
        if column.holds_sets:
            for target in self._free_from(column):
                if target != node:
                    member = (value >> (target - column.values)) & 1
                    for one, other in ((node, target), (target, node)):
                        seen = f.load(block, near + one) | (member << other)
                        f.store(seen, block, near + one)
            return
        target = value + column.values
        free = self._is_free(f, column, value) & target.is_("!=", node)
        target = f.select(free, target, self.block.nobody)
        f.store(target, block, self.block.targets + self.block.cell(column, row))
        bit = f.select(free, f.number(1) << (target & 63), 0)
        f.store(f.load(block, near + node) | bit, block, near + node)
        back = f.load(block, target + near) | (1 << node)
        f.store(back, block, target + near)

    def _refine(self, f: Emitter, block: Word, colours: Word, told: Word) -> None:
        """Every colour with the colours of the neighbours taken in."""
        f.store(f.number(0), told, self.block.nobody)
        for node in self.plan.free:
            word = _mixed(f.load(colours, node))
            f.store(word, told, node)
            f.store(word * KEEP, colours, node)
        for column, row, node in self.plan.edges():
            at = self.block.cell(column, row)
            mine = f.load(told, node)
            if column.holds_sets:
                self._refine_set(f, column, node, f.load(block, at), colours, told)
                continue
            target = f.load(block, self.block.targets + at)
            gain = f.load(told, target) * column.out
            f.store(f.load(colours, node) + gain, colours, node)
            back = f.load(colours, target) + mine * column.into
            f.store(back, colours, target)

    def _refine_set(
        self, f: Emitter, column: Column, node: int, value: Word, *words: Word
    ) -> None:
        assert column.values is not None
        colours, told = words
        for target in self._free_from(column):
            if target != node:
                member = (value >> (target - column.values)) & 1
                gain = f.load(told, target) * column.out * member
                f.store(f.load(colours, node) + gain, colours, node)
                gain = f.load(told, node) * column.into * member
                f.store(f.load(colours, target) + gain, colours, target)

    # descend: colours until they settle, then one image, or one for each choice

    def descend(self, arrange: ir.Function) -> ir.Function:
        """Looks for the least image that refines the colours given."""
        f = self._function("canonical_descend", ["block", "colours"])
        block, colours = f.params()
        told = f.scratch(self.block.nodes + 1)
        inner = f.scratch(self.block.nodes + 1)
        before = f.variable(0, "before")
        tied = f.variable(0, "tied")
        linked = f.load(block, self.block.linked)
        with f.forever() as settling:
            seen, classes = self._ties(f, colours)
            tied.set(seen)
            f.leave_when(settling, (seen & linked).is_("==", 0))
            f.leave_when(settling, classes.is_("==", before.get()))
            before.set(classes)
            self._refine(f, block, colours, told)
        live = self._live(f, block, tied.get())
        with self._done_when(f, live.is_("==", 0)):
            self._leaf(f, arrange, block, colours)
        members = self._members(f, block, colours, live, tied.get())
        for node in self.plan.free:
            with f.when(((members >> node) & 1).is_("==", 1)):
                for other in self.plan.free:
                    f.store(f.load(colours, other), inner, other)
                f.store(_mixed(f.load(colours, node) + PICKED), inner, node)
                f.call(f.function, block, inner)
        f.returns()
        return f.function

    @contextmanager
    def _done_when(self, f: Emitter, flag: Flag) -> Iterator[None]:
        """Do the body and return where `flag` holds."""
        with f.when(flag):
            yield
            f.returns()

    def _ties(self, f: Emitter, colours: Word) -> tuple[Word, Word]:
        """The nodes that share a colour, as a set; and how many colours there are."""
        tied = f.number(0)
        classes = f.number(len(self.plan.free))
        for group in self.plan.groups:
            held = {node: f.load(colours, node) for node in group}
            again = dict.fromkeys(group, f.number(0))
            for one, other in combinations(group, 2):
                same = held[one].is_("==", held[other]).word()
                tied = tied | (same << one) | (same << other)
                again[other] = again[other] | same
            for node in group:
                classes = classes - again[node]
        return tied, classes

    def _live(self, f: Emitter, block: Word, tied: Word) -> Word:
        """The tied nodes with a tied neighbour."""
        live = f.number(0)
        for node in self.plan.free:
            near = f.load(block, self.block.near + node) & tied
            live = live | ((near.is_("!=", 0).word() & (tied >> node)) << node)
        return live

    def _members(
        self, f: Emitter, block: Word, colours: Word, live: Word, tied: Word
    ) -> Word:
        """The nodes to try: the first live class, or one of it in a forest."""
        members = f.variable(0, "members")
        for group in self.plan.groups:
            least = f.variable(ALL, "least")
            inside = live & sum(1 << node for node in group)
            with f.when(members.get().is_("==", 0) & inside.is_("!=", 0)):
                for node in group:
                    colour = f.load(colours, node)
                    alive = ((live >> node) & 1).is_("==", 1)
                    least.set(f.smaller(least.get(), f.select(alive, colour, ALL)))
                for node in group:
                    same = f.load(colours, node).is_("==", least.get()).word()
                    chosen = (same & (live >> node)) << node
                    members.set(members.get() | chosen)
        if not self.plan.has_edges_of_sets:
            everyone = members.get()
            one = everyone & (f.number(0) - everyone)
            left = self._without_leaves(f, block, tied)
            members.set(f.select(left.is_("==", 0), one, everyone))
        return members.get()

    def _without_leaves(self, f: Emitter, block: Word, nodes: Word) -> Word:
        """What is left of the references among `nodes` without their trees."""
        left = f.variable(nodes, "left")
        before = f.variable(0, "before")
        with f.forever() as stripping:
            f.leave_when(stripping, left.get().is_("==", before.get()))
            before.set(left.get())
            for node in self.plan.free:
                near = f.load(block, self.block.near + node) & left.get()
                leaf = (near & (near - 1)).is_("==", 0)
                left.set(left.get() & f.select(leaf, ALL ^ 1 << node, ALL))
        return left.get()

    # arrange: the image of the state under the order of the colours

    def _leaf(
        self, f: Emitter, arrange: ir.Function, block: Word, colours: Word
    ) -> None:
        for node in range(self.block.nodes):
            first = max(start for _, start in self.plan.firsts if start <= node)
            f.store(f.number(node - first), block, self.block.places + node)
        for group in self.plan.groups:
            self._sort(f, group, block, colours)
        first = f.load(block, self.block.found).is_("==", 0)
        with self._done_when(f, first):
            f.store(f.number(1), block, self.block.found)
            f.call(arrange, block, block + 8 * self.block.least)
        f.call(arrange, block, block + 8 * self.block.image)
        at, smaller = f.variable(0, "at"), f.variable(0, "smaller")
        with f.forever() as comparing:
            f.leave_when(comparing, at.get().is_("==", self.block.cells))
            mine = f.load(block, at.get() + self.block.image)
            best = f.load(block, at.get() + self.block.least)
            smaller.set(mine.is_("<", best).word())
            f.leave_when(comparing, mine.is_("!=", best))
            at.set(at.get() + 1)
        with (
            f.when(smaller.get().is_("==", 1)),
            f.loop(0, f.number(self.block.cells)) as n,
        ):
            f.store(f.load(block, n + self.block.image), block, n + self.block.least)

    def _sort(
        self, f: Emitter, group: tuple[int, ...], block: Word, colours: Word
    ) -> None:
        """The new place of each node of a group, by colour and then by number."""
        first = max(start for _, start in self.plan.firsts if start <= group[0])
        held = {node: f.load(colours, node) for node in group}
        rank = dict.fromkeys(group, f.number(0))
        for one, other in combinations(group, 2):
            after = held[other].is_("<", held[one]).word()
            rank[one] = rank[one] + after
            rank[other] = rank[other] + (after ^ 1)
        for node in group:
            place = rank[node] + (group[0] - first)
            if group != tuple(range(group[0], group[0] + len(group))):
                place = f.number(group[-1] - first)
                for n in range(len(group) - 1):
                    here = rank[node].is_("==", n)
                    place = f.select(here, group[n] - first, place)
            f.store(place, block, self.block.places + node)

    def arrange(self) -> ir.Function:
        """Writes the cells of the image to `target`."""
        f = self._function("canonical_arrange", ["block", "target"])
        block, target = f.params()
        places = self.block.places
        for column, row in self._cells():
            at = self.block.cell(column, row)
            value = f.load(block, at)
            if column.values is not None and not column.holds_sets:
                value = f.load(block, value + (places + column.values))
            elif column.values is not None:
                value = self._renamed(f, column, value, block)
            if column.rows is None:
                f.store(value, target, at)
                continue
            place = f.load(block, places + column.rows + row)
            f.store(value, target, place + self.block.columns[column.number])
        for column, row in self._still():
            f.store(f.number(0), target, self.block.cell(column, row))
        f.returns()
        return f.function

    def _still(self) -> Iterator[tuple[Column, int]]:
        """The cells of the columns that no permutation changes."""
        moving = {(column.number, row) for column, row in self._cells()}
        for column in self.plan.columns:
            for row in range(1 if column.count is None else column.count):
                if (column.number, row) not in moving:
                    yield column, row

    def _renamed(self, f: Emitter, column: Column, value: Word, block: Word) -> Word:
        """A set with its members renamed."""
        assert column.values is not None
        free = self._free_from(column)
        kept = value & ~sum(1 << (node - column.values) for node in free)
        for node in free:
            member = (value >> (node - column.values)) & 1
            kept = kept | (member << f.load(block, self.block.places + node))
        return kept
