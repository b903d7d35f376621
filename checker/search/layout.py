"""The two records that the kernels and Python share, as numbers of 64-bit words.

`Part` describes one partition of the store: the states whose hash begins with its
number. `Work` is what one thread needs. Both live in numpy arrays of uint64.
"""

from __future__ import annotations

from enum import IntEnum


class Part(IntEnum):
    """Words of a partition's record.

    A partition keeps one key for each state: the state itself, or with fingerprints
    its hash. `KEYS` is the address of key 0, `COUNT` how many there are, `ROOM` how
    many fit. `INDEX` is the address of 2**`BITS` slots of 32 bits (none while `BITS` is
    0), at most 2**`BITS_MAX`. States [`START`, `END`) are the level being expanded, and
    `LEVEL` is the address of the first of them, whole; those from `END` on are the next
    level, and `NEXT` is the address of the first of them, whole.
    """

    KEYS = 0
    COUNT = 1
    ROOM = 2
    INDEX = 3
    BITS = 4
    BITS_MAX = 5
    START = 6
    END = 7
    LEVEL = 8
    NEXT = 9


PART_WORDS = 16


class Work(IntEnum):
    """Words of a thread's record.

    `PARTS` is the address of the partitions' records, those from `FIRST` up to `LIMIT`
    are worked on. `TICKET` is the address of a number shared by the threads: the next
    stripe (`route`, below `STRIPES`) or partition (`settle`, below `LIMIT`) that nobody
    has taken. Of the states `IN`, those at [`NEXT`, `GATHERED`) wait to be expanded,
    `CHUNK` at a time, until `BUDGET` successors are made; of the successors `OUT`,
    those at [`POSITION`, `PRODUCED`) wait to be dealt. Partition p's buffer has `ROOM`
    places from `BUFFER` + p * `ROOM` on, `FILL`[p] of them (64 bits each) are taken.
    `SEEN` are the bits of steps, `SHOWN` those of states. `WORKS` holds the addresses
    of the records of all `THREADS`.
    """

    PARTS = 0
    FIRST = 1
    LIMIT = 2
    TICKET = 3
    STRIPES = 4
    IN = 5
    NEXT = 6
    GATHERED = 7
    CHUNK = 8
    OUT = 9
    POSITION = 10
    PRODUCED = 11
    EXPAND = 12
    CHECK = 13
    SEEN = 14
    FILTER = 15
    FILTER_MASK = 16
    SHIFT = 17
    FILL = 18
    BUFFER = 19
    ROOM = 20
    WORKS = 21
    THREADS = 22
    TRANSITIONS = 23
    DISTINCT = 24
    ROUTED = 25
    BUDGET = 26
    SHOWN = 27


WORK_WORDS = 32
