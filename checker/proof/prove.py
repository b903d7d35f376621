"""Proof for any number of everything, by induction in first-order logic.

The invariants and the lemmas are assumed together in the state before a step; those
that cannot be shown to survive it are dropped until the rest keep each other. A step
property is shown of each step from a state that satisfies what remains. An answer other
than "unsatisfiable" is no proof: the property is unknown, and the duty is named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from checker.proof.attempt import Attempts, Shown
from checker.proof.first_order import Expr, NotFirstOrder
from checker.proof.obligations import Duty, Theory
from checker.verdict import Proved, Unknown, Verdict
from spec.lang.model import Model, Traced


@dataclass(frozen=True)
class Discharge:
    """A duty that was shown, the invariants that it took, and what else was known."""

    duty: Duty
    used: tuple[str, ...]
    known: tuple[Expr, ...]
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
    """All proofs of one run, and what a certificate needs of it.

    `properties` are those that were looked at: what was wanted, and what that took.
    """

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


Leaning = Mapping[str, Collection[str]]
"""For a property the invariants that its proof is known to lean on."""
NO_LEANING: Final[Leaning] = {}


def prove(
    model: Model,
    properties: Iterable[Traced],
    *,
    wanted: Iterable[str] | None = None,
    leaning: Leaning = NO_LEANING,
    seconds: float = 10.0,
    all_duties: bool = True,
    minimal: bool = False,
    progress: Progress = lambda *_: False,
) -> ProofRun:
    """Each `always` and `every_step` property; lemmas are given among them.

    With `wanted`, only these and what their proofs turn out to take. `leaning` names,
    for some properties, the invariants to try first. `seconds` is the limit for one
    duty. Without `all_duties` the run ends at the first duty that is not shown, for who
    only wants to know whether there is one. `minimal` takes time to say of each duty
    what it cannot do without.
    """
    started = time.perf_counter()
    listed = {p.name: p for p in properties if p.kind in ("always", "every_step")}
    prover = _Prover(model, listed, leaning, seconds, all_duties, minimal, progress)
    names = set(listed) if wanted is None else set(wanted)
    proofs = prover.proofs([name for name in listed if name in names])
    return ProofRun(
        model,
        tuple(prop for name, prop in listed.items() if name in proofs),
        proofs,
        tuple(done for _, done in sorted(prover.shown.items())),
        prover.theory,
        time.perf_counter() - started,
        prover.loose,
    )


@dataclass
class _Prover:
    model: Model
    listed: dict[str, Traced]
    leaning: Leaning
    seconds: float
    all_duties: bool
    minimal: bool
    progress: Progress
    theory: Theory | None = None
    attempts: Attempts | None = None
    duties: list[Duty] = field(default_factory=list)
    shown: dict[int, Discharge] = field(default_factory=dict)
    """By position among the duties."""
    unshown: dict[int, OpenDuty] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """The properties outside first-order logic, and why."""
    loose: tuple[str, ...] = ()
    stopped: bool = False

    def proofs(self, wanted: list[str]) -> dict[str, Proof]:
        """The proofs of what is wanted, and of what these lean on."""
        forests = self.model.shape.forests
        try:
            self._begin()
            seen = dict.fromkeys([*forests, *wanted])
            for name in seen:
                self._add_duties(name)
        except NotFirstOrder as error:
            return {n: _refused(self.listed[n], str(error)) for n in wanted}
        assert self.theory is not None
        standing = dict.fromkeys(self.theory.hypotheses)
        pending = list(range(len(self.duties)))
        while pending:
            self._attempt_all(pending, standing)
            dropped = {self.duties[n].prop for n in self.unshown} & standing.keys()
            for name in dropped:
                del standing[name]
            fallen = [n for n, d in self.shown.items() if dropped.intersection(d.used)]
            for position in fallen:
                del self.shown[position]
            pending = [n for n in fallen if self.duties[n].prop not in dropped]
            pending += self._leaned_on(seen)
        self.loose = tuple(name for name in forests if name not in standing)
        asked = [name for name in self.listed if name in seen]
        return {name: self._proof(self.listed[name]) for name in asked}

    def _begin(self) -> None:
        invariants = []
        for name, prop in self.listed.items():
            if prop.node is not None:
                try:
                    Theory(self.model, [prop])
                except NotFirstOrder as error:
                    self.refused[name] = str(error)
                else:
                    invariants.append(prop)
        self.theory = Theory(self.model, invariants)
        known = {name: set(on) for name, on in self.leaning.items()}
        self.attempts = Attempts(self.theory, self.seconds, self.minimal, known)

    def _add_duties(self, name: str) -> None:
        """A property outside first-order logic has none. Of a forest it is raised."""
        assert self.theory is not None
        prop = self.listed.get(name)
        if prop is None:
            self.duties += self.theory.of_forest(name)
        elif name not in self.refused:
            try:
                self.duties += (
                    self.theory.of_invariant(prop)
                    if prop.kind == "always"
                    else self.theory.of_step_property(prop)
                )
            except NotFirstOrder as error:
                self.refused[name] = str(error)

    def _leaned_on(self, seen: dict[str, None]) -> list[int]:
        """The duties of the invariants that were assumed and not looked at so far."""
        before = len(self.duties)
        used = {name for done in self.shown.values() for name in done.used}
        for name in self.listed:
            if name in used and name not in seen:
                seen[name] = None
                self._add_duties(name)
        return list(range(before, len(self.duties)))

    def _attempt_all(self, pending: list[int], standing: dict[str, None]) -> None:
        """Try each; and again what others of its property have shown the way for."""
        assert self.attempts is not None
        learnt: dict[int, int] = {}
        while pending:
            for position in pending:
                self._attempt(position, standing)
                learnt[position] = self.attempts.learnt(self.duties[position])
            pending = [
                position
                for position, before in learnt.items()
                if position in self.unshown
                and not self.stopped
                and self.attempts.learnt(self.duties[position]) > before
            ]

    def _attempt(self, position: int, standing: dict[str, None]) -> None:
        duty, started = self.duties[position], time.perf_counter()
        if not self.stopped:
            done = len(self.shown)
            self.stopped = self.progress(duty.prop, done, len(self.duties))
        if self.stopped:
            self.unshown[position] = OpenDuty(duty.at, "stopped", duty.action)
            return
        assert self.attempts is not None
        found = self.attempts.attempt(duty, standing)
        took = time.perf_counter() - started
        self.spent[duty.prop] = self.spent.get(duty.prop, 0.0) + took
        if isinstance(found, Shown):
            self.shown[position] = Discharge(duty, found.used, found.known, took)
            self.unshown.pop(position, None)
        else:
            self.unshown[position] = OpenDuty(duty.at, found.reason, duty.action)
            self.stopped = not self.all_duties

    def _proof(self, prop: Traced) -> Proof:
        if prop.name in self.refused:
            return _refused(prop, self.refused[prop.name])
        mine = [n for n, duty in enumerate(self.duties) if duty.prop == prop.name]
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
            lemmas=tuple(sorted(used - {*self.model.shape.forests, prop.name})),
            obligations=len(mine),
            seconds=self.spent.get(prop.name, 0.0),
            unshown=unshown,
        )


def _refused(prop: Traced, why: str) -> Proof:
    return Proof(prop.name, prop.kind, Unknown(why), "none", (), 0, 0.0)
