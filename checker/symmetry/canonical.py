"""The canonical form of a state: one representative for all that symmetry makes equal.

Each interchangeable element is a node with a colour that says all that can be said of
it without naming another: first the plain content of its rows; then, again and again,
the colours of what it refers to and of what refers to it. Nodes of different colour are
sorted by colour. Nodes of one colour are told apart by choosing one and refining again:

* those without a reference to or from another of unsettled colour are twins, and any
  order of them gives the same state;
* when the references among unsettled nodes make a forest, nodes of one colour are
  images of each other under a symmetry of the state, and any choice gives the same;
* otherwise every choice is tried, and the least state is taken.

So the form is exact: equal for two states if and only if a permutation maps one to the
other. Two things can split an orbit in two, which costs a state: more than
`MOST_IMAGES` images to choose from (as when sets relate many elements to each other),
for then no more are tried; and a collision of colours, which are hashes of 64 bits. In
any case the result is an image of the state, so that no verdict can depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checker.symmetry.plan import (
    FIXED,
    ITSELF,
    KEEP,
    MASK,
    MOST_IMAGES,
    OTHER,
    PICKED,
    Column,
    Plan,
    mixed,
)

State = tuple[Any, ...]


class Canonical:
    """The canonical form under a plan, as a function of evaluator states."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __call__(self, state: State) -> State:
        """The representative of the orbit of `state`."""
        if not self.plan.groups:
            return state
        return _Search(self.plan, state).least()

    def permuted(self, state: State, images: dict[int, int]) -> State:
        """`state` with every node renamed; nodes not mentioned keep their name."""
        return _permuted(self.plan, state, images)


class _Search:
    """The search for the least image of one state."""

    def __init__(self, plan: Plan, state: State) -> None:
        self.plan, self.state = plan, state
        self.edges = [
            (column, node, target)
            for column, row, node in plan.edges()
            for target in _targets(plan, column, state[column.position][row])
            if target != node
        ]
        self.near = dict.fromkeys(plan.free, 0)
        for _, node, target in self.edges:
            self.near[node] |= 1 << target
            self.near[target] |= 1 << node
        self.images = 0
        self.best = state

    def least(self) -> State:
        """The canonical form."""
        self._descend(self._first_colours())
        return self.best

    def _first_colours(self) -> dict[int, int]:
        colours: dict[int, int] = {}
        for node in self.plan.free:
            colour = mixed(self.plan.group_of[node] + 1)
            for word in self.plan.key_words(node):
                key = sum(
                    self._key(column, row, node) << shift for column, row, shift in word
                )
                colour = mixed(colour ^ key)
            colours[node] = colour
        for column, row in self.plan.fixed_rows():
            held = self.state[column.position]
            value = held if column.count is None else held[row]
            for target in _targets(self.plan, column, value):
                colours[target] = colours[target] + column.mark(row) & MASK
        return colours

    def _key(self, column: Column, row: int, node: int) -> int:
        """What one cell says of its row without naming another node."""
        value = int(self.state[column.position][row])
        if column.values is None:
            return value
        if column.holds_sets:
            fixed = value & ~(self.plan.free_mask >> column.values)
            itself = node >= column.values and value >> (node - column.values) & 1
            return fixed << 1 | itself
        target = column.values + value
        if target in self.plan.group_of:
            return ITSELF if target == node else OTHER
        return value + FIXED

    def _descend(self, colours: dict[int, int]) -> None:
        """Look for the least image that refines the colours given."""
        before = 0
        while True:
            tied, classes = self._ties(colours)
            if not any(tied >> node & 1 and near for node, near in self.near.items()):
                self._take(colours)
                return
            if classes == before:
                break
            before, colours = classes, self._refined(colours)
        live = [n for n, near in self.near.items() if tied >> n & 1 and near & tied]
        if not live:
            self._take(colours)
            return
        group_of = self.plan.group_of
        first = min(live, key=lambda n: (group_of[n], colours[n]))
        same = (group_of[first], colours[first])
        likes = [n for n in live if (group_of[n], colours[n]) == same]
        chosen = likes[:1] if self._is_forest(tied) else likes
        for node in chosen:
            if self.images < MOST_IMAGES:
                self._descend(colours | {node: mixed(colours[node] + PICKED & MASK)})

    def _take(self, colours: dict[int, int]) -> None:
        """The image under these colours is kept if it is the least so far."""
        image = self._sorted(colours)
        self.best = image if self.images == 0 else min(self.best, image)
        self.images += 1

    def _ties(self, colours: dict[int, int]) -> tuple[int, int]:
        """The nodes that share a colour, as a set; and how many colours there are."""
        tied = classes = 0
        for group in self.plan.groups:
            first: dict[int, int] = {}
            for node in group:
                if colours[node] in first:
                    tied |= 1 << node | 1 << first[colours[node]]
                else:
                    first[colours[node]] = node
            classes += len(first)
        return tied, classes

    def _refined(self, colours: dict[int, int]) -> dict[int, int]:
        """Every colour with the colours of the neighbours taken in."""
        told = {node: mixed(colour) for node, colour in colours.items()}
        refined = {node: word * KEEP for node, word in told.items()}
        for column, node, target in self.edges:
            refined[node] += told[target] * column.out
            refined[target] += told[node] * column.into
        return {node: word & MASK for node, word in refined.items()}

    def _is_forest(self, nodes: int) -> bool:
        """The references among `nodes` have no cycle: taking off leaves takes all."""
        if self.plan.has_edges_of_sets:
            return False
        left, before = nodes, 0
        while left != before:
            before = left
            for node, near in self.near.items():
                if left >> node & 1 and (near & left).bit_count() <= 1:
                    left ^= 1 << node
        return left == 0

    def _sorted(self, colours: dict[int, int]) -> State:
        """The state with each group in the order of its colours."""
        images: dict[int, int] = {}
        for group in self.plan.groups:
            ordered = sorted(group, key=lambda node: (colours[node], node))
            images |= dict(zip(ordered, group, strict=True))
        return _permuted(self.plan, self.state, images)


def _targets(plan: Plan, column: Column, value: int) -> list[int]:
    """The permuted nodes that a value of the column mentions."""
    if column.values is None:
        return []
    if not column.holds_sets:
        target = column.values + value
        return [target] if target in plan.group_of else []
    inside = value << column.values & plan.free_mask
    return [node for node in plan.free if inside >> node & 1]


def _permuted(plan: Plan, state: State, images: dict[int, int]) -> State:
    changed = list(state)
    for column in plan.columns:
        held = state[column.position]
        if column.count is None:
            changed[column.position] = _renamed(column, held, images)
            continue
        values = [_renamed(column, value, images) for value in held]
        if column.rows is not None:
            values = _moved(column.rows, values, images)
        changed[column.position] = tuple(values)
    return tuple(changed)


def _renamed(column: Column, value: int, images: dict[int, int]) -> int:
    first = column.values
    if first is None:
        return value
    if not column.holds_sets:
        return images.get(first + value, first + value) - first
    members = (n for n in range(value.bit_length()) if value >> n & 1)
    return sum(1 << images.get(first + n, first + n) - first for n in members)


def _moved(first: int, values: Sequence[int], images: dict[int, int]) -> list[int]:
    moved = list(values)
    for row, value in enumerate(values):
        moved[images.get(first + row, first + row) - first] = value
    return moved
