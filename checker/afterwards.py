"""Terms about the state after a step, restated about the state before it.

Once the writes of a step are known, what is said of the state after it is a term about
the old state. Many steps write the same to the cells that a term reads, so what was
restated for one is kept for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from spec.lang import simplify
from spec.lang.disjoint import contradictory
from spec.lang.ir import Node, Place, make
from spec.lang.walk import postorder

Key = tuple[str, int | None]
Writes = tuple[tuple[Key, Node], ...]


class Afterwards:
    """Restates ground terms; remembers what it has restated."""

    def __init__(self) -> None:
        self._fields: dict[Node, frozenset[str]] = {}
        self._memos: dict[Writes, dict[Node, Node]] = {}

    def of(self, root: Node, writes: Iterable[tuple[Key, Node]] = ()) -> Node:
        """`root` of the state that these writes make, as a term about the old one."""
        read = self._read_after(root)
        if not read:
            return root
        relevant = tuple(write for write in writes if write[0][0] in read)
        memo = self._memos.setdefault(relevant, {})
        return self._restated(root, dict(relevant), memo)

    def _read_after(self, root: Node) -> frozenset[str]:
        """The fields that a term reads after the step."""
        known = self._fields
        if root not in known:
            for node in postorder([root]):
                if node not in known:
                    here = frozenset[str]()
                    place = _place_after(node)
                    if place is not None:
                        here = frozenset({place.field})
                    known[node] = here.union(*(known[arg] for arg in node.args))
        return known[root]

    def _restated(
        self, root: Node, written: Mapping[Key, Node], memo: dict[Node, Node]
    ) -> Node:
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in memo:
                continue
            if not self._read_after(node):
                memo[node] = node
            elif not ready:
                stack.append((node, True))
                stack.extend((arg, False) for arg in node.args)
            else:
                memo[node] = _rebuilt(node, [memo[arg] for arg in node.args], written)
        return memo[root]


def _place_after(node: Node) -> Place | None:
    """The field a term reads after the step, if it is such a READ."""
    place = node.attr
    if node.op == "READ" and isinstance(place, Place) and place.epoch == "new":
        return place
    return None


def _rebuilt(node: Node, args: Sequence[Node], written: Mapping[Key, Node]) -> Node:
    place = _place_after(node)
    if place is not None:
        return _read(node, tuple(args), place, written)
    again = simplify.rebuilt(node, tuple(args))
    if again.op == "OR" and contradictory([simplify.negation(a) for a in again.args]):
        return simplify.TRUE
    return again


def _read(
    node: Node, args: tuple[Node, ...], place: Place, values: Mapping[Key, Node]
) -> Node:
    """What a READ of the state after the step finds, `values` being what is written."""
    before = make("READ", *args, attr=Place(place.field), of=node.type)
    if not args:
        return values.get((place.field, None), before)
    index = args[0]
    if index.op == "CONST":
        return values.get((place.field, simplify.value_of(index)), before)
    for (name, row), value in values.items():
        if name == place.field and row is not None:
            here = simplify.equality(index, simplify.constant(row, index.type))
            before = simplify.choice(here, value, before)
    return before
