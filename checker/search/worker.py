"""What one thread of the search owns: scratch, a filter, and a buffer per partition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from checker.search.layout import WORK_WORDS, Work
from checker.search.machine import Machine
from checker.search.region import Region
from checker.search.store import PART_BITS, PARTS, Store

OUT_BYTES = 1 << 17
FILTER_BYTES = 1 << 19
LARGEST_CHUNK = 256
SMALLEST_ROOM = 16


def chunk_of(machine: Machine) -> int:
    """How many states to expand at a time, so that their successors stay in cache."""
    successors = 8 * machine.width * machine.max_successors
    return max(1, min(LARGEST_CHUNK, OUT_BYTES // successors))


class Worker:
    """The record of one thread (see layout.Work) and the memory it points to."""

    def __init__(
        self, machine: Machine, store: Store, ticket: NDArray[np.uint64], room: int
    ) -> None:
        """Reserve buffers of at most `room` states for each partition."""
        state = 8 * machine.width
        chunk = chunk_of(machine)
        places = 1 << (FILTER_BYTES // state).bit_length() - 1
        self.width = machine.width
        self.gathered = Region(PARTS * state)
        self.out = Region(chunk * machine.max_successors * state)
        self.filter = Region(places * state)
        self.buffer = Region(PARTS * room * state, huge_pages=True)
        self.fill = np.zeros(PARTS, np.uint64)
        self.seen = np.zeros(machine.seen_words, np.uint64)
        self.shown = np.zeros(machine.seen_words, np.uint64)
        self.record = np.zeros(WORK_WORDS, np.uint64)
        self.address: int = self.record.ctypes.data
        self._largest = room
        self.set(Work.PARTS, store.table.ctypes.data)
        self.set(Work.LIMIT, PARTS)
        self.set(Work.TICKET, ticket.ctypes.data)
        self.set(Work.IN, self.gathered.address)
        self.set(Work.CHUNK, chunk)
        self.set(Work.OUT, self.out.address)
        self.set(Work.EXPAND, machine.expand)
        self.set(Work.CHECK, machine.check)
        self.set(Work.SEEN, self.seen.ctypes.data)
        self.set(Work.SHOWN, self.shown.ctypes.data)
        self.set(Work.FILTER, self.filter.address)
        self.set(Work.FILTER_MASK, places - 1)
        self.set(Work.SHIFT, 64 - PART_BITS)
        self.set(Work.FILL, self.fill.ctypes.data)
        self.set(Work.BUFFER, self.buffer.address)
        self.set_room(room)

    def get(self, word: Work) -> int:
        """One word of the record."""
        return int(self.record[word])

    def set(self, word: Work, value: int) -> None:
        """Write one word of the record."""
        self.record[word] = value

    def set_room(self, room: int) -> None:
        """Give each partition that many places; all buffers are empty."""
        self.set(Work.ROOM, max(SMALLEST_ROOM, min(room, self._largest)))

    def routed_to(self, part: int) -> NDArray[np.uint64]:
        """The words of the states routed to a partition; a view."""
        start = part * self.get(Work.ROOM) * self.width
        return self.buffer.words[start : start + int(self.fill[part]) * self.width]

    @property
    def fixed_memory(self) -> int:
        """Bytes of everything but the buffers."""
        regions = (self.gathered, self.out, self.filter)
        return sum(region.words.nbytes for region in regions)

    @property
    def buffer_memory(self) -> int:
        """Bytes of the buffers when they are full."""
        return PARTS * self.get(Work.ROOM) * 8 * self.width
