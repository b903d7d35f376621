"""Rebuild a shortest run that ends in a given bit, backward through the levels.

Of all states that show the bit the smallest is taken, and of all predecessors in the
level before the smallest again, reached by the lowest action instance that does it:
the trace depends on the model alone, not on threads, memory or the order of the search.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from checker.search.errors import SearchError
from checker.search.kernels import Kernels
from checker.search.machine import Machine, Words
from checker.search.result import Finding

Piece = tuple[int, int]
"""The address of some states of a level and how many they are."""

Levels = Iterator[tuple[int, Iterator[Piece]]]
"""The number of a level and its states, from the deepest level back to level 0."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a bit was first seen: the level, and whether in a step from it."""

    bit: int
    level: int
    in_step: bool


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The labelled successors of one state."""

    states: Words
    actions: Words
    flags: Words


class Tracer:
    """Rebuilds traces; `levels()` goes through the levels of the search."""

    def __init__(
        self,
        machine: Machine,
        kernels: Kernels,
        levels: Callable[[], Levels],
    ) -> None:
        most, width = machine.max_successors, machine.width
        self.machine, self.kernels, self.levels = machine, kernels, levels
        self._out = np.zeros(most * width, np.uint64)
        self._seen = np.zeros(machine.seen_words, np.uint64)

    def trace(self, sighting: Sighting) -> Finding:
        """A shortest run to the smallest state that shows what was sighted."""
        states: list[Words] = []
        actions: list[int] = []
        for level, pieces in self.levels():
            if level == sighting.level:
                states.append(self._smallest_showing(sighting, pieces))
            elif level < sighting.level:
                before = self._smallest_leading(states[-1], pieces)
                actions.append(self._action(before, states[-1]))
                states.append(before)
        states.reverse()
        actions.reverse()
        step = (
            self._flagged_step(states[-1], sighting.bit) if sighting.in_step else None
        )
        if step is not None:
            actions.append(step[0])
            states.append(step[1])
        return Finding(sighting.bit, np.stack(states), tuple(actions))

    def _smallest_showing(self, sighting: Sighting, pieces: Iterator[Piece]) -> Words:
        """The smallest state of the sighting's level that shows its bit."""
        best = np.full(self.machine.width, ~np.uint64(0), np.uint64)
        check = 0 if sighting.in_step else self.machine.check
        found = 0
        for address, amount in pieces:
            found |= self.kernels.showing(
                check,
                self.machine.expand,
                address,
                amount,
                self._out.ctypes.data,
                self._seen.ctypes.data,
                sighting.bit,
                best.ctypes.data,
            )
        return _known(best, found)

    def _smallest_leading(self, target: Words, pieces: Iterator[Piece]) -> Words:
        """The smallest state of a level that has `target` as a successor."""
        best = np.full(self.machine.width, ~np.uint64(0), np.uint64)
        found = 0
        for address, amount in pieces:
            found |= self.kernels.leading(
                self.machine.expand,
                address,
                amount,
                self._out.ctypes.data,
                self._seen.ctypes.data,
                target.ctypes.data,
                best.ctypes.data,
            )
        return _known(best, found)

    def _action(self, source: Words, target: Words) -> int:
        """The lowest action instance that leads from one state to another."""
        steps = labelled_steps(self.machine, source)
        leads = (steps.states == target).all(axis=1)
        return int(steps.actions[leads].min())

    def _flagged_step(self, source: Words, bit: int) -> tuple[int, Words] | None:
        """The lowest action that shows `bit`, and where it leads; None if none does.

        Then the bit is about the state itself: it has no successors.
        """
        steps = labelled_steps(self.machine, source)
        word, place = divmod(bit, 64)
        shows = steps.flags[:, word] >> np.uint64(place) & np.uint64(1) == 1
        if not shows.any():
            return None
        order = np.where(shows, steps.actions.astype(np.int64), np.int64(1) << 40)
        choice = int(np.argmin(order))
        return int(steps.actions[choice]), steps.states[choice]


def labelled_steps(machine: Machine, state: Words) -> Steps:
    """The successors of one state with their actions and bits."""
    most, width = machine.max_successors, machine.width
    out = np.zeros((most, width), np.uint64)
    action, source = np.zeros(most, np.uint32), np.zeros(most, np.uint32)
    flags = np.zeros((most, machine.seen_words), np.uint64)
    state = np.ascontiguousarray(state)
    pointers = (out, action, source, flags)
    made = labelled_function(machine)(
        state.ctypes.data, 1, *[array.ctypes.data for array in pointers]
    )
    return Steps(out[:made], action[:made].astype(np.uint64), flags[:made])


def labelled_function(machine: Machine) -> Callable[..., int]:
    """`expand_labelled` as a Python function."""
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 6)
    return kind(machine.expand_labelled)


def _known(best: Words, found: int) -> Words:
    """`best`, which must have been found: the bit was seen when the level was made."""
    if not found:
        raise SearchError(
            "a trace cannot be rebuilt: the compiled model does not repeat what it "
            "said before; this is a defect of the lowering, please report it"
        )
    return best
