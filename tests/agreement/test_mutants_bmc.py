"""On mutants of the systems: bounded checking and search find the same first depths."""

from __future__ import annotations

import pytest

from checker.bounded.bmc import check_bounded
from checker.evaluate import Evaluator
from checker.explore import explore
from checker.mutants.mutate import mutants
from properties.catalogue import for_system
from spec.systems import SYSTEMS
from tests.scopes import scope_of

DEPTH = 2
EVERY = 25
"""Each system has some hundred mutants; one in so many is tried by default."""


def some_mutants(name: str, every: int) -> list[str]:
    found = mutants(SYSTEMS[name].model())
    return [mutant.name for mutant in found[::every]]


def agree(name: str, wanted: list[str]) -> None:
    model = SYSTEMS[name].model()
    original = [model.trace(p) for p in for_system(name)]
    for mutant in mutants(model):
        if mutant.name not in wanted:
            continue
        properties = mutant.retraced(original)
        checked = [p for p in properties if p.kind != "sometimes"]
        scope = scope_of(mutant.model, others=3, exit_code=2, uid=1)
        evaluator = Evaluator(mutant.model, scope, checked)
        searched = explore(evaluator, max_depth=DEPTH, stop_at_first=False)
        bounded = check_bounded(mutant.model, scope, checked, depth=DEPTH)
        expected = {v.prop: len(v.trace) for v in searched.violations}
        lengths = {
            n: len(getattr(v, "trace", None) or ())
            for n, v in bounded.verdicts.items()
            if n in bounded.depths
        }
        shown = {n: k for n, k in expected.items() if k <= DEPTH}

        assert shown == {n: k for n, k in lengths.items() if k <= DEPTH}, mutant.name


NAMES = [
    "topaz",
    pytest.param("unix", marks=pytest.mark.slow),
    pytest.param("peios", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("name", NAMES)
def test_first_depths_agree_on_some_mutants(name: str) -> None:
    agree(name, some_mutants(name, EVERY))


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_first_depths_agree_on_many_mutants(name: str) -> None:
    agree(name, some_mutants(name, 4))
