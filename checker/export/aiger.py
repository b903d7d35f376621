"""A circuit as an and-inverter graph, and the graph in both formats of AIGER.

A literal is twice the number of a node, plus one when inverted; node 0 is false. A word
is the tuple of its literals, the least significant first. Every latch starts at 0, as
the oldest readers expect: a bit that starts at 1 is held inverted.

Source   Biere, Heljanko, Wieringa: AIGER 1.9 and beyond (FMV report 11/2, 2011)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

Bits = tuple[int, ...]

FALSE: Final = 0
TRUE: Final = 1


@dataclass(frozen=True, slots=True)
class Latch:
    """One bit of the state: its node, its name, and whether it is held inverted."""

    node: int
    name: str
    inverted: bool


@dataclass
class Aiger:
    """Gates that build an and-inverter graph."""

    gates: dict[tuple[int, int], int] = field(default_factory=dict)
    """The node of each pair of literals."""
    parts: list[tuple[int, int] | None] = field(default_factory=lambda: [None])
    """For each node the literals it joins; None is not a gate."""
    sources: list[tuple[int, str]] = field(default_factory=list)
    latches: list[Latch] = field(default_factory=list)
    after: dict[int, int] = field(default_factory=dict)
    """By the node of a latch, the literal that follows."""
    bads: list[tuple[str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    # The graph

    def _node(self, parts: tuple[int, int] | None) -> int:
        self.parts.append(parts)
        return len(self.parts) - 1

    def _and(self, left: int, right: int) -> int:
        """The literal of a conjunction; what is known needs no gate."""
        left, right = sorted((left, right))
        if left == FALSE or left ^ right == 1:
            return FALSE
        if left in {TRUE, right}:
            return right
        if (left, right) not in self.gates:
            self.gates[left, right] = self._node((left, right))
        return 2 * self.gates[left, right]

    def _or(self, left: int, right: int) -> int:
        return self._and(left ^ 1, right ^ 1) ^ 1

    def _if(self, condition: int, yes: int, no: int) -> int:
        if yes == no:
            return yes
        return self._or(self._and(condition, yes), self._and(condition ^ 1, no))

    def _xor(self, left: int, right: int) -> int:
        return self._if(left, right ^ 1, right)

    # Words

    def note(self, text: str) -> None:
        """A remark for whoever reads the circuit."""
        self.notes.append(text)

    def source(self, name: str, bits: int) -> Bits:
        """An input, free in every step."""
        made = []
        for place in range(bits):
            node = self._node(None)
            self.sources.append((node, f"{name}.{place}"))
            made.append(2 * node)
        return tuple(made)

    def state(self, name: str, bits: int, initial: int) -> Bits:
        """A word of the state."""
        made = []
        for place in range(bits):
            inverted = initial >> place & 1
            latch = Latch(self._node(None), f"{name}.{place}", bool(inverted))
            self.latches.append(latch)
            made.append(2 * latch.node + inverted)
        return tuple(made)

    def follow(self, state: Bits, after: Bits) -> None:
        """What a word of the state is after the step."""
        for held, literal in zip(state, after, strict=True):
            self.after[held >> 1] = literal ^ (held & 1)

    def bad(self, name: str, signal: Bits) -> None:
        """A signal that should never be true."""
        self.bads.append((name, signal[0]))

    def width(self, word: Bits) -> int:
        return len(word)

    def constant(self, value: int, bits: int) -> Bits:
        return tuple(value >> place & 1 for place in range(bits))

    def invert(self, word: Bits) -> Bits:
        return tuple(literal ^ 1 for literal in word)

    def both(self, left: Bits, right: Bits) -> Bits:
        return tuple(map(self._and, left, right))

    def either(self, left: Bits, right: Bits) -> Bits:
        return tuple(map(self._or, left, right))

    def differ(self, left: Bits, right: Bits) -> Bits:
        return tuple(map(self._xor, left, right))

    def same(self, left: Bits, right: Bits) -> Bits:
        found = TRUE
        for literal in self.differ(left, right):
            found = self._and(found, literal ^ 1)
        return (found,)

    def less(self, left: Bits, right: Bits) -> Bits:
        """The most significant place where they differ decides."""
        found = FALSE
        for one, other in zip(left, right, strict=True):
            found = self._if(self._xor(one, other), other, found)
        return (found,)

    def choose(self, condition: Bits, yes: Bits, no: Bits) -> Bits:
        (asked,) = condition
        return tuple(self._if(asked, *pair) for pair in zip(yes, no, strict=True))

    def _sum(self, left: Bits, right: Bits, carry: int) -> Bits:
        made = []
        for one, other in zip(left, right, strict=True):
            either = self._xor(one, other)
            made.append(self._xor(either, carry))
            carry = self._or(self._and(one, other), self._and(either, carry))
        return tuple(made)

    def plus(self, left: Bits, right: Bits) -> Bits:
        return self._sum(left, right, FALSE)

    def minus(self, left: Bits, right: Bits) -> Bits:
        return self._sum(left, self.invert(right), TRUE)

    def up(self, word: Bits, by: Bits) -> Bits:
        """Shifted to the more significant end; 0 when shifted out."""
        for place, literal in enumerate(by):
            zeros = (FALSE,) * min(1 << place, len(word))
            moved = (*zeros, *word)[: len(word)]
            word = self.choose((literal,), moved, word)
        return word

    def down(self, word: Bits, by: Bits) -> Bits:
        return self.up(word[::-1], by)[::-1]

    def resized(self, word: Bits, bits: int) -> Bits:
        """With zeros in front, or cut."""
        return (*word, *(FALSE,) * (bits - len(word)))[:bits]

    # The files

    def text(self) -> str:
        """The ASCII format."""
        graph = _Numbered(self)
        rows = [graph.header("aag")]
        rows += [f"{2 * (n + 1)}" for n in range(len(self.sources))]
        rows += [
            f"{graph.of(2 * latch.node)} {graph.of(self.after[latch.node])}"
            for latch in self.latches
        ]
        rows += [f"{graph.of(literal)}" for _, literal in self.bads]
        rows += [f"{gate} {left} {right}" for gate, left, right in graph.gates()]
        return "\n".join([*rows, *self._symbols()]) + "\n"

    def binary(self) -> bytes:
        """The binary format, which says each gate by differences."""
        graph = _Numbered(self)
        rows = [graph.header("aig")]
        rows += [f"{graph.of(self.after[latch.node])}" for latch in self.latches]
        rows += [f"{graph.of(literal)}" for _, literal in self.bads]
        made = bytearray("".join(f"{row}\n" for row in rows).encode())
        for gate, left, right in graph.gates():
            for difference in (gate - left, left - right):
                made += _by_sevens(difference)
        return bytes(made) + "".join(f"{row}\n" for row in self._symbols()).encode()

    def _symbols(self) -> Iterator[str]:
        yield from (f"i{n} {name}" for n, (_, name) in enumerate(self.sources))
        for n, latch in enumerate(self.latches):
            yield f"l{n} {'~' if latch.inverted else ''}{latch.name}"
        yield from (f"b{n} {name}" for n, (name, _) in enumerate(self.bads))
        yield "c"
        yield from self.notes


class _Numbered:
    """The nodes that matter, as AIGER counts them: inputs, latches, gates."""

    def __init__(self, graph: Aiger) -> None:
        self.graph = graph
        self.inputs, self.latches = len(graph.sources), len(graph.latches)
        leaves = [node for node, _ in graph.sources]
        leaves += [latch.node for latch in graph.latches]
        needed = self._needed()
        order = [
            node for node, parts in enumerate(graph.parts) if parts and needed[node]
        ]
        self.numbers = {node: n for n, node in enumerate((0, *leaves, *order))}
        self.order = order

    def _needed(self) -> list[bool]:
        """Which nodes something that follows, or is bad, depends on."""
        graph = self.graph
        needed = [False] * len(graph.parts)
        for literal in (*graph.after.values(), *(bad for _, bad in graph.bads)):
            needed[literal >> 1] = True
        for node in range(len(graph.parts) - 1, 0, -1):
            parts = graph.parts[node]
            if needed[node] and parts:
                for literal in parts:
                    needed[literal >> 1] = True
        return needed

    def of(self, literal: int) -> int:
        """The literal as the file has it."""
        return 2 * self.numbers[literal >> 1] + (literal & 1)

    def gates(self) -> Iterator[tuple[int, int, int]]:
        """Each gate after what it joins, the greater literal first."""
        for node in self.order:
            parts = self.graph.parts[node]
            assert parts is not None
            right, left = sorted(self.of(literal) for literal in parts)
            yield 2 * self.numbers[node], left, right

    def header(self, form: str) -> str:
        total = self.inputs + self.latches + len(self.order)
        counts = (total, self.inputs, self.latches, 0, len(self.order))
        return " ".join(map(str, (form, *counts, len(self.graph.bads))))


def _by_sevens(number: int) -> bytes:
    """Seven bits to a byte, the least significant first, the last byte below 128."""
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])
