"""The properties are proved for any number, and a second solver confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from checker.proof.certificate import verify_certificate, write_certificate
from checker.proof.prove import ProofRun, prove
from checker.verdict import Proved
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from properties.manifest import manifest
from properties.provable import leaning, not_proved
from spec.lang.model import Model
from spec.systems import SYSTEMS

NAMES = [
    "topaz",
    pytest.param("unix", marks=pytest.mark.slow),
    pytest.param("peios", marks=pytest.mark.slow),
]


def hopeless(name: str, reading: Mapping[str, str]) -> set[str]:
    """The properties that are refuted, and those that no proof is expected of."""
    expected = manifest().expected(name, reading)
    refuted = {n for n, verdict in expected.items() if verdict == "violated"}
    return refuted.union(not_proved(name))


def proofs_of(model: Model, wanted: list[str] | None = None) -> ProofRun:
    """The proofs of all that is expected to be proved, or of what is wanted of it."""
    left_out = hopeless(model.name, model.reading)
    listed = (*for_system(model.name), *lemmas_for(model.name))
    traced = [
        model.trace(p)
        for p in listed
        if p.kind != "sometimes" and p.name not in left_out
    ]
    return prove(model, traced, wanted=wanted, leaning=leaning())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_to_be_proved_is(name: str, tmp_path: Path) -> None:
    found = proofs_of(SYSTEMS[name].model())
    write_certificate(found, tmp_path / name)

    assert [n for n, p in found.proofs.items() if p.verdict != Proved()] == []
    assert verify_certificate(tmp_path / name).confirmed


def test_a_part_of_a_large_system_is_proved_at_once() -> None:
    """Nothing is tried but what this one leans on."""
    wanted = "no_two_processes_share_a_pid"
    found = proofs_of(SYSTEMS["unix"].model(), [wanted])
    used = {name for done in found.discharged for name in done.used}

    assert set(found.proofs) <= {wanted, *used}
    assert found.proofs[wanted].verdict == Proved()


def test_what_is_proved_of_topaz_is_everything() -> None:
    assert not_proved("topaz") == {}


def test_what_is_said_of_proofs_is_about_properties_that_there_are() -> None:
    for name, on in leaning().items():
        systems = [s for s in SYSTEMS if name in _known(s)]

        assert any(on <= _known(system) for system in systems)
    for system in SYSTEMS:
        assert set(not_proved(system)) <= _known(system)


def _known(system: str) -> set[str]:
    return {p.name for p in (*for_system(system), *lemmas_for(system))}


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
    found = proofs_of(SYSTEMS[name].model({reading: option}))

    assert [n for n, p in found.proofs.items() if p.verdict != Proved()] == []
    assert "none" not in {proof.method for proof in found.proofs.values()}
