"""What `pidproof prove` does once its options are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from checker.cli.checking import reading_for
from checker.cli.naming import properties_named, system_named
from checker.cli.obstacles import document_of, lines_of
from checker.cli.progress import ProgressLine
from checker.cli.report import SCHEMA, STYLES, console
from checker.cli.stopping import Stopping
from checker.proof.certificate import write_certificate
from checker.proof.noticing import (
    EQUIVALENT,
    NOTICED,
    SURVIVED,
    UNDECIDED,
    Notice,
    notice,
)
from checker.proof.prove import Proof
from checker.proof.sanity import able_states
from checker.proof.settle import Settled, proved_of, settle
from checker.scope import scope_for, smallest, sorts_of
from checker.verdict import AS_EXPECTED, INCONCLUSIVE, Proved, Unknown, worst
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from properties.manifest import manifest
from properties.provable import leaning, not_proved
from spec.lang.model import Model, Traced
from spec.systems import SYSTEMS

PROVABLE = ("always", "every_step")
"""The kinds of properties that can be proved; an example is found by a search."""
MUTANTS_WITHIN = 900.0
"""Seconds for the mutants of the properties that are named, in each system."""
MUTANTS_OF_ALL_WITHIN = 3600.0
"""Seconds for those of a whole system. Both are limits, and seldom reached."""
SMALL = 3
"""Elements of each sort where a scope is needed: for sanity, and to show a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    systems: tuple[str, ...]
    properties: tuple[str, ...]
    every: bool
    reading: tuple[str, ...]
    certificate: Path | None
    mutants: bool
    most_mutants: int | None
    strengthen: bool
    without_lemmas: bool
    timeout: float
    json: bool


@dataclass(frozen=True)
class Told:
    """What is known of one system."""

    system: str
    settled: Settled
    asked: tuple[str, ...]
    expected: dict[str, str]
    left_out: int
    """The properties that no proof is expected of, and that were not tried."""
    idle: tuple[str, ...]
    """The calls that succeed in no small state that satisfies what is assumed."""
    noticed: Notice | None

    @property
    def model(self) -> Model:
        return self.settled.run.model

    @property
    def generated(self) -> tuple[Traced, ...]:
        """The lemmas that were found, and that what is proved leans on."""
        found = self.settled.strengthening
        return () if found is None else found.used

    def code_of(self, name: str) -> int:
        """The exit code that a property deserves."""
        proved = isinstance(self.settled.run.proofs[name].verdict, Proved)
        refuted = self.expected.get(name) == "violated"
        return AS_EXPECTED if proved is not refuted else INCONCLUSIVE


def run(wanted: Wanted) -> int:
    """Prove, print, write the certificates; the exit code."""
    line, stopping = ProgressLine(), Stopping()
    names = dict.fromkeys(wanted.systems or SYSTEMS)
    codes, rows = [], []
    with stopping.watching():
        for name in names:
            told = _prove(name, wanted, line)
            line.clear()
            if wanted.certificate is not None:
                write_certificate(told.settled.run, wanted.certificate / name)
            codes += [told.code_of(asked) for asked in told.asked]
            codes += [INCONCLUSIVE for _ in told.idle]
            rows += [_row(told, asked) for asked in told.asked]
            if not wanted.json:
                _print(told)
    if wanted.json:
        print(json.dumps({"schema": SCHEMA, "results": rows}, indent=1))
    return worst(codes)


def _prove(name: str, wanted: Wanted, line: ProgressLine) -> Told:
    strict = bool(wanted.systems)
    reading = reading_for(name, wanted.reading, strict=strict)
    model = system_named(name).model(reading)
    expected = manifest().expected(name, model.reading)
    refuted = {n for n, verdict in expected.items() if verdict == "violated"}
    named = [p for p in properties_named(name, wanted.properties) if p.kind in PROVABLE]
    hopeless = refuted.union(not_proved(name))
    chosen = {
        p.name
        for p in named
        if wanted.every or wanted.properties or p.name not in hopeless
    }
    lemmas = () if wanted.without_lemmas else lemmas_for(name)
    needed = [
        p
        for p in (*for_system(name), *lemmas)
        if p.name in chosen or (p.kind == "always" and p.name not in hopeless)
    ]
    traced = tuple(model.trace(p) for p in needed)
    scope = scope_for(model, _small(model, traced), traced)

    def progress(what: str) -> bool:
        line.doing(f"{name}: {what}")
        return False

    found = settle(
        model,
        traced,
        chosen,
        scope,
        refuted=refuted,
        leaning=leaning(),
        seconds=wanted.timeout,
        strengthening=wanted.strengthen,
        progress=progress,
    )
    standing = proved_of(found.run)
    idle = [a for a, s in able_states(model, scope, standing).items() if s is None]

    def told(mutant: str, number: int, of: int) -> bool:
        return progress(f"{mutant} ({number} of {of})")

    noticed = (
        notice(
            found.run,
            scope,
            chosen if wanted.properties else None,
            most=wanted.most_mutants,
            budget=MUTANTS_WITHIN if wanted.properties else MUTANTS_OF_ALL_WITHIN,
            told=told,
        )
        if wanted.mutants
        else None
    )
    return Told(
        system=name,
        settled=found,
        asked=tuple(n for n in found.run.proofs if n in chosen),
        expected=dict(expected),
        left_out=len(named) - len(chosen),
        idle=tuple(idle),
        noticed=noticed,
    )


def _small(model: Model, properties: tuple[Traced, ...]) -> dict[str, int]:
    """The sizes of a small scope: more where constants need it."""
    least = smallest(model, properties)
    return {name: max(SMALL, least.get(name, 1)) for name in sorts_of(model)}


def _row(told: Told, name: str) -> dict[str, object]:
    proof = told.settled.run.proofs[name]
    hindered = told.settled.hindered.get(name)
    generated = {one.name: one.declared.doc for one in told.generated}
    reading = told.model.reading
    return {
        "system": told.system,
        "property": name,
        "verdict": proof.verdict.json_name,
        "engine": "prove",
        "method": proof.method,
        "lemmas": list(proof.lemmas),
        "generated": {n: generated[n] for n in proof.lemmas if n in generated},
        "obligations": proof.obligations,
        "unshown": [f"{duty.at}: {duty.reason}" for duty in proof.unshown],
        "obstacle": None if hindered is None else document_of(told.model, hindered),
        "scope": None,
        "reading": ",".join(f"{n}={option}" for n, option in reading.items()),
        "seconds": round(proof.seconds, 3),
        "mutants": None if told.noticed is None else _mutants_of(told.noticed, name),
    }


def _mutants_of(noticed: Notice, name: str) -> dict[str, object]:
    """The mutants by fate; of those noticed also which were seen to break this one."""
    return {
        "noticed": [one.mutant for one in noticed.of(NOTICED)],
        "broken_by": [one.mutant for one in noticed.fates if name in one.broken],
        "survived": [one.mutant for one in noticed.of(SURVIVED)],
        "equivalent": [one.mutant for one in noticed.of(EQUIVALENT)],
        "undecided": [one.mutant for one in noticed.of(UNDECIDED)],
        "untried": noticed.untried,
    }


def _print(told: Told) -> None:
    out = console()
    out.print(f"{told.system}: {told.settled.run.seconds:.1f} s")
    for name in told.asked:
        proof, code = told.settled.run.proofs[name], told.code_of(name)
        mark = "ok" if code == AS_EXPECTED else "??"
        out.print(f"  {mark}  {name}  ", end="")
        said = proof.verdict.json_name
        out.print(said, style=STYLES[said], end="")
        out.print(f"  {_detail(proof)}")
        hindered = told.settled.hindered.get(name)
        if hindered is not None and code != AS_EXPECTED:
            for text in lines_of(told.model, hindered):
                out.print(f"        {text}")
    for name, hindered in told.settled.hindered.items():
        if name not in told.settled.run.proofs:
            out.print(f"  ??  {name}")
            for text in lines_of(told.model, hindered):
                out.print(f"        {text}")
    for text in (*_searched(told), *_noticed(told)):
        out.print(text)
    if told.left_out:
        out.print(
            f"      of {told.left_out} more no proof is expected; --all tries them too"
        )
    for call in told.idle:
        out.print(f"  ??  {call} succeeds in no small state of those assumed")


def _detail(proof: Proof) -> str:
    if isinstance(proof.verdict, Unknown):
        return proof.verdict.reason
    leaning = f", leaning on {', '.join(proof.lemmas)}" if proof.lemmas else ""
    obligations = "obligation" if proof.obligations == 1 else "obligations"
    took = f"{proof.obligations} {obligations}, {proof.seconds:.1f} s"
    return f"by {proof.method}: {took}{leaning}"


def _searched(told: Told) -> Iterator[str]:
    """What the search for lemmas found."""
    found = told.settled.strengthening
    if found is None:
        return
    tried = max((one.tried for one in found.rounds), default=0)
    searched = f"{tried} generated lemmas were tried in {found.seconds:.1f} s"
    used = len(found.used)
    yield (
        f"      {searched}; {used} are used, and proved with the rest"
        if used
        else (f"      {searched}; none is used")
    )
    for lemma in found.used:
        yield f"        {lemma.name}"
        yield f"          {lemma.declared.doc}"


def _noticed(told: Told) -> Iterator[str]:
    """What became of the mutants."""
    found = told.noticed
    if found is None:
        return
    noticed, tried = len(found.of(NOTICED)), len(found.fates)
    yield f"      {noticed} of {tried} mutants break an obligation"
    for fate, said in FATES.items():
        calls: dict[str, list[str]] = {}
        for one in found.of(fate):
            calls.setdefault(one.action, []).append(one.mutant)
        if not calls:
            continue
        yield f"      {sum(map(len, calls.values()))} {said}"
        for call, names in calls.items():
            yield f"        {call} ({len(names)}): {_first(call, names)}"
    if found.untried:
        yield f"      {found.untried} were not tried: there was no time"
    for name in found.idle:
        yield f"        no mutant tried breaks an obligation of {name}"


FATES: Final = {
    EQUIVALENT: "say the same as the original wherever the invariants hold",
    SURVIVED: "survived: what is proved holds of them as well",
    UNDECIDED: "undecided: no proof and no step was found",
}
"""What is said of the mutants that were not noticed."""
SHOWN: Final = 3
"""So many mutants of a call are named; the JSON names all."""


def _first(call: str, names: Sequence[str]) -> str:
    """The first of the mutants, without the name of the call."""
    first = ", ".join(name.removeprefix(f"{call}_") for name in names[:SHOWN])
    return f"{first}{', ...' if len(names) > SHOWN else ''}"
