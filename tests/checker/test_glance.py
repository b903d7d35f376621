"""Random runs: what they see does happen, and drawn arguments fit."""

from __future__ import annotations

from random import Random

from checker.drawing import Drawing
from checker.evaluate import Evaluator, Returned, Transition
from checker.explore import explore
from checker.glance import glance
from checker.probes import reach_probes
from checker.slicing.ways import Way
from checker.trace import rerun, shows
from spec.lang import Scope
from tests.threads import house

MODEL = house()
SCOPE = Scope({"Process": 3, "Task": 3})
GOALS = [probe.prop for probe in reach_probes(MODEL)]
EVALUATOR = Evaluator(MODEL, SCOPE, GOALS)
ALL = {goal.name for goal in GOALS}
WAYS = [Way(action.name, None, None) for action in MODEL.actions]


def test_a_glance_sees_every_call_succeed() -> None:
    assert glance(EVALUATOR, ALL).keys() == ALL


def test_without_time_a_glance_sees_nothing() -> None:
    assert glance(EVALUATOR, ALL, deadline=0.0) == {}


def test_a_glance_sees_nothing_that_does_not_happen() -> None:
    alone = Scope({"Process": 1, "Task": 1})
    evaluator = Evaluator(MODEL, alone, GOALS)
    found = explore(evaluator, stop_at_first=False)
    possible = {violation.prop for violation in found.violations}

    assert possible == {"stop_caring_succeeds", "mark_succeeds"}
    assert glance(evaluator, ALL).keys() == possible


def test_arguments_are_drawn_exactly_where_a_call_is_possible() -> None:
    drawing, random = Drawing(EVALUATOR, WAYS), Random(1)
    states, waiting = {EVALUATOR.initial}, [EVALUATOR.initial]
    while waiting and len(states) < 300:
        state = waiting.pop()
        steps = list(EVALUATOR.transitions(state))
        for way in WAYS:
            drawn = drawing.step(state, way, random)
            possible = [s for s in steps if s.invocation.action == way.action]

            assert (drawn is None) == (not possible)
            assert drawn is None or drawn in possible
        new = {step.after for step in steps} - states
        states |= new
        waiting += new


def test_every_choice_of_the_kernel_is_drawn_some_day() -> None:
    drawing, random = Drawing(EVALUATOR, WAYS), Random(1)
    fork = Way("fork", None, None)
    seen = set()
    for _ in range(100):
        step = drawing.step(EVALUATOR.initial, fork, random)
        assert isinstance(step, Transition)
        assert step.outcome == Returned(None)
        seen.add(step.invocation.args)

    assert seen == {(0, child, thread) for child in (1, 2) for thread in (1, 2)}


def test_a_glance_shows_what_it_says_it_saw() -> None:
    for name, run in glance(EVALUATOR, ALL).items():
        assert shows(EVALUATOR, name, run)
        assert rerun(EVALUATOR, run) == run
