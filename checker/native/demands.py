"""Step properties as questions about the state before the step.

Many moves of a call demand the same, so the hot loop asks each demand once,
under what the guards of those moves have in common. That asks too much: where a demand
fails, the states are expanded again with labels, which is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.ground import Move
from checker.native.plan import parts_of
from spec.lang import simplify
from spec.lang.disjoint import contradictory
from spec.lang.ir import Node

Demands = Sequence[tuple[int, Node]]
"""What must hold of a state for a move from it, and the bit if it does not."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Bit `bit` may be due where all of `guard` holds and some of `broken`."""

    bit: int
    guard: tuple[Node, ...]
    broken: tuple[Node, ...]


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
