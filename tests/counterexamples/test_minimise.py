"""A minimal run still shows its property, and nothing in it can be spared."""

from __future__ import annotations

import pytest

from checker.evaluate import Evaluator, Transition
from checker.explore import explore
from checker.mutants.reached import Reached
from checker.trace import shows
from counterexamples.minimise import minimise, retake
from spec.lang import Scope
from tests.counterexamples.traces import (
    no_zombie_has_a_grandparent,
    there_are_two_zombies,
)
from tests.toys import model_p

MODEL = model_p("any")
PROPS = [MODEL.trace(no_zombie_has_a_grandparent), MODEL.trace(there_are_two_zombies)]
EVALUATOR = Evaluator(MODEL, Scope({"Pid": 4, "Code": 2}), PROPS)
NAMES = [prop.name for prop in PROPS]


def long_runs(name: str) -> list[tuple[Transition, ...]]:
    """Runs of the walk that show the property, of all lengths."""
    walk = Reached(EVALUATOR, walks=60)
    runs = (walk.run_to(place) for place in walk.some(400))
    return [run for run in runs if shows(EVALUATOR, name, run)][-5:]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_can_be_dropped(name: str) -> None:
    for run in long_runs(name):
        least = minimise(EVALUATOR, name, run)

        assert shows(EVALUATOR, name, least)
        assert len(least) <= len(run)
        for at in range(len(least)):
            rest = retake(EVALUATOR, least[:at] + least[at + 1 :])
            assert rest is None or not shows(EVALUATOR, name, rest)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_short_as_the_shortest(name: str) -> None:
    """Of these two; in general a minimal run can be longer than a shortest one."""
    goal = [p for p in PROPS if p.name == name]
    found = explore(Evaluator(MODEL, EVALUATOR.scope, goal))
    shortest = (
        4 if name == there_are_two_zombies.name else len(found.violations[0].trace)
    )

    assert {len(minimise(EVALUATOR, name, run)) for run in long_runs(name)} == {
        shortest
    }


def test_elements_are_named_in_the_order_in_which_they_come() -> None:
    run = minimise(EVALUATOR, NAMES[1], long_runs(NAMES[1])[0])
    calls = [(step.invocation.action, *step.invocation.args) for step in run]

    assert calls == sorted(calls, key=lambda call: call[0] != "fork_any")
    assert [call[2] for call in calls if call[0] == "fork_any"] == [1, 2]


def test_a_run_that_does_not_happen_is_none() -> None:
    (run, *_) = long_runs(NAMES[0])

    assert retake(EVALUATOR, run[-1:]) is None
    assert retake(EVALUATOR, ()) == ()


def test_what_a_smaller_scope_has_not_does_not_happen_there() -> None:
    small = Evaluator(MODEL, Scope({"Pid": 2, "Code": 1}), PROPS)
    (run, *_) = long_runs(NAMES[1])

    assert retake(small, run) is None
