"""Carries the set of states that a log allows, from its first line to its last.

The order of a log's lines is not the order in which the kernel did things: a call took
effect somewhere between the line where it began and the line where it ended. At the
line where a record ends it must have taken effect, so that every order of it and of
the records that are still open is tried there. Two orders that lead to the same
states are one order; a record that changes nothing is settled as soon as it can be.
Nothing else is left out, so that when no state remains there is none. A `narrow`
replay tries fewer orders and is quick where many processes act at once; it is believed
when it accepts a log, and asked again without `narrow` when it does not.

Only when more states would have to be looked at than `MOST_STATES` is the search cut
short, and then the answer is that it is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from checker.audit.demands import Asking, Demand
from checker.audit.renaming import Kind, Unasked, forgotten, renamed
from checker.evaluate import Invocation, State, Transition

MOST_STATES: Final = 2_048
"""States carried, or looked at on the way from one line to the next."""


@dataclass(frozen=True, slots=True)
class Change:
    """A watched cell that a record changed."""

    field: str
    row: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Note:
    """A record that changed the state, in the order in which it took effect."""

    demand: int
    line: int
    """The line at which it was settled."""
    changes: tuple[Change, ...]
    earlier: Note | None


@dataclass(frozen=True, slots=True)
class Possibility:
    """One state that the log allows, and the records that are open in it."""

    state: State
    open: frozenset[int]
    notes: Note | None = None

    def told(self) -> list[Note]:
        """What happened until here, the first first."""
        found, note = [], self.notes
        while note is not None:
            found.append(note)
            note = note.earlier
        return found[::-1]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the log."""

    remaining: tuple[Possibility, ...]
    """The states allowed after the last line; or before the record that fails."""
    failed: int | None
    """The record after which no state remains."""
    undecided: str
    """Why the answer is not known; empty when it is."""
    most: int
    """The most states that were carried from one line to the next."""


def nothing(_state: State) -> Invocation | None:
    """The kernel leaves everything as it is."""
    return None


class _TooMany(Exception):
    """More states than `MOST_STATES`."""


@dataclass(slots=True)
class Replay:
    """A replay of demands in the order of their lines."""

    asking: Asking
    demands: Sequence[Demand]
    watched: Sequence[str] = ()
    """The fields whose changes are noted."""
    at_once: Callable[[State], Invocation | None] = nothing
    """What the kernel does by itself as soon as it can, and no log tells."""
    kinds: Sequence[Kind] = ()
    """Objects of which it does not matter which is which."""
    unasked: Sequence[Unasked] = ()
    """What does not matter at all."""
    narrow: bool = False
    """Try only orders of records that bear on each other, as far as one can see.

    What is accepted so is accepted; that nothing remains is then not said by it.
    """
    most: int = 1
    _line: int = 0
    _columns: dict[str, int] = field(default_factory=dict)
    _quiet: list[bool] = field(default_factory=list)

    def run(self, initial: Iterable[State]) -> Replayed:
        """Every line, until no state remains."""
        fields = self.asking.evaluator.fields
        self._columns = {name: fields[name] for name in self.watched}
        self._quiet = [demand.is_quiet for demand in self.demands]
        current = [Possibility(state, frozenset()) for state in initial]
        for line, begins, number in self._schedule():
            self._line = line
            if begins:
                current = [self._opened(number, each) for each in current]
                continue
            try:
                after = self._settled(number, current)
            except _TooMany:
                message = (
                    f"more than {MOST_STATES:,} states would have to be looked at "
                    f"at line {line}"
                )
                return Replayed(tuple(current), number, message, self.most)
            if not after:
                return Replayed(tuple(current), number, "", self.most)
            current = after
            self.most = max(self.most, len(current))
        return Replayed(tuple(current), None, "", self.most)

    def _schedule(self) -> Iterator[tuple[int, bool, int]]:
        """By line: what must be over, then what begins, then what is over at once."""
        events: list[tuple[int, int, int]] = []
        for number, demand in enumerate(self.demands):
            at_once = demand.began == demand.ended
            events.append((demand.began, 2 if at_once else 1, number))
            events.append((demand.ended, 2 if at_once else 0, number))
        events.sort()
        begun: set[int] = set()
        for line, _, number in events:
            yield line, number not in begun, number
            begun.add(number)

    # One record

    def _opened(self, number: int, at: Possibility) -> Possibility:
        opened = Possibility(at.state, at.open | {number}, at.notes)
        return self._eased(opened, (number,))

    def _eased(self, at: Possibility, numbers: Iterable[int]) -> Possibility:
        """Without those open records that change nothing and can be now."""
        done = {
            number
            for number in numbers
            if self._quiet[number] and self._can(number, at)
        }
        return Possibility(at.state, at.open - done, at.notes) if done else at

    def _can(self, number: int, at: Possibility) -> bool:
        demand = self.demands[number]
        if any(earlier in at.open for earlier in demand.after):
            return False
        return any(True for _ in self.asking.after(demand, at.state))

    def _taken(self, number: int, at: Possibility) -> list[Possibility]:
        """The record takes effect here."""
        demand = self.demands[number]
        if any(earlier in at.open for earlier in demand.after):
            return []
        return [
            self._led_on(self._noted(number, at, state, at.open - {number}))
            for state in self.asking.after(demand, at.state)
        ]

    def _noted(
        self, number: int, at: Possibility, state: State, rest: frozenset[int]
    ) -> Possibility:
        note = Note(number, self._line, self._changes(at.state, state), at.notes)
        kept = forgotten(renamed(state, self.kinds), self.unasked)
        return self._eased(Possibility(kept, rest, note), rest)

    def _led_on(self, at: Possibility) -> Possibility:
        """After what the kernel does at once."""
        while (step := self.at_once(at.state)) is not None:
            (found,) = self.asking.evaluator.outcomes(at.state, step, chosen=True)
            assert isinstance(found, Transition)
            assert at.notes is not None
            at = self._noted(at.notes.demand, at, found.after, at.open)
        return at

    def _changes(self, before: State, after: State) -> tuple[Change, ...]:
        return tuple(
            Change(name, row, old, new)
            for name, at in self._columns.items()
            if before[at] is not after[at]
            for row, (old, new) in enumerate(zip(before[at], after[at], strict=True))
            if old != new
        )

    # Every order

    def _settled(self, number: int, current: list[Possibility]) -> list[Possibility]:
        """What remains once this record has taken effect."""
        found: list[Possibility] = []
        for each in current:
            if number not in each.open:
                found.append(each)
            elif self._quiet[number]:
                found += self._first_with(number, each)
            else:
                found += self._orders(number, each)
        return _distinct(found)

    def _first_with(self, number: int, start: Possibility) -> list[Possibility]:
        """Where a record that changes nothing can first be.

        What comes later on the same way is still open there, so it is not lost.
        """
        found: list[Possibility] = []
        reached, at = [start], 0
        while at < len(reached):
            here, at = reached[at], at + 1
            eased = self._eased(here, (number,))
            if number not in eased.open:
                found.append(eased)
                continue
            if found and self.narrow:
                continue
            for other in self._loud(here, number):
                _add(reached, self._taken(other, here))
        return found

    def _orders(self, number: int, start: Possibility) -> list[Possibility]:
        """The record after each choice of the open ones, each outcome once.

        An outcome is left out when another that is kept leads to it: when it is the
        same to take the record first and the other one afterwards.
        """
        bearing = self._bearing(number, start) if self.narrow else start.open
        reached: list[Possibility] = [start]
        later: list[list[Possibility]] = [[]]
        at, found = 0, list[Possibility]()
        while at < len(reached):
            here = reached[at]
            mine = self._taken(number, here)
            found += [one for one in mine if not _among(one, later[at])]
            for other in self._loud(here, number):
                if other not in bearing:
                    continue
                for there in self._taken(other, here):
                    place = _place(there, reached)
                    if place == len(reached):
                        _add(reached, [there])
                        later.append([])
                    for one in mine:
                        later[place] += self._taken(other, one)
            at += 1
        return _distinct(found)

    def _bearing(self, number: int, at: Possibility) -> frozenset[int]:
        """The open records that bear on this one, if only by way of others.

        Two bear on each other when their order makes a difference here, or when one
        makes the other possible.
        """
        open_ones = [number, *self._loud(at, number)]
        after = {n: self._taken(n, at) for n in open_ones}
        if sum(bool(after[n]) for n in open_ones[1:]) < 2:
            return at.open
        found, left = {number}, [number]
        while left:
            one = left.pop()
            for other in open_ones:
                if other not in found and self._meet(one, other, after):
                    found.add(other)
                    left.append(other)
        return frozenset(found)

    def _meet(
        self, one: int, other: int, after: Mapping[int, list[Possibility]]
    ) -> bool:
        one_first = [x for at in after[one] for x in self._taken(other, at)]
        other_first = [x for at in after[other] for x in self._taken(one, at)]
        if after[one] and after[other]:
            return not one_first or not all(_among(x, other_first) for x in one_first)
        return bool(one_first or other_first)

    def _loud(self, at: Possibility, but: int) -> list[int]:
        """The open records that change something."""
        return [n for n in sorted(at.open) if n != but and not self._quiet[n]]


def _same(one: Possibility, other: Possibility) -> bool:
    return one.open == other.open and one.state == other.state


def _among(one: Possibility, others: Iterable[Possibility]) -> bool:
    return any(_same(one, other) for other in others)


def _place(one: Possibility, others: Sequence[Possibility]) -> int:
    return next((n for n, other in enumerate(others) if _same(one, other)), len(others))


def _add(to: list[Possibility], more: Iterable[Possibility]) -> None:
    for one in more:
        if not _among(one, to):
            to.append(one)
    if len(to) > MOST_STATES:
        raise _TooMany


def _distinct(found: list[Possibility]) -> list[Possibility]:
    if len(found) < 2:
        return found
    if len(found) > MOST_STATES:
        raise _TooMany
    return list({(one.open, one.state): one for one in reversed(found)}.values())[::-1]
