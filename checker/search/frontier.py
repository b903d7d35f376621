"""Expanding one level with everything in memory: route, then settle, and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from checker.search.crew import Crew
from checker.search.emit_states import Shape
from checker.search.errors import MemoryShort
from checker.search.kernels import kernels_for
from checker.search.layout import Work
from checker.search.machine import Machine
from checker.search.region import usual_memory
from checker.search.store import PARTS, Store
from checker.search.worker import SMALLEST_ROOM, Worker

BUDGET = 3_000_000
"""Successors made or looked up between two looks at the clock: about 0.1 s."""

BUFFERS_FLOOR = 32 << 20
LEVEL_FOR_THREADS = 4096
FULL = 1

Breathe = Callable[[], None]


class OutOfRoom(Exception):
    """What is still to be inserted might not fit within the memory limit."""


class Frontier:
    """The store, the threads' records, and the two native phases.

    `breathe` is called between native calls, a few times a second; it may raise.
    """

    def __init__(
        self,
        machine: Machine,
        shape: Shape,
        threads: int,
        limit: int | None,
        *,
        spills: bool,
        breathe: Breathe,
    ) -> None:
        """Reserve everything; MemoryShort if `limit` bytes cannot hold even that."""
        self.machine, self.shape, self.breathe = machine, shape, breathe
        self.limit = usual_memory() if limit is None else limit
        self.kernels = kernels_for(shape, machine.seen_words)
        self.store = Store(shape, self.limit, spills=spills)
        self.ticket = np.zeros(1, np.uint64)
        room = self.limit // 4 // (PARTS * 8 * machine.width * threads)
        self.workers = [
            Worker(machine, self.store, self.ticket, max(SMALLEST_ROOM, room))
            for _ in range(threads)
        ]
        addresses = [worker.address for worker in self.workers]
        self._works = np.array(addresses, np.uint64)
        for worker in self.workers:
            worker.set(Work.WORKS, self._works.ctypes.data)
            worker.set(Work.THREADS, threads)
            worker.set_room(SMALLEST_ROOM)
        self.peak = 0
        self.stripe = 0
        self._check_limit()

    def _check_limit(self) -> None:
        """Refuse a limit that the empty search already comes close to."""
        least = 2 * self.overhead
        if self.limit < least:
            raise MemoryShort(
                f"a limit of {self.limit / 2**20:.1f} MiB is too small for any search "
                f"of this model: {len(self.workers)} threads need at least "
                f"{least / 2**20:.1f} MiB; raise --memory or use fewer threads"
            )

    @property
    def overhead(self) -> int:
        """Bytes held by everything but the store."""
        return sum(w.fixed_memory + w.buffer_memory for w in self.workers)

    @property
    def transitions(self) -> int:
        """Successors made so far."""
        return sum(worker.get(Work.TRANSITIONS) for worker in self.workers)

    def place(self, settle: Callable[[], None]) -> None:
        """Route and check the machine's first states; `settle` makes room for more."""
        worker, width = self.workers[0], self.machine.width
        states = self.machine.initial
        places = worker.out.words.size // width
        self.begin(len(states))
        for first in range(0, len(states), places):
            piece = states[first : first + places]
            worker.out.words[: piece.size] = piece.reshape(-1)
            worker.set(Work.POSITION, 0)
            worker.set(Work.PRODUCED, len(piece))
            while self.kernels.route(worker.address) == FULL:
                settle()
        settle()

    def begin(self, successors: float, *, frugal: bool = False) -> None:
        """Make the buffers fit for a level with about that many successors.

        They take at most a quarter of what the store takes, because a large round
        is what makes it pay to bring a partition into the cache. `frugal` says that the
        store is on disk: then they take an eighth of the memory.
        """
        memory = self.limit if frugal else self.memory()
        self.peak = max(self.peak, memory)
        store = memory - self.overhead
        allowed = max(BUFFERS_FLOOR, store // 4)
        allowed = min(allowed, self.limit // (8 if frugal else 4))
        share = PARTS * len(self.workers)
        expected = int(1.5 * successors / share)
        room = min(allowed // (share * 8 * self.machine.width), expected + 64)
        for worker in self.workers:
            worker.set_room(room)
            worker.set(Work.BUDGET, BUDGET)
            worker.set(Work.STRIPES, 0)
        self.stripe = 0

    def route(self, crew: Crew, first: int = 0, last: int = PARTS) -> bool:
        """Expand states of partitions [first, last) until there is something to settle.

        Says whether any of them are left to be expanded. `stripe` is where to go on.
        """
        stripes = int(self.store.level_sizes()[first:last].max())
        active = self.workers
        if self.store.levels[-1].size < LEVEL_FOR_THREADS:
            active = active[:1]
        for worker in active:
            worker.set(Work.FIRST, first)
            worker.set(Work.LIMIT, last)
            worker.set(Work.STRIPES, stripes)
        while True:
            self.ticket[0] = self.stripe
            reasons = crew.run([partial(self.kernels.route, w.address) for w in active])
            self.stripe = int(self.ticket[0])
            self.breathe()
            if FULL in reasons:
                return True
            if not any(reasons):
                return False

    def settle(self, crew: Crew) -> None:
        """Insert and check what was routed; OutOfRoom if it might be too much."""
        waiting = self.waiting()
        total = int(waiting.sum())
        most = self.overhead + self.store.memory_bound(total)
        safe = most <= self.limit or self.memory(waiting) <= self.limit
        step = PARTS // (1 << (total // BUDGET).bit_length()) if safe else PARTS // 64
        active = self.workers if total > LEVEL_FOR_THREADS else self.workers[:1]
        for first in range(0, PARTS, max(1, step)):
            last = first + max(1, step)
            if not safe:
                portion = np.zeros_like(waiting)
                portion[first:last] = waiting[first:last]
                if self.memory(portion) > self.limit:
                    raise OutOfRoom
            self.ticket[0] = first
            for worker in active:
                worker.set(Work.LIMIT, last)
            stuck = crew.run([partial(self.kernels.settle, w.address) for w in active])
            if any(stuck):
                raise MemoryShort(
                    "one partition of the store has outgrown the addresses reserved "
                    "for it; raise --memory"
                )
            self.breathe()

    def waiting(self) -> NDArray[np.int64]:
        """How many routed successors wait for each partition."""
        total = np.zeros(PARTS, np.int64)
        for worker in self.workers:
            total += worker.fill.view(np.int64)
        return total

    def memory(self, more: NDArray[np.int64] | int = 0) -> int:
        """Bytes held, were `more` states added to the partitions."""
        return self.overhead + int(self.store.memory_with(more).sum())
