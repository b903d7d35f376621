"""The native search on models whose counts are published or agreed on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.searcher import Limits, Searcher
from spec.lang import Model, Property, Scope
from tests import toys


@pytest.mark.parametrize(
    ("build", "properties", "scope", "distinct", "transitions", "levels"),
    [
        (
            toys.two_phase,
            (toys.no_two_managers_disagree,),
            {"Manager": 7},
            296_448,
            2_744_705,
            23,
        ),
        (
            toys.model_p,
            toys.MODEL_P_INVARIANTS,
            {"Pid": 5, "Code": 2},
            11_217,
            93_357,
            18,
        ),
        (
            toys.model_p,
            toys.MODEL_P_INVARIANTS,
            {"Pid": 6, "Code": 2},
            302_805,
            3_218_746,
            23,
        ),
    ],
    ids=["two-phase-7", "model-p-5", "model-p-6"],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_counts(
    build: Callable[[], Model],
    properties: tuple[Property, ...],
    scope: dict[str, int],
    distinct: int,
    transitions: int,
    levels: int,
    threads: int,
) -> None:
    model = build()
    searcher = Searcher(limits=Limits(threads=threads), symmetry=False)

    found = searcher(model, Scope(scope), tuple(model.trace(p) for p in properties))

    assert found.complete
    assert (found.distinct, found.transitions) == (distinct, transitions)
    assert found.depth == levels - 1
    assert found.violations == ()
