"""The exported circuits step as the evaluator does, from any state, by any call."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checker.bounded.unfolding import choices_of
from checker.evaluate import Evaluator, Invocation, State, Stopped, Transition
from checker.export.aiger import Aiger
from checker.export.btor2 import Btor2
from checker.export.circuit import CALL, build
from checker.ground import Case, ground
from spec.lang import Model, Scope
from spec.lang.model import Traced
from spec.lang.prose import cell_name
from tests import toys
from tests.agreement.circuits import Btor2File, Graph, Words, read_ascii, read_binary
from tests.agreement.drawing import MODELS, calls, sorts_of, states

FAST = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PROPERTIES = {
    "die-hard": [toys.the_big_jug_never_holds_four],
    "two-phase": [toys.no_two_managers_disagree],
    "model-p-lowest": toys.MODEL_P_INVARIANTS,
}


class Circuit:
    """A model at a scope as the evaluator reads it, and as both files say it."""

    def __init__(self, name: str) -> None:
        self.model: Model = MODELS[name]()
        self.scope = Scope(dict.fromkeys(sorts_of(self.model), 3))
        self.properties: list[Traced] = [
            self.model.trace(prop) for prop in PROPERTIES.get(name, ())
        ]
        self.evaluator = Evaluator(self.model, self.scope, self.properties)
        self.ground = ground(self.model, self.scope, self.properties, keep_params=True)
        self.aiger, self.btor2 = Aiger(), Btor2()
        build(self.ground, self.aiger)
        build(self.ground, self.btor2)
        self.graph: Graph = read_ascii(self.aiger.text())
        self.words = Btor2File(self.btor2.text())

    def state(self, state: State) -> Words:
        """The state as words by cell."""
        found: Words = {}
        for info, held in zip(self.model.shape.fields(), state, strict=True):
            rows = enumerate(held) if info.index else [(None, held)]
            for row, value in rows:
                found[cell_name(info.name, row, info.index)] = int(value)
        return found

    def inputs(self, call: Invocation) -> Words:
        """What the inputs are when this call is to succeed."""
        action = self.model.action(call.action)
        names: dict[object, str] = {}
        for each in self.model.actions:
            for param in each.params:
                names.setdefault(param.node(), f"{param.name}:{len(names)}")
        found = {
            names[param.node()]: value
            for param, value in zip(action.params, call.args, strict=True)
        }
        moves = [(c.action, c.move.case) for c in choices_of(self.ground)]
        wanted = (call.action, Case())
        return found | {CALL: moves.index(wanted) if wanted in moves else 0}

    def after(self, state: State, call: Invocation) -> State:
        """Where the evaluator says the call leads; the same when it cannot succeed."""
        for found in self.evaluator.outcomes(state, call, chosen=True):
            if not isinstance(found, Stopped) and self._moves(found):
                return found.after
        return state

    def _moves(self, step: Transition) -> bool:
        return self.evaluator.moves(step)


@cache
def circuit(name: str) -> Circuit:
    return Circuit(name)


SOME = ["die-hard", "two-phase", "model-p-lowest", "topaz"]
SLOWER = [pytest.param(n, marks=pytest.mark.slow) for n in MODELS if n not in SOME]


@pytest.mark.parametrize("name", [*SOME, *SLOWER])
@FAST
@given(st.data())
def test_a_step_is_a_step(name: str, data: st.DataObject) -> None:
    one = circuit(name)
    state = data.draw(states(one.model, one.scope))
    action = data.draw(st.sampled_from(one.model.actions))
    call = data.draw(calls(action, one.scope))
    expected = one.state(one.after(state, call))

    for file in (one.graph, one.words):
        after, _ = file.step(one.state(state), one.inputs(call))
        assert expected == after


@pytest.mark.parametrize("name", ["die-hard", "model-p-lowest"])
def test_every_call_in_every_reachable_state_steps_alike(name: str) -> None:
    one = circuit(name)
    waiting, seen, moved = [one.evaluator.initial], {one.evaluator.initial}, 0
    while waiting:
        state = waiting.pop()
        for action in one.model.actions:
            sizes = [range(one.scope.size(param.type)) for param in action.params]
            for args in product(*sizes):
                call = Invocation(action.name, args)
                following = one.after(state, call)
                expected = one.state(following)
                for file in (one.graph, one.words):
                    after, _ = file.step(one.state(state), one.inputs(call))
                    assert expected == after
                moved += following != state
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)

    assert moved > len(seen)


@pytest.mark.parametrize("name", list(PROPERTIES))
@FAST
@given(st.data())
def test_a_bad_signal_is_a_property_that_fails(name: str, data: st.DataObject) -> None:
    one = circuit(name)
    state = data.draw(states(one.model, one.scope))
    failing = {
        prop.name
        for prop in one.properties
        if not one.evaluator.holds(prop.name, state)
    }

    for file in (one.graph, one.words):
        _, bad = file.step(one.state(state), {})
        assert failing == bad


@pytest.mark.parametrize("name", SOME)
def test_both_begin_at_boot(name: str) -> None:
    one = circuit(name)
    expected = one.state(one.evaluator.initial)

    assert expected == one.graph.initial()
    assert expected == one.words.initial()


@pytest.mark.parametrize("name", SOME)
def test_both_formats_of_aiger_say_the_same(name: str) -> None:
    one = circuit(name)

    assert read_binary(one.aiger.binary()) == one.graph


def test_an_input_that_is_no_call_changes_nothing() -> None:
    """Three elements need two bits, and the fourth pattern stands for nothing."""
    one = circuit("model-p-lowest")
    state = one.state(one.evaluator.initial)
    beyond = dict.fromkeys(("p:0", "c:1", "code:2"), 3)

    for number in range(4):
        after, _ = one.graph.step(state, {CALL: number, **beyond})
        assert state == after
