"""Runs that come nearer and nearer to what a glance does not see."""

from __future__ import annotations

from checker.approach import approach
from checker.evaluate import Evaluator
from checker.glance import glance
from checker.probes import reach_probes
from checker.trace import rerun, shows
from spec.lang import (
    FALSE,
    Bool,
    Row,
    Scope,
    Sort,
    State,
    Step,
    Table,
    all_of,
    always,
    event,
    field,
    trace_model,
)
from tests.threads import house


class Wheel(Sort):
    """A wheel of a lock."""


class WheelRow(Row[Wheel]):
    """One wheel."""

    is_right = field(Bool, initial=FALSE)
    is_scratched = field(Bool, initial=FALSE)


class Lock(State):
    """A lock that opens when every wheel is right."""

    wheel = Table(Wheel, WheelRow)


@event()
def turn(step: Step, old: Lock, new: Lock, w: Wheel) -> None:
    """A wheel is turned."""
    new.wheel[w].is_right = ~old.wheel[w].is_right
    step.returns()


@event()
def scratch(step: Step, old: Lock, new: Lock, w: Wheel) -> None:
    """A wheel is scratched, about which the lock does not ask."""
    new.wheel[w].is_scratched = ~old.wheel[w].is_scratched
    step.returns()


@event()
def unlock(step: Step, old: Lock, new: Lock, w: Wheel) -> None:
    """The lock opens where every wheel is right."""
    step.blocks(when=~all_of(Wheel, lambda other: old.wheel[other].is_right))
    new.wheel[w].is_right = FALSE
    step.returns()


@always()
def the_lock_is_shut(s: Lock) -> Bool:
    """Some wheel is wrong."""
    return ~all_of(Wheel, lambda w: s.wheel[w].is_right)


MODEL = trace_model("lock", Lock, (turn, scratch, unlock))
SCOPE = Scope({"Wheel": 18})
GOALS = [probe.prop for probe in reach_probes(MODEL)]
SHUT = MODEL.trace(the_lock_is_shut)
EVALUATOR = Evaluator(MODEL, SCOPE, [*GOALS, SHUT])
SELDOM = {"unlock_succeeds", "the_lock_is_shut"}


def test_what_a_glance_does_not_see_is_come_near_to() -> None:
    assert not glance(EVALUATOR, SELDOM)

    found = approach(EVALUATOR, SELDOM)

    assert found.keys() == SELDOM
    assert all(
        shows(EVALUATOR, name, rerun(EVALUATOR, run)) for name, run in found.items()
    )


def test_what_does_not_happen_is_not_found() -> None:
    model = house()
    goals = [probe.prop for probe in reach_probes(model)]
    alone = Evaluator(model, Scope({"Process": 1, "Task": 1}), goals)

    found = approach(alone, alone.properties)

    assert found.keys() == {"stop_caring_succeeds", "mark_succeeds"}


def test_without_time_nothing_is_found() -> None:
    assert approach(EVALUATOR, SELDOM, deadline=0.0) == {}
