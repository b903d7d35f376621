"""What a search of each property's slice visits, beside what the whole model has.

The numbers are the tables `slices` at the end of `tests/expected.toml`; the whole
model's, at the same scope, are the tables before them. `python -m
tests.checker.test_slice_counts` writes them anew.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from checker.scope import parse_sizes, scope_for
from checker.searcher import Limits, Searcher
from checker.slicing.refine import check
from properties.catalogue import for_system
from spec.lang import Model
from spec.lang.model import Traced
from spec.systems import SYSTEMS
from tests.toys import MODEL_P_INVARIANTS, model_p, no_two_managers_disagree, two_phase

PATH = Path(__file__).parent.parent / "expected.toml"
START = "# Slices: what a search on the slice of each property visits"

SCOPES = {
    "model-p-any": "pid=5,code=2",
    "two-phase": "manager=5",
    "topaz": "process=4,number=4,exit_code=1",
}

Counts = dict[str, dict[str, int]]


TOYS = {
    "model-p-any": (model_p("any"), MODEL_P_INVARIANTS),
    "two-phase": (two_phase(), (no_two_managers_disagree,)),
}


def model_of(name: str) -> tuple[Model, tuple[Traced, ...]]:
    if name in TOYS:
        model, properties = TOYS[name]
        return model, tuple(model.trace(prop) for prop in properties)
    model = SYSTEMS[name].model()
    return model, tuple(model.trace(prop) for prop in for_system(name))


def counted(name: str) -> Counts:
    """The counts of each property's search, by property."""
    model, props = model_of(name)
    scope = scope_for(model, parse_sizes(SCOPES[name]), props)
    answers = check(model, scope, props, Searcher(Limits()))
    found = {answer.prop.name: answer.search for answer in answers}
    return {
        prop.name: {
            "distinct": found[prop.name].distinct,
            "transitions": found[prop.name].transitions,
            "depth": found[prop.name].depth,
        }
        for prop in props
    }


@pytest.mark.parametrize("name", SCOPES)
def test_slices_have_as_many_states_as_expected(name: str) -> None:
    expected = tomllib.loads(PATH.read_text("utf-8"))

    assert expected["slices"][name][SCOPES[name]] == counted(name)


@pytest.mark.parametrize("name", SCOPES)
def test_no_slice_is_larger_than_the_whole(name: str) -> None:
    expected = tomllib.loads(PATH.read_text("utf-8"))
    whole = expected[name][SCOPES[name]]["distinct"]

    for counts in expected["slices"][name][SCOPES[name]].values():
        assert counts["distinct"] <= whole


def written() -> str:
    """The tables, as the file has them."""
    lines = [START + ", property by property,", "# with those that share it."]
    for name, scope in SCOPES.items():
        lines += ["", f'[slices.{name}."{scope}"]']
        for prop, counts in counted(name).items():
            inside = ", ".join(f"{key} = {n:_}" for key, n in counts.items())
            lines.append(f"{prop} = {{ {inside} }}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    before = PATH.read_text("utf-8").partition(START)[0].rstrip("\n")
    PATH.write_text(f"{before}\n\n{written()}", "utf-8")
