"""The terms that a page writes: what each operator of the notation builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spec.lang import (
    FALSE,
    TRUE,
    Bool,
    Count,
    all_of,
    count_of,
    implies,
    ite,
    some_of,
    the_one,
    those,
)
from spec.lang.terms import Int
from tests.lang.pages import (
    BLUE,
    FIRST,
    GREEN,
    RED,
    Colour,
    Colours,
    Small,
    Thing,
    World,
    term_refusal,
    traced,
)


def three(value: int) -> Small:
    return Small.lift(value)


@pytest.mark.parametrize(
    ("build", "value"),
    [
        (lambda: three(9) + 9, 2),
        (lambda: three(1) - 2, 15),
        (lambda: three(12) & 6, 4),
        (lambda: three(12) | 6, 14),
        (lambda: three(12) ^ 6, 10),
        (lambda: three(3) << 2, 12),
        (lambda: three(3) << 3, 8),
        (lambda: three(1) << 15, 0),
        (lambda: three(12) >> 2, 3),
        (lambda: Small.from_term(FIRST), 1),
        (lambda: Small.from_term(BLUE), 2),
        (lambda: Small.from_term(Count.lift(17)), 1),
        (lambda: Colours.containing(RED, BLUE), 5),
        (Colours.containing, 0),
        (lambda: Colours.containing(RED) | Colours.containing(GREEN), 3),
        (lambda: Colours.containing(RED, BLUE) & Colours.containing(BLUE), 4),
        (lambda: Colours.containing(RED, BLUE) - Colours.containing(BLUE), 1),
        (lambda: three(2) < 3, True),
        (lambda: three(2) <= 1, False),
        (lambda: three(2) > 3, False),
        (lambda: three(2) >= 2, True),
        (lambda: Thing.element(0) < Thing.element(1), True),
        (lambda: Thing.element(1) <= Thing.element(0), False),
        (lambda: Colours.containing(RED).has(RED), True),
        (lambda: Colours.containing(RED).has(BLUE), False),
        (lambda: Colours.containing(RED, BLUE).includes(Colours.containing(RED)), True),
        (lambda: Colours.containing(RED).includes(Colours.containing(BLUE)), False),
        (lambda: Colours.containing().is_empty(), True),
        (lambda: RED != BLUE, True),
        (lambda: implies(TRUE, FALSE), False),
        (lambda: ite(TRUE, RED, BLUE), 0),
        (lambda: Bool.lift(value=True) & TRUE, True),
        (lambda: all_of(Thing, lambda _t: TRUE), True),
        (lambda: some_of(Thing, lambda _t: FALSE), False),
    ],
)
def test_constants_fold(build: Callable[[], Any], value: int) -> None:
    assert build().node.attr == value
    assert build().node.op == "CONST"


def shown(build: Callable[[World], Any]) -> str:
    """The term over `old`, as its operators say it."""
    seen = []

    def page(step: Any, old: World, new: World) -> None:
        seen.append(repr(build(old).node))
        step.returns()

    traced(page)
    return seen[0]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda s: those(Thing, lambda t: s.thing[t].is_open).size(),
            "(COUNT:1:Sort(Thing,1) (READ:thing.is_open VAR:1))",
        ),
        (
            lambda s: those(Thing, lambda t: s.thing[t].is_open).is_empty(),
            "(NOT (EXISTS:1:Sort(Thing,1) (READ:thing.is_open VAR:1)))",
        ),
        (
            lambda s: those(Thing, lambda t: s.thing[t].is_open).has(FIRST),
            "(READ:thing.is_open CONST:0)",
        ),
        (
            lambda s: s.tint[FIRST].colours.size(),
            "(CARD (READ:tint.colours CONST:0))",
        ),
        (
            lambda s: the_one(Thing, lambda t: s.thing[t].is_open),
            "(FIRST:1:Sort(Thing,1) (READ:thing.is_open VAR:1))",
        ),
        (
            lambda s: count_of(Colour, s.tint[FIRST].colours.has),
            (
                "(COUNT:1:Enum(Colour,RED,GREEN,BLUE) "
                "(MEMBER VAR:1 (READ:tint.colours CONST:0)))"
            ),
        ),
        (
            lambda s: s.family.nearest_ancestor(FIRST, lambda t: s.thing[t].is_open),
            "(NEAREST:1:Sort(Thing,1)@thing.above CONST:0 (READ:thing.is_open VAR:1))",
        ),
        (
            lambda s: s.family.is_ancestor(FIRST, s.family.parent_of(FIRST)),
            "(ANCESTOR:thing.above CONST:0 (READ:thing.above CONST:0))",
        ),
        (
            lambda s: all_of(
                Thing, lambda t: some_of(Thing, lambda u: s.thing[u].above == t)
            ),
            (
                "(FORALL:2:Sort(Thing,1) (EXISTS:1:Sort(Thing,1) "
                "(EQ (READ:thing.above VAR:1) VAR:2)))"
            ),
        ),
    ],
)
def test_terms_over_the_state(build: Callable[[World], Any], text: str) -> None:
    assert shown(build) == text


def test_alpha_equivalence_is_identity() -> None:
    one = those(Colour, lambda colour: colour != RED)
    two = those(Colour, lambda other: other != RED)

    assert one.node is two.node
    assert hash(one) == hash(two)


def test_removing_from_the_family_makes_a_root() -> None:
    def page(step: Any, old: World, new: World, t: Thing) -> None:
        new.family.remove(t)
        step.returns()

    (write,) = traced(page).writes

    assert write.value is write.target


def test_what_is_not_a_term_of_the_sort_is_refused() -> None:
    assert "a Sort(Thing,1) is not a Bool (Bool)" in term_refusal(
        lambda: Bool(FIRST.node)
    )
    assert "expected a Small, found a bool: True" in term_refusal(
        lambda: Small.lift(True)
    )
    assert "expected a Thing, found a int: 3" in term_refusal(lambda: FIRST == 3)
    assert "-1 does not fit Small (4 bits)" in term_refusal(lambda: Small.lift(-1))
    assert issubclass(Small, Int)
    assert repr(FIRST) == "ThingCONST:0"


def test_a_huge_term_is_shown_by_its_top() -> None:
    """Sharing makes a term of 2^40 leaves out of 40 nodes."""

    def doubled(s: World) -> Small:
        term = s.total
        for _ in range(40):
            term = term + term
        return term

    assert len(shown(doubled)) < 500
