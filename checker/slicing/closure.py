"""Which fields a slice keeps: three closures, each inside the next.

values   what the properties read, and what its values are made of: loosest
data     and what decides whether such a value is written
cone     and what decides whether a call that writes one happens: exact
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checker.slicing.cone import fields_of
from checker.slicing.undecided import needed_by
from checker.slicing.ways import demands_of, guard_of, refusals, settled, ways_of
from spec.lang.action import Action, Every, Write
from spec.lang.model import Model, Traced


@dataclass
class Values:
    """The closure of one model under what values are made of; it remembers."""

    model: Model
    _needed: dict[tuple[int, frozenset[str]], frozenset[str]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self._spoken = [_spoken(action) for action in self.model.actions]

    def of(self, properties: Iterable[Traced]) -> frozenset[str]:
        """The fields that the properties read, and what their values are made of."""
        return self.around(_read_by(self.model, properties))

    def around(self, fields: Iterable[str]) -> frozenset[str]:
        """The fields, and what their values are made of, whatever decides."""
        known = frozenset(fields)
        while True:
            found = [self._by(n, known) for n in range(len(self.model.actions))]
            more = known.union(*found)
            if more == known:
                return known
            known = more

    def _by(self, number: int, known: frozenset[str]) -> frozenset[str]:
        """What one action needs, of which no more is known than it speaks of."""
        asked = (number, known & self._spoken[number])
        if asked not in self._needed:
            self._needed[asked] = needed_by(self.model.actions[number], asked[1])
        return self._needed[asked]


def _spoken(action: Action) -> frozenset[str]:
    """The fields that an action writes, and those that its writes read."""
    read = frozenset[str]().union(*(_data(write) for write in action.writes))
    return read | {write.field for write in action.writes}


def values_of(model: Model, properties: Iterable[Traced]) -> frozenset[str]:
    """The fields that the properties read, and what their values are made of."""
    return Values(model).of(properties)


def data_of(model: Model, properties: Iterable[Traced]) -> frozenset[str]:
    """The fields that the properties read, and those that their values come from."""
    return with_data(model, _read_by(model, properties))


def _read_by(model: Model, properties: Iterable[Traced]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for prop in properties:
        demands = (settled(model, demand) for demand in prop.obligations)
        found |= fields_of(prop.node, *demands)
    return found


def with_data(model: Model, fields: Iterable[str]) -> frozenset[str]:
    """The fields, and those that their values come from."""
    known = frozenset(fields)
    writes = [write for action in model.actions for write in action.writes]
    while True:
        more = known.union(*(_data(w) for w in writes if w.field in known))
        if more == known:
            return known
        known = more


def cone_of(model: Model, properties: Iterable[Traced]) -> frozenset[str]:
    """The cone of influence: every field that can make a difference."""
    listed = tuple(properties)
    known = data_of(model, listed)
    refused = [part for *_, guard in refusals(model, listed) for part in guard]
    known |= fields_of(*refused)
    ways = [
        (action, demands_of(model, way, listed), guard_of(action, way))
        for action in model.actions
        for way in ways_of(action)
    ]
    while True:
        guards = [g for a, demands, g in ways if matters(a, demands, known)]
        more = with_data(model, known.union(*(fields_of(*g) for g in guards)))
        if more == known:
            return known
        known = more


def _data(write: Write) -> frozenset[str]:
    """What decides the value that a write leaves."""
    if isinstance(write.target, Every):
        return fields_of(write.target.member, write.value, write.when)
    return fields_of(write.target, write.value, write.when)


def matters(action: Action, demands: Sequence[object], known: frozenset[str]) -> bool:
    """The call changes something that is kept, or something is demanded of it."""
    return bool(demands) or any(write.field in known for write in action.writes)
