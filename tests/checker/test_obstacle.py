"""Counterexamples to induction: small, confirmed, and with what would exclude them."""

from __future__ import annotations

from functools import cache
from itertools import product

from checker.bounded.unfolding import answers
from checker.evaluate import Evaluator, State
from checker.proof.candidates import candidates
from checker.proof.houdini import forest_sentences, houdini
from checker.proof.obstacle import Obstacle, excluding, obstacle
from checker.proof.settle import Settled, settle
from spec.lang import Model, Property, Scope
from spec.lang.model import Traced
from tests import toys
from tests.checker.test_induction import a_commit_was_prepared, a_decision_is_final
from tests.checker.test_prove import LEMMAS, nobody_is_a_subreaper

COMMIT = Scope({"Manager": 3})
PIDS = Scope({"Pid": 3, "Code": 2})


def shown(model: Model, scope: Scope, goal: Property) -> Obstacle | None:
    return obstacle(model, scope, model.trace(goal), ())


def every_state(model: Model, scope: Scope) -> list[State]:
    """Every state at all of two-phase commit."""
    cells = [
        range(scope.size(info.type))
        if info.index is None
        else product(range(scope.size(info.type)), repeat=scope.size(info.index))
        for info in model.shape.fields()
    ]
    return list(product(*cells))


def flat(state: State) -> list[int]:
    """Every cell in a row."""
    rows = (held if isinstance(held, tuple) else (held,) for held in state)
    return [cell for row in rows for cell in row]


def distance(one: State, other: State) -> int:
    """How many cells differ."""
    flat = [
        [
            cell
            for held in state
            for cell in (held if isinstance(held, tuple) else (held,))
        ]
        for state in (one, other)
    ]
    return sum(1 for a, b in zip(*flat, strict=True) if a != b)


def breaks(evaluator: Evaluator, prop: Traced, state: State) -> bool:
    return evaluator.holds(prop.name, state) and any(
        not evaluator.holds(prop.name, step.after) for step in answers(evaluator, state)
    )


def test_it_is_the_smallest_there_is() -> None:
    """Every state of two managers is tried: none nearer to boot breaks it."""
    model = toys.two_phase()
    found = shown(model, COMMIT, toys.no_two_managers_disagree)
    assert found is not None
    evaluator = Evaluator(model, found.scope, (found.goal,))
    boot = evaluator.initial
    nearer = [
        state
        for state in every_state(model, found.scope)
        if distance(state, boot) < found.changed
        and breaks(evaluator, found.goal, state)
    ]

    assert found.scope == Scope({"Manager": 2})
    assert found.least
    assert distance(found.before, boot) == found.changed
    assert breaks(evaluator, found.goal, found.before)
    assert nearer == []


def test_what_is_assumed_holds_before_it() -> None:
    model = toys.model_p("any")
    known = [model.trace(p) for p in (*toys.MODEL_P_INVARIANTS, *LEMMAS)]
    found = obstacle(model, PIDS, model.trace(nobody_is_a_subreaper), known)
    assert found is not None
    both = (*known, *forest_sentences(model))
    evaluator = Evaluator(model, found.scope, both)

    assert all(evaluator.holds(p.name, found.before) for p in both)


def test_what_is_inductive_has_none() -> None:
    assert shown(toys.two_phase(), COMMIT, a_commit_was_prepared) is None
    assert shown(toys.two_phase(), COMMIT, a_decision_is_final) is None


def test_a_lemma_that_is_false_before_the_step_excludes_it() -> None:
    model = toys.two_phase()
    goal = toys.no_two_managers_disagree
    found = shown(model, COMMIT, goal)
    assert found is not None
    given = candidates(model)
    standing = houdini(model, COMMIT, given, (), (), seconds=60).standing
    excluded = excluding(model, found, standing)
    again = obstacle(model, COMMIT, model.trace(goal), excluded[:1])

    assert excluded
    assert again is None or again.before != found.before


@cache
def settled_without_search() -> Settled:
    model = toys.model_p("any")
    goals = [model.trace(toys.every_parent_runs)]
    return settle(
        model, goals, ["every_parent_runs"], PIDS, seconds=0.5, strengthening=False
    )


def test_whoever_does_not_want_lemmas_is_told_which_would_help() -> None:
    found = settled_without_search()
    hindrance = found.hindered["every_parent_runs"]

    assert hindrance.inductive
    assert hindrance.plausible == ()
    assert found.strengthening is not None
    assert found.strengthening.used == ()


def test_what_is_false_is_shown_past_everything_that_stands() -> None:
    model = toys.die_hard()
    goal = model.trace(toys.the_big_jug_never_holds_four)
    found = settle(model, [goal], [goal.name], Scope({}), seconds=1, budget=3)
    hindrance = found.hindered[goal.name]

    assert hindrance.inductive == ()
    assert hindrance.obstacle.broken(model) is goal.node


def test_where_a_forest_may_be_none_its_own_obstacle_is_shown() -> None:
    """Without lemmas nothing says that the free pid is not above its new parent."""
    found = settled_without_search()
    [name] = [p.name for p in forest_sentences(found.run.model)]

    assert found.run.loose == ("pid.parent",)
    assert found.hindered[name].obstacle.step.invocation.action == "fork_any"
