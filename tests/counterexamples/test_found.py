"""The kept counterexamples: each replays byte for byte and still shows its property.

`python -m checker.cli.finding` writes them again.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from checker.cli.finding import FOUND, kept
from checker.cli.naming import named_in
from checker.verdict import Violated
from counterexamples.form import NONE
from counterexamples.parse import parse
from counterexamples.replay import replay
from properties.catalogue import CATALOGUE
from properties.manifest import manifest
from spec.lang import Property
from spec.systems import SYSTEMS

FILES = sorted(FOUND.glob("*.trace"))
DOCUMENTS = kept()
EXPECTED = Path(__file__).parent.parent / "expected.toml"
WITHOUT = tomllib.loads(EXPECTED.read_text("utf-8"))["without_run"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_replays_byte_for_byte_and_still_shows_it(path: Path) -> None:
    found = replay(path.read_bytes(), named_in)

    assert found.differences == ()
    assert found.text.encode() == path.read_bytes()
    assert found.still_shows


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_name_says_what_happened(path: Path) -> None:
    header = parse(path.read_bytes()).header
    said = header["mutant"].text
    happened = header["property"].text if said == NONE else said

    assert path.stem[4:] == f"-{happened.replace('_', '-')}"


def test_every_property_has_one_and_every_number_is_its_own() -> None:
    named = {prop.name for prop in CATALOGUE}
    assert set(DOCUMENTS) == named - set(WITHOUT)
    assert set(WITHOUT) <= named
    assert len(FILES) == len(DOCUMENTS)
    assert len({path.name[:4] for path in FILES}) == len(FILES)


KEPT = [prop for prop in CATALOGUE if prop.name in DOCUMENTS]


@pytest.mark.parametrize("prop", KEPT, ids=lambda prop: prop.name)
def test_what_should_hold_is_shown_on_a_mutant(prop: Property) -> None:
    """An example is of the model itself, and so is what the documents break."""
    header = DOCUMENTS[prop.name].header
    system = SYSTEMS[header["system"].text]
    expected = manifest().expected(system.name, system.model().reading)
    broken = expected.get(prop.name) == Violated.json_name
    of_the_model = prop.kind == "sometimes" or broken

    assert (header["mutant"].text == NONE) == of_the_model
