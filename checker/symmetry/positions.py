"""Elements taken as integers: which uses of INT tell elements apart.

A call that returns a pid returns an integer; a property asks whether two such integers
are equal. Two positions in one sort are equal when the elements are; a position equals
a constant when the element is the one that the constant names. Only these comparisons
are allowed, through `ite` if need be; any other use of a position (a sum, an order, a
write to the state) tells all elements of the sort apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Scope
from spec.lang.types import IntType, SortType
from spec.lang.walk import postorder


@dataclass(slots=True)
class Positions:
    """What the uses of positions tell: whole sorts, or single elements."""

    scope: Scope
    broken: set[SortType] = field(default_factory=set)
    named: set[tuple[SortType, int]] = field(default_factory=set)

    def give_up(self, leaves: Iterable[Node]) -> None:
        """These positions are used in another way than for equality."""
        for leaf in leaves:
            sort = _sort(leaf)
            if sort is not None:
                self.broken.add(sort)

    def compare(self, one: Node, other: Node) -> None:
        """Two leaves are compared for equality; at least one is a position."""
        sort, its = _sort(one), _sort(other)
        if sort is None:
            sort, one, other, its = its, other, one, None
        value = simplify.value_of(other)
        assert sort is not None
        if sort == its and self._is_exact(one, sort):
            return
        if value is None or not self._is_exact(one, sort):
            self.give_up((one, other))
        elif 0 <= int(value) - sort.first < self.scope.size(sort):
            self.named.add((sort, int(value) - sort.first))

    def _is_exact(self, leaf: Node, sort: SortType) -> bool:
        """No two elements have the same integer."""
        assert isinstance(leaf.type, IntType)
        return sort.first + self.scope.size(sort) <= 1 << leaf.type.bits


def positions_in(roots: Iterable[Node], scope: Scope) -> Positions:
    """What the terms tell of elements by taking their positions."""
    listed = list(roots)
    found = Positions(scope)
    leaves: dict[Node, frozenset[Node]] = {}
    for node in postorder(listed):
        leaves[node] = _leaves(node, leaves, found)
    for root in listed:
        found.give_up(leaves[root])
    return found


def _leaves(
    node: Node, leaves: dict[Node, frozenset[Node]], found: Positions
) -> frozenset[Node]:
    """The values of which an integer term is one, if some are positions."""
    if _sort(node) is not None:
        return frozenset({node})
    inside = [leaves[arg] for arg in node.args]
    if not any(inside):
        return frozenset()
    if node.op == "ITE":
        branches = node.args[1:]
        return frozenset().union(*(leaves[arg] or {arg} for arg in branches))
    if node.op == "EQ":
        left, right = (leaves[arg] or frozenset({arg}) for arg in node.args)
        for one in left:
            for other in right:
                if _sort(one) is not None or _sort(other) is not None:
                    found.compare(one, other)
        return frozenset()
    for listed in inside:
        found.give_up(listed)
    return frozenset()


def _sort(node: Node) -> SortType | None:
    """The sort of whose element the node is the position."""
    if node.op != "INT":
        return None
    kind = node.args[0].type
    return kind if isinstance(kind, SortType) else None
