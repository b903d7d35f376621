"""What a record of a log asks of a model: a step that answers as the record says.

A record lasts from one line to another and took effect at some moment between. How it
can have happened is a list of attempts: each is a step of the model with all its
parameters, and what the step must answer; or no step at all, only cells that must hold
what the record says they held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.evaluate import (
    Evaluator,
    Failed,
    Invocation,
    Returned,
    State,
    Stopped,
    Transition,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the state, and the values that the record allows it."""

    field: str
    row: int
    values: frozenset[int]
    about: str = ""
    """Whose cell it is, for a person to read."""
    part: int = -1
    """The bits of the cell that the record is about; of a set, some of its members."""
    since: str = ""
    """What the record says that makes it so, for a person to read."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way in which a record can have happened."""

    invocation: Invocation | None = None
    """None: nothing happens; the record only tells what is so."""
    values: frozenset[int] | None = None
    """The results that agree with the record; None: it says nothing of the result."""
    error: str | None = None
    """The name of the error that the record says; None: the call succeeded."""
    cells: tuple[Cell, ...] = ()
    """What must be so before the step."""
    leaves: tuple[Cell, ...] = ()
    """What must be so after it."""
    learns: tuple[Cell, ...] = ()
    """What nobody could know before the record: each cell holds the one value told."""
    first: tuple[Invocation, ...] = ()
    """Steps that come before; all of them have to be possible."""
    perhaps: tuple[Invocation, ...] = ()
    """Steps that come after those, each where it is possible."""
    then: tuple[Invocation, ...] = ()
    """Steps that come after all; all of them have to be possible."""
    changes_nothing: bool = False
    """The step leaves the state as it is."""

    @property
    def steps(self) -> Iterator[Invocation]:
        """Every step that it takes, or may take."""
        yield from (*self.first, *self.perhaps, *self.then)
        if self.invocation is not None:
            yield self.invocation


@dataclass(frozen=True, slots=True)
class Demand:
    """A record, as a demand on the states that come before and after it."""

    name: str
    text: str
    """The record, for a person to read."""
    pid: int
    line: int
    """Where a person finds it."""
    began: int
    ended: int
    """It has taken effect when this line is over."""
    attempts: tuple[Attempt, ...]
    after: tuple[int, ...] = ()
    """Positions of demands that come before it."""
    impossible: str = ""
    """Why no attempt could agree, when the log contradicts itself."""
    in_order: bool = False
    """An attempt counts only where none before it is possible."""

    @property
    def is_quiet(self) -> bool:
        """Whichever attempt it was, the state stays as it is."""
        return all(attempt.changes_nothing for attempt in self.attempts)


class Asking:
    """Asks a model; keeps the positions of its fields."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def after(self, demand: Demand, state: State) -> Iterator[State]:
        """The states in which the demand can leave this one; none if it cannot be."""
        for attempt in demand.attempts:
            is_possible = False
            for after in self._after(attempt, state):
                is_possible = True
                yield after
            if is_possible and demand.in_order:
                return

    def _after(self, attempt: Attempt, state: State) -> Iterator[State]:
        if not self.hold(attempt.cells, state):
            return
        start = self.prepared(attempt, state)
        if start is None:
            return
        if attempt.invocation is None:
            yield from self._ended(attempt, start)
            return
        for found in self.evaluator.outcomes(start, attempt.invocation, chosen=True):
            if isinstance(found, Transition) and agrees(attempt, found):
                yield from self._ended(attempt, found.after)

    def _ended(self, attempt: Attempt, state: State) -> Iterator[State]:
        """With the steps that come after, if what must be so then is so."""
        after = self._stepped(attempt.then, state)
        if after is not None and self.hold(attempt.leaves, after):
            yield after

    def prepared(self, attempt: Attempt, state: State) -> State | None:
        """With what was learnt and the steps before; None if one cannot be taken."""
        start = self._stepped(attempt.first, self._learnt(attempt.learns, state))
        if start is None:
            return None
        for step in attempt.perhaps:
            start = self._stepped((step,), start) or start
        return start

    def _stepped(self, steps: Iterable[Invocation], state: State) -> State | None:
        for step in steps:
            found = self.evaluator.outcomes(state, step, chosen=True)[0]
            if isinstance(found, Stopped) or isinstance(found.outcome, Failed):
                return None
            state = found.after
        return state

    def _learnt(self, cells: Iterable[Cell], state: State) -> State:
        for cell in cells:
            (told,) = cell.values
            at = self.evaluator.fields[cell.field]
            column = state[at]
            held = int(column[cell.row])
            now = (held & ~cell.part) | told
            if now != held:
                row = (*column[: cell.row], now, *column[cell.row + 1 :])
                state = (*state[:at], row, *state[at + 1 :])
        return state

    def hold(self, cells: Iterable[Cell], state: State) -> bool:
        """The cells are as the record says."""
        return all(self.cell(cell, state) in cell.values for cell in cells)

    def cell(self, cell: Cell, state: State) -> int:
        """The value of a cell, of the part that is asked about."""
        return int(state[self.evaluator.fields[cell.field]][cell.row]) & cell.part


def agrees(attempt: Attempt, found: Transition) -> bool:
    """The outcome is the one that the record says."""
    match found.outcome:
        case Failed(error):
            return attempt.error == str(error)
        case Returned(value):  # exhaustive
            return attempt.error is None and (
                attempt.values is None or value in attempt.values
            )


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an attempt cannot have been, in a state, and what could have been."""

    attempt: Attempt
    cell: Cell | None
    """The cell that holds something else, if one does."""
    held: int
    """What it holds."""
    outcomes: tuple[Transition | Stopped, ...]
    """What the call could have answered in this state, whatever the kernel picks."""


def objection(asking: Asking, attempt: Attempt, state: State) -> Objection:
    """Why this attempt is not possible in this state."""
    outcomes: tuple[Transition | Stopped, ...] = ()
    start = asking.prepared(attempt, state)
    if attempt.invocation is not None and start is not None:
        outcomes = tuple(asking.evaluator.outcomes(start, attempt.invocation))
    for cell in attempt.cells:
        held = asking.cell(cell, state)
        if held not in cell.values:
            return Objection(attempt, cell, held, outcomes)
    return Objection(attempt, None, 0, outcomes)
