"""The quick look at mutants: what it says of them does happen, and is theirs alone."""

from __future__ import annotations

from functools import cache
from itertools import islice

import pytest

from checker.evaluate import Evaluator, Failed, Invocation, Stopped, Transition
from checker.explore import Exploration
from checker.mutants.departures import Departures
from checker.mutants.look import Look
from checker.mutants.mutate import Mutant, mutant_named, mutants, one_mutant
from checker.mutants.quick import Glance
from checker.mutants.reached import Reached
from checker.mutants.score import CAUGHT, SAME, UNNOTICED, UNSEEN, score
from checker.mutants.telling import LITTLE, Teller
from checker.scope import parse_sizes, scope_for
from checker.trace import rerun, shows
from counterexamples.minimise import retake
from properties.catalogue import for_system
from spec.systems import SYSTEMS

MODEL = SYSTEMS["topaz"].model()
TRACED = [MODEL.trace(prop) for prop in for_system("topaz")]
SCOPE = scope_for(MODEL, parse_sizes("process=3,number=4,exit_code=2"), TRACED)
MUTANTS = mutants(MODEL)
SLOW = pytest.mark.slow


@cache
def reached() -> Reached:
    return Reached(Evaluator(MODEL, SCOPE, TRACED), walks=400)


def answers(evaluator: Evaluator, state: object, call: Invocation) -> list[object]:
    """What a call can leave and answer in a state; errors by name."""
    assert isinstance(state, tuple)
    found = evaluator.outcomes(state, call, chosen=True)
    return [(ending(t), t.after) for t in found if not isinstance(t, Stopped)]


def ending(step: Transition) -> object:
    return step.outcome.error if isinstance(step.outcome, Failed) else step.outcome


def test_every_state_is_reached_by_its_run() -> None:
    walk = reached()
    for place in walk.some(200):
        run = walk.run_to(place)
        again = rerun(walk.evaluator, run)

        assert len(run) <= place.depth
        assert (again[-1].after if again else walk.evaluator.initial) == place.state


def test_the_walk_is_the_same_every_time() -> None:
    one, other = (Reached(Evaluator(MODEL, SCOPE), walks=40) for _ in range(2))

    assert list(one.places) == list(other.places)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_departure_is_a_step_of_the_mutant_alone(mutant: Mutant) -> None:
    walk, broken = reached(), Evaluator(mutant.model, SCOPE)
    for taken in islice(Departures(walk, mutant), 10):
        state, call = taken.before.state, taken.step.invocation
        said = (ending(taken.step), taken.step.after)

        assert said in answers(broken, state, call)
        assert said not in answers(walk.evaluator, state, call)
        assert retake(broken, walk.run_to(taken.before)) is not None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_the_look_shows_the_mutant_does(mutant: Mutant) -> None:
    glance = _glance()
    again = mutant.retraced(TRACED)
    broken = Evaluator(mutant.model, SCOPE, again)
    parted = glance.look.parted(mutant)
    for name, run in (*glance.look.at_once(parted), *glance.look.later(parted)):
        taken = retake(broken, run)

        assert taken is not None
        assert shows(broken, name, taken)


@cache
def _glance() -> Glance:
    return Glance(MODEL, SCOPE, TRACED)


def test_a_property_that_the_model_breaks_catches_nothing() -> None:
    names = {prop.name for prop in _glance().holding}

    assert names == {prop.name for prop in TRACED if prop.kind != "sometimes"}


def test_a_line_that_never_decides_is_not_missed() -> None:
    """With more numbers than processes they do not run out."""
    lost = "start_process_never_fails_with_EAGAIN_"
    found = {m.name: _glance().lost(m) for m in MUTANTS if m.name.startswith(lost)}

    assert found == {
        f"{lost}1": ("start_process_fails_with_EAGAIN_1",),
        f"{lost}2": (),
    }


def test_a_call_that_always_fails_never_succeeds() -> None:
    broken = one_mutant(MODEL, "wait_for_child_always_fails_with_ECHILD")

    assert _glance().lost(broken)[0] == "wait_for_child_succeeds"


@pytest.mark.parametrize(
    "system", ["topaz", *(pytest.param(n, marks=SLOW) for n in ("unix", "peios"))]
)
def test_one_mutant_is_the_one_of_that_name(system: str) -> None:
    model = SYSTEMS[system].model()
    for mutant in mutants(model)[:: 9 if system == "topaz" else 5_000]:
        assert one_mutant(model, mutant.name) == mutant
        assert mutant_named(model, mutant.name) == mutant.model


def test_the_telling_mutant_is_noticed_by_few() -> None:
    known = {prop.name: prop for prop in TRACED}
    teller = Teller(reached(), [p for p in TRACED if p.kind != "sometimes"])
    found = teller.examples(known["init_adopts_every_orphan"], MUTANTS, LITTLE)
    costs = [example.cost() for example in found]

    assert costs == sorted(costs)
    assert all(example.mutant.action == "terminate" for example in found[:1])


def test_a_look_for_one_property_shows_no_other() -> None:
    prop = next(p for p in TRACED if p.name == "no_number_is_left_behind")
    look = Look(reached(), [prop])
    parted = (look.parted(mutant) for mutant in MUTANTS)
    shown = {name for each in parted for name, _ in look.at_once(each)}

    assert shown == {prop.name}


def test_a_quick_score_searches_nothing() -> None:
    def engine(*_: object) -> Exploration:
        pytest.fail("it searches")

    report = score(MODEL, TRACED, SCOPE, engine, quick=True)
    by_fate = {fate: len(report.of(fate)) for fate in (CAUGHT, SAME, UNNOTICED, UNSEEN)}

    assert sum(by_fate.values()) == len(MUTANTS)
    assert by_fate[UNNOTICED] < 12
    assert report.score > 0.6


def test_no_class_of_rows_is_forgotten_that_is_not_there() -> None:
    """Who terminates leaves its children to others, and they are not FREE."""
    said = "terminate_forgets_process_parent_of_"
    found = {m.name.removeprefix(said) for m in MUTANTS if m.name.startswith(said)}

    assert found == {"RUNNING", "ZOMBIE", "DEAD"}
