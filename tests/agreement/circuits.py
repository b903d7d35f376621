"""Plain simulators of AIGER and BTOR2, made from the descriptions of the formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

Words = dict[str, int]
"""Values of words by name."""


@dataclass(frozen=True)
class Graph:
    """An and-inverter graph, read from a file."""

    inputs: list[int]
    latches: list[tuple[int, int]]
    bads: list[int]
    gates: list[tuple[int, int, int]]
    symbols: dict[str, str]

    def step(self, state: Words, inputs: Words) -> tuple[Words, set[str]]:
        """The words of the next state, and the names of the signals that are true."""
        value = {0: False}
        for number, literal in enumerate(self.inputs):
            word, _, bit_at = self.symbols[f"i{number}"].rpartition(".")
            value[literal >> 1] = bool(inputs.get(word, 0) >> int(bit_at) & 1)
        for number, (literal, _) in enumerate(self.latches):
            name, place, inverted = self._latch(number)
            value[literal >> 1] = bool(state[name] >> place & 1) != inverted

        def of(literal: int) -> bool:
            return value[literal >> 1] != bool(literal & 1)

        for gate, left, right in self.gates:
            value[gate >> 1] = of(left) and of(right)
        after: Words = {}
        for number, (_, following) in enumerate(self.latches):
            name, place, inverted = self._latch(number)
            bit = int(of(following) != inverted)
            after[name] = after.get(name, 0) | bit << place
        bad = {
            self.symbols[f"b{number}"]
            for number, literal in enumerate(self.bads)
            if of(literal)
        }
        return after, bad

    def initial(self) -> Words:
        """The words of the state in which every latch is 0."""
        found: Words = {}
        for number in range(len(self.latches)):
            name, place, inverted = self._latch(number)
            found[name] = found.get(name, 0) | int(inverted) << place
        return found

    def _latch(self, number: int) -> tuple[str, int, bool]:
        symbol = self.symbols[f"l{number}"]
        name, _, place = symbol.removeprefix("~").rpartition(".")
        return name, int(place), symbol.startswith("~")


def read_ascii(text: str) -> Graph:
    """The graph of an `aag` file."""
    rows = iter(text.splitlines())
    form, *counts = next(rows).split()
    _, inputs, latches, outputs, gates, bads = map(int, counts)

    assert (form, outputs) == ("aag", 0)
    first = [int(next(rows)) for _ in range(inputs)]
    pairs = [tuple(map(int, next(rows).split())) for _ in range(latches)]
    wrong = [int(next(rows)) for _ in range(bads)]
    triples = [tuple(map(int, next(rows).split())) for _ in range(gates)]
    return Graph(
        first,
        [(left, right) for left, right in pairs],
        wrong,
        [(gate, left, right) for gate, left, right in triples],
        _symbols(rows),
    )


def read_binary(content: bytes) -> Graph:
    """The graph of an `aig` file."""
    head, _, rest = content.partition(b"\n")
    form, *counts = head.decode().split()
    _, inputs, latches, outputs, gates, bads = map(int, counts)

    assert (form, outputs) == ("aig", 0)
    following = []
    for _ in range(latches):
        row, _, rest = rest.partition(b"\n")
        following.append(int(row))
    wrong = []
    for _ in range(bads):
        row, _, rest = rest.partition(b"\n")
        wrong.append(int(row))
    triples, at = [], 0
    for number in range(gates):
        gate = 2 * (inputs + latches + number + 1)
        differences = []
        for _ in range(2):
            found = shift = 0
            while rest[at] & 128:
                found |= (rest[at] & 127) << shift
                shift, at = shift + 7, at + 1
            differences.append(found | rest[at] << shift)
            at += 1
        left = gate - differences[0]
        triples.append((gate, left, left - differences[1]))
    firsts = [2 * (number + 1) for number in range(inputs)]
    held = [2 * (inputs + number + 1) for number in range(latches)]
    pairs = list(zip(held, following, strict=True))
    rows = iter(rest[at:].decode().splitlines())
    return Graph(firsts, pairs, wrong, triples, _symbols(rows))


def _symbols(rows: Iterator[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        if row == "c":
            break
        key, _, name = row.partition(" ")
        found[key] = name
    return found


OPERATIONS: Final[Mapping[str, Callable[..., int]]] = {
    "not": lambda mask, a: a ^ mask,
    "and": lambda _mask, a, b: a & b,
    "or": lambda _mask, a, b: a | b,
    "xor": lambda _mask, a, b: a ^ b,
    "eq": lambda _mask, a, b: int(a == b),
    "ult": lambda _mask, a, b: int(a < b),
    "ite": lambda _mask, a, b, c: b if a else c,
    "add": lambda mask, a, b: a + b & mask,
    "sub": lambda mask, a, b: a - b & mask,
    "sll": lambda mask, a, b: a << b & mask if b < 64 else 0,
    "srl": lambda _mask, a, b: a >> b,
}


class Btor2File:
    """A BTOR2 file, read."""

    def __init__(self, text: str) -> None:
        self.rows = [r.split() for r in text.splitlines() if not r.startswith(";")]
        self.names = {int(r[0]): r[3] for r in self.rows if r[1] in {"state", "input"}}

    def initial(self) -> Words:
        """The words of the state at the beginning."""
        values, _, _ = self._values({}, {})
        return {
            self.names[int(row[3])]: values[int(row[4])]
            for row in self.rows
            if row[1] == "init"
        }

    def step(self, state: Words, inputs: Words) -> tuple[Words, set[str]]:
        """The words of the next state, and the names of the signals that are true."""
        _, after, bad = self._values(state, inputs)
        return after, bad

    def _values(
        self, state: Words, inputs: Words
    ) -> tuple[dict[int, int], Words, set[str]]:
        bits: dict[int, int] = {}
        value: dict[int, int] = {}
        after: Words = {}
        bad: set[str] = set()
        for number, kind, *rest in self.rows:
            match kind:
                case "sort":
                    bits[int(number)] = int(rest[1])
                case "next":
                    after[self.names[int(rest[1])]] = value[int(rest[2])]
                case "bad" if value[int(rest[0])]:
                    bad.add(rest[1])
                case "input" | "state":
                    held = inputs if kind == "input" else state
                    value[int(number)] = held.get(rest[1], 0)
                case _ if kind not in {"init", "bad"}:
                    mask = (1 << bits[int(rest[0])]) - 1
                    value[int(number)] = _result(kind, mask, rest[1:], value)
        return value, after, bad


def _result(kind: str, mask: int, rest: list[str], value: dict[int, int]) -> int:
    """The value of an operation over these operands."""
    match kind:
        case "constd":
            return int(rest[0])
        case "uext":
            return value[int(rest[0])]
        case "slice":
            return value[int(rest[0])] >> int(rest[2]) & mask
    return OPERATIONS[kind](mask, *(value[int(arg)] for arg in rest))
