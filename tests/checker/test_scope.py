"""Scopes as people write them, and the least at which a model means something."""

from __future__ import annotations

import pytest

from checker.evaluate import Evaluator
from checker.explore import explore
from checker.ground import ground
from checker.scope import (
    BadScope,
    enumerations_of,
    parse_sizes,
    require_searchable,
    restricted,
    scope_for,
    smallest,
    sorts_of,
    written,
)
from checker.searcher import Limits, Searcher
from checker.slicing.refine import check
from checker.verdict import Violated
from spec.lang import (
    FALSE,
    Bool,
    Enum,
    Model,
    Scope,
    SetOf,
    State,
    Step,
    all_of,
    always,
    event,
    field,
    implies,
    trace_model,
)
from spec.lang.errors import UnknownName
from tests.toys import RUNNING, Pid, Processes, model_p

MODEL = model_p()


@always()
def the_third_pid_is_special(s: Processes) -> Bool:
    """It names an element."""
    return all_of(
        Pid, lambda p: implies(p == Pid.element(2), s.pid[p].status == RUNNING)
    )


def test_the_sorts_of_a_model_have_written_names() -> None:
    assert list(sorts_of(MODEL)) == ["pid", "code"]


def test_a_constant_gives_the_least_size() -> None:
    special = MODEL.trace(the_third_pid_is_special)

    assert smallest(MODEL) == {"pid": 1, "code": 1}
    assert smallest(MODEL, [special]) == {"pid": 3, "code": 1}
    with pytest.raises(BadScope, match="pid=2 is too small: .* least size is 3"):
        scope_for(MODEL, {"pid": 2, "code": 1}, [special])


def test_sizes_are_read_and_written() -> None:
    sizes = parse_sizes("pid=4, code=2")

    assert sizes == {"pid": 4, "code": 2}
    assert written(scope_for(MODEL, sizes)) == (("pid", 4), ("code", 2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not of the form process=4"),
        ("pid", "'pid' is not of the form"),
        ("pid=-1", "'pid=-1' is not of the form"),
        ("pid=1e3", "'pid=1e3' is not of the form"),
        ("pid=\u0663", "is not of the form"),
        ("pid=0", "pid=0: a size is from 1 to 4096"),
        ("pid=" + "9" * 5000, "a size is from 1 to 4096"),
        ("pid=1,pid=1", "gives pid twice"),
        ("colour=RED+", "'colour=RED\\+' is not of the form .* or sig=TERM"),
    ],
)
def test_a_size_that_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(BadScope, match=message):
        parse_sizes(text)


def test_a_sort_without_a_size_is_named() -> None:
    with pytest.raises(BadScope, match="no size for code: add code=2"):
        scope_for(MODEL, {"pid": 3})


def test_a_sort_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean code"):
        scope_for(MODEL, {"pid": 3, "cod": 2})


def test_a_scope_that_nothing_would_finish_is_refused() -> None:
    require_searchable(MODEL, scope_for(MODEL, {"pid": 100, "code": 2}))
    with pytest.raises(BadScope, match="too large to explore: fork alone"):
        require_searchable(MODEL, scope_for(MODEL, {"pid": 2000, "code": 2}))


class Colour(Enum):
    """What a lamp can show, and buttons ask for."""

    members = ("RED", "GREEN", "BLUE", "WHITE")


RED, GREEN, BLUE, WHITE = (Colour.of(name) for name in Colour.members)


class Colours(SetOf[Colour], element=Colour):
    """Several colours."""


class Lamp(State):
    """A lamp that remembers what it has shown."""

    shows = field(Colour, initial=WHITE)
    shown = field(Colours, initial=Colours.containing())
    is_broken = field(Bool, initial=FALSE)


@event()
def ask(step: Step, old: Lamp, new: Lamp, colour: Colour) -> None:
    """Somebody asks for a colour."""
    step.blocks(when=old.is_broken)
    new.shows = colour
    new.shown = old.shown | Colours.containing(colour)
    step.returns()


@event()
def forget(step: Step, old: Lamp, new: Lamp, colours: Colours) -> None:
    """Somebody wants the lamp to forget several colours."""
    new.shown = old.shown - colours
    step.returns()


@event()
def flicker(step: Step, old: Lamp, new: Lamp, colour: Colour) -> None:
    """The lamp shows what it likes, and breaks if it was asked for blue."""
    step.picks(colour, among=Colours.containing(RED, WHITE))
    new.shows = colour
    new.is_broken = old.shown.has(BLUE)
    step.returns()


@always()
def the_lamp_works(s: Lamp) -> Bool:
    return ~s.is_broken


@always()
def the_lamp_is_never_blue(s: Lamp) -> Bool:
    return s.shows != BLUE


@always()
def the_lamp_is_never_red(s: Lamp) -> Bool:
    return s.shows != RED


LAMP = trace_model("lamp", Lamp, (ask, forget, flicker))


def narrow(text: str) -> tuple[Model, Scope]:
    scope = scope_for(LAMP, parse_sizes(text))
    return restricted(LAMP, scope), scope


def test_a_scope_names_members_of_what_callers_name() -> None:
    sizes = parse_sizes("colour=WHITE + GREEN")
    scope = scope_for(LAMP, sizes)

    assert list(enumerations_of(LAMP)) == ["colour"]
    assert written(scope) == (("colour", "GREEN+WHITE"),)
    assert str(scope) == "colour=GREEN+WHITE"
    assert scope_for(LAMP, dict(written(scope))) == scope


def test_arguments_range_over_the_members_named() -> None:
    model, scope = narrow("colour=GREEN+BLUE")
    evaluator = Evaluator(model, scope)
    calls = {
        action.name: [call.args for call in evaluator.invocations(action)]
        for action in model.actions
    }

    assert calls["ask"] == [(1,), (2,)]
    assert calls["forget"] == [(0,), (2,), (4,), (6,)]
    assert calls["flicker"] == [(0,)]
    assert {
        i.args for i in ground(model, scope).instances if i.action == "flicker"
    } == {
        (0,),
        (3,),
    }


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("sliced", [False, True])
def test_every_engine_takes_the_same_arguments(native: bool, sliced: bool) -> None:
    asked = [the_lamp_works, the_lamp_is_never_blue, the_lamp_is_never_red]
    expected = {
        "colour=GREEN+WHITE": {"the_lamp_is_never_red"},
        "colour=BLUE": {prop.name for prop in asked},
    }
    for text, broken in expected.items():
        model, scope = narrow(text)
        props = [model.trace(prop) for prop in asked]
        searcher = Searcher(Limits(), native=native)
        if sliced:
            answers = check(model, scope, props, searcher)
            found = {a.prop.name for a in answers if isinstance(a.verdict, Violated)}
        else:
            found = {v.prop for v in searcher(model, scope, tuple(props)).violations}

        assert found == broken


def test_what_is_not_restricted_is_as_it_was() -> None:
    model, scope = narrow("colour=RED+GREEN+BLUE+WHITE")
    whole = explore(Evaluator(LAMP, Scope({})))
    same = explore(Evaluator(model, scope))

    assert restricted(LAMP, Scope({})) is LAMP
    assert (whole.distinct, whole.transitions) == (same.distinct, same.transitions)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("colour=2", BadScope, "colour is an enumeration, .* colour=RED\\+GREEN"),
        ("colour=RED+GREN", UnknownName, "no member of colour .* mean GREEN"),
        ("color=RED", UnknownName, "did you mean colour"),
    ],
)
def test_a_restriction_that_means_nothing(
    text: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        scope_for(LAMP, parse_sizes(text))


def test_a_sort_is_given_a_size_and_no_members() -> None:
    with pytest.raises(BadScope, match="pid is a sort, so give a size: pid=2"):
        scope_for(MODEL, parse_sizes("pid=INIT,code=2"))
