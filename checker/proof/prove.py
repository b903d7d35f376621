"""Proof for any number of everything, by induction in first-order logic.

The invariants and the lemmas are assumed together in the state before a step; those
that cannot be shown to survive it are dropped until the rest keep each other. A step
property is shown of each step from a state that satisfies what remains. An answer other
than "unsatisfiable" is no proof: the property is unknown, and the duty is named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import z3

from checker.proof.first_order import NotFirstOrder
from checker.proof.obligations import Duty, Theory
from checker.verdict import Proved, Unknown, Verdict
from spec.lang.model import Model, Traced


@dataclass(frozen=True)
class Discharge:
    """A duty that was shown, and the invariants that it took."""

    duty: Duty
    used: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """A duty that was not shown: where, and what the solver said."""

    at: str
    reason: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of one property, for any number of everything.

    `lemmas` are the other properties and lemmas that its duties assume; `obligations`
    is how many duties there are, `seconds` what they took.
    """

    prop: str
    kind: str
    verdict: Verdict
    method: str
    lemmas: tuple[str, ...]
    obligations: int
    seconds: float
    unshown: tuple[OpenDuty, ...] = ()


@dataclass(frozen=True)
class ProofRun:
    """All proofs of one run, and what a certificate needs of it."""

    model: Model
    properties: tuple[Traced, ...]
    proofs: dict[str, Proof]
    discharged: tuple[Discharge, ...]
    theory: Theory | None
    seconds: float
    loose: tuple[str, ...] = ()
    """The forests that were not shown to stay forests; while there is one, nothing is
    proved."""


Progress = Callable[[str, int, int], bool]
"""Called with (property, duties done, duties in all); a true answer stops the run."""


def prove(
    model: Model,
    properties: Iterable[Traced],
    *,
    seconds: float = 10.0,
    all_duties: bool = True,
    minimal: bool = False,
    progress: Progress = lambda *_: False,
) -> ProofRun:
    """Each `always` and `every_step` property; lemmas are given among them.

    `seconds` is the limit for one duty. Without `all_duties` the run ends at the first
    duty that is not shown, for who only wants to know whether there is one. `minimal`
    takes time to say of each duty what it cannot do without.
    """
    started = time.perf_counter()
    listed = [p for p in properties if p.kind in ("always", "every_step")]
    prover = _Prover(model, seconds, all_duties, minimal, progress)
    proofs = prover.proofs(listed)
    return ProofRun(
        model,
        tuple(listed),
        proofs,
        tuple(prover.shown.values()),
        prover.theory,
        time.perf_counter() - started,
        prover.loose,
    )


@dataclass
class _Prover:
    model: Model
    seconds: float
    all_duties: bool
    minimal: bool
    progress: Progress
    theory: Theory | None = None
    shown: dict[int, Discharge] = field(default_factory=dict)
    """By position among the duties."""
    unshown: dict[int, OpenDuty] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    loose: tuple[str, ...] = ()
    stopped: bool = False

    def proofs(self, props: list[Traced]) -> dict[str, Proof]:
        refused: dict[str, str] = {}
        try:
            duties = self._duties(props, refused)
        except NotFirstOrder as error:
            return {p.name: _refused(p, str(error)) for p in props}
        assert self.theory is not None
        standing = set(self.theory.hypotheses)
        pending = list(range(len(duties)))
        while pending:
            for position in pending:
                self._attempt(position, duties, standing)
            dropped = {
                duties[n].prop for n in self.unshown if duties[n].prop in standing
            }
            standing -= dropped
            pending = [
                n for n, done in self.shown.items() if dropped.intersection(done.used)
            ]
            for position in pending:
                del self.shown[position]
        forests = set(self.model.shape.forests)
        self.loose = tuple(sorted(forests - standing))
        return {
            p.name: _refused(p, refused[p.name])
            if p.name in refused
            else self._proof(p, duties, forests)
            for p in props
        }

    def _duties(self, props: list[Traced], refused: dict[str, str]) -> list[Duty]:
        """Every duty; a property outside first-order logic is left out, with why."""
        for prop in props:
            try:
                if prop.node is not None:
                    Theory(self.model, [prop])
            except NotFirstOrder as error:
                refused[prop.name] = str(error)
        invariants = [p for p in props if p.kind == "always" and p.name not in refused]
        self.theory = theory = Theory(self.model, invariants)
        duties = [d for n in self.model.shape.forests for d in theory.of_forest(n)]
        for prop in props:
            if prop.name in refused:
                continue
            try:
                duties += (
                    theory.of_invariant(prop)
                    if prop.kind == "always"
                    else theory.of_step_property(prop)
                )
            except NotFirstOrder as error:
                refused[prop.name] = str(error)
        return duties

    def _attempt(self, position: int, duties: list[Duty], standing: set[str]) -> None:
        """Try with few assumptions first: they are what makes a search long."""
        duty, started = duties[position], time.perf_counter()
        if not self.stopped:
            self.stopped = self.progress(duty.prop, len(self.shown), len(duties))
        if self.stopped:
            self.unshown[position] = OpenDuty(duty.at, "stopped", duty.action)
            return
        reason = ""
        for names, share in self._stages(duty, standing):
            used, reason = self._solve(duty, names, share * self.seconds)
            if used is not None:
                took = time.perf_counter() - started
                self.shown[position] = Discharge(duty, used, took)
                break
        else:
            self.unshown[position] = OpenDuty(duty.at, reason, duty.action)
            self.stopped = not self.all_duties
        took = time.perf_counter() - started
        self.spent[duty.prop] = self.spent.get(duty.prop, 0.0) + took

    def _stages(self, duty: Duty, standing: set[str]) -> list[tuple[list[str], float]]:
        """Growing sets of assumptions, each with its share of the time."""
        if not duty.assumes:
            return [([], 1.0)]
        assert self.theory is not None
        forests = self.model.shape.forests
        lemmas = self.theory.lemmas
        chosen = [n for n in self.theory.hypotheses if n in standing]
        near = [n for n in chosen if n in forests or n == duty.prop]
        lean = [n for n in chosen if n in near or n in lemmas]
        return [(near, 0.1), (lean, 0.4), (chosen, 0.5)]

    def _solve(
        self, duty: Duty, names: list[str], seconds: float
    ) -> tuple[tuple[str, ...] | None, str]:
        """The assumptions that were needed, or None and why there is no proof."""
        assert self.theory is not None
        solver = z3.Solver()
        solver.set("timeout", max(1, int(seconds * 1000)))
        solver.set("core.minimize", self.minimal)
        solver.add(*self.theory.language.axioms, *duty.facts, z3.Not(duty.goal))
        for name in names:
            for number, formula in enumerate(self.theory.hypotheses[name]):
                solver.assert_and_track(formula, f"{name}#{number}")
        answer = solver.check()
        if answer == z3.unsat:
            core = {str(marker).rsplit("#", 1)[0] for marker in solver.unsat_core()}
            return tuple(n for n in names if n in core), ""
        if answer == z3.sat:
            return (
                None,
                "a step from some state that satisfies what is assumed breaks it",
            )
        return None, _gave_up(solver.reason_unknown(), self.seconds)

    def _proof(self, prop: Traced, duties: list[Duty], forests: set[str]) -> Proof:
        mine = [n for n, duty in enumerate(duties) if duty.prop == prop.name]
        unshown = tuple(self.unshown[n] for n in mine if n in self.unshown)
        used = {name for n in mine if n in self.shown for name in self.shown[n].used}
        verdict: Verdict = Proved()
        if self.loose:
            verdict = Unknown(f"{self.loose[0]} was not shown to stay a forest")
        elif unshown:
            verdict = Unknown(f"{unshown[0].at}: {unshown[0].reason}")
        return Proof(
            prop=prop.name,
            kind=prop.kind,
            verdict=verdict,
            method="induction" if prop.kind == "always" else "one step",
            lemmas=tuple(sorted(used - forests - {prop.name})),
            obligations=len(mine),
            seconds=self.spent.get(prop.name, 0.0),
            unshown=unshown,
        )


def _gave_up(why: str, seconds: float) -> str:
    """What the solver says, with what to do where time is what was missing."""
    if why in ("canceled", "timeout"):
        return f"the solver found no proof in {seconds:g} s; --timeout gives it longer"
    return f"the solver gave up: {why}"


def _refused(prop: Traced, why: str) -> Proof:
    return Proof(prop.name, prop.kind, Unknown(why), "none", (), 0, 0.0)
