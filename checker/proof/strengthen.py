"""Strengthening: lemmas found without asking anybody.

A property that is true may still not be kept by every step from every state that
satisfies it. Before a person is asked for what is missing, candidates are generated
over the fields that it reads, then over those that decide these; what Houdini leaves of
them at a small scope is given to the prover, a small part first. What the prover does
not show of them is not used, so nothing rests on the small scope.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final

from checker.proof.candidates import candidates
from checker.proof.houdini import Survivors, houdini
from checker.proof.prove import ProofRun, prove
from checker.slicing.closure import with_data
from checker.slicing.cone import fields_of
from checker.verdict import Proved
from spec.lang.action import Action, Every
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced
from spec.lang.types import EnumType

MOST: Final = 6_000
"""A round with more candidates than this is passed over: it would take too long."""
FEW: Final = 60
"""How many lemmas the prover is given at once."""
QUICK: Final = 1.0
"""Seconds for one obligation when lemmas are tried for the first time."""


@dataclass(frozen=True, slots=True)
class Strengthening:
    """What the search for lemmas did: the rounds, and the lemmas that proofs use.

    `lemmas` gives, for each property that they proved, those that its proof leans on,
    directly or through each other.
    """

    rounds: tuple[Survivors, ...]
    lemmas: dict[str, tuple[Traced, ...]]
    seconds: float

    @property
    def used(self) -> tuple[Traced, ...]:
        """Every lemma that some proof uses."""
        listed = [one for found in self.lemmas.values() for one in found]
        return tuple({one.name: one for one in listed}.values())


Progress = Callable[[str], bool]
"""Told what is being tried; a true answer ends the search."""


def strengthen(
    model: Model,
    scope: Scope,
    goals: Iterable[Traced],
    known: Iterable[Traced],
    *,
    seconds: float = 10.0,
    budget: float = 60.0,
    look_only: bool = False,
    progress: Progress = lambda _: False,
) -> Strengthening:
    """Find lemmas that prove the goals beside the invariants `known`.

    `scope` is a small one for Houdini; `seconds` is the limit for one obligation and
    `budget` for the whole search. With `look_only` the candidates go through Houdini
    once and the prover is not asked.
    """
    started = time.monotonic()
    search = _Search(model, scope, seconds, started + budget, progress)
    search.known = tuple(p for p in known if p.kind == "always")
    wanted = {goal.name: goal for goal in goals}
    if look_only:
        search.look(wanted)
    else:
        search.steady_the_forests()
        search.prove_goals(wanted)
    spent = time.monotonic() - started
    return Strengthening(tuple(search.rounds), search.lemmas, spent)


@dataclass
class _Search:
    model: Model
    scope: Scope
    seconds: float
    deadline: float
    progress: Progress
    known: tuple[Traced, ...] = ()
    rounds: list[Survivors] = field(default_factory=list)
    lemmas: dict[str, tuple[Traced, ...]] = field(default_factory=dict)

    def steady_the_forests(self) -> None:
        """Nothing is proved of any state while the forests may turn out to be none."""
        forests = self.model.shape.forests
        loose = self._run((), QUICK).loose if forests else ()
        for fields in _widening(self.model, frozenset(loose)) if loose else ():
            found = self._survivors(candidates(self.model, fields), ())
            if found is None:
                return
            for seconds in (QUICK, self.seconds):
                run = self._run(found.essential[:FEW], seconds)
                if not run.loose:
                    self._use(run, forests, found.essential)
                    return

    def look(self, goals: dict[str, Traced]) -> None:
        """One round over the fields that decide about the goals."""
        near, *wider = islice(_widening(self.model, _read_by(goals.values())), 2)
        given = candidates(self.model, wider[0] if wider else near)
        if len(given) > MOST:
            given = candidates(self.model, near)
        self._survivors(given, tuple(goals.values()))

    def prove_goals(self, goals: dict[str, Traced]) -> None:
        """Widen the fields until every goal is proved, or the time is over."""
        rounds = product(_widening(self.model, _read_by(goals.values())), (False, True))
        for fields, wide in rounds:
            left = [goal for name, goal in goals.items() if name not in self.lemmas]
            if not left or time.monotonic() > self.deadline:
                return
            given = candidates(self.model, fields, wide=wide)
            found = self._survivors(given, left)
            if found is not None:
                for goal in left:
                    self._prove(goal, found)

    def _survivors(
        self, given: tuple[Traced, ...], goals: Iterable[Traced]
    ) -> Survivors | None:
        """One round of Houdini; None when there is no time, or there are too many."""
        left = self.deadline - time.monotonic()
        if len(given) > MOST or self.progress(f"{len(given)} generated lemmas"):
            return None
        known = self.known
        found = houdini(self.model, self.scope, given, known, goals, seconds=left)
        self.rounds.append(found)
        return found

    def _prove(self, goal: Traced, found: Survivors) -> None:
        for chosen, seconds in self._offers(found, goal):
            if time.monotonic() > self.deadline or self.progress(goal.name):
                return
            run = self._run((*chosen, goal), seconds)
            if isinstance(run.proofs[goal.name].verdict, Proved):
                self._use(run, (goal.name,), chosen)
                return

    def _offers(
        self, found: Survivors, goal: Traced
    ) -> Iterator[tuple[tuple[Traced, ...], float]]:
        """What is enough at the scope, then all that says more; then with patience."""
        enough = found.enough.get(goal.name)
        if enough is None:
            return
        more = {one.name: one for one in (*enough, *found.essential[:FEW])}
        if enough:
            yield enough, QUICK
        if len(more) > len(enough):
            yield tuple(more.values()), QUICK
        if more:
            yield tuple(more.values()), self.seconds

    def _run(self, more: Iterable[Traced], seconds: float) -> ProofRun:
        beside = {p.name: p for p in (*self.known, *more)}
        seconds = min(seconds, self.seconds)
        return prove(self.model, beside.values(), seconds=seconds)

    def _use(
        self, run: ProofRun, names: tuple[str, ...], chosen: tuple[Traced, ...]
    ) -> None:
        """Keep what the proofs of these lean on; it is known from now on."""
        used = self._leaned_on(run, names, chosen)
        for name in names:
            self.lemmas[name] = used
        beside = {p.name: p for p in (*self.known, *used)}
        self.known = tuple(beside.values())

    def _leaned_on(
        self, run: ProofRun, names: tuple[str, ...], chosen: tuple[Traced, ...]
    ) -> tuple[Traced, ...]:
        """Those of the chosen that are needed; fewer, if a second look shows it."""
        needed = leaning(run, names)
        used = tuple(one for one in chosen if one.name in needed)
        goals = [p for p in run.properties if p.name in names]
        beside = {p.name: p for p in (*self.known, *used, *goals)}
        again = prove(self.model, beside.values(), seconds=QUICK, minimal=True)
        if again.loose or not all(
            isinstance(again.proofs[goal.name].verdict, Proved) for goal in goals
        ):
            return used
        needed = leaning(again, names)
        return tuple(one for one in used if one.name in needed)


def leaning(run: ProofRun, names: Iterable[str]) -> frozenset[str]:
    """What proofs lean on, directly or through each other; all lean on the forests."""
    uses: dict[str, set[str]] = {}
    for done in run.discharged:
        uses.setdefault(done.duty.prop, set()).update(done.used)
    found: set[str] = set()
    todo = [*names, *run.model.shape.forests]
    while todo:
        more = uses.get(todo.pop(), set()) - found
        found |= more
        todo += sorted(more)
    return frozenset(found)


def _read_by(goals: Iterable[Traced]) -> frozenset[str]:
    listed = list(goals)
    roots = [goal.node for goal in listed]
    roots += [demand.node for goal in listed for demand in goal.obligations]
    return fields_of(*roots)


def _widening(model: Model, fields: frozenset[str]) -> Iterator[frozenset[str]]:
    """The fields, and what kind of row they are in; then what decides about them."""
    fields |= _phases(model, fields)
    known: frozenset[str] | None = fields
    while known is not None:
        yield known
        wider = (with_data(model, known), _deciding(model, known))
        known = next((more for more in wider if more > known), None)


def _phases(model: Model, fields: frozenset[str]) -> frozenset[str]:
    """For each sort whose rows the fields are in: the enumeration most asked about."""
    asked: dict[str, int] = {}
    for action in model.actions:
        roots = [action.able, *(rung.when for rung in action.rungs)]
        for name in fields_of(*roots, *(pick.among for pick in action.picks)):
            asked[name] = asked.get(name, 0) + 1
    infos = model.shape.fields()
    found = set()
    for kind in {i.index for i in infos if i.name in fields and i.index is not None}:
        here = [i.name for i in infos if i.index == kind]
        kinds = [i.name for i in infos if isinstance(i.type, EnumType)]
        listed = [name for name in here if name in kinds and name in asked]
        if listed:
            found.add(max(listed, key=lambda name: asked[name]))
    return frozenset(found)


def _deciding(model: Model, fields: frozenset[str]) -> frozenset[str]:
    """The fields, and what the actions that write them read."""
    return fields.union(*(_decides(action, fields) for action in model.actions))


def _decides(action: Action, fields: frozenset[str]) -> frozenset[str]:
    """What an action that writes one of the fields reads on its way there."""
    writes = [write for write in action.writes if write.field in fields]
    if not writes:
        return frozenset()
    roots: list[Node] = [rung.when for rung in action.rungs]
    roots += [pick.among for pick in action.picks]
    for write in writes:
        roots += [write.value, write.when]
        roots += [write.target.member] if isinstance(write.target, Every) else []
    return fields_of(action.able, *roots)
