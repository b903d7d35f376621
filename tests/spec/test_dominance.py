"""Dominance: the published vectors, and what kind of order it is."""

from __future__ import annotations

from itertools import product

import pytest

from checker.python_text import Function, Value, compile_functions
from spec.peios.system import PEIOS
from spec.peios.words import dominates
from spec.process.sorts import Process
from tests.spec.worlds import World, proc

peios = World(PEIOS)
MODEL = peios.evaluator.model

PAIRS = tuple(product((0, 512, 1024), (0, 512, 4096, 8191, 8192)))


def rule(subject: tuple[int, int], target: tuple[int, int]) -> bool:
    """K8.1, read once more and written in Python."""
    return target[0] == 0 or (subject[0] >= target[0] and subject[1] >= target[1])


def said(subject: tuple[int, int], target: tuple[int, int]) -> bool:
    """What the page says of two processes with these pairs."""
    view = MODEL.view()
    node = dominates(view, Process.element(0), Process.element(1)).node  # type: ignore[arg-type]
    code = compile_functions(
        [Function("said", (), Value(node))],
        peios.evaluator.fields,
        peios.evaluator.scope,
    )
    state = peios.state(
        proc(1, pip_type=subject[0], pip_trust=subject[1]),
        proc(2, pip_type=target[0], pip_trust=target[1]),
    )
    return bool(code["said"](state, None))


@pytest.mark.parametrize("subject", PAIRS)
def test_the_page_says_the_rule(subject: tuple[int, int]) -> None:
    assert [said(subject, t) for t in PAIRS] == [rule(subject, t) for t in PAIRS]


def test_higher_in_type_but_lower_in_trust_does_not_dominate() -> None:
    """I08"""
    assert not said((1024, 8191), (512, 8192))


def test_a_target_of_type_none_is_dominated_whatever_its_trust() -> None:
    """I05"""
    assert said((0, 0), (0, 8192))


def test_reflexive_transitive_and_not_total() -> None:
    """I06, I07"""
    assert all(rule(a, a) for a in PAIRS)
    assert all(
        rule(a, c) for a, b, c in product(PAIRS, repeat=3) if rule(a, b) and rule(b, c)
    )
    assert any(not rule(a, b) and not rule(b, a) for a, b in product(PAIRS, repeat=2))
