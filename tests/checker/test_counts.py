"""The counts of `tests/expected.toml`, by the native search."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from checker.searcher import Limits, Searcher
from spec.lang import Scope
from spec.lang.model import snake
from tests.agreement.drawing import MODELS, sorts_of

EXPECTED = tomllib.loads(
    (Path(__file__).parent.parent / "expected.toml").read_text("utf-8")
)
CASES = [
    (model, scope)
    for model, scopes in EXPECTED.items()
    if model in MODELS
    for scope, counts in scopes.items()
    if "distinct" in counts
]


def scope_of(model: str, text: str) -> Scope:
    sizes = {name: int(size) for name, size in (p.split("=") for p in text.split(","))}
    named = {snake(name): name for name in sorts_of(MODELS[model]())}
    return Scope({named[name]: size for name, size in sizes.items()})


@pytest.mark.parametrize(("model", "scope"), CASES)
@pytest.mark.parametrize("symmetry", [False, True])
def test_as_many_states_as_expected(model: str, scope: str, *, symmetry: bool) -> None:
    counts = EXPECTED[model][scope]
    searcher = Searcher(limits=Limits(), symmetry=symmetry)
    found = searcher(MODELS[model](), scope_of(model, scope), ())
    prefix = (
        ("orbits", "orbit_transitions") if symmetry else ("distinct", "transitions")
    )
    expected = tuple(counts[name] for name in (*prefix, "depth"))

    assert found.complete
    assert expected == (found.distinct, found.transitions, found.depth)
