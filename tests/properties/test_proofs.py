"""The properties are proved for any number, and a second solver confirms it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.proof.certificate import verify_certificate, write_certificate
from checker.proof.prove import prove
from checker.verdict import Proved
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from properties.manifest import manifest
from spec.systems import SYSTEMS

NAMES = [
    "topaz",
    pytest.param("unix", marks=pytest.mark.slow),
    pytest.param("peios", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("name", NAMES)
def test_every_property_is_proved_but_those_that_are_refuted(
    name: str, tmp_path: Path
) -> None:
    model = SYSTEMS[name].model()
    properties = (*for_system(name), *lemmas_for(name))
    traced = [model.trace(p) for p in properties if p.kind != "sometimes"]
    found = prove(model, traced)
    expected = manifest().expected(name, model.reading)
    refuted = {n for n, verdict in expected.items() if verdict == "violated"}
    unproved = {n for n, p in found.proofs.items() if p.verdict != Proved()}
    write_certificate(found, tmp_path / name)

    assert unproved <= refuted
    assert verify_certificate(tmp_path / name).confirmed


def _options() -> list[tuple[str, str, str]]:
    """Every answer that is not the usual one, to every open question."""
    return [
        (name, reading.name, option)
        for name, system in SYSTEMS.items()
        for reading in system.readings
        for option in reading.options
        if option != reading.default
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "reading", "option"), _options())
def test_under_other_readings_too(name: str, reading: str, option: str) -> None:
    """Orders of numbers, and whatever else a reading needs, are first-order logic."""
    model = SYSTEMS[name].model({reading: option})
    properties = (*for_system(name), *lemmas_for(name))
    found = prove(model, [model.trace(p) for p in properties if p.kind != "sometimes"])
    expected = manifest().expected(name, model.reading)
    refuted = {n for n, verdict in expected.items() if verdict == "violated"}
    unproved = {n for n, p in found.proofs.items() if p.verdict != Proved()}

    assert unproved <= refuted
    assert "none" not in {proof.method for proof in found.proofs.values()}
