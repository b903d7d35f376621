"""Four engines, one truth: each call of each system, alone, at a scope of its own.

The evaluator's answer is held against Z3's bit-vectors, against first-order logic
interpreted at the scope, and against machine code; the last also answers for a share of
the system's properties. The scopes and the states are drawn: half of the states are
reached by some run, and some of those have one field replaced by anything at all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random
from typing import Final

import pytest
import z3

from checker.evaluate import Evaluator, Invocation, State, Transition
from checker.ground import ground
from checker.native.cache import Cache
from checker.native.model import compile_model
from properties.catalogue import for_system
from spec.lang import Model, Scope
from spec.lang.walk import postorder
from spec.systems import SYSTEMS
from tests.agreement.drawing import sorts_of
from tests.agreement.finite_language import Finite
from tests.agreement.smt import Readings
from tests.agreement.test_native import Pair, agree, leaking

SCOPES: Final = 4
STATES: Final = 4
WALK: Final = 400


@cache
def model_of(system: str) -> Model:
    return SYSTEMS[system].model()


def calls_of_all() -> list[tuple[str, str]]:
    """Every call once: of Peios only those that are not word for word Unix's."""
    found: list[tuple[str, str]] = []
    known: set[object] = set()
    for system in SYSTEMS:
        for action in model_of(system).actions:
            if action not in known:
                known.add(action)
                found.append((system, action.name))
    return found


CALLS: Final = calls_of_all()


@cache
def scope_of(system: str, number: int) -> Scope:
    """Two or three elements of each sort; two of each for number 0."""
    chance = Random(f"{system} {number}")
    most = 3 if number else 2
    return Scope({name: chance.randint(2, most) for name in sorts_of(model_of(system))})


def drawn_call(chance: Random, model: Model, scope: Scope, name: str) -> Invocation:
    params = model.action(name).params
    return Invocation(name, tuple(chance.randrange(scope.size(p.type)) for p in params))


@cache
def states_met(system: str, number: int) -> list[State]:
    """Those of a random walk through the whole system."""
    model, scope = model_of(system), scope_of(system, number)
    chance = Random(f"{number} {system}")
    evaluator = Evaluator(model, scope)
    met = [evaluator.initial]
    for _ in range(WALK):
        call = drawn_call(chance, model, scope, chance.choice(model.actions).name)
        steps = evaluator.outcomes(met[-1], call)
        taken = [s.after for s in steps if isinstance(s, Transition)]
        if taken:
            met.append(chance.choice(taken))
    return met


def drawn_states(chance: Random, system: str, number: int) -> list[State]:
    """Some of them, every other one spoilt."""
    model, scope = model_of(system), scope_of(system, number)
    chosen = chance.choices(states_met(system, number), k=STATES)
    return [
        state if n % 2 else spoilt(chance, model, scope, state)
        for n, state in enumerate(chosen)
    ]


def spoilt(chance: Random, model: Model, scope: Scope, state: State) -> State:
    """The state with one field replaced by anything; a forest stays one."""
    fields = model.shape.fields()
    at = chance.randrange(len(fields))
    info = fields[at]
    size = scope.size(info.type)
    if info.index is None:
        value: object = chance.randrange(size)
    else:
        rows = range(scope.size(info.index))
        is_forest = info.name in model.shape.forests
        value = tuple(chance.randrange(n + 1 if is_forest else size) for n in rows)
    return (*state[:at], value, *state[at + 1 :])


@pytest.mark.parametrize(("system", "call"), CALLS)
def test_solvers_say_of_a_call_what_the_evaluator_says(system: str, call: str) -> None:
    chance = Random(f"{system} {call}")
    number = chance.randrange(1, SCOPES)
    whole, scope = model_of(system), scope_of(system, number)
    alone = replace(whole, actions=(whole.action(call),))
    smt, logic = Readings(alone, scope), Finite(alone, scope)
    for state in drawn_states(chance, system, number):
        invocation = drawn_call(chance, whole, scope, call)
        assert smt.expected(state, invocation) == smt.found(state, invocation)
        agree_in_logic(logic, state, invocation)


@pytest.mark.parametrize(("system", "call"), CALLS)
def test_machine_code_says_of_a_call_what_the_evaluator_says(
    system: str, call: str
) -> None:
    """All its successors, under any arguments; and its share of the properties.

    Every third call answers its errors and lets the effects happen, as in a mutant.
    """
    whole, scope = model_of(system), scope_of(system, 0)
    alone = replace(whole, actions=(whole.action(call),))
    calls = [name for of, name in CALLS if of == system]
    position = calls.index(call)
    if position % 3 == 0:
        alone = leaking(alone)
    share = for_system(system)[position :: len(calls)]
    properties = tuple(alone.trace(prop) for prop in share)
    finite = ground(alone, scope, properties, reachability=True)
    machine = compile_model(finite, Cache(None))
    pair = Pair(Evaluator(alone, scope, properties), finite, machine)
    for state in drawn_states(Random(f"{call} {system}"), system, 0):
        agree(pair, state)


def agree_in_logic(both: Finite, state: State, call: Invocation) -> None:
    """Each step of the evaluator is one in logic; where nothing is open, no other."""
    action = both.model.action(call.action)
    exact = not any(
        node.op == "FIRST" for rung in action.rungs for node in postorder([rung.when])
    ) and not any(
        node.op == "FIRST"
        for w in action.writes
        for node in postorder([w.value, w.when])
    )
    expected = both.expected(state, call)
    solver = both.solver(state, call)
    for ending in both.theory.endings:
        after = expected.get(ending.case)
        if after is None:
            assert not exact or solver.check(ending.when) == z3.unsat
            continue
        cells = z3.And(both.after(ending, after))
        assert solver.check(ending.when, cells) == z3.sat
        assert not exact or solver.check(z3.Not(cells)) == z3.unsat
