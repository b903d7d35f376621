"""What `pidproof prove` does once its options are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.bounded.induction import NotKept
from checker.cli.checking import reading_for
from checker.cli.naming import properties_named, system_named
from checker.cli.progress import ProgressLine
from checker.cli.report import SCHEMA, STYLES, console
from checker.cli.stopping import Stopping
from checker.evaluate import State
from checker.proof.certificate import write_certificate
from checker.proof.prove import Proof, ProofRun, prove
from checker.proof.sanity import able_states, unnoticed, why_not
from checker.scope import scope_for, sorts_of
from checker.verdict import AS_EXPECTED, INCONCLUSIVE, Proved, Unknown, worst
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from properties.manifest import manifest
from spec.lang.model import Model, Scope, Traced
from spec.lang.prose import cell_name, value_text
from spec.systems import SYSTEMS

SMALL = 3
"""Elements of each sort where a scope is needed: for sanity, and to show a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    systems: tuple[str, ...]
    properties: tuple[str, ...]
    reading: tuple[str, ...]
    certificate: Path | None
    mutants: bool
    timeout: float
    json: bool


@dataclass(frozen=True)
class Told:
    """What is known of one system."""

    system: str
    run: ProofRun
    asked: tuple[str, ...]
    expected: dict[str, str]
    idle: tuple[str, ...]
    """The calls that succeed in no small state that satisfies what is assumed."""
    shown: dict[str, NotKept]
    survivors: tuple[str, ...] | None

    def code_of(self, name: str) -> int:
        """The exit code that a property deserves."""
        proved = isinstance(self.run.proofs[name].verdict, Proved)
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
                write_certificate(told.run, wanted.certificate / name)
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
    chosen = {p.name for p in properties_named(name, wanted.properties)}
    needed = [
        p
        for p in (*for_system(name), *lemmas_for(name))
        if p.name in chosen or p.kind == "always"
    ]
    traced = tuple(model.trace(p) for p in needed)
    scope = scope_for(model, dict.fromkeys(sorts_of(model), SMALL), traced)

    def progress(prop: str, done: int, of: int) -> bool:
        line.doing(f"{name}: {prop} ({done} of {of})")
        return False

    found = prove(model, traced, seconds=wanted.timeout, progress=progress)
    standing = [p for p in traced if _is_proved(found, p)]
    idle = [a for a, s in able_states(model, scope, standing).items() if s is None]
    expected = manifest().expected(name, model.reading)
    asked = tuple(n for n in found.proofs if n in chosen)
    return Told(
        system=name,
        run=found,
        asked=asked,
        expected=dict(expected),
        idle=tuple(idle),
        shown=_shown(found, scope, traced, asked),
        survivors=_survivors(model, standing, line) if wanted.mutants else None,
    )


def _is_proved(found: ProofRun, prop: Traced) -> bool:
    proof = found.proofs.get(prop.name)
    return proof is not None and isinstance(proof.verdict, Proved)


def _shown(
    found: ProofRun, scope: Scope, traced: tuple[Traced, ...], asked: tuple[str, ...]
) -> dict[str, NotKept]:
    """For what was not proved, a small step that breaks it, if there is one."""
    unproved = [n for n in asked if isinstance(found.proofs[n].verdict, Unknown)]
    if not unproved:
        return {}
    return why_not(found.model, scope, traced, unproved)


def _survivors(
    model: Model, traced: list[Traced], line: ProgressLine
) -> tuple[str, ...]:
    def progress(mutant: str, done: int, of: int) -> None:
        line.doing(f"{model.name}: {mutant} ({done} of {of})")

    return unnoticed(model, traced, progress=progress)


def _row(told: Told, name: str) -> dict[str, object]:
    proof = told.run.proofs[name]
    reading = told.run.model.reading
    return {
        "system": told.system,
        "property": name,
        "verdict": proof.verdict.json_name,
        "engine": "prove",
        "method": proof.method,
        "lemmas": list(proof.lemmas),
        "obligations": proof.obligations,
        "unshown": [f"{duty.at}: {duty.reason}" for duty in proof.unshown],
        "scope": None,
        "reading": ",".join(f"{n}={option}" for n, option in reading.items()),
        "seconds": round(proof.seconds, 3),
        "survivors": None if told.survivors is None else list(told.survivors),
    }


def _print(told: Told) -> None:
    out = console()
    out.print(f"{told.system}: {told.run.seconds:.1f} s")
    for name in told.asked:
        proof, code = told.run.proofs[name], told.code_of(name)
        mark = "ok" if code == AS_EXPECTED else "??"
        out.print(f"  {mark}  {name}  ", end="")
        said = proof.verdict.json_name
        out.print(said, style=STYLES[said], end="")
        out.print(f"  {_detail(proof)}")
        if name in told.shown and code != AS_EXPECTED:
            for text in _step_lines(told.run.model, told.shown[name]):
                out.print(f"        {text}")
    for call in told.idle:
        out.print(f"  ??  {call} succeeds in no small state of those assumed")
    if told.survivors is not None:
        out.print(f"      {len(told.survivors)} mutants break no obligation")
        for mutant in told.survivors:
            out.print(f"        {mutant}")


def _detail(proof: Proof) -> str:
    if isinstance(proof.verdict, Unknown):
        return proof.verdict.reason
    leaning = f", leaning on {', '.join(proof.lemmas)}" if proof.lemmas else ""
    obligations = "obligation" if proof.obligations == 1 else "obligations"
    took = f"{proof.obligations} {obligations}, {proof.seconds:.1f} s"
    return f"by {proof.method}: {took}{leaning}"


def _step_lines(model: Model, shown: NotKept) -> Iterator[str]:
    """A state, and the steps from it: what differs from boot, then what changes."""
    yield "a state that satisfies what is assumed; it may be unreachable:"
    state = shown.before
    yield from (f"  {text}" for text in _cells(model, state, None))
    for step in shown.steps:
        action = model.action(step.invocation.action)
        pairs = zip(action.params, step.invocation.args, strict=True)
        given = ", ".join(f"{p.name}={value_text(v, p.type)}" for p, v in pairs)
        yield f"{action.name}({given})"
        yield from (f"  {text}" for text in _cells(model, step.after, state))
        state = step.after


def _cells(model: Model, state: State, before: State | None) -> Iterator[str]:
    """Every cell of a state, or only those that are not as before."""
    for n, info in enumerate(model.shape.fields()):
        rows = [None] if info.index is None else range(len(state[n]))
        for row in rows:
            held = state[n] if row is None else state[n][row]
            was = None if before is None else before[n]
            if was is not None and (was if row is None else was[row]) == held:
                continue
            name = cell_name(info.name, row, info.index)
            yield f"{name} = {value_text(int(held), info.type)}"
