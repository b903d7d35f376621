"""What a state, its tables and its fields may declare."""

from __future__ import annotations

from typing import Any

import pytest

from spec.lang import (
    COMPUTED,
    COPIED,
    FRESH,
    KEPT,
    RESET,
    TRUE,
    Bool,
    Enum,
    Forest,
    Row,
    SetOf,
    Sort,
    State,
    Table,
    field,
)
from spec.lang.errors import SpecError
from spec.lang.quantify import set_class
from spec.lang.schema import shape_of
from spec.lang.types import SortType
from tests.lang.pages import RED, Colour, Colours, Place, Small, Thing, World


def shape_refusal(row: type[Row[Any]], *, inherits: bool = True) -> str:
    """What is said of a state with a table of these rows."""

    class Odd(State):
        thing = Table(Thing, row, inherits=inherits)

    with pytest.raises(SpecError) as caught:
        shape_of(Odd)
    return str(caught.value)


class TestFates:
    def test_each_field_declares_all_three(self) -> None:
        class Half(Row[Thing]):
            colour = field(Colour, initial=RED, fork=COPIED)

        said = shape_refusal(Half)

        assert "thing.colour does not say what becomes of it at thread, exec" in said

    def test_a_fate_makes_sense_at_its_event(self) -> None:
        class Odd(Row[Thing]):
            colour = field(Colour, initial=RED, fork=KEPT, thread=COPIED, exec=KEPT)

        class Copied(Row[Thing]):
            colour = field(Colour, initial=RED, fork=COPIED, thread=COPIED, exec=COPIED)

        assert "thing.colour cannot be KEPT at fork" in shape_refusal(Odd)
        assert "one of KEPT, RESET, COMPUTED" in shape_refusal(Copied)

    def test_a_value_given_is_of_the_fields_type(self) -> None:
        class Odd(Row[Thing]):
            colour = field(
                Colour, initial=RED, fork=FRESH(TRUE), thread=COPIED, exec=KEPT
            )

        assert "expected a Colour, found a Bool" in shape_refusal(Odd)

    def test_a_fate_shows_its_value(self) -> None:
        assert str(RESET(Small.lift(3))) == "RESET SmallCONST:3"
        assert str(COMPUTED) == "COMPUTED"

    def test_a_table_that_takes_no_part_declares_none(self) -> None:
        assert shape_of(World).tables["place"].fields["level"].fates == ()


class TestInitialValues:
    def test_it_is_of_the_fields_type(self) -> None:
        class Odd(Row[Thing]):
            colour = field(Colour, initial=3)

        said = shape_refusal(Odd, inherits=False)

        assert "expected a Colour, found a int: 3" in said

    def test_a_single_cell_has_no_row(self) -> None:
        class Odd(State):
            cell = field(Thing, initial=lambda row: row)

        with pytest.raises(SpecError, match="only a table's field can start as its"):
            shape_of(Odd)


class TestShape:
    def test_it_lists_fields_forests_and_sorts(self) -> None:
        shape = shape_of(World)

        assert [info.name for info in shape.fields()] == [
            "total",
            "thing.colour",
            "thing.above",
            "thing.size",
            "thing.is_open",
            "tint.colours",
            "place.level",
        ]
        assert shape.forests == ("thing.above",)
        assert shape.sorts() == ("Thing", "Place")

    def test_declarations_are_themselves_on_the_class(self) -> None:
        assert isinstance(World.thing, Table)
        assert isinstance(World.family, Forest)
        assert World.total.name == "total"

    def test_a_set_of_sorts_needs_the_sorts_size(self) -> None:
        class Things(SetOf[Place], element=Place):
            pass

        class Holder(State):
            some = field(Things, initial=Things.containing())
            two = field(Bool, initial=TRUE)

        assert shape_of(Holder).sorts() == ("Place",)


class TestSorts:
    def test_enumerations_have_names_for_members(self) -> None:
        with pytest.raises(SpecError, match="the members of Odd are names"):
            type("Odd", (Enum,), {"members": ("a b",)})
        with pytest.raises(SpecError, match="Colour has no member PINK; it has"):
            Colour.of("PINK")

    def test_elements_are_counted_from_zero(self) -> None:
        assert Thing.sort_type() == SortType("Thing", 1)
        with pytest.raises(SpecError, match="Thing has no element -1"):
            Thing.element(-1)

    def test_a_family_of_sets_may_share_words(self) -> None:
        class Worded(SetOf[Colour]):
            """Says nothing of its element yet."""

        class Two(Worded, element=Colour):
            """Does."""

        assert Two.containing(RED).has(RED).node.attr is True

    def test_an_unnamed_set_type_is_one_class(self) -> None:
        assert set_class(Thing) is set_class(Thing)
        assert issubclass(set_class(Thing), SetOf)
        assert Colours.containing(RED).element is Colour
        assert issubclass(Place, Sort)
