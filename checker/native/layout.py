"""Where each cell of a model lives in a packed state.

A state is `width` words of 64 bits. Bit 0 of word 0 is always 1. A cell takes as many
bits as its type needs at the scope, none if there is only one value, and never
straddles a word. The rows of a field that is read with an index only known at run time
stand side by side, so that a shift finds the row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.ground import Cell, GroundModel, Key
from spec.lang.errors import SpecError
from spec.lang.ir import Node, Place
from spec.lang.walk import postorder

WORD = 64
Words = NDArray[np.uint64]


class UnfitScope(SpecError):
    """The model cannot be packed or compiled at this scope; the text says why."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one cell: `bits` bits from `offset` of word number `word`."""

    word: int
    offset: int
    bits: int

    @property
    def mask(self) -> int:
        """Ones for the cell's bits, at bit 0."""
        return (1 << self.bits) - 1


@dataclass(frozen=True, slots=True)
class Run:
    """Rows `first` to `first + count - 1` of a field, side by side in one word."""

    first: int
    count: int
    slot: Slot
    """Of row `first`."""


@dataclass(frozen=True)
class Layout:
    """Every cell's slot, in the order of the model's cells."""

    keys: tuple[Key, ...]
    slots: tuple[Slot, ...]
    width: int

    @cached_property
    def by_key(self) -> dict[Key, Slot]:
        """The slot of a cell by field and row."""
        return dict(zip(self.keys, self.slots, strict=True))

    @cached_property
    def runs(self) -> dict[str, tuple[Run, ...]]:
        """How the rows of each indexed field lie, in the order of the rows."""
        found: dict[str, list[Run]] = {}
        for (name, row), slot in self.by_key.items():
            if row is None:
                continue
            listed = found.setdefault(name, [])
            if listed and _follows(listed[-1], slot):
                last = listed.pop()
                listed.append(Run(last.first, last.count + 1, last.slot))
            else:
                listed.append(Run(row, 1, slot))
        return {name: tuple(listed) for name, listed in found.items()}

    @cached_property
    def _fields(self) -> tuple[tuple[bool, tuple[Slot, ...]], ...]:
        """Per field, in declaration order: is it indexed, and its rows' slots."""
        fields: dict[str, tuple[bool, list[Slot]]] = {}
        for (name, row), slot in self.by_key.items():
            fields.setdefault(name, (row is not None, []))[1].append(slot)
        return tuple((indexed, tuple(slots)) for indexed, slots in fields.values())

    def pack(self, states: Iterable[Sequence[Any]]) -> Words:
        """Evaluator states (one entry per field) as words, shape [n, width].

        Values that a cell cannot hold are cut to its bits.
        """
        packed = [self._packed(state) for state in states]
        return np.array(packed, dtype=np.uint64).reshape(len(packed), self.width)

    def _packed(self, state: Sequence[Any]) -> list[int]:
        words = [1] + [0] * (self.width - 1)
        for value, (indexed, slots) in zip(state, self._fields, strict=True):
            values = value if indexed else (value,)
            for held, slot in zip(values, slots, strict=True):
                words[slot.word] |= (int(held) & slot.mask) << slot.offset
        return words

    def unpack(self, words: Words) -> list[tuple[Any, ...]]:
        """Words of shape [n, width] as evaluator states."""
        rows = np.asarray(words, dtype=np.uint64).reshape(-1, self.width).tolist()
        return [self._unpacked(row) for row in rows]

    def _unpacked(self, words: list[int]) -> tuple[Any, ...]:
        state: list[Any] = []
        for indexed, slots in self._fields:
            held = tuple((words[s.word] >> s.offset) & s.mask for s in slots)
            state.append(held if indexed else held[0])
        return tuple(state)


def _follows(run: Run, slot: Slot) -> bool:
    first = run.slot
    return (slot.word, slot.bits, slot.offset) == (
        first.word,
        first.bits,
        first.offset + run.count * first.bits,
    )


def lay_out(cells: Sequence[Cell], hot: Collection[str] = ()) -> Layout:
    """Pack the cells into as few words as first-fit finds.

    The fields named in `hot` are kept together, a word's worth of rows at a time.
    Raises UnfitScope when a cell needs more bits than a word has.
    """
    pieces = sorted(_pieces(cells, hot), key=lambda piece: -_bits(cells, piece))
    used = [1]
    slots: dict[int, Slot] = {}
    for piece in pieces:
        need = _bits(cells, piece)
        word = next((n for n, u in enumerate(used) if u + need <= WORD), len(used))
        if word == len(used):
            used.append(0)
        for position in piece:
            bits = bits_of(cells[position])
            slots[position] = Slot(word, used[word], bits)
            used[word] += bits
    ordered = tuple(slots[position] for position in range(len(cells)))
    keys = tuple((cell.field, cell.row) for cell in cells)
    return Layout(keys, ordered, len(used))


def bits_of(cell: Cell) -> int:
    """How many bits the cell takes; raises UnfitScope beyond a word."""
    bits = (cell.size - 1).bit_length()
    if bits >= WORD:
        message = (
            f"a value of {cell.field} ({cell.type}) needs {bits} bits at this scope, "
            f"and at most {WORD - 1} can be packed; choose a smaller scope"
        )
        raise UnfitScope(message)
    return bits


def _bits(cells: Sequence[Cell], piece: Sequence[int]) -> int:
    return sum(bits_of(cells[position]) for position in piece)


def _pieces(cells: Sequence[Cell], hot: Collection[str]) -> Iterable[list[int]]:
    """Positions of cells that must stay together, in order."""
    for name, group in groupby(range(len(cells)), lambda n: cells[n].field):
        positions = list(group)
        if name not in hot:
            yield from ([position] for position in positions)
            continue
        each = max(1, bits_of(cells[positions[0]]))
        at_once = max(1, (WORD - 1) // each)
        for start in range(0, len(positions), at_once):
            yield positions[start : start + at_once]


def hot_fields(model: GroundModel) -> frozenset[str]:
    """The fields that some term reads with an index that is not a constant."""
    return frozenset(
        node.attr.field
        for node in postorder(roots_of(model))
        if node.op == "READ"
        and isinstance(node.attr, Place)
        and node.args
        and node.args[0].op != "CONST"
    )


def roots_of(model: GroundModel) -> list[Node]:
    """Every term of a ground model that an engine computes."""
    roots: list[Node] = []
    for instance in model.instances:
        for move in instance.moves:
            roots.append(move.when)
            roots += [value for _, value in move.writes]
            roots += [demand for _, demand in move.demands]
    roots += [node for _, node in (*model.invariants, *model.goals)]
    return roots
