"""What no step breaks, asked call by call, is what induction over all calls finds."""

from __future__ import annotations

import time

import pytest

from checker.bounded.induction import check_inductive
from checker.bounded.one_step import Kept, kept_by_every_step
from checker.evaluate import Evaluator
from checker.ground import ground
from checker.mutants.mutate import one_mutant
from checker.verdict import ProvedAtScope
from properties.catalogue import for_system
from spec.lang import Scope
from spec.lang.model import Model, Traced
from spec.systems import SYSTEMS
from tests import toys

TOY = Scope({"Pid": 4, "Code": 2})


def kept(
    model: Model, scope: Scope, props: list[Traced], deadline: float | None = None
) -> Kept:
    return kept_by_every_step(
        ground(model, scope, props, keep_params=True),
        Evaluator(model, scope, props),
        deadline=deadline,
    )


def proved(model: Model, scope: Scope, props: list[Traced]) -> set[str]:
    """By induction over all calls at once, which is another loop."""
    found = check_inductive(model, scope, props)
    return {n for n, v in found.verdicts.items() if isinstance(v, ProvedAtScope)}


@pytest.mark.parametrize("numbers", ["lowest", "any"])
def test_the_invariants_of_a_toy_keep_each_other(numbers: str) -> None:
    model = toys.model_p(numbers)
    props = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]
    found = kept(model, TOY, props)

    assert found.properties == proved(model, TOY, props)
    assert "every_parent_runs" in found.properties
    assert {name for name, _ in found.invariants} <= found.properties


@pytest.mark.parametrize("mutant", [None, "terminate_forgets_process_parent"])
def test_topaz_is_kept_as_induction_has_it(mutant: str | None) -> None:
    model = SYSTEMS["topaz"].model()
    props = [model.trace(prop) for prop in for_system("topaz")]
    if mutant is not None:
        changed = one_mutant(model, mutant)
        model, props = changed.model, list(changed.retraced(props))
    scope = Scope({"Process": 3, "Number": 3, "ExitCode": 1})
    found = kept(model, scope, props)

    assert found.properties == proved(model, scope, props)
    assert ("init_adopts_every_orphan" in found.properties) == (mutant is None)


def test_what_there_is_no_time_for_is_not_kept() -> None:
    model = toys.model_p()
    props = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]

    assert kept(model, TOY, props, deadline=time.monotonic()).properties == frozenset()
