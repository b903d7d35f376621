"""What a search is asked for, what it tells on the way, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from checker.search.machine import Words

StopReason = Literal["found", "depth", "states", "asked", "memory"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running search has come.

    `depth` is the number of the deepest level entered, `rate` the transitions made per
    second, `memory` the bytes held by the search, `disk` the bytes spilled.
    """

    distinct: int
    transitions: int
    depth: int
    rate: float
    memory: int
    disk: int
    seconds: float


def _never() -> bool:
    return False


def _silent(_: Progress) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to search; nothing here changes what is found, except where it says so.

    `stop_bits` end the search after the level in which one is first seen, and
    `trace_bits` are those whose first appearance is traced. `max_depth` is the last
    level to enter, `max_states` is looked at when a level is finished. `memory` bounds
    the bytes of the search's own tables (by default four fifths of the machine's
    memory); beyond it states go to files in the directory `spill`, or the search ends
    if there is none. A checkpoint is written to `checkpoint` at the end of a level
    once `checkpoint_every` seconds have passed since the last one; `resume` continues
    from such a file. `fingerprints` stores 64-bit hashes instead of states. `progress`
    is called and `should_stop` asked a few times a second.
    """

    threads: int = 1
    stop_bits: frozenset[int] = frozenset()
    trace_bits: frozenset[int] = frozenset()
    max_depth: int | None = None
    max_states: int | None = None
    memory: int | None = None
    spill: Path | None = None
    checkpoint: Path | None = None
    checkpoint_every: float = 600.0
    resume: Path | None = None
    fingerprints: bool = False
    progress: Callable[[Progress], None] = _silent
    should_stop: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class Finding:
    """A bit, and a shortest run after which it shows.

    `states` has the shape [steps + 1, width]; `actions[i]` is the action instance that
    leads from state i to state i + 1.
    """

    bit: int
    states: Words
    actions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was covered and what was found.

    `levels[d]` is the number of states at depth d; `depth` the deepest of them. `seen`
    holds the bits shown anywhere. `complete` says that every reachable state was
    expanded; otherwise `stopped_because` says why not. `bytes_per_state` counts all
    memory of the search at its largest. `omission` bounds the probability that the
    search has overlooked a state; it is 0 unless fingerprints were asked for.
    """

    distinct: int
    transitions: int
    depth: int
    levels: tuple[int, ...]
    seen: tuple[int, ...]
    findings: tuple[Finding, ...]
    complete: bool
    stopped_because: StopReason | None
    bytes_per_state: float
    seconds: float
    omission: float


def bits_of(words: tuple[int, ...]) -> frozenset[int]:
    """The numbers of the bits set in a sequence of 64-bit words."""
    return frozenset(
        64 * place + bit
        for place, word in enumerate(words)
        for bit in range(64)
        if word >> bit & 1
    )
