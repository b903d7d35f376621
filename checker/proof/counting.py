"""Counts in first-order logic: an unknown number, with what is true of every count.

First-order logic does not count. It can say that a count is above 0, 1 or 2, exactly;
and of two counts, how one differs from the other when at most one element makes the
difference, which is how steps change them. Nothing else is known of the number, so a
proof may fail where counting would succeed, and never the other way round. As in the
notation, counts are of fewer than 65 536 elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import z3

Expr = Any
"""A Z3 expression; Z3 publishes no types."""

EXACT: Final = 3
"""Whether a count is above n is known exactly for each n below this."""
MOST: Final = 16
"""A count is compared with so many of those before it, the latest first."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many elements of a Z3 sort satisfy `has`: `total`.

    `around` are the variables that both may speak of.
    """

    sort: Expr
    has: Callable[[Expr], Expr]
    total: Expr
    around: tuple[Expr, ...]


def laws(one: Counted) -> Iterator[Expr]:
    """The count is above n exactly if there are n + 1 that differ."""
    for least in range(EXACT):
        found = [z3.FreshConst(one.sort, "c") for _ in range(least + 1)]
        differ = z3.Distinct(found) if least else z3.BoolVal(val=True)
        some = z3.Exists(found, z3.And(differ, *(one.has(each) for each in found)))
        yield z3.UGT(one.total, least) == some


def comparisons(one: Counted, others: list[Counted]) -> Iterator[Expr]:
    """What is known of the count beside counts of the same sort."""
    same = [c for c in others if c.sort == one.sort and _alike(c.around, one.around)]
    for other in same[-MOST:]:
        yield from _at_most(one, other)
        yield from _at_most(other, one)


def _alike(one: tuple[Expr, ...], other: tuple[Expr, ...]) -> bool:
    return [v.sexpr() for v in one] == [v.sexpr() for v in other]


def _at_most(one: Counted, other: Counted) -> Iterator[Expr]:
    """How far the first exceeds the second, by what only one of them has."""
    x, y = z3.FreshConst(one.sort, "c"), z3.FreshConst(one.sort, "c")

    def only(element: Expr) -> Expr:
        return z3.And(one.has(element), z3.Not(other.has(element)))

    none = z3.ForAll([x], z3.Not(only(x)))
    single = z3.ForAll([x, y], z3.Implies(z3.And(only(x), only(y)), x == y))
    lacking = z3.Exists([x], z3.And(other.has(x), z3.Not(one.has(x))))
    a, b = one.total, other.total
    yield z3.Implies(none, z3.ULE(a, b))
    yield z3.Implies(z3.And(none, lacking), z3.ULT(a, b))
    yield z3.Implies(single, z3.Or(a == 0, z3.ULE(a - 1, b)))
    yield z3.Implies(z3.And(single, lacking), z3.ULE(a, b))
