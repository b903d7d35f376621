"""The systems have the same verdicts, as early, with and without symmetry."""

from __future__ import annotations

import pytest

from checker.evaluate import Evaluator
from checker.mutants.mutate import mutants
from checker.searcher import Limits, Searcher
from checker.trace import confirm
from properties.catalogue import for_system
from spec.lang import Model, Scope
from spec.lang.model import Traced
from spec.systems import SYSTEMS
from tests.scopes import scope_of

pytestmark = pytest.mark.slow

SIZES = {"unix": 3, "peios": 3, "topaz": 4}
MOST = 100_000


def scope_for(model: Model, size: int) -> Scope:
    return scope_of(model, others=size, exit_code=1, uid=1)


def found(
    model: Model, scope: Scope, props: tuple[Traced, ...], *, symmetry: bool
) -> dict[str, int]:
    """The violated properties, and how many steps it takes."""
    searcher = Searcher(limits=Limits(states=MOST), symmetry=symmetry)
    violations = searcher(model, scope, props).violations
    evaluator = Evaluator(model, scope, props)
    return {v.prop: len(confirm(evaluator, v.prop, v.trace)) for v in violations}


def compared(
    with_symmetry: dict[str, int], without: dict[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """What both searches had the time to find; orbits get further."""
    common = with_symmetry.keys() & without.keys()
    assert without.keys() <= with_symmetry.keys()
    return (
        {name: with_symmetry[name] for name in common},
        {name: without[name] for name in common},
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_has_the_same_verdicts(name: str) -> None:
    model = SYSTEMS[name].model()
    scope = scope_for(model, SIZES[name])
    props = tuple(model.trace(prop) for prop in for_system(name))
    with_symmetry = found(model, scope, props, symmetry=True)
    without = found(model, scope, props, symmetry=False)
    ours, theirs = compared(with_symmetry, without)

    assert ours == theirs


@pytest.mark.parametrize("name", SYSTEMS)
def test_its_mutants_have_the_same_verdicts(name: str) -> None:
    model = SYSTEMS[name].model()
    scope = scope_for(model, 3)
    traced = tuple(model.trace(prop) for prop in for_system(name))
    for mutant in mutants(model)[::32]:
        props = mutant.retraced(traced)
        with_symmetry = found(mutant.model, scope, props, symmetry=True)
        without = found(mutant.model, scope, props, symmetry=False)
        ours, theirs = compared(with_symmetry, without)

        assert ours == theirs, mutant.name
