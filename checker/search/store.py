"""The states met so far, in partitions by hash, with the boundaries of the levels.

In a partition states are in the order in which they were found, so each level is a
contiguous run: the store is at once the set of visited states, the frontier, and the
record from which a shortest trace is rebuilt. With fingerprints the store keeps only
hashes, and whole states for the level being expanded and the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.search.emit_states import Shape
from checker.search.layout import PART_WORDS, Part
from checker.search.machine import Words
from checker.search.region import PAGE, Region

PART_BITS = 10
PARTS = 1 << PART_BITS
SLACK = 1 << 16
SPILL_SLACK = 1 << 22
FULLEST = 13 / 16


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """How many states of one level lie in each partition that has any."""

    parts: NDArray[np.uint32]
    counts: NDArray[np.uint32]

    @property
    def size(self) -> int:
        """The number of states of the level."""
        return int(self.counts.sum(dtype=np.int64))


def index_bits(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of slots that the index of `count` states has, as a power of two."""
    slots = np.maximum(count / FULLEST + 1, 64.0)
    return np.ceil(np.log2(slots)).astype(np.int64)


def _pages(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sizes in bytes, rounded up to whole pages."""
    return -(-size // PAGE) * PAGE


class Store:
    """All partitions. `table` has the shape [PARTS, PART_WORDS]; see layout.Part.

    `levels` are the finished levels and, last, the one being expanded.
    """

    def __init__(self, shape: Shape, limit: int, *, spills: bool = False) -> None:
        """Reserve addresses for `limit` bytes of states, or more if disks help."""
        self.shape = shape
        self.levels: list[Level] = []
        key, whole = 8 * shape.key_width, 8 * shape.width
        share = 2 * limit // PARTS + SLACK
        if spills:
            share = 16 * share + SPILL_SLACK
        self.key_stride = -(-share // PAGE) * PAGE
        room = self.key_stride // key - 1
        bits = int(index_bits(np.array([room]))[0])
        self.index_stride = -(-(4 << bits) // PAGE) * PAGE
        self.keys = Region(PARTS * self.key_stride)
        self.index = Region(PARTS * self.index_stride)
        self.whole_stride = -(-share // PAGE) * PAGE if shape.fingerprints else 0
        self.whole = [Region(PARTS * self.whole_stride) for _ in range(2)]
        if shape.fingerprints:
            room = min(room, self.whole_stride // whole - 1)
        self.table = np.zeros((PARTS, PART_WORDS), np.uint64)
        numbers = np.arange(PARTS, dtype=np.uint64)
        self.table[:, Part.KEYS] = self.keys.address + numbers * self.key_stride
        self.table[:, Part.INDEX] = self.index.address + numbers * self.index_stride
        self.table[:, Part.ROOM] = room
        self.table[:, Part.BITS_MAX] = bits
        self._point()

    def column(self, word: Part) -> NDArray[np.int64]:
        """One word of every partition's record."""
        return self.table[:, word].view(np.int64)

    def _point(self) -> None:
        """Set where the whole states of this level and the next one are."""
        if self.shape.fingerprints:
            steps = np.arange(PARTS, dtype=np.uint64) * self.whole_stride
            self.table[:, Part.LEVEL] = self.whole[0].address + steps
            self.table[:, Part.NEXT] = self.whole[1].address + steps
        else:
            offset = self.table[:, Part.START] * 8 * self.shape.width
            self.table[:, Part.LEVEL] = self.table[:, Part.KEYS] + offset

    def advance(self) -> int:
        """Make the states found since the last call the level; how many there are."""
        self.table[:, Part.START] = self.table[:, Part.END]
        self.table[:, Part.END] = self.table[:, Part.COUNT]
        if self.shape.fingerprints:
            self.whole.reverse()
            self.whole[1].release(0, PARTS * self.whole_stride)
        self._point()
        counts = self.column(Part.END) - self.column(Part.START)
        parts = np.flatnonzero(counts)
        level = Level(parts.astype(np.uint32), counts[parts].astype(np.uint32))
        if level.size:
            self.levels.append(level)
        return level.size

    def restore(self, levels: list[Level]) -> None:
        """Make room for the states of `levels`, the last of which is to be expanded."""
        self.levels = levels
        counts = np.zeros(PARTS, np.int64)
        start = counts.copy()
        for level in levels:
            start[:] = counts
            counts[level.parts] += level.counts
        self.table[:, Part.START] = start
        self.table[:, Part.END] = counts
        self.table[:, Part.COUNT] = counts
        self._point()

    def record_address(self, part: int) -> int:
        """The address of a partition's record."""
        return int(self.table.ctypes.data) + part * 8 * PART_WORDS

    def skip(self, stripes: int) -> None:
        """Count the first `stripes` states of the level in each partition as done."""
        start = np.minimum(self.column(Part.START) + stripes, self.column(Part.END))
        if self.shape.fingerprints:
            moved = (start - self.column(Part.START)).astype(np.uint64)
            self.table[:, Part.LEVEL] += moved * 8 * self.shape.width
        self.table[:, Part.START] = start
        if not self.shape.fingerprints:
            self._point()

    def level_sizes(self) -> NDArray[np.int64]:
        """How many states of the level each partition has left to expand."""
        return self.column(Part.END) - self.column(Part.START)

    @property
    def distinct(self) -> int:
        """The number of states."""
        return int(self.column(Part.COUNT).sum())

    def memory_with(self, more: NDArray[np.int64] | int = 0) -> NDArray[np.int64]:
        """Bytes of each partition, were `more` states added to it."""
        counts = self.column(Part.COUNT)
        total = counts + more
        slots = np.where(total > 0, np.int64(4) << index_bits(total), 0)
        size = _pages(total * (8 * self.shape.key_width)) + _pages(slots)
        if self.shape.fingerprints:
            whole = total - self.column(Part.START)
            size += _pages(whole * (8 * self.shape.width))
        return size

    def memory_of(self, part: int, more: int) -> int:
        """Bytes of one partition with `more` states added, when states are the keys."""
        total = int(self.table[part, Part.COUNT]) + more
        slots = 4 << int(index_bits(np.array([total]))[0])
        sizes = (total * 8 * self.shape.key_width, slots)
        return sum(-(-size // PAGE) * PAGE for size in sizes)

    def memory_bound(self, more: int) -> int:
        """Bytes that `memory_with` never exceeds in all, found at a glance."""
        states = self.distinct + more
        key, whole = 8 * self.shape.key_width, 8 * self.shape.width
        return 3 * PARTS * PAGE + states * (key + whole + 4 * 3)

    def keys_of(self, part: int, first: int, last: int) -> Words:
        """The words of keys `first` up to `last` of a partition; a view."""
        width = self.shape.key_width
        start = part * (self.key_stride // 8)
        return self.keys.words[start + first * width : start + last * width]

    def level_states_of(self, part: int) -> Words:
        """The words of the whole states of the level in a partition; a view."""
        size = int(self.table[part, Part.END] - self.table[part, Part.START])
        if self.shape.fingerprints:
            start = part * (self.whole_stride // 8)
            return self.whole[0].words[start : start + size * self.shape.width]
        first = int(self.table[part, Part.START])
        return self.keys_of(part, first, first + size)

    def release(self, part: int) -> None:
        """Give back the memory of a partition whose keys are on disk."""
        slots = 4 << int(self.table[part, Part.BITS])
        size = int(self.table[part, Part.COUNT]) * 8 * self.shape.key_width
        self.keys.release(part * self.key_stride, size)
        self.index.release(part * self.index_stride, slots)
        self.table[part, Part.BITS] = 0

    def bounds_backward(
        self,
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """For each level from the deepest entered one back: first and last + 1 state.

        The deepest is the level that comes next, of which some states may be known.
        """
        last = self.column(Part.COUNT).copy()
        first = self.column(Part.END).copy()
        yield first, last
        for level in reversed(self.levels):
            last = first
            first = last.copy()
            first[level.parts] -= level.counts
            yield first, last
