"""Values by name and terms in infix: what reports and contracts are written with."""

from __future__ import annotations

import pytest

from spec.lang import (
    Bool,
    Enum,
    Forest,
    Int,
    Row,
    SetOf,
    Sort,
    State,
    Table,
    all_of,
    count_of,
    field,
    implies,
    ite,
    some_of,
    the_one,
    those,
)
from spec.lang.prose import cell_name, infix, listed, type_name, value_text
from spec.lang.schema import shape_of
from spec.lang.step import Reader
from spec.lang.types import Type


class Thing(Sort, first=1):
    """Counted from one."""


class Colour(Enum):
    """Two of them."""

    members = ("RED", "GREEN")


class Colours(SetOf[Colour], element=Colour):
    """Some of them."""


class Things(SetOf[Thing], element=Thing):
    """Some things."""


class Word(Int, bits=16):
    """A packed word."""


class ThingRow(Row[Thing]):
    """A thing."""

    colour = field(Colour, initial=Colour.of("RED"))
    above = field(Thing, initial=lambda row: row)
    is_big = field(Bool, initial=False)
    size = field(Word, initial=0)


class World(State):
    """Some things."""

    thing = Table(Thing, ThingRow)
    family = Forest(Thing, "thing.above")
    last = field(Thing, initial=Thing.element(0))
    seen = field(Things, initial=Things.containing())


SHAPE = shape_of(World)
OLD, NEW = World(Reader(), SHAPE), World(Reader("new"), SHAPE)
ONE, TWO = Thing.element(0), Thing.element(1)
RED = Colour.of("RED")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, Bool.type, "TRUE"),
        (0, Bool.type, "FALSE"),
        (0, Thing.type, "1"),
        (1, Colour.type, "GREEN"),
        (7, Colour.type, "7"),
        (255, Word.type, "255"),
        (256, Word.type, "0x0100"),
        (0, Colours.type, "{}"),
        (3, Colours.type, "{RED, GREEN}"),
        (5, Things.type, "{1, 3}"),
    ],
)
def test_a_value_is_written_by_name(value: int, kind: Type, expected: str) -> None:
    assert value_text(value, kind) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Bool.type, "Bool"),
        (Thing.type, "Thing"),
        (Colour.type, "Colour"),
        (Word.type, "16 bits"),
        (Colours.type, "set of Colour"),
    ],
)
def test_a_type_has_a_name(kind: Type, expected: str) -> None:
    assert type_name(kind) == expected


def test_a_cell_is_written_as_pages_write_it() -> None:
    assert cell_name("thing.size", 1, Thing.type) == "thing[2].size"
    assert cell_name("last", None, None) == "last"


def test_a_list_has_an_and() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a, and b"
    assert listed(["a", "b", "c"]) == "a, b, and c"


BIG = OLD.thing[ONE].is_big
CASES = [
    (~BIG, "not thing[1].is_big"),
    (~(BIG & OLD.thing[TWO].is_big), "not (thing[1].is_big and thing[2].is_big)"),
    (OLD.thing[ONE].colour != RED, "thing[1].colour != RED"),
    (NEW.thing[ONE].colour == RED, "thing[1].colour' = RED"),
    (OLD.last == ONE, "last = 1"),
    (~OLD.seen.has(ONE), "1 not in seen"),
    (
        implies(BIG, OLD.last == ONE),
        "thing[1].is_big implies last = 1",
    ),
    (
        implies(BIG & (OLD.last == ONE), OLD.seen.has(ONE) & OLD.seen.has(TWO)),
        "thing[1].is_big and last = 1 implies 1 in seen and 2 in seen",
    ),
    (
        (OLD.last == ONE) | (BIG & OLD.seen.has(ONE)),
        "last = 1 or thing[1].is_big and 1 in seen",
    ),
    (
        ((OLD.last == ONE) | BIG) & OLD.seen.has(ONE),
        "(last = 1 or thing[1].is_big) and 1 in seen",
    ),
    (
        all_of(Thing, lambda t: OLD.thing[t].is_big),
        "every thing t: thing[t].is_big",
    ),
    (
        ~some_of(Thing, lambda t: OLD.thing[t].is_big),
        "no thing t: thing[t].is_big",
    ),
    (
        all_of(Thing, lambda t: some_of(Thing, lambda u: OLD.thing[u].above == t)),
        "every thing t2: some thing t: thing[t].above = t2",
    ),
    (
        count_of(Thing, lambda t: OLD.thing[t].is_big) == 2,
        "(how many thing t: thing[t].is_big) = 2",
    ),
    (
        the_one(Thing, lambda t: OLD.thing[t].is_big) == TWO,
        "(the first thing t with thing[t].is_big) = 2",
    ),
    (
        OLD.family.is_ancestor(ONE, TWO),
        "1 is an ancestor of 2",
    ),
    (
        OLD.family.nearest_ancestor(TWO, lambda t: OLD.thing[t].is_big) == ONE,
        "(the nearest ancestor t of 2 with thing[t].is_big) = 1",
    ),
    (
        (OLD.thing[ONE].size & 0xFF) << 8 == 0x300,
        "(thing[1].size & 255) << 8 = 0x0300",
    ),
    (
        ite(BIG, OLD.thing[ONE].size, OLD.thing[TWO].size) < 3,
        "(thing[1].size if thing[1].is_big, else thing[2].size) < 3",
    ),
    (OLD.seen.size() == 1, "size(seen) = 1"),
    (
        (OLD.seen | Things.containing(ONE)).includes(OLD.seen),
        "seen without (seen with {1}) = {}",
    ),
    (
        those(Thing, lambda t: OLD.thing[t].is_big).size() == 1,
        "(how many thing t: thing[t].is_big) = 1",
    ),
    (Word.from_term(OLD.last) == 1, "last = 1"),
]


@pytest.mark.parametrize(("sentence", "expected"), CASES, ids=[c for _, c in CASES])
def test_a_term_is_a_sentence(sentence: Bool, expected: str) -> None:
    assert infix(sentence.node) == expected


def test_a_term_that_grows_without_end_is_cut() -> None:
    word = OLD.thing[ONE].size
    for _ in range(40):
        word = word + word

    text = infix((word == 1).node)

    assert "..." in text
    assert len(text) < 5_000
