"""A sentence is spoken once for each set of answers, and means the same as ever."""

from __future__ import annotations

import pytest

from properties.catalogue import for_system
from spec.lang import Bool, simplify
from spec.lang.asking import Spoken
from spec.lang.declare import CallView, Outcome
from spec.lang.ir import Node
from spec.lang.model import Model, Obligation
from spec.lang.terms import FALSE, TRUE
from spec.systems import SYSTEMS


def test_who_asks_nothing_is_asked_once() -> None:
    heard = []

    def speak(call: CallView, outcome: Outcome) -> Node:
        heard.append((call, outcome))
        return TRUE.node

    spoken = Spoken(speak)
    for name in ("fork", "wait"):
        assert spoken.of(CallView(name, "syscall", {}), Outcome(None)) is TRUE.node
    assert len(heard) == 1


def test_other_answers_are_another_question() -> None:
    heard = []

    def speak(call: CallView, outcome: Outcome) -> Node:
        del outcome
        heard.append(call.name)
        return (TRUE if call.name == "fork" else FALSE).node

    spoken = Spoken(speak)
    calls = [CallView(name, "syscall", {}) for name in ("fork", "wait", "fork", "exec")]
    nodes = [spoken.of(call, Outcome(None)) for call in calls]

    assert nodes == [TRUE.node, FALSE.node, TRUE.node, FALSE.node]
    assert heard == ["fork", "wait", "exec"]


def plainly(model: Model, name: str) -> tuple[Obligation, ...]:
    """The obligations of a step property, the sentence spoken for every way to end."""
    (prop,) = (p for p in for_system(model.name) if p.name == name)
    old, new = model.view(), model.view("new")
    found = []
    for action in model.actions:
        if prop.calls and action.name not in prop.calls:
            continue
        call = CallView(action.name, action.kind, {p.name: p for p in action.params})
        ways: list[tuple[int | None, int | None, Outcome]] = [
            (None, None, Outcome(None, action.result))
        ]
        ways += [
            (at, which, Outcome(alternative.error))
            for at, rung in enumerate(action.rungs)
            for which, alternative in enumerate(rung.alternatives)
        ]
        for at, which, outcome in ways:
            node = Bool.lift(prop.sentence(old, new, call, outcome)).node
            if node is not simplify.TRUE:
                found.append(Obligation(action.name, at, which, node))
    return tuple(found)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_demands_are_those_of_every_way_asked_by_itself(system: str) -> None:
    model = SYSTEMS[system].model()
    steps = [p for p in for_system(system) if p.kind == "every_step"]
    for prop in steps[::5]:
        traced = model.trace(prop).obligations
        assert set(traced) == set(plainly(model, prop.name))
        assert len(set(traced)) == len(traced)
