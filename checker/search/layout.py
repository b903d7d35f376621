"""The two records that the kernels and Python share, as numbers of 64-bit words.

`Part` describes one partition of the store: the states whose hash begins with its
number. `Work` is what one thread needs. Both live in numpy arrays of uint64.
"""

from __future__ import annotations

from enum import IntEnum


class Part(IntEnum):
    """Words of a partition's record; a record is one cache line.

    `STATES` is the address of state 0, `COUNT` how many there are, `ROOM` how many
    fit. `INDEX` is the address of 2**`BITS` slots of 32 bits (none while `BITS` is 0),
    at most 2**`BITS_MAX`. States [`CURSOR`, `END`) wait to be expanded; those from
    `END` on are the next level.
    """

    STATES = 0
    COUNT = 1
    ROOM = 2
    INDEX = 3
    BITS = 4
    BITS_MAX = 5
    CURSOR = 6
    END = 7


PART_WORDS = 8


class Work(IntEnum):
    """Words of a thread's record.

    `PARTS` is the address of the partitions' records; `TICKET` that of the shared
    number of the next partition nobody has taken, below `LIMIT`. `PART` is the
    partition being expanded. Successors [`POSITION`, `PRODUCED`) of `OUT` wait to be
    routed; `CHUNK` states are expanded at a time. Partition p's buffer has `ROOM`
    places, the first `FILL`[p] (64 bits each) are taken; the buffers of all threads
    are `BUFFERS` words apart in `WORKS`, an array of the addresses of `THREADS` records.
    """

    PARTS = 0
    TICKET = 1
    LIMIT = 2
    PART = 3
    OUT = 4
    POSITION = 5
    PRODUCED = 6
    CHUNK = 7
    EXPAND = 8
    CHECK = 9
    SEEN = 10
    FILTER = 11
    FILTER_MASK = 12
    SHIFT = 13
    FILL = 14
    BUFFER = 15
    ROOM = 16
    WORKS = 17
    THREADS = 18
    TRANSITIONS = 19
    DISTINCT = 20
    ROUTED = 21


WORK_WORDS = 24
