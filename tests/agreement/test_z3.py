"""The evaluator and Z3 agree on every outcome and every cell of any state and call."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checker.bounded.bmc import check_bounded
from checker.bounded.unfolding import case_of
from checker.evaluate import Evaluator, Invocation, State, Stopped, Transition
from checker.explore import explore
from checker.ground import Case, GroundModel, Key, ground
from checker.lower_z3 import Expr, Vocabulary, cell_variables, value_expr, variable
from spec.lang import Model, Property, Scope
from spec.lang.action import Write
from spec.lang.ir import Node
from tests import toys
from tests.agreement.drawing import MODELS, calls, scopes, sorts_of, states

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


Refused = tuple[str, Case | str]


def refused(kind: str, case: Case, cite: str) -> Refused:
    """Which line stopped the call: a `fails` by its place, others by their words."""
    return (kind, case if kind == "fails" else cite)


class Readings:
    """One model at one scope, read by the evaluator and by Z3."""

    def __init__(self, model: Model, scope: Scope) -> None:
        self.model, self.scope = model, scope
        self.evaluator = Evaluator(model, scope)
        self.ground: GroundModel = ground(model, scope, keep_params=True)
        self.cells = cell_variables(self.ground.cells, scope, "old")
        self.params: dict[Node, Expr] = {
            param.node(): variable(f"{param.name}:{param.type}", param.type, scope)
            for action in model.actions
            for param in action.params
        }
        self.words = Vocabulary(scope, self.cells, {}, self.params)

    def key_values(self, state: State) -> dict[Key, int]:
        fields = [info.name for info in self.model.shape.fields()]
        held = dict(zip(fields, state, strict=True))
        return {
            (cell.field, cell.row): int(
                held[cell.field] if cell.row is None else held[cell.field][cell.row]
            )
            for cell in self.ground.cells
        }

    def value(self, node: Node, state: State, call: Invocation) -> int:
        """What Z3 makes of a term in this state, under these parameters."""
        values = self.key_values(state)
        pairs = [
            (self.cells[cell.field, cell.row], value_expr(v, cell.type, self.scope))
            for cell in self.ground.cells
            for v in [values[cell.field, cell.row]]
        ]
        action = self.model.action(call.action)
        for param, given_value in zip(action.params, call.args, strict=True):
            literal = value_expr(given_value, param.type, self.scope)
            pairs.append((self.params[param.node()], literal))
        closed = z3.simplify(z3.substitute(self.words.lower(node), *pairs))
        if z3.is_bool(closed):
            assert z3.is_true(closed) or z3.is_false(closed)
            return int(z3.is_true(closed))
        return int(closed.as_long())

    def moves(
        self, state: State, call: Invocation
    ) -> dict[Case, tuple[object, object]]:
        """Each way Z3 lets the call end: its result, and every cell afterwards."""
        found: dict[Case, tuple[object, object]] = {}
        for instance in self.ground.instances:
            for move in instance.moves if instance.action == call.action else ():
                if self.value(move.when, state, call):
                    after = self.key_values(state) | {
                        key: self.value(node, state, call) for key, node in move.writes
                    }
                    result = None
                    if move.result is not None:
                        result = self.value(move.result, state, call)
                    found[move.case] = (result, after)
        return found

    def refusals(self, state: State, call: Invocation) -> set[Refused]:
        return {
            refused(refusal.kind, refusal.case, refusal.cite)
            for refusal in self.ground.refusals
            if refusal.action == call.action and self.value(refusal.when, state, call)
        }

    def expected(
        self, state: State, call: Invocation
    ) -> tuple[dict[Case, tuple[object, object]], set[Refused]]:
        """The same from the evaluator."""
        moves: dict[Case, tuple[object, object]] = {}
        refusals: set[Refused] = set()
        for step in self.evaluator.outcomes(state, call):
            if isinstance(step, Stopped):
                if step.kind in ("blocks", "out_of_scope"):
                    refusals.add(refused(step.kind, Case(), step.cite))
                continue
            case = case_of(step)
            if case.rung is not None:
                refusals.add(refused("fails", case, ""))
            elif step.invocation == call:
                result = getattr(step.outcome, "value", None)
                moves[case] = (result, self.key_values(step.after))
        return moves, refusals


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
        moves, refusals = readings.expected(state, call)

        assert moves == readings.moves(state, call)
        assert refusals == readings.refusals(state, call)


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
