"""Certificates: a proof as files that another solver can check.

A directory holds `manifest.json`, one SMT-LIB 2.6 file for each obligation, whose
answer must be "unsat", and `invariant.smt2`, the sentences that are proved together.
The manifest says which obligations make up the proof of each property, which other
properties each assumes, and the checksum of every file and of itself. A call that
writes nothing of what a property reads has no file.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from checker.proof.first_order import negation, script
from checker.proof.obligations import BOOT, Theory
from checker.proof.prove import Discharge, ProofRun
from checker.verdict import Proved

SCHEMA: Final = "pidproof-certificate/1"
MANIFEST: Final = "manifest.json"
INVARIANT: Final = "invariant.smt2"


class Refused(Exception):
    """A certificate that is not what its manifest says; the text names the file."""


class NoSecondSolver(Exception):
    """cvc5 is not installed; the text says how it is."""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What the second solver says of one certificate.

    `properties` gives, for each certified property, None when all its obligations and
    all it leans on were confirmed, else the first file that was not and the answer.
    """

    system: str
    properties: dict[str, str | None]
    files: int
    solver: str

    @property
    def confirmed(self) -> bool:
        """Every property of the certificate was confirmed."""
        return not any(self.properties.values())


# Writing


def write_certificate(run: ProofRun, directory: Path) -> int:
    """Write the certificate of every proved property; returns how many files.

    Raises FileExistsError when the directory holds something already, and OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        message = f"{directory} is not empty; a certificate gets a directory of its own"
        raise FileExistsError(message)
    assert run.theory is not None
    proved = {n for n, p in run.proofs.items() if isinstance(p.verdict, Proved)}
    proved |= set(run.model.shape.forests)
    files: dict[str, str] = {INVARIANT: _invariant(run.theory, proved)}
    obligations: dict[str, list[dict[str, object]]] = {
        name: [] for name in run.proofs if name in proved
    }
    for done in run.discharged:
        if done.duty.prop in proved:
            listed = obligations.setdefault(done.duty.prop, [])
            name = f"{done.duty.prop}/{len(listed):02}-{done.duty.at}.smt2"
            files[name] = _query(run.theory, done)
            listed.append(
                {"file": name, "at": done.duty.at, "assumes": sorted(done.used)}
            )
    manifest = _manifest(run, obligations, files)
    for name, text in files.items():
        _write(directory / name, text)
    _write(directory / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    return len(files) + 1


def _query(theory: Theory, done: Discharge) -> str:
    """The obligation as a script: unsatisfiable if it holds."""
    duty = done.duty
    assumed = [f for name in done.used for f in theory.hypotheses[name]]
    formulas = [*done.known, *assumed, negation(duty.goal)]
    return script(f"{theory.model.name}: {duty.prop}, {duty.at}", formulas, ask=True)


def _invariant(theory: Theory, proved: set[str]) -> str:
    """What holds in every reachable state, as assertions in the order of the model."""
    held = [f for n, fs in theory.hypotheses.items() if n in proved for f in fs]
    formulas = [*theory.language.axioms, *theory.base.axioms, *held]
    return script(f"{theory.model.name}: the invariant", formulas, ask=False)


def _manifest(
    run: ProofRun,
    obligations: Mapping[str, list[dict[str, object]]],
    files: Mapping[str, str],
) -> dict[str, object]:
    kinds = {name: proof.kind for name, proof in run.proofs.items()}
    body: dict[str, object] = {
        "schema": SCHEMA,
        "system": run.model.name,
        "reading": dict(run.model.reading),
        "calls": [action.name for action in run.model.actions],
        "properties": {
            name: {"kind": kinds.get(name, "forest"), "obligations": listed}
            for name, listed in obligations.items()
        },
        "sha256": {name: _digest(text) for name, text in files.items()},
    }
    return body | {"digest": _digest(_canonical(body))}


def _canonical(body: Mapping[str, object]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    """The whole file or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


# Checking


def verify_certificate(
    directory: Path,
    *,
    seconds: float = 30.0,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Rechecked:
    """Check the checksums, then every obligation with cvc5 in processes of its own.

    `seconds` is the limit for one obligation; `progress` is told files done and files
    in all. Raises Refused, naming the file, when the certificate was changed, and
    NoSecondSolver.
    """
    if find_spec("cvc5") is None:
        message = "cvc5 is not installed: pip install 'pidproof[second-solver]'"
        raise NoSecondSolver(message)
    manifest = _read_manifest(directory)
    try:
        listed = _listed(directory, manifest)
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{MANIFEST} is not laid out as a {SCHEMA}: {error}") from error
    files = [file for obligations in listed.values() for file, _ in obligations]
    answers = _answers(directory, files, seconds, progress)
    own = {
        name: next((f"{f}: {answers[f]}" for f, _ in o if answers[f] != "unsat"), None)
        for name, o in listed.items()
    }
    leaning = {name: {a for _, used in o for a in used} for name, o in listed.items()}
    return Rechecked(
        system=str(manifest["system"]),
        properties=_with_what_they_lean_on(own, leaning),
        files=len(files),
        solver="cvc5",
    )


def _listed(
    directory: Path, manifest: Mapping[str, Any]
) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """For each property its files, each with what it assumes; raises Refused."""
    _check_sums(directory, manifest["sha256"])
    listed = {
        name: [(str(o["file"]), tuple(o["assumes"])) for o in entry["obligations"]]
        for name, entry in manifest["properties"].items()
    }
    for name, obligations in listed.items():
        if manifest["properties"][name]["kind"] != "every_step":
            _check_base(name, manifest["properties"][name]["obligations"])
        for file, assumed in obligations:
            if file not in manifest["sha256"]:
                raise Refused(f"{MANIFEST}: {file} of {name} has no checksum")
            missing = [other for other in assumed if other not in listed]
            if missing:
                message = f"{MANIFEST}: {name} leans on {missing[0]}, which is not here"
                raise Refused(message)
    return listed


def _with_what_they_lean_on(
    own: dict[str, str | None], leaning: Mapping[str, set[str]]
) -> dict[str, str | None]:
    """A property fails when anything it assumes, at any distance, fails."""
    failed = {name: why for name, why in own.items() if why is not None}
    grown = True
    while grown:
        grown = False
        for name, used in leaning.items():
            broken = sorted(used & failed.keys())
            if name not in failed and broken:
                failed[name] = f"assumes {broken[0]}; {failed[broken[0]]}"
                grown = True
    return {name: failed.get(name) for name in own}


def _read_manifest(directory: Path) -> dict[str, Any]:
    try:
        read = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(f"{directory} holds no {MANIFEST}") from error
    except ValueError as error:
        raise Refused(f"{MANIFEST} is no JSON: {error}") from error
    if not isinstance(read, dict) or read.get("schema") != SCHEMA:
        raise Refused(f"{MANIFEST} is not a {SCHEMA}")
    claimed = read.pop("digest", None)
    if claimed != _digest(_canonical(read)):
        raise Refused(f"{MANIFEST} was changed: its checksum does not fit")
    return read


def _check_base(name: str, obligations: list[dict[str, object]]) -> None:
    """An induction without its first step proves nothing."""
    if BOOT not in [o["at"] for o in obligations]:
        raise Refused(f"{MANIFEST}: nothing shows that {name} holds at boot")


def _check_sums(directory: Path, sums: Mapping[str, str]) -> None:
    for name, expected in sums.items():
        if not (directory / name).resolve().is_relative_to(directory.resolve()):
            raise Refused(f"{MANIFEST}: {name} is outside the certificate")
        try:
            text = (directory / name).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise Refused(f"{name} cannot be read: {error}") from error
        if _digest(text) != expected:
            raise Refused(f"{name} was changed: its checksum does not fit")


def _answers(
    directory: Path,
    files: list[str],
    seconds: float,
    progress: Callable[[int, int], None],
) -> dict[str, str]:
    """What cvc5 says of each file; as many processes as there are processors."""
    workers = max(1, os.cpu_count() or 1)
    found: dict[str, str] = {}

    def ask(share: list[str]) -> None:
        for name, said in _ask(directory, share, seconds):
            found[name] = said
            progress(len(found), len(files))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(ask, [files[n::workers] for n in range(workers)]))
    return {name: found.get(name, "no answer") for name in files}


def _ask(
    directory: Path, files: list[str], seconds: float
) -> Iterable[tuple[str, str]]:
    """One process of the second solver, and its answer for each file in turn."""
    command = [sys.executable, "-m", "checker.proof.recheck", str(int(seconds * 1000))]
    with subprocess.Popen(  # noqa: S603  (our own program)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in files:
            try:
                process.stdin.write(f"{directory / name}\n")
                process.stdin.flush()
            except BrokenPipeError:
                return
            line = process.stdout.readline()
            if not line:
                return
            yield name, line.rstrip("\n").partition("\t")[2]
        process.stdin.close()
