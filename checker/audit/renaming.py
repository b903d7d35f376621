"""One state for all that differ only in which of interchangeable objects is which.

Two creations in one order or the other leave the same behind, except that each new
process may have got the object that the other has in the other order. Objects of one
kind are therefore numbered anew in the order in which the rows refer to them; the
first, which has a name of its own, stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.evaluate import State


@dataclass(frozen=True, slots=True)
class Kind:
    """Objects of one kind, by the positions of fields."""

    referring: int
    """The field whose rows each name an object."""
    described: tuple[int, ...]
    """The fields with a row for each object."""


def renamed(state: State, kinds: Sequence[Kind]) -> State:
    """The state with the objects of these kinds in the order of their first use."""
    fields = list(state)
    for kind in kinds:
        column = fields[kind.referring]
        order = dict.fromkeys((0, *column))
        if all(old == new for new, old in enumerate(order)):
            continue
        new_name = {old: new for new, old in enumerate(order)}
        fields[kind.referring] = tuple(new_name[old] for old in column)
        for at in kind.described:
            rows = fields[at]
            unused = (n for n in range(len(rows)) if n not in new_name)
            fields[at] = tuple(rows[old] for old in (*order, *unused))
    return tuple(fields)


@dataclass(frozen=True, slots=True)
class Unasked:
    """Bits that nothing will ask about, in every row of a field."""

    field: int
    bits: int


def forgotten(state: State, unasked: Sequence[Unasked]) -> State:
    """The state without these bits."""
    for each in unasked:
        column = state[each.field]
        if any(held & each.bits for held in column):
            cleared = tuple(held & ~each.bits for held in column)
            state = (*state[: each.field], cleared, *state[each.field + 1 :])
    return state
