"""Models: properties traced over them, readings, and names that do not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from spec.lang import (
    FALSE,
    TRUE,
    Bool,
    CallView,
    Model,
    Outcome,
    Reading,
    Step,
    System,
    always,
    every_step,
    implies,
    sometimes,
    those,
)
from spec.lang.errors import LawBroken, UnknownName
from spec.lang.model import rung_label
from tests.lang.pages import EPERM, ESRCH, Thing, World, a_step, model_of

MODEL = model_of(a_step)


def build(reading: Mapping[str, str]) -> Model:
    return model_of(a_step, reading=reading)


COLOURS = Reading("colours", ("many", "few"), "many", "How many colours there are.")
SYSTEM = System("world", "The world", (COLOURS,), build)


class TestNames:
    def test_readings_default_and_are_chosen(self) -> None:
        assert SYSTEM.model().reading == {"colours": "many"}
        assert SYSTEM.model({"colours": "few"}).reading == {"colours": "few"}

    @pytest.mark.parametrize(
        ("ask", "said"),
        [
            (
                lambda: SYSTEM.model({"colour": "few"}),
                "no reading of world called 'colour'; did you mean colours?",
            ),
            (
                lambda: SYSTEM.model({"colours": "fwe"}),
                "no option of colours called 'fwe'; did you mean few?",
            ),
            (
                lambda: SYSTEM.model({"colours": "x"}),
                "no option of colours called 'x'; known: many, few",
            ),
            (
                lambda: MODEL.action("a_stop"),
                "no call called 'a_stop'; did you mean a_step?",
            ),
        ],
    )
    def test_a_name_that_does_not_exist_is_told_with_the_nearest(
        self, ask: Callable[[], object], said: str
    ) -> None:
        with pytest.raises(UnknownName) as caught:
            ask()

        assert said in str(caught.value)


@always(claims=("A1",), source="call(2)")
def the_total_stays_small(s: World) -> Bool:
    """The total stays below nine."""
    return s.total < 9


@sometimes()
def the_total_is_three(s: World) -> Bool:
    """The total is three."""
    return s.total == 3


@every_step(calls=("a_step", "no_such_call"))
def a_step_opens(old: World, new: World, call: CallView, outcome: Outcome) -> Bool:
    """A step that succeeds opens its caller."""
    caller = call.argument("caller", Thing)
    return implies(outcome.succeeded, ~old.thing[caller].is_open) & implies(
        outcome.failed & call.named("a_step"),
        outcome.failed_with(EPERM) & new.thing[caller].is_open,
    )


@every_step()
def nothing_is_asked(old: World, new: World, call: CallView, outcome: Outcome) -> Bool:
    """True of every step."""
    del old, new
    return call.named("other") | outcome.failed_with(ESRCH) | TRUE


class TestProperties:
    def test_a_state_property_is_one_term(self) -> None:
        traced = MODEL.trace(the_total_stays_small)

        assert repr(traced.node) == "(LT READ:total CONST:9)"
        assert traced.declared.claims == ("A1",)
        assert traced.declared.doc == "The total stays below nine."
        assert MODEL.trace(the_total_is_three).kind == "sometimes"

    def test_a_step_property_is_a_demand_on_each_outcome(self) -> None:
        demands = MODEL.trace(a_step_opens).obligations

        assert [(d.action, d.rung, repr(d.node)) for d in demands] == [
            ("a_step", None, "(NOT (READ:thing.is_open PARAM:caller))"),
            ("a_step", 0, "(READ:thing.is_open' PARAM:caller)"),
        ]

    def test_what_is_trivially_true_is_no_demand(self) -> None:
        assert MODEL.trace(nothing_is_asked).obligations == ()

    def test_a_property_yields_a_truth(self) -> None:
        @always()
        def odd(s: World) -> Any:
            return s.total

        with pytest.raises(LawBroken, match="odd: expected a Bool, found a Small"):
            MODEL.trace(odd)

    def test_a_property_asks_for_arguments_that_are_there(self) -> None:
        @every_step(calls=("a_step",))
        def odd(old: World, new: World, call: CallView, outcome: Outcome) -> Bool:
            return call.argument("target", Thing) == call.argument("caller", Thing)

        with pytest.raises(LawBroken, match="a_step has no parameter target; it has"):
            MODEL.trace(odd)

    def test_of_an_error_nothing_is_asked_about_a_choice(self) -> None:
        def page(step: Step, old: World, new: World, t: Thing) -> None:
            step.fails(EPERM, when=old.total == 1, cite="c")
            step.picks(t, among=those(Thing, lambda q: old.thing[q].is_open))
            step.returns()

        @every_step()
        def odd(old: World, new: World, call: CallView, outcome: Outcome) -> Bool:
            return old.thing[call.argument("t", Thing)].is_open

        with pytest.raises(LawBroken, match="that fails it asks about t, which"):
            model_of(page).trace(odd)

    def test_a_property_writes_nothing(self) -> None:
        @always()
        def odd(s: World) -> Bool:
            s.total = 3
            return FALSE

        with pytest.raises(LawBroken, match="odd: total of `old` cannot be written"):
            MODEL.trace(odd)


def test_lines_with_one_error_are_numbered() -> None:
    def page(step: Step, old: World, new: World) -> None:
        step.fails(EPERM, when=old.total == 1, cite="c")
        step.fails(EPERM, when=old.total == 2, cite="c")
        step.fails(ESRCH, when=old.total == 3, cite="c")
        step.returns()

    action = model_of(page).actions[0]

    assert [rung_label(action, rung, 0) for rung in action.rungs] == [
        "page_fails_with_EPERM_1",
        "page_fails_with_EPERM_2",
        "page_fails_with_ESRCH",
    ]
    assert [p.name for p in MODEL.actions[0].arguments()] == ["caller"]
    assert MODEL.actions[0].choices() == ()
