"""Asking once what is asked again and again changes no answer."""

from __future__ import annotations

import random

import pytest

from checker import python_text
from checker.evaluate import Evaluator, State, Transition
from checker.python_joins import Join, Repeats
from spec.lang.ir import Node
from spec.lang.model import Model, Scope
from spec.systems import SYSTEMS

SIZE = 4
CALLS = ("fork", "execve", "exit_group", "wait4", "setsid", "release")


class Plain(Repeats):
    """Finds nothing: every body asks for itself."""

    def below(self, roots: object) -> tuple[list[Node], list[Join]]:
        del roots
        return [], []


def scope_of(model: Model) -> Scope:
    names = {info.index.name for info in model.shape.fields() if info.index is not None}
    kinds = {str(p.type).partition(",")[0] for a in model.actions for p in a.params}
    names |= {kind.removeprefix("Sort(") for kind in kinds if kind.startswith("Sort(")}
    return Scope(dict.fromkeys(names, SIZE))


def wandered(evaluator: Evaluator, dice: random.Random, steps: int) -> list[State]:
    """The states of a random run."""
    states = [evaluator.initial]
    actions = [a for a in evaluator.model.actions if a.name in CALLS]
    while len(states) < steps:
        action = dice.choice(actions)
        ways = list(evaluator.invocations(action))
        found = evaluator.outcomes(states[-1], dice.choice(ways))
        moves = [f.after for f in found if isinstance(f, Transition)]
        states += [dice.choice(moves)] if moves else []
    return states


def test_both_readings_of_a_body_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    model = SYSTEMS["unix"].model()
    scope = scope_of(model)
    once = Evaluator(model, scope)
    monkeypatch.setattr(python_text, "Repeats", Plain)
    again = Evaluator(model, scope)
    dice = random.Random(3)

    compared = 0
    for state in wandered(once, dice, 60):
        for action in model.actions:
            ways = list(once.invocations(action))
            for way in dice.sample(ways, min(3, len(ways))):
                assert again.outcomes(state, way) == once.outcomes(state, way)
                compared += 1
    assert compared > 1_000


def test_a_term_in_a_quantifiers_body_is_looked_up() -> None:
    """The pages have terms of both kinds, or the test above compares nothing."""
    found: list[int] = [0, 0]
    repeats = Repeats()
    for action in SYSTEMS["unix"].model().actions:
        for write in action.writes:
            closed, joins = repeats.below([write.value, write.when])
            found[0] += len(closed)
            found[1] += len(joins)
        for rung in action.rungs:
            found[1] += len(repeats.below([rung.when])[1])

    assert min(found) > 0
