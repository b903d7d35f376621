"""Random simulation: long runs of a machine, every state and step on them checked.

Walk number k of a seed is the same whatever comes before it: it has its own stream of
random numbers. A walk ends in a state without successors, where a bit to stop at shows,
or after the given number of steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checker.search.emit_states import Shape
from checker.search.emit_walk import FIRST_MIX, GOLDEN
from checker.search.errors import SearchError
from checker.search.kernels import Kernels, kernels_for
from checker.search.machine import Machine, Words
from checker.search.result import Finding, bits_of
from checker.search.trace import labelled_steps

PIECE = 1 << 16
"""Steps between two looks at whether to stop."""

MASK64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class WalkResult:
    """What the walks covered. `stuck` of them ended for want of a successor.

    `seen` holds all bits shown on the way, `finding` is the first run that shows a bit
    to stop at, `walk` its number. `complete` says that all walks were made (or one
    found something).
    """

    walks: int
    steps: int
    stuck: int
    seen: tuple[int, ...]
    finding: Finding | None
    walk: int | None
    seconds: float
    complete: bool


def walk(
    machine: Machine,
    seed: int,
    steps: int,
    walks: int,
    *,
    stop_bits: frozenset[int] = frozenset(),
    should_stop: Callable[[], bool] = lambda: False,
) -> WalkResult:
    """Make `walks` random walks of at most `steps` steps, or until one finds something.

    A chosen successor is as likely as any other of its state. Raises SearchError if
    there is nothing to do.
    """
    if steps < 1 or walks < 1:
        raise SearchError(f"{walks} walks of {steps} steps are no walks; ask for some")
    started = time.perf_counter()
    walker = _Walker(machine, steps, stop_bits)
    total = stuck = made = 0
    finding, complete = None, True
    for number in range(walks):
        taken = walker.go(_mixed(seed, number), should_stop)
        made, total = number + 1, total + taken
        finding = walker.finding(taken)
        if finding is not None:
            break
        if walker.interrupted:
            complete = False
            break
        stuck += taken < steps
    return WalkResult(
        walks=made,
        steps=total,
        stuck=stuck,
        seen=tuple(int(word) for word in walker.seen),
        finding=finding,
        walk=None if finding is None else made - 1,
        seconds=time.perf_counter() - started,
        complete=complete,
    )


def _mixed(seed: int, number: int) -> int:
    """The start of the random numbers of one walk."""
    mixed = (seed * GOLDEN + number + 1) & MASK64
    mixed = ((mixed ^ (mixed >> 30)) * FIRST_MIX) & MASK64
    return mixed ^ (mixed >> 27)


class _Walker:
    """Scratch memory of the kernel, and the path of the walk being made."""

    def __init__(self, machine: Machine, steps: int, stop_bits: frozenset[int]) -> None:
        most, words = machine.max_successors, machine.seen_words
        self.machine, self.steps, self.stop_bits = machine, steps, stop_bits
        self.kernels: Kernels = kernels_for(Shape(machine.width), words)
        self.state = np.zeros(machine.width, np.uint64)
        self.seen = np.zeros(words, np.uint64)
        self.path = np.zeros(steps, np.uint64)
        self.random = np.zeros(1, np.uint64)
        self.first = 0
        self.interrupted = False
        self._stop = np.zeros(words, np.uint64)
        for bit in stop_bits:
            self._stop[bit // 64] |= np.uint64(1) << np.uint64(bit % 64)
        self._out = np.zeros(most * machine.width, np.uint64)
        self._action = np.zeros(most, np.uint32)
        self._source = np.zeros(most, np.uint32)
        self._flags = np.zeros(most * words, np.uint64)

    def go(self, random: int, should_stop: Callable[[], bool]) -> int:
        """Make one walk; the number of steps it took."""
        self.first = random % len(self.machine.initial)
        self.random[0] = random
        self.state[:] = self.machine.initial[self.first]
        taken = 0
        while taken < self.steps:
            wanted = min(PIECE, self.steps - taken)
            made = self._piece(taken, wanted)
            taken += made
            self.interrupted = should_stop()
            if made < wanted or self.interrupted or self._found():
                break
        return taken

    def _piece(self, taken: int, wanted: int) -> int:
        """Take `wanted` more steps, or fewer if the walk ends."""
        scratch = (self._out, self._action, self._source, self._flags)
        return self.kernels.walk(
            self.machine.expand_labelled,
            self.machine.check,
            self.state.ctypes.data,
            wanted,
            *[array.ctypes.data for array in scratch],
            self.seen.ctypes.data,
            self._stop.ctypes.data,
            self.random.ctypes.data,
            self.path[taken:].ctypes.data,
        )

    def _found(self) -> frozenset[int]:
        """The bits to stop at that were shown."""
        return bits_of(tuple(self.seen.tolist())) & self.stop_bits

    def finding(self, taken: int) -> Finding | None:
        """The walk just made, if it shows a bit to stop at: the lowest of them."""
        found = self._found()
        if not found:
            return None
        state: Words = self.machine.initial[self.first]
        states, actions = [state], []
        for choice in self.path[:taken].tolist():
            successors = labelled_steps(self.machine, state)
            state = successors.states[choice]
            actions.append(int(successors.actions[choice]))
            states.append(state)
        return Finding(min(found), np.stack(states), tuple(actions))
