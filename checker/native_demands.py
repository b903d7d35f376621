"""Step properties, restated as questions about the state before the step.

Once the writes of a move are known, what a property demands of it is a term about the
old state. Many moves of a call demand the same, so the hot loop asks each demand once,
under what the guards of those moves have in common. That asks too much: where a demand
fails, the states are expanded again with labels, which is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """Bit `bit` may be due where all of `guard` holds and some of `broken`."""

    bit: int
    guard: tuple[Node, ...]
    broken: tuple[Node, ...]


class Restating:
    """Demands on moves as terms about the state before; what they share is kept."""

    def __init__(self) -> None:
        self._after: dict[Node, frozenset[str]] = {}
        self._memos: dict[tuple[tuple[Key, Node], ...], dict[Node, Node]] = {}
        """Terms about the state after these writes as terms about the one before."""

    def of(self, move: Move) -> list[tuple[str, Node]]:
        """Each demand that is not trivially met, by the name of its property."""
        found = []
        for name, node in move.demands:
            read = self._read_after(node)
            writes = tuple(write for write in move.writes if write[0][0] in read)
            memo = self._memos.setdefault(writes, {})
            before = self._before(node, dict(writes), memo)
            if before is not simplify.TRUE:
                found.append((name, before))
        return found

    def _read_after(self, root: Node) -> frozenset[str]:
        """The fields that a term reads after the step."""
        known = self._after
        if root not in known:
            for node in postorder([root]):
                if node not in known:
                    place = node.attr
                    here = frozenset[str]()
                    if isinstance(place, Place) and place.epoch == "new":
                        here = frozenset({place.field})
                    known[node] = here.union(*(known[arg] for arg in node.args))
        return known[root]

    def _before(
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


def doubtful(
    moves: Sequence[Move], demands: Sequence[Demands]
) -> tuple[list[Suspicion], list[Demands]]:
    """Each demand once, under what the guards of the moves that make it share.

    The demands that this much of a guard already implies are left out; the second
    answer is the demands by move without them.
    """
    shared: dict[tuple[int, Node], dict[Node, None]] = {}
    for move, listed in zip(moves, demands, strict=True):
        parts = parts_of(move.when)
        for asked in listed:
            known = shared.get(asked)
            kept = parts if known is None else [p for p in known if p in parts]
            shared[asked] = dict.fromkeys(kept)
    open_ones = {}
    for (bit, node), guard in shared.items():
        broken = tuple(_ways_to_fail(node, tuple(guard)))
        if broken:
            open_ones[bit, node] = Suspicion(bit, tuple(guard), broken)
    left = [
        tuple(asked for asked in listed if asked in open_ones) for listed in demands
    ]
    return list(open_ones.values()), list(left)


def _ways_to_fail(demand: Node, guard: Sequence[Node]) -> Iterator[Node]:
    """For each part of a demand what it is to fail, unless the guard excludes it."""
    for part in parts_of(demand):
        failing = denial(part)
        if not contradictory([*guard, failing]):
            yield failing


def denial(root: Node) -> Node:
    """The negation of a term, pushed below its `and` and `or`."""
    memo: dict[Node, Node] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in memo:
            continue
        if node.op not in ("AND", "OR"):
            memo[node] = simplify.negation(node)
        elif not ready:
            stack.append((node, True))
            stack.extend((arg, False) for arg in node.args)
        else:
            joined = simplify.disjunction if node.op == "AND" else simplify.conjunction
            memo[node] = joined(memo[arg] for arg in node.args)
    return memo[root]
