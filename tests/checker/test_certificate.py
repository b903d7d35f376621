"""Certificates: written, confirmed by a second solver, refused when changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.proof.certificate import (
    MANIFEST,
    Refused,
    _canonical,
    _digest,
    verify_certificate,
    write_certificate,
)
from checker.proof.prove import prove
from tests import toys
from tests.checker.test_induction import a_commit_was_prepared, nobody_leaves_committed


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = toys.two_phase()
    properties = (
        toys.no_two_managers_disagree,
        a_commit_was_prepared,
        nobody_leaves_committed,
    )
    directory = tmp_path_factory.mktemp("certificate") / "two-phase"
    write_certificate(prove(model, [model.trace(p) for p in properties]), directory)
    return directory


@pytest.fixture
def certificate(written: Path, tmp_path: Path) -> Path:
    """A copy that a test can damage."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


def test_the_second_solver_confirms_every_obligation(certificate: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = verify_certificate(certificate, progress=lambda *at: seen.append(at))

    assert found.confirmed
    assert set(found.properties) == {
        "no_two_managers_disagree",
        "a_commit_was_prepared",
        "nobody_leaves_committed",
    }
    assert found.files == 17
    assert max(seen) == (17, 17)


def test_the_files_are_smt_lib(certificate: Path) -> None:
    for path in certificate.glob("*/*.smt2"):
        text = path.read_text()

        assert "(set-logic ALL)" in text
        assert text.endswith("(check-sat)\n")


def test_a_changed_obligation_is_refused_by_name(certificate: Path) -> None:
    path = next(certificate.glob("no_two_managers_disagree/*.smt2"))
    path.write_text(
        path.read_text().replace("(check-sat)", "(assert false)(check-sat)")
    )
    name = path.relative_to(certificate).as_posix()

    with pytest.raises(Refused, match=f"^{name} was changed: its checksum"):
        verify_certificate(certificate)


def test_a_missing_obligation_is_refused_by_name(certificate: Path) -> None:
    path = next(certificate.glob("no_two_managers_disagree/*.smt2"))
    path.unlink()

    with pytest.raises(Refused, match=f"{path.name} cannot be read"):
        verify_certificate(certificate)


def test_a_changed_manifest_is_refused(certificate: Path) -> None:
    path = certificate / MANIFEST
    body = json.loads(path.read_text())
    del body["properties"]["a_commit_was_prepared"]
    path.write_text(json.dumps(body))

    with pytest.raises(Refused, match=r"manifest.json was changed"):
        verify_certificate(certificate)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ("[]", "is not a pidproof-certificate/1"),
        ('{"schema": "other/1"}', "is not a pidproof-certificate/1"),
    ],
)
def test_another_file_is_refused(certificate: Path, text: str, message: str) -> None:
    (certificate / MANIFEST).write_text(text)

    with pytest.raises(Refused, match=message):
        verify_certificate(certificate)


def rewritten(certificate: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The manifest with a change, and a checksum that fits."""
    path = certificate / MANIFEST
    body = json.loads(path.read_text())
    del body["digest"]
    change(body)
    path.write_text(json.dumps(body | {"digest": _digest(_canonical(body))}))


def _forget_boot(body: dict[str, Any]) -> None:
    listed = body["properties"]["a_commit_was_prepared"]["obligations"]
    listed[:] = [one for one in listed if one["at"] != "boot"]


def _lean_on_nothing(body: dict[str, Any]) -> None:
    body["properties"]["a_commit_was_prepared"]["obligations"][1]["assumes"] = ["luck"]


def _reach_outside(body: dict[str, Any]) -> None:
    body["sha256"]["../elsewhere.smt2"] = ""


def _lose_a_checksum(body: dict[str, Any]) -> None:
    del body["sha256"]["a_commit_was_prepared/00-boot.smt2"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_forget_boot, "nothing shows that a_commit_was_prepared holds at boot"),
        (_lean_on_nothing, "a_commit_was_prepared leans on luck, which is not here"),
        (_reach_outside, "../elsewhere.smt2 is outside the certificate"),
        (_lose_a_checksum, "a_commit_was_prepared/00-boot.smt2 of .* has no checksum"),
        (lambda body: body.pop("properties"), "is not laid out as a pidproof"),
    ],
)
def test_a_manifest_that_proves_less_than_it_says_is_refused(
    certificate: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    rewritten(certificate, change)

    with pytest.raises(Refused, match=message):
        verify_certificate(certificate)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"holds no manifest.json"):
        verify_certificate(tmp_path)


def test_a_directory_in_use_is_left_alone(certificate: Path) -> None:
    model = toys.die_hard()

    with pytest.raises(FileExistsError, match="a directory of its own"):
        write_certificate(prove(model, ()), certificate)
