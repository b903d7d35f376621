"""Which mutants keep all that is proved, for any number: shown, not only not refuted.

A broken call has the obligations of the original one. Most are the very same, or are
shown by the proof that the original has: if it takes some conditions of the call only,
it is a proof of every call that writes the same under these and others. What is left is
tried with what the original's proof leans on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import z3

from checker.mutants.equivalence import difference
from checker.mutants.mutate import Mutant
from checker.proof.attempt import MATCHING, MODELS, Attempts, Shown
from checker.proof.beside import Beside
from checker.proof.first_order import ALWAYS, Expr, NotFirstOrder
from checker.proof.obligations import Duty, Theory
from checker.proof.prove import ProofRun
from checker.proof.relevance import Relevance
from checker.proof.settle import proved_of
from checker.slicing.cone import fields_of
from checker.slicing.ways import Way, guard_of, moves, settled, ways_of
from spec.lang import simplify
from spec.lang.action import Action, Write
from spec.lang.ir import Node
from spec.lang.model import Model, Traced, rung_label

SAME: Final = 0.3
"""Seconds for one try to show that a mutant is the same as the original."""
REDUCED: Final = 1.0
"""Seconds to find which conditions of a call a proof takes."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What has to be shown of one way in which a call ends."""

    prop: str
    """The property, or the field of a forest."""
    writes: tuple[Write, ...]
    """Those of the call that matter to what is said."""
    way: Way
    when: frozenset[Node]
    """The conditions of which all hold when the call ends so."""
    said: Node | None = None
    """What a property of steps demands of this end."""

    @property
    def about(self) -> object:
        """Claims that are equal in this differ only in when they are made."""
        return self.prop, self.writes, self.said


class Surviving:
    """Shows of mutants of the model of a run what the run showed of the model.

    `seconds` is the limit for one obligation.
    """

    def __init__(self, run: ProofRun, seconds: float) -> None:
        self.model, self.seconds = run.model, seconds
        self.invariants = tuple(p for p in proved_of(run) if p.kind == "always")
        self.forests = frozenset(run.model.shape.forests)
        names = (*run.model.shape.forests, *(p.name for p in self.invariants))
        self.standing = dict.fromkeys(names)
        self.used: dict[tuple[str, str], set[str]] = {}
        self.useful: dict[str, set[str]] = {}
        for done in run.discharged:
            duty = done.duty
            self.used.setdefault((duty.prop, duty.at), set()).update(done.used)
            self.useful.setdefault(duty.prop, set()).update(done.used)

    def of_call(self, beside: Beside) -> OfCall:
        """Shows it of mutants of one call."""
        return OfCall(self, beside)

    @cached_property
    def _still(self) -> Relevance:
        return Relevance(Theory(replace(self.model, actions=()), self.invariants))

    def same(self, mutant: Mutant) -> bool:
        """Nobody can tell the broken call from the original, for any number.

        What the two say is much the same, and matching terms soon shows it: without
        invariants, or with those that speak of nothing else.
        """
        asked = difference(self.model, mutant)
        if asked is None or asked.node is None:
            return False
        base = self._still.theory.base
        try:
            claim = base.lower(asked.node)
        except NotFirstOrder:
            return False
        known = tuple(base.axioms)
        name = mutant.name
        duty = Duty(name, name, known, ALWAYS, claim, assumes=True, action=name)
        _, inner, _, _ = self._still.near(duty, self.standing)
        return any(self._follows(duty, names) for names in ([], inner))

    def _follows(self, duty: Duty, names: list[str]) -> bool:
        hypotheses = self._still.theory.hypotheses
        solver = _solver(MATCHING, SAME)
        solver.add(*self._still.known(duty, names), z3.Not(duty.goal))
        solver.add(*(formula for name in names for formula in hypotheses[name]))
        return bool(solver.check() == z3.unsat)

    def claims(self, action: Action, demanded: Iterable[Traced]) -> Iterator[_Claim]:
        """All that has to be shown of a call, of which this is demanded."""
        written = {write.field for write in action.writes}
        for way in ways_of(action) if written else ():
            when = frozenset(guard_of(action, way))
            for name in sorted(self.forests & written):
                yield _Claim(name, _of(action, {name}), way, when)
            for prop in self.invariants:
                fields = fields_of(prop.node)
                if fields & written:
                    yield _Claim(prop.name, _of(action, fields), way, when)
        yield from _demands(replace(self.model, actions=(action,)), action, demanded)


def _demands(
    model: Model, action: Action, demanded: Iterable[Traced]
) -> Iterator[_Claim]:
    for prop in demanded:
        for demand in prop.obligations:
            if demand.action != action.name:
                continue
            said = settled(model, demand)
            if said is simplify.TRUE:
                continue
            way = Way(action.name, demand.rung, demand.alternative)
            fields = fields_of(said) if moves(action, demand.rung) else frozenset()
            when = frozenset(guard_of(action, way))
            yield _Claim(prop.name, _of(action, fields), way, when, said)


def _read_by(properties: Iterable[Traced]) -> frozenset[str]:
    listed = list(properties)
    demands = (o.node for p in listed for o in p.obligations)
    return fields_of(*(p.node for p in listed), *demands)


def _of(action: Action, fields: Collection[str]) -> tuple[Write, ...]:
    return tuple(write for write in action.writes if write.field in fields)


class OfCall:
    """The claims of one call, and those of its mutants that follow from them."""

    def __init__(self, surviving: Surviving, beside: Beside) -> None:
        self.surviving, self.beside = surviving, beside
        original, given = beside.original, beside.given
        self.proofs = _Proofs(surviving, [original], given)
        self.known: dict[object, list[_Claim]] = {}
        for claim in surviving.claims(original, given):
            self.known.setdefault(claim.about, []).append(claim)
        self.reduced: dict[_Claim, frozenset[Node]] = {}

    def survives(self, name: str) -> bool:
        """Everything that is proved is shown of the mutant, too."""
        left = self._left[name]
        if not left:
            return True
        try:
            return all(self._rest.shown(claim) for claim in left)
        except NotFirstOrder:
            return self._survives_alone(name)

    def _survives_alone(self, name: str) -> bool:
        """The same, when there are no words for all mutants together."""
        try:
            proofs = self._proofs_of([name])
            return all(proofs.shown(claim) for claim in self._left[name])
        except NotFirstOrder:
            return False

    @cached_property
    def _left(self) -> dict[str, list[_Claim]]:
        """By mutant, the claims for which the original's proofs are not enough."""
        return {
            action.name: [
                claim
                for claim in self.surviving.claims(action, self.beside.demands)
                if not self._follows(claim)
            ]
            for action in self.beside.model.actions
        }

    @cached_property
    def _rest(self) -> _Proofs:
        return self._proofs_of([name for name, claims in self._left.items() if claims])

    def _proofs_of(self, names: list[str]) -> _Proofs:
        some = self.beside.only(names)
        return _Proofs(self.surviving, some.model.actions, some.demands)

    def _follows(self, claim: _Claim) -> bool:
        """The proof of what is said of the original is one of this."""
        known = self.known.get(claim.about, [])
        return any(one.when <= claim.when for one in known) or any(
            self._taken(one) <= claim.when for one in known
        )

    def _taken(self, claim: _Claim) -> frozenset[Node]:
        """The conditions of the original that the proof takes."""
        if claim not in self.reduced:
            self.reduced[claim] = self.proofs.taken(claim)
        return self.reduced[claim]


class _Proofs:
    """Proofs of what is claimed of some calls, of which this is demanded.

    What a call leaves in fields of which nothing is claimed is left out.
    """

    def __init__(
        self,
        surviving: Surviving,
        actions: Iterable[Action],
        demanded: Iterable[Traced],
    ) -> None:
        self.surviving = surviving
        self.stated = {p.name: p for p in (*surviving.invariants, *demanded)}
        read = _read_by(self.stated.values()) | surviving.forests
        self.actions = {
            action.name: replace(action, writes=_of(action, read)) for action in actions
        }
        model = replace(surviving.model, actions=tuple(self.actions.values()))
        self.theory = Theory(model, surviving.invariants)
        useful = {name: set(used) for name, used in surviving.useful.items()}
        self.attempts = Attempts(self.theory, surviving.seconds, useful=useful)
        self.duties: dict[str, list[Duty]] = {}
        """By property, those of all the calls."""

    def shown(self, claim: _Claim) -> bool:
        """The claim is shown."""
        standing = self.surviving.standing
        return all(
            isinstance(self.attempts.attempt(duty, standing), Shown)
            for duty in self._duties(claim)
        )

    def _duties(self, claim: _Claim) -> list[Duty]:
        if claim.prop not in self.duties:
            self.duties[claim.prop] = list(self._all_duties(claim.prop))
        label = self._label(claim.way)
        return [duty for duty in self.duties[claim.prop] if duty.at == label]

    def _all_duties(self, name: str) -> Iterable[Duty]:
        prop = self.stated.get(name)
        if prop is None:
            return self.theory.of_forest(name)
        if prop.kind == "always":
            return self.theory.of_invariant(prop)
        return self.theory.of_step_property(prop)

    def _label(self, way: Way) -> str:
        action = self.actions[way.action]
        if way.rung is None or way.alternative is None:
            return f"{action.name}_succeeds"
        return rung_label(action, action.rungs[way.rung], way.alternative)

    def taken(self, claim: _Claim) -> frozenset[Node]:
        """The conditions of the call that a proof of the claim takes; all, or fewer."""
        found: set[Node] = set()
        for duty in self._duties(claim):
            taken = self._taken(duty, claim)
            if taken is None:
                return claim.when
            found |= taken
        return frozenset(found)

    def _taken(self, duty: Duty, claim: _Claim) -> set[Node] | None:
        [end] = [end for end in self.theory.endings if end.label == duty.at]
        parts = {f"{n}": part for n, part in enumerate(claim.when)}
        said = {name: end.before.lower(part) for name, part in parts.items()}
        whole = replace(
            duty,
            definitions=(*duty.definitions, *end.before.axioms),
            when=z3.And(*said.values()),
        )
        used = self.surviving.used.get((duty.prop, duty.at), set())
        *known, _ = self.attempts.relevance.known(whole, used)
        held = [f for name in used for f in self.theory.hypotheses[name]]
        for way in (MATCHING, MODELS):
            solver = _solver(way, REDUCED)
            solver.set("core.minimize", True)
            solver.add(*known, *held, z3.Not(duty.goal))
            for name, formula in said.items():
                solver.assert_and_track(formula, name)
            if solver.check() == z3.unsat:
                return {parts[str(marker)] for marker in solver.unsat_core()}
        return None


def _solver(way: Mapping[str, bool], seconds: float) -> Expr:
    solver = z3.SimpleSolver()
    solver.set("timeout", int(seconds * 1000))
    for option, value in way.items():
        solver.set(option, value)
    return solver
