"""The evaluator and the machine code agree on every step and verdict of any state."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.evaluate import Evaluator, Failed, State, Transition
from checker.ground import GroundModel, ground
from checker.native import code as native_code
from checker.native import engine as native_engine
from checker.native.cache import Cache
from checker.native.function import Watch
from checker.native.layout import UnfitScope
from checker.native.model import NativeModel, compile_model
from checker.search.result import Options
from checker.search.search import search
from properties.catalogue import for_system
from spec.lang import (
    Bool,
    CallView,
    Model,
    Outcome,
    Scope,
    all_of,
    every_step,
    implies,
    sometimes,
)
from spec.lang.model import Traced, rung_label
from tests import toys
from tests.agreement.drawing import MODELS, sorts_of, states

NOWHERE = Cache(None)


@every_step()
def nothing_ends(
    old: toys.Processes, new: toys.Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Refuted: no running process stops running, except by what `reap` does."""
    del outcome
    runs = all_of(
        toys.Pid,
        lambda p: implies(
            old.pid[p].status == toys.RUNNING, new.pid[p].status == toys.RUNNING
        ),
    )
    return runs | call.named("reap")


@every_step()
def only_the_big_jug_changes(
    old: toys.Jugs, new: toys.Jugs, call: CallView, outcome: Outcome
) -> Bool:
    """Refuted, by some calls always and by others sometimes."""
    del call
    return (old.small == new.small) | outcome.failed


@sometimes()
def five_gallons_between_them(s: toys.Jugs) -> Bool:
    """The jugs hold five gallons together."""
    return s.small + s.big == toys.Gallons.lift(5)


TOY_PROPERTIES = {
    "die-hard": (
        toys.the_big_jug_never_holds_four,
        only_the_big_jug_changes,
        five_gallons_between_them,
    ),
    "two-phase": (toys.no_two_managers_disagree,),
    "model-p-lowest": (*toys.MODEL_P_INVARIANTS, nothing_ends),
    "model-p-any": (*toys.MODEL_P_INVARIANTS, nothing_ends),
}
Step = tuple[str, tuple[int, ...], int | None, int | None, State, frozenset[str]]
"""Action, parameters, rung, alternative, state after, step properties violated."""


@dataclass(frozen=True)
class Pair:
    """A model, as both engines have it."""

    evaluator: Evaluator
    ground: GroundModel
    native: NativeModel


def traced(model: Model, name: str) -> tuple[Traced, ...]:
    """The properties of a toy or of a system, traced over the model."""
    known = TOY_PROPERTIES.get(name)
    listed = for_system(name.split("-", maxsplit=1)[0]) if known is None else known
    return tuple(model.trace(prop) for prop in listed)


def leaking(model: Model) -> Model:
    """Every line that fails answers with its error and lets the effects happen."""
    return replace(
        model,
        actions=tuple(
            replace(
                action,
                rungs=tuple(replace(r, leaks=r.kind == "fails") for r in action.rungs),
            )
            for action in model.actions
        ),
    )


@cache
def pair(name: str, size: int, leaks: bool, lanes: int = 0) -> Pair:
    """The model of this name with `size` elements of every sort."""
    model = leaking(MODELS[name]()) if leaks else MODELS[name]()
    scope = Scope(dict.fromkeys(sorts_of(model), size))
    properties = traced(model, name)
    finite = ground(model, scope, properties, reachability=True)
    with pytest.MonkeyPatch.context() as patch:
        if lanes:
            patch.setattr("checker.native.lanes", lambda: lanes)
        native = compile_model(finite, NOWHERE)
    return Pair(Evaluator(model, scope, properties), finite, native)


def native_steps(native: NativeModel, state: State) -> tuple[list[Step], list[int]]:
    """The labelled successors of a state; and the bits that plain expansion sets."""
    machine = native.machine
    most, words = machine.max_successors, machine.seen_words
    packed = native.pack([state])
    plain, labelled = (np.zeros((most, machine.width), np.uint64) for _ in range(2))
    action, origin = np.zeros(most, np.uint32), np.zeros(most, np.uint32)
    flags, seen = np.ones((most, words), np.uint64), np.zeros(words, np.uint64)
    expand = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_size_t] * 4)(machine.expand)
    made = expand(packed.ctypes.data, 1, plain.ctypes.data, seen.ctypes.data)
    label = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_size_t] * 6)(
        machine.expand_labelled
    )
    arrays = (labelled, action, origin, flags)
    again = label(packed.ctypes.data, 1, *(array.ctypes.data for array in arrays))

    assert made == again
    assert np.array_equal(plain[:made], labelled[:made])
    assert not origin[:made].any()

    found: list[Step] = []
    for after, number, bits in zip(
        native.unpack(labelled[:made]), action[:made], flags[:made], strict=True
    ):
        known = native.labels[int(number)]
        broken = frozenset(watch.name for watch in native.watched(bits))
        case = (known.rung, known.alternative)
        found.append((known.action, known.args, *case, after, broken))
    return found, [int(word) for word in seen]


def reference_steps(evaluator: Evaluator, state: State) -> list[Step]:
    """The same, as the evaluator has it."""
    stepwise = [p.name for p in evaluator.properties.values() if p.kind == "every_step"]
    found: list[Step] = []
    for step in evaluator.transitions(state):
        outcome, call = step.outcome, step.invocation
        case: tuple[int | None, int | None] = (
            (outcome.rung, outcome.alternative)
            if isinstance(outcome, Failed)
            else (None, None)
        )
        broken = frozenset(
            name for name in stepwise if not evaluator.holds_of(name, state, step)
        )
        found.append((call.action, call.args, *case, step.after, broken))
    return found


def reference_bits(pair: Pair, state: State) -> set[Watch]:
    """What `check` must say of a state."""
    evaluator = pair.evaluator
    found = set()
    for prop in evaluator.properties.values():
        if prop.kind == "always" and not evaluator.holds(prop.name, state):
            found.add(Watch(prop.name, "state"))
        if prop.kind == "sometimes" and evaluator.holds(prop.name, state):
            found.add(Watch(prop.name, "goal"))
    for action in evaluator.model.actions:
        for call in evaluator.invocations(action):
            for step in evaluator.outcomes(state, call):
                if isinstance(step, Transition):
                    found |= _said(evaluator, state, step)
    return found


def _said(evaluator: Evaluator, state: State, step: Transition) -> set[Watch]:
    """The goal that an outcome reaches, and what it violates if nothing moves."""
    action = evaluator.model.action(step.invocation.action)
    outcome = step.outcome
    if not isinstance(outcome, Failed):
        return {Watch(f"{action.name}_succeeds", "goal")}
    rung = action.rungs[outcome.rung]
    found = {Watch(rung_label(action, rung, outcome.alternative), "goal")}
    if not rung.leaks:
        found |= {
            Watch(prop.name, "state")
            for prop in evaluator.properties.values()
            if prop.kind == "every_step"
            and not evaluator.holds_of(prop.name, state, step)
        }
    return found


def check_bits(native: NativeModel, drawn: list[State]) -> set[Watch]:
    """What `check` says of the states."""
    machine = native.machine
    packed = native.pack(drawn)
    seen = np.zeros(machine.seen_words, np.uint64)
    check = ctypes.CFUNCTYPE(None, *[ctypes.c_size_t] * 3)(machine.check)
    check(packed.ctypes.data, len(drawn), seen.ctypes.data)
    return set(native.watched([int(word) for word in seen]))


def agree(pair: Pair, state: State) -> None:
    """Both engines say the same of a state and of its steps."""
    steps, seen = native_steps(pair.native, state)
    expected = reference_steps(pair.evaluator, state)

    assert Counter(expected) == Counter(steps)
    assert pair.native.unpack(pair.native.pack([state])) == [state]

    broken = {Watch(name, "step") for step in expected for name in step[5]}
    stuck = set() if expected else {Watch("", "stuck")}

    assert broken | stuck == set(pair.native.watched(seen))
    assert reference_bits(pair, state) == check_bits(pair.native, [state])


@st.composite
def near_runs(draw: st.DrawFn, evaluator: Evaluator) -> State:
    """A state that some run reaches, or one that differs from it in a field."""
    state = evaluator.initial
    for _ in range(draw(st.integers(0, 8))):
        steps = list(evaluator.transitions(state))
        if steps:
            state = draw(st.sampled_from(steps)).after
    if draw(st.booleans()):
        other = draw(states(evaluator.model, evaluator.scope))
        field = draw(st.integers(0, len(state) - 1))
        state = (*state[:field], other[field], *state[field + 1 :])
    return state


CASES = [
    ("die-hard", 2, False),
    ("two-phase", 3, False),
    ("model-p-lowest", 4, False),
    ("model-p-any", 3, False),
    ("topaz", 2, False),
    ("topaz", 2, True),
    ("topaz-set-group", 2, False),
]


@pytest.mark.parametrize(("name", "size", "leaks"), CASES)
@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_any_state_has_the_same_steps_and_verdicts(
    name: str, size: int, leaks: bool, data: st.DataObject
) -> None:
    """Successors, labels, broken step properties, refusals, goals, invariants."""
    both = pair(name, size, leaks)
    evaluator = both.evaluator
    agree(both, data.draw(states(evaluator.model, evaluator.scope)))
    agree(both, data.draw(near_runs(evaluator)))


@pytest.mark.parametrize("lanes", [1, 4, 8])
@settings(max_examples=30, derandomize=True, deadline=None)
@given(data=st.data())
def test_lanes_do_not_matter(lanes: int, data: st.DataObject) -> None:
    """A vector of states is checked as each of them would be, whatever its length."""
    both = pair("topaz", 2, leaks=False, lanes=lanes)
    scope = both.evaluator.scope
    drawn = data.draw(st.lists(states(both.evaluator.model, scope), max_size=11))
    expected = {watch for state in drawn for watch in reference_bits(both, state)}

    assert expected == check_bits(both.native, drawn)


SEARCHES = [
    ("die-hard", {}, 16, 96),
    ("two-phase", {"Manager": 3}, 288, 1_145),
    ("model-p-lowest", {"Pid": 4, "Code": 2}, 557, 3_340),
    ("model-p-lowest", {"Pid": 5, "Code": 2}, 11_217, 93_357),
    ("model-p-any", {"Pid": 4, "Code": 2}, 557, 3_360),
]


@pytest.mark.parametrize(("name", "sizes", "distinct", "transitions"), SEARCHES)
def test_the_search_counts_what_is_known(
    name: str, sizes: dict[str, int], distinct: int, transitions: int
) -> None:
    """The toys' published numbers, through machine code and the native search."""
    finite = ground(MODELS[name](), Scope(sizes))
    result = search(compile_model(finite, NOWHERE).machine, Options())

    assert (distinct, transitions) == (result.distinct, result.transitions)


def test_too_many_moves_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how many there are."""
    monkeypatch.setattr(native_code, "MOST_MOVES", 5)

    with pytest.raises(UnfitScope, match="has 6 moves at this scope"):
        compile_model(ground(toys.die_hard(), Scope({})), NOWHERE)


def test_this_processor_is_one_of_those_tested() -> None:
    """The lanes used by default are among those above."""
    assert native_engine.lanes() in (1, 4, 8)
