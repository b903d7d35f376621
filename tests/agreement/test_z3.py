"""The evaluator and Z3 agree on every outcome and every cell of any state and call."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checker.bounded.bmc import check_bounded
from checker.evaluate import Evaluator, Transition
from checker.explore import explore
from spec.lang import Model, Property, Scope
from spec.lang.action import Write
from tests import toys
from tests.agreement.drawing import MODELS, calls, scopes, sorts_of, states
from tests.agreement.smt import Readings

FAST = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def model_of(name: str) -> Model:
    return MODELS[name]()


@cache
def readings_of(name: str, sizes: tuple[tuple[str, int], ...]) -> Readings:
    return Readings(model_of(name), Scope(dict(sizes)))


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@FAST
def test_outcome_and_every_cell_agree(name: str, data: st.DataObject) -> None:
    model = model_of(name)
    size = data.draw(st.sampled_from([2, 3, 4]))
    sizes = tuple((sort, size + n % 2) for n, sort in enumerate(sorts_of(model)))
    readings = readings_of(name, sizes)
    state = data.draw(states(model, readings.scope))
    for action in model.actions:
        call = data.draw(calls(action, readings.scope))

        assert readings.expected(state, call) == readings.found(state, call)


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@settings(FAST, max_examples=5)
def test_runs_of_the_solver_replay_at_any_scope(name: str, data: st.DataObject) -> None:
    """The generated goals: whatever Z3 reaches, the evaluator reaches too."""
    model = model_of(name)
    scope = data.draw(scopes(model))
    found = check_bounded(model, scope, (), depth=3, reachability=True)
    evaluator = Evaluator(model, scope)

    for goal, depth in found.depths.items():
        run = getattr(found.verdicts[goal], "witness", None) or ()
        assert len(run) == depth + 1
        state = evaluator.initial
        for step in run:
            taken = evaluator.outcomes(state, step.invocation)
            assert step in [t for t in taken if isinstance(t, Transition)]
            state = step.after


def without_rung(model: Model, action: str, position: int) -> Model:
    changed = [
        replace(a, rungs=a.rungs[:position] + a.rungs[position + 1 :])
        if a.name == action
        else a
        for a in model.actions
    ]
    return replace(model, actions=tuple(changed))


def leaking(model: Model, action: str, position: int) -> Model:
    changed = []
    for a in model.actions:
        rungs = list(a.rungs)
        if a.name == action:
            rungs[position] = replace(rungs[position], leaks=True)
        changed.append(replace(a, rungs=tuple(rungs)))
    return replace(model, actions=tuple(changed))


def without_write(model: Model, action: str, dropped: Write) -> Model:
    changed = [
        replace(a, writes=tuple(w for w in a.writes if w is not dropped))
        if a.name == action
        else a
        for a in model.actions
    ]
    return replace(model, actions=tuple(changed))


def mutants(model: Model) -> list[Model]:
    """Each line of each ladder dropped or leaking, each write dropped."""
    made = []
    for action in model.actions:
        for position, rung in enumerate(action.rungs):
            made.append(without_rung(model, action.name, position))
            if rung.alternatives:
                made.append(leaking(model, action.name, position))
        made += [without_write(model, action.name, write) for write in action.writes]
    return made


TOYS: dict[str, tuple[dict[str, int], tuple[Property, ...], int]] = {
    "die-hard": ({}, (toys.the_big_jug_never_holds_four,), 8),
    "two-phase": ({"Manager": 2}, (toys.no_two_managers_disagree,), 9),
    "model-p-lowest": ({"Pid": 3, "Code": 2}, toys.MODEL_P_INVARIANTS, 6),
    "model-p-any": ({"Pid": 3, "Code": 2}, toys.MODEL_P_INVARIANTS, 6),
}


@pytest.mark.parametrize("name", TOYS)
def test_bounded_check_and_search_agree_on_the_first_depth(name: str) -> None:
    """On the model and on each of its mutants, for each property."""
    sizes, properties, depth = TOYS[name]
    model, scope = model_of(name), Scope(sizes)
    for mutant in [model, *mutants(model)]:
        traced = [mutant.trace(p) for p in properties]
        searched = explore(
            Evaluator(mutant, scope, traced), max_depth=depth, stop_at_first=False
        )
        bounded = check_bounded(mutant, scope, traced, depth=depth)
        expected = {v.prop: len(v.trace) for v in searched.violations}

        assert expected == bounded.depths
