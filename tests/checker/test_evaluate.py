"""The reference semantics of a call: its outcomes, in the order the page says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checker.evaluate import (
    Evaluator,
    Failed,
    Invocation,
    Returned,
    Stopped,
    Transition,
)
from checker.explore import explore
from checker.python_words import is_ancestor, nearest, shift_left
from spec.lang import (
    FALSE,
    TRUE,
    Bool,
    CallView,
    Outcome,
    Scope,
    Step,
    every_step,
    ite,
    those,
)
from spec.lang.terms import Count
from tests.lang.pages import (
    BLUE,
    EPERM,
    ESRCH,
    FIRST,
    GREEN,
    RED,
    Colour,
    Small,
    Thing,
    World,
    model_of,
)

SCOPE = Scope({"Thing": 3, "Place": 2})


def busy(
    step: Step, old: World, new: World, caller: Thing, t: Thing, c: Colour
) -> None:
    """A page with every kind of line."""
    me = old.thing[caller]

    # ERRORS
    step.fails(ESRCH, when=old.thing[t].colour == BLUE, cite="c1")
    step.fails_any((EPERM, me.size == 1, "c2"), (ESRCH, me.size <= 2, "c3"))
    step.blocks(when=me.size == 4, cite="c4")
    step.out_of_scope(when=me.size == 5, cite="c5")

    # CHOICE
    step.picks(c, among=those(Colour, lambda k: k != old.thing[t].colour))

    # EFFECT
    new.thing[old.family.children_of(t)].size = lambda q: old.thing[q].size + 1
    new.thing[t].colour = c
    new.total = ite(c == GREEN, Small.lift(1), old.total)

    # RESULT
    step.returns(Count.from_term(t))


MODEL = model_of(busy, able=lambda old, caller: ~old.thing[caller].is_open)


def state(*sizes: int, colours: Any = (0, 0, 0), opened: Any = (0, 0, 0)) -> Any:
    """total, then colour, above, size, is_open; tint and place as at boot."""
    return (0, colours, (0, 0, 1), sizes, opened, (0, 0, 0), (3, 3))


EVALUATOR = Evaluator(MODEL, SCOPE)


def outcomes(before: Any, *args: int, chosen: bool = False) -> list[Any]:
    found = EVALUATOR.outcomes(before, Invocation("busy", args), chosen=chosen)
    return [f.outcome if isinstance(f, Transition) else f for f in found]


class TestOutcomes:
    def test_the_first_line_that_holds_decides(self) -> None:
        said = outcomes(state(1, 0, 0, colours=(0, 2, 0)), 0, 1, 0)

        assert said == [Failed(ESRCH, 0, 0)]

    def test_any_alternative_that_applies_is_allowed(self) -> None:
        assert outcomes(state(1, 0, 0), 0, 1, 0) == [
            Failed(EPERM, 1, 0),
            Failed(ESRCH, 1, 1),
        ]
        assert outcomes(state(2, 0, 0), 0, 1, 0) == [Failed(ESRCH, 1, 1)]

    def test_a_sleeper_and_the_unsaid_do_not_move(self) -> None:
        assert outcomes(state(4, 0, 0), 0, 1, 0) == [Stopped("blocks", "c4")]
        assert outcomes(state(5, 0, 0), 0, 1, 0) == [Stopped("out_of_scope", "c5")]

    def test_who_is_not_able_makes_no_call(self) -> None:
        said = outcomes(state(3, 0, 0, opened=(1, 0, 0)), 0, 1, 0)

        assert said == [Stopped("disabled")]

    def test_each_choice_of_the_kernel_is_a_step(self) -> None:
        found = EVALUATOR.outcomes(state(3, 0, 7), Invocation("busy", (0, 1, 0)))

        assert [f.invocation.args for f in found if isinstance(f, Transition)] == [
            (0, 1, 1),
            (0, 1, 2),
        ]
        (green, _) = found
        assert isinstance(green, Transition)
        assert green.outcome == Returned(2)
        assert green.after == (1, (0, 1, 0), (0, 0, 1), (3, 0, 8), *state()[4:])

    def test_the_kernel_can_be_held_to_a_choice(self) -> None:
        assert outcomes(state(3, 0, 0), 0, 1, 2, chosen=True) == [Returned(2)]
        assert outcomes(state(3, 0, 0), 0, 1, 0, chosen=True) == [Stopped("no_choice")]

    def test_arguments_are_enumerated_and_choices_are_not(self) -> None:
        listed = list(EVALUATOR.invocations(MODEL.action("busy")))

        assert len(listed) == 9
        assert {invocation.args[2] for invocation in listed} == {0}


class TestStates:
    def test_the_first_is_as_declared(self) -> None:
        assert EVALUATOR.initial == (
            0,
            (0, 0, 0),
            (0, 1, 2),
            (0, 0, 0),
            (0, 0, 0),
            (0, 0, 0),
            (3, 3),
        )

    def test_boot_writes_over_the_declarations(self) -> None:
        def boot(new: World) -> None:
            new.thing[those(Thing, lambda t: t != FIRST)].colour = BLUE
            new.total = 9

        evaluator = Evaluator(model_of(busy, boot=boot), SCOPE)

        assert evaluator.initial[:2] == (9, (0, 2, 2))


class TestLeaks:
    """A mutant may answer with an error and change the state all the same."""

    leaking = replace(
        MODEL,
        actions=(
            replace(
                MODEL.actions[0],
                rungs=(
                    MODEL.actions[0].rungs[0],
                    replace(MODEL.actions[0].rungs[1], leaks=True),
                    *MODEL.actions[0].rungs[2:],
                ),
            ),
        ),
    )

    def test_the_effects_happen_and_the_error_is_seen(self) -> None:
        evaluator = Evaluator(self.leaking, SCOPE)

        found = evaluator.outcomes(state(2, 0, 0), Invocation("busy", (0, 1, 0)))

        assert [
            (f.outcome, f.after[1]) for f in found if isinstance(f, Transition)
        ] == [
            (Failed(ESRCH, 1, 1), (0, 1, 0)),
            (Failed(ESRCH, 1, 1), (0, 2, 0)),
        ]

    def test_such_a_step_is_a_transition(self) -> None:
        before = state(2, 2, 2)

        assert list(Evaluator(MODEL, SCOPE).transitions(before)) == []
        assert list(Evaluator(self.leaking, SCOPE).transitions(before))

    def test_a_step_property_catches_it(self) -> None:
        sound, leaking = (
            explore(Evaluator(model, SCOPE, [model.trace(errors_change_nothing)]))
            for model in (MODEL, self.leaking)
        )

        assert sound.violations == ()
        assert [v.prop for v in leaking.violations] == ["errors_change_nothing"]


@every_step()
def errors_change_nothing(
    old: World, new: World, call: CallView, outcome: Outcome
) -> Bool:
    """An error leaves every colour as it was."""
    t = call.argument("t", Thing)
    return outcome.succeeded | (old.thing[t].colour == new.thing[t].colour)


@every_step()
def refusals_are_of_the_blue(
    old: World, new: World, call: CallView, outcome: Outcome
) -> Bool:
    """Wrong: the second line refuses others too."""
    del new
    t = call.argument("t", Thing)
    return outcome.succeeded | (old.thing[t].colour == BLUE)


def test_step_properties_are_asked_of_refused_calls_too() -> None:
    traced = MODEL.trace(refusals_are_of_the_blue)

    found = explore(Evaluator(MODEL, SCOPE, [traced]))

    (violation,) = found.violations
    assert isinstance(violation.trace[-1].outcome, Failed)


def test_a_call_that_is_not_demanded_of_is_not_asked() -> None:
    evaluator = Evaluator(MODEL, SCOPE, [])

    assert list(evaluator.refused(evaluator.initial)) == []


@pytest.mark.parametrize(
    ("parents", "start", "holds", "found"),
    [
        ((0, 0, 1), 2, lambda _q: False, 0),
        ((0, 0, 1), 2, lambda q: q == 1, 1),
        ((0, 0, 1), 0, lambda _q: True, 0),
        ((1, 2, 0), 0, lambda _q: False, 2),
    ],
)
def test_the_nearest_ancestor(parents: Any, start: int, holds: Any, found: int) -> None:
    """At most size - 1 moves up: on a cycle too."""
    assert nearest(parents, start, 2, holds) == found


def test_ancestors_are_strict() -> None:
    assert is_ancestor((0, 0, 1), 0, 2, 2)
    assert not is_ancestor((0, 0, 1), 2, 0, 2)
    assert not is_ancestor((0, 0, 1), 0, 0, 2)
    assert not is_ancestor((1, 0, 2), 0, 2, 2)


def test_a_huge_shift_costs_nothing() -> None:
    assert shift_left(3, 1 << 60, 15) == 0
    assert shift_left(3, 3, 15) == 8


def test_terms_without_a_state_have_values() -> None:
    assert EVALUATOR.term((TRUE & FALSE).node) == 0
    assert RED.node.type == Colour.type


def test_deep_terms_compile() -> None:
    """Python's parser has a limit; names are put in between."""

    def page(step: Step, old: World, new: World) -> None:
        term = old.total
        for n in range(400):
            term = (term + 1) ^ Small.lift(n % 16)
        new.total = term
        step.returns()

    evaluator = Evaluator(model_of(page), SCOPE)

    (step,) = evaluator.transitions(evaluator.initial)
    assert 0 <= step.after[0] < 16
