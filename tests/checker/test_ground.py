"""A model at a scope: the same steps, refusals and properties as the evaluator's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.afterwards import Afterwards
from checker.evaluate import Evaluator, Failed, Returned, State, Transition
from checker.ground import Case, GroundModel, ground
from checker.python_text import Function, Rows, compile_functions
from checker.unroll import GROUND_OPERATORS, size_in_bits
from spec.lang import (
    Bool,
    CallView,
    Model,
    Outcome,
    Scope,
    always,
    every_step,
    simplify,
    sometimes,
)
from spec.lang.errors import SpecError
from spec.lang.ir import Node, Place, make
from spec.lang.types import BOOL, SetType
from spec.lang.walk import postorder
from tests import toys
from tests.agreement.drawing import MODELS, sorts_of, states
from tests.checker.test_evaluate import MODEL, TestLeaks
from tests.lang.pages import Colour, Thing, World

NAMES = [*MODELS, "leaking"]


class Pair:
    """The two readings of one model, and the ground terms compiled."""

    def __init__(self, model: Model) -> None:
        self.scope = Scope(dict.fromkeys(sorts_of(model), 2))
        self.evaluator = Evaluator(model, self.scope)
        self.ground: GroundModel = ground(model, self.scope)
        self.moves = [(i, m) for i in self.ground.instances for m in i.moves]
        self.positions = self.ground.positions()
        rows = [
            (move.when, *(value for _, value in move.writes), *_result(move.result))
            for _, move in self.moves
        ]
        code = compile_functions(
            [
                Function("moves", (), Rows(tuple(rows))),
                Function(
                    "refusals", (), Rows(tuple((r.when,) for r in self.ground.refusals))
                ),
            ],
            self.evaluator.fields,
            self.scope,
        )
        self.code = code

    def steps(self, state: State) -> Counter[Any]:
        """What the ground model does: action, arguments, outcome, state after."""
        found: Counter[Any] = Counter()
        for (instance, move), row in zip(
            self.moves, self.code["moves"](state, None), strict=True
        ):
            when, *values = row
            if when:
                changed = dict(zip((k for k, _ in move.writes), values, strict=False))
                said = values[len(move.writes) :] if move.result else [None]
                case = (move.case.rung, move.case.alternative)
                outcome = said[0] if case == (None, None) else case
                found[
                    instance.action, instance.args, outcome, self.next(state, changed)
                ] += 1
        return found

    def next(self, state: State, changed: dict[Any, int]) -> State:
        cells = [list(v) if isinstance(v, tuple) else v for v in state]
        for (name, row), value in changed.items():
            at = self.evaluator.fields[name]
            if row is None:
                cells[at] = int(value)
            else:
                cells[at][row] = int(value)
        return tuple(tuple(v) if isinstance(v, list) else v for v in cells)


def _result(node: Node | None) -> Iterable[Node]:
    return () if node is None else (node,)


_pairs: dict[str, Pair] = {}


def pair(name: str) -> Pair:
    if name not in _pairs:
        model = TestLeaks.leaking if name == "leaking" else MODELS[name]()
        _pairs[name] = Pair(model)
    return _pairs[name]


def plain(state: State) -> State:
    return tuple(tuple(map(int, v)) if isinstance(v, tuple) else int(v) for v in state)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_steps_and_refusals_agree(name: str, data: st.DataObject) -> None:
    both = pair(name)
    state = data.draw(states(both.evaluator.model, both.scope))
    expected: Counter[Any] = Counter()
    refused: Counter[Any] = Counter()
    for action in both.evaluator.model.actions:
        for invocation in both.evaluator.invocations(action):
            for found in both.evaluator.outcomes(state, invocation):
                kept = [
                    v
                    for p, v in zip(action.params, invocation.args, strict=True)
                    if p.role != "choice"
                ]
                if not isinstance(found, Transition):
                    if found.kind in ("blocks", "out_of_scope"):
                        refused[action.name, tuple(kept), found.kind, found.cite] += 1
                elif both.evaluator.moves(found):
                    outcome: Any = (
                        found.outcome.value
                        if isinstance(found.outcome, Returned)
                        else (found.outcome.rung, found.outcome.alternative)
                    )
                    made = found.invocation
                    expected[made.action, made.args, outcome, plain(found.after)] += 1
                else:
                    assert isinstance(found.outcome, Failed)
                    rung = action.rungs[found.outcome.rung]
                    cite = rung.alternatives[found.outcome.alternative].cite
                    refused[action.name, tuple(kept), "fails", cite] += 1
    holding = Counter(
        (r.action, r.args, r.kind, r.cite)
        for r, (when,) in zip(
            both.ground.refusals, both.code["refusals"](state, None), strict=True
        )
        if when
    )

    assert both.steps(plain(state)) == expected
    assert holding == refused


@pytest.mark.parametrize("name", NAMES)
def test_ground_terms_are_ground(name: str) -> None:
    roots = [move.when for _, move in pair(name).moves]

    assert {node.op for node in postorder(roots)} <= GROUND_OPERATORS


def test_cells_have_rows_sizes_and_first_values() -> None:
    found = ground(toys.model_p(), Scope({"Pid": 3, "Code": 2}))

    first = {(c.field, c.row): (c.initial, c.size) for c in found.cells}
    assert first["pid.status", 0] == (1, 3)
    assert first["pid.status", 1] == (0, 3)
    assert [first["pid.parent", n] for n in range(3)] == [(0, 3), (1, 3), (2, 3)]
    assert found.cells[0].read("new", Thing.type).attr == Place("pid.status", "new")
    assert ground(toys.die_hard(), Scope({})).cells[0].read().args == ()


@every_step(calls=("busy",))
def nobody_is_refused(old: World, new: World, call: CallView, outcome: Outcome) -> Bool:
    """Wrong: the page refuses the blue, and a caller of size 1 or less than 3."""
    del old, new, call
    return outcome.succeeded


@always()
def the_total_is_small(s: World) -> Bool:
    """It is 0 or 1."""
    return s.total <= 1


@sometimes()
def the_total_is_one(s: World) -> Bool:
    """Something turned green."""
    return s.total == 1


def test_demands_on_refused_calls_are_invariants() -> None:
    """A refused call is a step to the same state."""
    model = replace(TestLeaks.leaking, actions=MODEL.actions)
    named = (nobody_is_refused, the_total_is_small, the_total_is_one)
    scope = Scope({"Thing": 2, "Place": 2})

    found = ground(model, scope, [model.trace(prop) for prop in named])

    refused = [n for n in found.refusals if n.kind == "fails"]
    assert [name for name, _ in found.invariants] == [
        "the_total_is_small",
        *["nobody_is_refused"] * len(refused),
    ]
    assert {name for name, _ in found.goals} == {"the_total_is_one"}


def test_whoever_is_never_able_makes_no_instance() -> None:
    action = replace(MODEL.actions[0], able=simplify.FALSE)
    scope = Scope({"Thing": 2, "Place": 2})

    found = ground(replace(MODEL, actions=(action,)), scope)

    assert found.instances == ()
    assert found.refusals == ()


def test_goals_are_generated_and_asked_for() -> None:
    model = TestLeaks.leaking
    scope = Scope({"Thing": 2, "Place": 2})

    goals = dict(ground(model, scope, reachability=True).goals)

    assert list(goals) == [
        "busy_succeeds",
        "busy_fails_with_ESRCH_1",
        "busy_fails_with_EPERM",
        "busy_fails_with_ESRCH_2",
    ]
    assert ground(model, scope).goals == ()


def test_what_a_step_writes_is_read_after_it() -> None:
    thing = Thing.type
    here = make("PARAM", attr="t", of=thing)
    one = simplify.constant(1, thing)
    seven = simplify.constant(7, make_int())

    def size(index: Node, epoch: str = "new") -> Node:
        return make("READ", index, attr=Place("thing.size", epoch), of=make_int())

    written = [(("thing.size", 1), seven), (("total", None), seven)]
    after = Afterwards().of
    assert after(size(one), written) is seven
    assert after(size(simplify.constant(0, thing)), written) is size(
        simplify.constant(0, thing), "old"
    )
    total = make("READ", attr=Place("total", "new"), of=make_int())
    assert after(total, written) is seven
    assert after(total) is make("READ", attr=Place("total"), of=make_int())
    assert after(size(here), written) is simplify.choice(
        simplify.equality(here, one), seven, size(here, "old")
    )


def make_int() -> Any:
    """The type of `thing.size`."""
    return TestLeaks.leaking.shape.fields()[0].type


def test_bits_are_as_few_as_fit() -> None:
    scope = Scope({"Thing": 3})

    assert size_in_bits(BOOL, scope) == 1
    assert size_in_bits(Thing.type, scope) == 2
    assert size_in_bits(SetType(Colour.type), scope) == 3  # type: ignore[arg-type]
    assert Case() == Case(None, None)
    with pytest.raises(SpecError, match="does not give a size"):
        ground(toys.model_p(), Scope({"Pid": 3}))
