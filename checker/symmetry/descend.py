"""The native canonical form: colours until they settle, then choices.

`canonical_descend(block, colours)` leaves in the block the least image among those that
refine the colours given.
"""

from __future__ import annotations

from itertools import combinations

from llvmlite import ir

from checker.search.emit import Word
from checker.symmetry.block import ALL, Part, is_in, mixed
from checker.symmetry.plan import KEEP, MOST_IMAGES, PICKED, Column, Plan


class Descend(Part):
    """The function that calls itself for each choice."""

    def __init__(self, module: ir.Module, plan: Plan, arrange: ir.Function) -> None:
        super().__init__(module, plan, "canonical_descend", ["block", "colours"])
        self.f.function.linkage = "internal"
        self.arrange = arrange
        (self.colours,) = self.others
        self.told = self.f.scratch(self.block.nodes + 1)
        self.inner = self.f.scratch(self.block.nodes + 1)

    def written(self) -> ir.Function:
        """The whole function."""
        f = self.f
        before = f.variable(0, "before")
        tied = f.variable(0, "tied")
        linked = self.get(self.block.linked)
        with f.forever() as settling:
            seen, classes = self._ties()
            tied.set(seen)
            f.leave_when(settling, (seen & linked).is_("==", 0))
            f.leave_when(settling, classes.is_("==", before.get()))
            before.set(classes)
            self._refine()
        self._neighbours()
        live = self._live(tied.get())
        with f.when(live.is_("==", 0)):
            self._leaf()
            f.returns()
        members = self._members(live, tied.get())
        with (
            f.loop(0, f.number(self.block.nodes)) as node,
            f.when(is_in(node, members) & self._images().is_("<", MOST_IMAGES)),
        ):
            with f.loop(0, f.number(self.block.nodes)) as other:
                f.store(self._colour(other), self.inner, other)
            f.store(mixed(self._colour(node) + PICKED), self.inner, node)
            f.call(f.function, self.at, self.inner)
        f.returns()
        return f.function

    def _images(self) -> Word:
        return self.get(self.block.images)

    def _colour(self, node: Word | int) -> Word:
        return self.f.load(self.colours, node)

    # Colours

    def _ties(self) -> tuple[Word, Word]:
        """The nodes that share a colour, as a set; and how many colours there are."""
        tied = self.f.number(0)
        classes = self.f.number(len(self.plan.free))
        for group in self.plan.groups:
            held = {node: self._colour(node) for node in group}
            again = dict.fromkeys(group, self.f.number(0))
            for one, other in combinations(group, 2):
                same = held[one].is_("==", held[other]).word()
                tied = tied | (same << one) | (same << other)
                again[other] = again[other] | same
            for node in group:
                classes = classes - again[node]
        return tied, classes

    def _refine(self) -> None:
        """Every colour with the colours of the neighbours taken in."""
        f = self.f
        f.store(f.number(0), self.told, self.block.nobody)
        for node in self.plan.free:
            word = mixed(self._colour(node))
            f.store(word, self.told, node)
            f.store(word * KEEP, self.colours, node)
        for column, row, node in self.plan.edges():
            cell = self.block.cell(column, row)
            if column.holds_sets:
                self._take_in_members(column, node, self.get(cell))
            else:
                self._take_in(column, node, self.get(self.block.targets + cell))

    def _take_in_members(self, column: Column, node: int, value: Word) -> None:
        for target, element in self.free_from(column):
            if target != node:
                nobody = self.f.number(self.block.nobody)
                member = self.f.select(is_in(element, value), target, nobody)
                self._take_in(column, node, member)

    def _take_in(self, column: Column, node: int, target: Word) -> None:
        """A reference is seen at both ends; nobody has the word 0 to tell."""
        gain = self.f.load(self.told, target) * column.out
        self.f.store(self._colour(node) + gain, self.colours, node)
        back = self.f.load(self.told, node) * column.into
        self.f.store(self._colour(target) + back, self.colours, target)

    # Choices

    def _neighbours(self) -> None:
        """Note of every node who refers to it or is referred to by it."""
        for node in range(self.block.nodes + 1):
            self.put(self.f.number(0), self.block.near + node)
        for column, row, node in self.plan.edges():
            cell = self.block.cell(column, row)
            if not column.holds_sets:
                target = self.get(self.block.targets + cell)
                self._near(node, self.f.number(1) << target)
                self._near(target, self.f.number(1 << node))
                continue
            value = self.get(cell)
            for other, element in self.free_from(column):
                if other != node:
                    member = is_in(element, value).word()
                    self._near(node, member << other)
                    self._near(self.f.number(other), member << node)

    def _near(self, node: Word | int, more: Word) -> None:
        """More neighbours of a node."""
        at = node + self.block.near
        self.put(self.get(at) | more, at)

    def _live(self, tied: Word) -> Word:
        """The tied nodes with a tied neighbour."""
        live = self.f.number(0)
        for node in self.plan.free:
            near = self.get(self.block.near + node) & tied
            live = live | ((near.is_("!=", 0).word() & (tied >> node)) << node)
        return live

    def _members(self, live: Word, tied: Word) -> Word:
        """The nodes to try: the first live class, or one of it in a forest."""
        members = self.f.variable(0, "members")
        for group in self.plan.groups:
            inside = live & sum(1 << node for node in group)
            with self.f.when(members.get().is_("==", 0) & inside.is_("!=", 0)):
                members.set(self._first_class(group, inside))
        if not self.plan.has_edges_of_sets:
            everyone = members.get()
            one = everyone & (self.f.number(0) - everyone)
            left = self._without_leaves(tied)
            members.set(self.f.select(left.is_("==", 0), one, everyone))
        return members.get()

    def _first_class(self, group: tuple[int, ...], live: Word) -> Word:
        """The live nodes of a group that have the least colour."""
        least = self.f.number(ALL)
        for node in group:
            colour = self.f.select(is_in(node, live), self._colour(node), ALL)
            least = self.f.smaller(least, colour)
        members = self.f.number(0)
        for node in group:
            same = self._colour(node).is_("==", least).word()
            members = members | (same << node)
        return members & live

    def _without_leaves(self, nodes: Word) -> Word:
        """What is left of the references among `nodes` without their trees."""
        f = self.f
        left, before = f.variable(nodes, "left"), f.variable(0, "before")
        with f.forever() as stripping:
            f.leave_when(stripping, left.get().is_("==", before.get()))
            before.set(left.get())
            for node in self.plan.free:
                near = self.get(self.block.near + node) & left.get()
                leaf = (near & (near - 1)).is_("==", 0)
                left.set(left.get() & f.select(leaf, ALL ^ 1 << node, ALL))
        return left.get()

    # Images

    def _leaf(self) -> None:
        """The image under these colours is kept if it is the least so far."""
        f, block = self.f, self.block
        for node in range(block.nodes):
            self.put(f.number(node - self._start(node)), block.places + node)
        for group in self.plan.groups:
            self._sort(group)
        images = self._images()
        self.put(images + 1, block.images)
        with f.when(images.is_("==", 0)):
            f.call(self.arrange, self.at, self.at + 8 * block.least)
            f.returns()
        f.call(self.arrange, self.at, self.at + 8 * block.image)
        at, smaller = f.variable(0, "at"), f.variable(0, "smaller")
        with f.forever() as comparing:
            f.leave_when(comparing, at.get().is_("==", block.cells))
            mine = self.get(at.get() + block.image)
            best = self.get(at.get() + block.least)
            smaller.set(mine.is_("<", best).word())
            f.leave_when(comparing, mine.is_("!=", best))
            at.set(at.get() + 1)
        with f.when(smaller.get().is_("==", 1)), f.loop(0, f.number(block.cells)) as n:
            self.put(self.get(n + block.image), n + block.least)

    def _start(self, node: int) -> int:
        """The first node of the sort of `node`."""
        return max(first for _, first in self.plan.firsts if first <= node)

    def _sort(self, group: tuple[int, ...]) -> None:
        """The new place of each node of a group, by colour and then by number."""
        places = [node - self._start(node) for node in group]
        held = {node: self._colour(node) for node in group}
        rank = dict.fromkeys(group, self.f.number(0))
        for one, other in combinations(group, 2):
            after = held[other].is_("<", held[one]).word()
            rank[one] = rank[one] + after
            rank[other] = rank[other] + (after ^ 1)
        for node in group:
            place = rank[node] + places[0]
            if places[-1] - places[0] != len(places) - 1:
                place = self.f.number(places[-1])
                for n, given in enumerate(places[:-1]):
                    here = rank[node].is_("==", n)
                    place = self.f.select(here, given, place)
            self.put(place, self.block.places + node)
