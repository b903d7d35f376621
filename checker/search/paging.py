"""Expanding one level with the store on disk, a partition in memory at a time.

Every partition keeps its place in the address space; being loaded means that its pages
are filled from its file, being unloaded that they are given back. Successors wait in a
queue file per partition until the level is expanded; then each partition is loaded
once, its index rebuilt, its queue inserted, and what is new added to its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from checker.search.crew import Crew
from checker.search.errors import MemoryShort
from checker.search.frontier import Frontier
from checker.search.layout import Part
from checker.search.spill import Spill
from checker.search.store import PARTS
from checker.search.worker import Worker


class Paging:
    """The partitions of `frontier`, kept in files under `directory`."""

    def __init__(self, frontier: Frontier, directory: Path) -> None:
        """Nothing is on disk yet."""
        self.frontier = frontier
        self.spill = Spill(directory, frontier.store.key_stride)
        self._turn = count()

    def unload_everything(self) -> None:
        """Move the whole store to disk, in the middle of a level if need be."""
        store = self.frontier.store
        for part in range(PARTS):
            known = int(store.table[part, Part.COUNT])
            self.spill.write_keys(part, 0, store.keys_of(part, 0, known))
            store.release(part)
            self.frontier.breathe()
        store.skip(self.frontier.stripe)
        self.queue_routed()

    def queue_routed(self) -> None:
        """Append what the threads have routed to the queues; empties the buffers."""
        for worker in self.frontier.workers:
            self.spill.add_batch([worker.routed_to(part) for part in range(PARTS)])
            worker.fill[:] = 0
        self.frontier.breathe()

    def expand_level(self, crew: Crew) -> None:
        """Expand what is left of the level; its successors end in the store."""
        for first, last in self._groups():
            self._load_level(first, last)
            self.frontier.stripe = 0
            while self.frontier.route(crew, first, last):
                self.queue_routed()
            self._unload(first, last)
        self.queue_routed()
        self.merge(crew)

    def merge(self, crew: Crew) -> None:
        """Insert all queues."""
        self.spill.check()
        self._turn = count()
        crew.run([partial(self._merge_some, w) for w in self.frontier.workers])
        self.spill.drop_queues()

    def _budget(self) -> int:
        """Bytes for loaded partitions."""
        return self.frontier.limit - self.frontier.overhead

    def _groups(self) -> Iterator[tuple[int, int]]:
        """Runs of partitions whose part of the level fits in half of the memory."""
        sizes = self.frontier.store.level_sizes() * (8 * self.frontier.shape.width)
        budget, first, total = self._budget() // 2, 0, 0
        for part, size in enumerate(sizes.tolist()):
            if total + size > budget and part > first:
                yield first, part
                first, total = part, 0
            total += size
        yield first, PARTS

    def _load_level(self, first: int, last: int) -> None:
        """Read the waiting states of some partitions."""
        store, width = self.frontier.store, self.frontier.shape.width
        for part in range(first, last):
            start, end = store.table[part, [Part.START, Part.END]].tolist()
            self.spill.read_keys(part, start * width, store.keys_of(part, start, end))

    def _unload(self, first: int, last: int) -> None:
        """Give back the memory of some partitions."""
        for part in range(first, last):
            self.frontier.store.release(part)

    def _merge_some(self, worker: Worker) -> int:
        """Merge partitions that no other thread has taken, until there are none."""
        while (part := next(self._turn)) < PARTS:
            if self.spill.has_queue(part):
                self._merge(worker, part)
            if worker is self.frontier.workers[0]:
                self.frontier.breathe()
        return 0

    def _merge(self, worker: Worker, part: int) -> None:
        """Insert a partition's queue."""
        store, kernels = self.frontier.store, self.frontier.kernels
        record = store.record_address(part)
        before = int(store.table[part, Part.COUNT])
        self._check_room(part, 0)
        self.spill.read_keys(part, 0, store.keys_of(part, 0, before))
        stuck = kernels.grow(record)
        words = worker.buffer.words
        piece = words[: worker.buffer_memory // 8]
        for amount in self.spill.queue_pieces(part, piece):
            states = amount // self.frontier.shape.width
            self._check_room(part, states)
            stuck |= kernels.insert(record, worker.buffer.address, states)
        if stuck:
            self._refuse(part, store.key_stride)
        kernels.check_new(worker.address, record, before)
        known = int(store.table[part, Part.COUNT])
        new = store.keys_of(part, before, known)
        self.spill.write_keys(part, before * self.frontier.shape.width, new)
        store.release(part)

    def _check_room(self, part: int, more: int) -> None:
        """MemoryShort unless every thread can hold a partition as large as this one."""
        need = self.frontier.store.memory_of(part, more)
        if need * len(self.frontier.workers) > self._budget():
            self._refuse(part, need)

    def _refuse(self, part: int, need: int) -> None:
        """Say that the limit is too small for partition `part`."""
        threads = len(self.frontier.workers)
        least = need * threads + self.frontier.overhead
        raise MemoryShort(
            f"partition {part} of {PARTS} needs {need / 2**20:.1f} MiB to be searched, "
            f"and each of {threads} threads holds one: the limit of "
            f"{self.frontier.limit / 2**20:.1f} MiB is too small for this level; "
            f"raise --memory to at least {least * 1.25 / 2**20:.1f} MiB or use fewer "
            "threads"
        )
