"""The contract between a compiled model and the search that runs it.

A lowering makes a `Machine`; the search uses nothing else about the model. All four
functions are C functions in this process, given by address, reentrant (several
threads call them at once on different buffers), and they never call back to Python.

**States.** A packed state is `width` consecutive unsigned 64-bit words. Bit 0 of word 0
is always 1, so that a state is never all zeroes and a zero slot means "empty". States
are ordered as little-endian numbers: word `width - 1` is the most significant one.

**Bits.** `seen_words` words of 64 bits hold one bit for each thing worth reporting:
a violated invariant, a violated step property, a reached goal, a deadlock. The lowering
chooses the numbering; the search knows only bit numbers (bit 64*k + j is bit j of
word k). Functions *or* into these words and never clear them.

    expand(const u64 *states, i64 n, u64 *out, u64 *seen) -> i64

writes the successors of `n` states to `out` (at most `n * max_successors`, in the
order of the states and, for one state, of the action instances), *or*s the bits of
step properties and of stuck states into `seen`, and returns the number of successors.

    check(const u64 *states, i64 n, u64 *seen) -> void

*or*s the bits of state properties that one of the `n` states shows.

    expand_labelled(const u64 *states, i64 n, u64 *out,
                    u32 *action, u32 *source, u64 *flags) -> i64

writes the same successors in the same order as `expand`, and for the k-th of them the
action instance that made it (`action[k]`), the index of its source in `states`
(`source[k]`) and its own step bits (`flags[k * seen_words ...]`, overwritten).

Symmetry, if any, is inside: every successor and initial state is already canonical.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """A compiled model: three functions and the states it starts in.

    `initial` has the shape [k, width], k >= 1, without duplicates. `identity` is a
    digest of everything that decides the meaning of a packed state and of a bit
    (model, scope, slicing, symmetry, layout): two machines with the same identity may
    continue each other's searches. `scope` is the same for people. `owner` keeps the
    machine code alive.
    """

    width: int
    seen_words: int
    max_successors: int
    expand: int
    check: int
    expand_labelled: int
    initial: Words
    identity: str
    scope: str
    owner: object
