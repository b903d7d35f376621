"""Step properties, restated as questions about the state before the step.

Once the writes of a move are known, what a property demands of it is a term about the
old state. Many moves of a call demand the same, so the hot loop asks each demand once,
under what the guards of those moves have in common. That asks too much: where a demand
fails, the states are expanded again with labels, which is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.ground import Key, Move
from checker.native_plan import parts_of
from spec.lang import simplify
from spec.lang.disjoint import contradictory
from spec.lang.ir import Node, Place, make
from spec.lang.walk import postorder

Demands = Sequence[tuple[int, Node]]
"""What must hold of a state for a move from it, and the bit if it does not."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Bit `bit` may be due where all of `guard` holds and `demand` does not."""

    bit: int
    guard: tuple[Node, ...]
    demand: Node


class Restating:
    """Demands on moves as terms about the state before; what they share is kept."""

    def __init__(self) -> None:
        self._about_after: dict[Node, bool] = {}

    def of(self, move: Move) -> list[tuple[str, Node]]:
        """Each demand that is not trivially met, by the name of its property."""
        written = dict(move.writes)
        memo: dict[Node, Node] = {}
        found = (
            (name, self._before(node, written, memo)) for name, node in move.demands
        )
        return [(name, node) for name, node in found if node is not simplify.TRUE]

    def _is_about_after(self, root: Node) -> bool:
        """Some cell is read after the step."""
        known = self._about_after
        if root not in known:
            for node in postorder([root]):
                if node not in known:
                    place = node.attr
                    own = isinstance(place, Place) and place.epoch == "new"
                    known[node] = own or any(known[arg] for arg in node.args)
        return known[root]

    def _before(
        self, root: Node, written: Mapping[Key, Node], memo: dict[Node, Node]
    ) -> Node:
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in memo:
                continue
            if not self._is_about_after(node):
                memo[node] = node
            elif not ready:
                stack.append((node, True))
                stack.extend((arg, False) for arg in node.args)
            else:
                memo[node] = _rebuilt(node, [memo[arg] for arg in node.args], written)
        return memo[root]


def _rebuilt(node: Node, args: Sequence[Node], written: Mapping[Key, Node]) -> Node:
    place = node.attr
    if node.op == "READ" and isinstance(place, Place) and place.epoch == "new":
        return _read(node, args, place.field, written)
    again = simplify.rebuilt(node, tuple(args))
    if again.op == "OR" and contradictory([simplify.negation(a) for a in again.args]):
        return simplify.TRUE
    return again


def _read(
    node: Node, args: Sequence[Node], name: str, written: Mapping[Key, Node]
) -> Node:
    before = make("READ", *args, attr=Place(name), of=node.type)
    if not args:
        return written.get((name, None), before)
    (index,) = args
    if index.op == "CONST":
        return written.get((name, int(str(int(index.attr)))), before)  # type: ignore[call-overload]
    for (other, row), value in written.items():
        if other == name and row is not None:
            here = simplify.equality(index, simplify.constant(row, index.type))
            before = simplify.choice(here, value, before)
    return before


def suspicions(moves: Sequence[Move], demands: Sequence[Demands]) -> list[Suspicion]:
    """Each demand once, under what the guards of the moves that make it share."""
    shared: dict[tuple[int, Node], dict[Node, None]] = {}
    for move, listed in zip(moves, demands, strict=True):
        parts = parts_of(move.when)
        for asked in listed:
            known = shared.get(asked)
            kept = parts if known is None else [p for p in known if p in parts]
            shared[asked] = dict.fromkeys(kept)
    return [
        Suspicion(bit, tuple(guard), node)
        for (bit, node), guard in shared.items()
        if not contradictory([*guard, simplify.negation(node)])
    ]
