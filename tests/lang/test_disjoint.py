"""When two writes are known never to reach one cell, and when they are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spec.lang import Step, count_of, some_of, those
from spec.lang.disjoint import contradictory
from spec.lang.simplify import FALSE, TRUE
from tests.lang.pages import (
    BLUE,
    FIRST,
    GREEN,
    RED,
    Small,
    Thing,
    World,
    refusal,
    traced,
)

Body = Callable[[Step, World, World, Thing, Thing], None]


def page_of(body: Body) -> Any:
    def page(step: Step, old: World, new: World, t: Thing, u: Thing) -> None:
        body(step, old, new, t, u)
        step.returns()

    return page


def distinct_constants(_s: Step, _old: World, new: World, _t: Thing, _u: Thing) -> None:
    new.thing[FIRST].colour = RED
    new.thing[Thing.element(1)].colour = BLUE


def different_fields(_s: Step, _old: World, new: World, t: Thing, u: Thing) -> None:
    new.thing[t].colour = RED
    new.thing[u].size = 1


def kept_apart_by_an_error(s: Step, _o: World, new: World, t: Thing, u: Thing) -> None:
    s.blocks(when=t == u)
    new.thing[t].colour = RED
    new.thing[u].colour = BLUE


def kept_apart_by_a_field(s: Step, old: World, new: World, t: Thing, u: Thing) -> None:
    s.blocks(when=old.thing[t].colour != RED)
    s.picks(u, among=those(Thing, lambda q: old.thing[q].colour == GREEN))
    new.thing[t].size = 1
    new.thing[u].size = 2


def bulk_and_one(_s: Step, old: World, new: World, t: Thing, _u: Thing) -> None:
    new.thing[those(Thing, lambda q: old.thing[q].is_open & (q != t))].size = 1
    new.thing[t].size = 2


def two_bulks(_s: Step, old: World, new: World, _t: Thing, _u: Thing) -> None:
    new.thing[those(Thing, lambda q: old.thing[q].colour == RED)].size = 1
    new.thing[those(Thing, lambda q: old.thing[q].colour == BLUE)].size = 2


def a_cell_under_conditions(
    s: Step, old: World, new: World, t: Thing, u: Thing
) -> None:
    with s.given(old.total == 1):
        new.total = 2
    with s.given(old.total == 3):
        new.total = 4


@pytest.mark.parametrize(
    "body",
    [
        distinct_constants,
        different_fields,
        kept_apart_by_an_error,
        kept_apart_by_a_field,
        bulk_and_one,
        two_bulks,
        a_cell_under_conditions,
    ],
)
def test_provably_disjoint(body: Body) -> None:
    assert len(traced(page_of(body)).writes) == 2


def one_row_twice(_s: Step, _o: World, new: World, t: Thing, _u: Thing) -> None:
    new.thing[t].size = 1
    new.thing[t].size = 1


def a_cell_twice(_s: Step, _o: World, new: World, _t: Thing, _u: Thing) -> None:
    new.total = 1
    new.total = 2


def overlapping_bulks(_s: Step, old: World, new: World, t: Thing, _u: Thing) -> None:
    new.thing[those(Thing, lambda q: old.thing[q].is_open)].size = 1
    new.thing[those(Thing, lambda q: old.thing[q].above == t)].size = 2


def bulks_over_binders(_s: Step, old: World, new: World, _t: Thing, _u: Thing) -> None:
    """The numbers of bound variables coincide; their meanings do not."""

    def leads(q: Thing) -> Any:
        return some_of(Thing, lambda r: old.thing[r].above == q)

    new.thing[those(Thing, lambda q: old.thing[q].is_open)].size = 1
    new.thing[those(Thing, leads)].size = lambda q: Small.from_term(
        count_of(Thing, lambda r: old.thing[r].above == q)
    )


@pytest.mark.parametrize(
    "body", [one_row_twice, a_cell_twice, overlapping_bulks, bulks_over_binders]
)
def test_not_provably_disjoint(body: Body) -> None:
    assert "may reach one cell" in refusal(page_of(body))


def test_contradictions_are_read_from_literals() -> None:
    assert contradictory([FALSE])
    assert not contradictory([TRUE])
    assert not contradictory([])
