"""The search: level by level, everything reachable, once.

Level-synchronous and partitioned by hash: a chunk of the level is expanded, its
successors are dealt to 1 024 partitions, and each partition inserts its own while it
is in the cache. A level in which something is found is finished before the search
ends, so that what is found does not depend on the number of threads.

Measured on one thread with a model of 10 277 113 states and 132 831 531 transitions
(processor time, on a machine with 1 MiB of L2 and 32 MiB of L3 cache): a trial that
inserted batches of successors into one large table, with prefetching, took 9.4 s.
Dealing them to partitions first and probing the index slot by slot took 5.8 s; buckets
of 16 slots compared at once, and states gathered in stripes, 4.3 s; with compiled
expansion of eight states at a time the whole takes 3.2 s. 512 to 4 096 partitions
differ by less than the noise. Huge pages pay for the buffers, and cost memory anywhere
else. 420 701 181 states with 6 400 500 968 transitions took 16.2 bytes a state.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from checker.search.checkpoint import Checkpoint, Saved, Snapshot
from checker.search.crew import Crew
from checker.search.emit_states import Shape
from checker.search.errors import SearchError
from checker.search.frontier import Frontier, OutOfRoom
from checker.search.layout import Part
from checker.search.level_log import LevelLog
from checker.search.lock import PathLock
from checker.search.machine import Machine, Words
from checker.search.paging import Paging
from checker.search.result import (
    Finding,
    Options,
    Progress,
    SearchResult,
    StopReason,
    bits_of,
)
from checker.search.store import PARTS
from checker.search.trace import Levels, Piece, Sighting, Tracer

TOLD_EVERY = 0.2
FIRST_BRANCHING = 8.0


class _Asked(Exception):
    """`should_stop` said yes."""


def search(machine: Machine, options: Options) -> SearchResult:
    """Explore all states that `machine` reaches, within what `options` allow.

    Raises SearchError, with advice, where memory, disk or a checkpoint fail.
    """
    return _Search(machine, options).run()


class _Search:
    """One run: the frontier, what was sighted so far, and the clock."""

    def __init__(
        self, machine: Machine, options: Options, log: LevelLog | None = None
    ) -> None:
        if options.threads < 1:
            raise SearchError(f"{options.threads} threads cannot search; ask for 1")
        if options.fingerprints and options.spill is not None:
            raise SearchError(
                "fingerprints are kept in memory only: leave out either "
                "--fingerprints or --spill"
            )
        self.machine, self.options, self.log = machine, options, log
        self.started = self.told = time.perf_counter()
        self.frontier = Frontier(
            machine,
            Shape(machine.width, options.fingerprints),
            options.threads,
            options.memory,
            spills=options.spill is not None,
            breathe=self._breathe,
        )
        self.store = self.frontier.store
        self.paging: Paging | None = None
        self.sightings: dict[int, Sighting] = {}
        self.before = Snapshot.empty(machine, fingerprints=options.fingerprints)
        self._told_transitions = 0

    def run(self) -> SearchResult:
        """Search, and put together what was found; files are removed at the end."""
        options = self.options
        with ExitStack() as finally_, Crew(options.threads) as crew:
            checkpoint = None
            if options.checkpoint is not None:
                checkpoint = Checkpoint(options.checkpoint, options.checkpoint_every)
                finally_.callback(checkpoint.close)
            if options.resume is not None and not _is_same(
                options.resume, options.checkpoint
            ):
                finally_.callback(PathLock(options.resume).close)
            finally_.callback(self._close)
            reason = self._explore(crew, checkpoint)
            return self._result(reason)

    def _close(self) -> None:
        """Remove the files of this search."""
        if self.paging is not None:
            self.paging.spill.close()

    def _explore(self, crew: Crew, checkpoint: Checkpoint | None) -> StopReason | None:
        """Visit level after level; why it ended early, or None if it did not."""
        try:
            if self.options.resume is None:
                self._place(crew)
            else:
                self._resume(self.options.resume)
            fresh = self.options.resume is None
            while not fresh or self.store.advance():
                fresh = True
                if self.log is not None:
                    self.log.add(self.store)
                reason = self._reason_to_stop()
                if reason is not None:
                    return reason
                if checkpoint is not None and checkpoint.is_due():
                    checkpoint.write(
                        self._snapshot(), self.store.levels, self._all_words()
                    )
                self._expand_level(crew)
        except OutOfRoom:
            return "memory"
        except _Asked:
            return "asked"
        finally:
            self._sight()
        return None

    def _expand_level(self, crew: Crew) -> None:
        """Expand the level in memory, or on disk from the moment it must be."""
        size = self.store.levels[-1].size
        expanded = self.store.distinct - size
        branching = self._transitions() / expanded if expanded else FIRST_BRANCHING
        self.frontier.begin(size * branching, frugal=self.paging is not None)
        if self.paging is None:
            try:
                self._expand_in_memory(crew)
            except OutOfRoom:
                self._go_to_disk()
        if self.paging is not None:
            self.paging.expand_level(crew)
        self._sight()

    def _go_to_disk(self) -> None:
        """Move everything to the spill directory; OutOfRoom if there is none."""
        if self.options.spill is None:
            raise OutOfRoom
        self.paging = Paging(self.frontier, self.options.spill)
        self.paging.unload_everything()

    def _place(self, crew: Crew) -> None:
        """Insert the initial states, which might be too many for the memory."""

        def settle() -> None:
            if self.paging is None:
                try:
                    self.frontier.settle(crew)
                except OutOfRoom:
                    self._go_to_disk()
            else:
                self.paging.queue_routed()

        self.frontier.place(settle)
        if self.paging is not None:
            self.paging.merge(crew)
        self._sight()

    def _expand_in_memory(self, crew: Crew) -> None:
        """Route and settle until the level is expanded."""
        while self.frontier.route(crew):
            self.frontier.settle(crew)
        self.frontier.settle(crew)

    def _transitions(self) -> int:
        """Successors of all states expanded so far, before resuming included."""
        return self.before.transitions + self.frontier.transitions

    def _depth(self) -> int:
        """The number of the level being expanded."""
        return len(self.store.levels) - 1

    def _reason_to_stop(self) -> StopReason | None:
        """Why a finished level is the last one, if it is."""
        options = self.options
        if options.stop_bits & self.sightings.keys():
            return "found"
        if options.max_depth is not None and self._depth() >= options.max_depth:
            return "depth"
        if options.max_states is not None and self.store.distinct >= options.max_states:
            return "states"
        return None

    def _sight(self) -> None:
        """Note the level of each bit that has just been seen for the first time."""
        depth = self._depth()
        for in_step, level in ((False, depth + 1), (True, depth)):
            for bit in sorted(bits_of(self._words(in_step=in_step))):
                self.sightings.setdefault(bit, Sighting(bit, level, in_step))

    def _words(self, *, in_step: bool) -> tuple[int, ...]:
        """The bits seen so far in steps, or in states."""
        arrays = [w.seen if in_step else w.shown for w in self.frontier.workers]
        return tuple(int(word) for word in np.bitwise_or.reduce(arrays))

    def _breathe(self) -> None:
        """Tell how far the search is, now and then; stop if that is wished."""
        now = time.perf_counter()
        if now - self.told >= TOLD_EVERY:
            made = self._transitions()
            self.options.progress(
                Progress(
                    distinct=self.store.distinct,
                    transitions=made,
                    depth=self._depth(),
                    rate=(made - self._told_transitions) / (now - self.told),
                    memory=self._memory(),
                    disk=0 if self.paging is None else self.paging.spill.used,
                    seconds=self.before.seconds + now - self.started,
                )
            )
            self.told, self._told_transitions = now, made
        if self.options.should_stop():
            raise _Asked

    def _memory(self) -> int:
        """Bytes held now."""
        if self.paging is None:
            return self.frontier.memory()
        return self.frontier.overhead

    def _levels(self) -> Levels:
        """Every level and its states, from the deepest back."""
        depths = range(self._depth() + 1, -1, -1)
        bounds = self.store.bounds_backward()
        for depth, (first, last) in zip(depths, bounds, strict=True):
            yield depth, self._pieces(first.tolist(), last.tolist())

    def _pieces(self, first: list[int], last: list[int]) -> Iterator[Piece]:
        """States [first, last) of each partition, read from disk if they are there."""
        width = self.machine.width
        for part, (start, end) in enumerate(zip(first, last, strict=True)):
            if start == end:
                continue
            states = self.store.keys_of(part, start, end)
            if self.paging is not None:
                self.paging.spill.read_keys(part, start * width, states)
            yield states.ctypes.data, end - start
            if self.paging is not None:
                self.store.release(part)

    def _result(self, reason: StopReason | None) -> SearchResult:
        """Everything that was found, with the traces that were asked for."""
        seconds = time.perf_counter() - self.started + self.before.seconds
        store = self.store
        beyond = int((store.column(Part.COUNT) - store.column(Part.END)).sum())
        levels = [level.size for level in store.levels] + [beyond] * (beyond > 0)
        distinct = sum(levels)
        steps, states = self._words(in_step=True), self._words(in_step=False)
        memory = max(self.frontier.peak, self._memory())
        return SearchResult(
            distinct=distinct,
            transitions=self._transitions(),
            depth=len(levels) - 1,
            levels=tuple(levels),
            seen=tuple(a | b for a, b in zip(steps, states, strict=True)),
            findings=self._findings(),
            complete=reason is None,
            stopped_because=reason,
            bytes_per_state=memory / max(1, distinct),
            seconds=seconds,
            omission=self._omission(distinct),
        )

    def _omission(self, distinct: int) -> float:
        """A bound on the probability that two of the states share a fingerprint."""
        if not self.options.fingerprints:
            return 0.0
        return min(1.0, distinct * (distinct - 1) / 2 / 2**64)

    def _findings(self) -> tuple[Finding, ...]:
        """A shortest trace for each bit that is to have one and was seen."""
        wanted = sorted(self.options.trace_bits & self.sightings.keys())
        if not wanted:
            return ()
        sightings = [self.sightings[bit] for bit in wanted]
        if self.options.fingerprints:
            return trace_again(self.machine, self.options, sightings)
        tracer = Tracer(self.machine, self.frontier.kernels, self._levels)
        return tuple(tracer.trace(sighting) for sighting in sightings)

    def _snapshot(self) -> Snapshot:
        """What a checkpoint says about the search."""
        now = time.perf_counter()
        return replace(
            self.before,
            transitions=self._transitions(),
            seconds=self.before.seconds + now - self.started,
            seen=self._words(in_step=True),
            shown=self._words(in_step=False),
            sightings=tuple(self.sightings.values()),
        )

    def _all_words(self) -> Iterator[Words]:
        """The keys of every partition, then whole states that keys do not tell."""
        store = self.store
        for part, known in enumerate(store.column(Part.COUNT).tolist()):
            keys = store.keys_of(part, 0, known)
            if self.paging is not None:
                self.paging.spill.read_keys(part, 0, keys)
            yield keys
            if self.paging is not None:
                store.release(part)
        if self.options.fingerprints:
            for part in range(PARTS):
                yield store.level_states_of(part)

    def _resume(self, path: Path) -> None:
        """Continue where a checkpoint ends."""
        fingerprints = self.options.fingerprints
        with closing(Saved(path, self.machine, fingerprints=fingerprints)) as saved:
            self.before = saved.snapshot
            self.sightings = {s.bit: s for s in self.before.sightings}
            self.frontier.workers[0].seen[:] = self.before.seen
            self.frontier.workers[0].shown[:] = self.before.shown
            self.store.restore(saved.levels)
            if self.frontier.memory() > self.frontier.limit:
                if self.options.spill is None:
                    raise OutOfRoom
                self.paging = Paging(self.frontier, self.options.spill)
            self._read_states(saved)

    def _read_states(self, saved: Saved) -> None:
        """Fill the store with what a checkpoint holds."""
        store, paging = self.store, self.paging
        for part, known in enumerate(store.column(Part.COUNT).tolist()):
            keys = store.keys_of(part, 0, known)
            saved.read_into(keys)
            if paging is not None:
                paging.spill.write_keys(part, 0, keys)
                store.release(part)
            elif known:
                self.frontier.kernels.grow(store.record_address(part))
            self._breathe()
        if self.options.fingerprints:
            for part in range(PARTS):
                saved.read_into(store.level_states_of(part))


def _is_same(path: Path, other: Path | None) -> bool:
    """Two paths name one place."""
    return other is not None and path.resolve() == other.resolve()


def trace_again(
    machine: Machine, options: Options, sightings: list[Sighting]
) -> tuple[Finding, ...]:
    """Traces for a search with fingerprints, which has not kept the states.

    Searches once more, as deep as needed, and keeps the levels in files.
    """
    deepest = max(sighting.level for sighting in sightings)
    again = replace(
        options,
        trace_bits=frozenset(),
        stop_bits=frozenset(),
        max_depth=deepest,
        max_states=None,
        checkpoint=None,
        resume=None,
        should_stop=lambda: False,
    )
    with LevelLog(machine.width) as log:
        run = _Search(machine, again, log)
        run.run()
        tracer = Tracer(machine, run.frontier.kernels, log.levels)
        return tuple(tracer.trace(sighting) for sighting in sightings)
