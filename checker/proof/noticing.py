"""Does a proof notice when the model is broken? Asked of every mutant.

Of each mutant some obligation must fail. At a small scope that is shown by a state that
satisfies everything proved and a step of the broken call after which something proved
is false; the reference evaluator confirms both. Where there is none, the mutant may say
the same as the original wherever the invariants hold, which is shown for any number; or
all obligations may hold of the mutant as well, which is shown likewise: then nothing
that is proved watches the broken line, and the mutant survives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import z3

from checker.bounded.unfolding import (
    EnginesDisagree,
    Undecided,
    Unfolding,
    breaking_call,
)
from checker.evaluate import Evaluator
from checker.ground import ground
from checker.mutants.departures import changed_fields
from checker.mutants.equivalence import difference
from checker.mutants.mutate import Mutant, mutants, spread
from checker.proof.first_order import NotFirstOrder
from checker.proof.houdini import forest_sentences
from checker.proof.obligations import Theory
from checker.proof.prove import ProofRun, prove
from checker.proof.settle import proved_of
from checker.slicing.cone import fields_of
from checker.unroll import unroll
from checker.verdict import Proved
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced
from spec.lang.simplify import negation

NOTICED: Final = "noticed"
EQUIVALENT: Final = "equivalent"
SURVIVED: Final = "survived"
UNDECIDED: Final = "undecided"


@dataclass(frozen=True, slots=True)
class ProofFate:
    """What became of a mutant; `broken` are the properties that no longer hold of it.

    Noticed: a step breaks them. Undecided: the solver could not say.
    """

    mutant: str
    action: str
    fate: str
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """The fates of the mutants that were tried, in their order.

    `idle` are the properties that no mutant tried breaks; `untried` is how many mutants
    there was no time for.
    """

    fates: tuple[ProofFate, ...]
    idle: tuple[str, ...]
    untried: int

    def of(self, fate: str) -> tuple[ProofFate, ...]:
        """The mutants with this fate."""
        return tuple(one for one in self.fates if one.fate == fate)


Told = Callable[[str, int, int], bool]
"""Hears the mutant that is next, its number and how many there are; true ends it."""


def notice(
    run: ProofRun,
    scope: Scope,
    wanted: Iterable[str] | None = None,
    *,
    most: int | None = None,
    seconds: float = 2.0,
    budget: float = 600.0,
    told: Told = lambda *_: False,
) -> Notice:
    """Try the mutants of the run's model against what the run proved.

    `wanted` names properties: only mutants that bear on one of them are tried, first
    those that break an effect that it reads. `most` takes so many of them, and however
    many there is time for, they are from all parts of the model. `seconds` is the limit
    for one obligation and `budget` for all. Raises EnginesDisagree as the bounded check
    does.
    """
    proved = proved_of(run)
    names = {p.name for p in proved if not p.declared.lemma}
    asked = names if wanted is None else names & set(wanted)
    chosen = [p for p in proved if p.name in asked]
    bearing = [m for m in mutants(run.model) if _bears(run.model, m, chosen)]
    every = _from_everywhere(spread(bearing, most))
    every.sort(key=lambda m: not _breaks_effects(run.model, m, chosen))
    trial = _Trial(run.model, scope, proved, seconds)
    deadline = time.monotonic() + budget
    fates: list[ProofFate] = []
    for number, mutant in enumerate(every):
        if time.monotonic() > deadline or told(mutant.name, number, len(every)):
            break
        fates.append(trial.fate(mutant))
    order = {mutant.name: number for number, mutant in enumerate(bearing)}
    fates.sort(key=lambda fate: order[fate.mutant])
    broken = {name for fate in fates for name in fate.broken}
    idle = tuple(p.name for p in chosen if p.name not in broken)
    return Notice(tuple(fates), idle, len(every) - len(fates))


def _bears(model: Model, mutant: Mutant, properties: Iterable[Traced]) -> bool:
    """What is broken of the call can matter to some property.

    An effect matters to who reads its field, or asks about the call; when the call
    happens matters to whom any of its effects does, what it answers to who asks.
    """
    one, other = (m.action(mutant.action) for m in (model, mutant.model))
    written = changed_fields(one, other)
    if (one.able, one.rungs, one.picks) != (other.able, other.rungs, other.picks):
        written |= {write.field for write in (*one.writes, *other.writes)}
    for prop in properties:
        about = [o.node for o in prop.obligations if o.action == mutant.action]
        asks_again = about and not written
        if asks_again or fields_of(prop.node, *about) & written:
            return True
    return False


def _breaks_effects(model: Model, mutant: Mutant, properties: Iterable[Traced]) -> bool:
    """It writes something else into what one of the properties reads."""
    one, other = (m.action(mutant.action) for m in (model, mutant.model))
    nodes = [o.node for p in properties for o in p.obligations]
    read = fields_of(*(p.node for p in properties), *nodes)
    return bool(changed_fields(one, other) & read)


GOLDEN: Final = (5**0.5 - 1) / 2
"""Steps of this part of a list meet every part of it before they meet one again."""


def _from_everywhere(listed: Sequence[Mutant]) -> list[Mutant]:
    """The same in another order: however many are tried, they are from all parts."""
    numbers = sorted(range(len(listed)), key=lambda n: n * GOLDEN % 1)
    return [listed[number] for number in numbers]


@dataclass
class _Trial:
    model: Model
    scope: Scope
    proved: tuple[Traced, ...]
    seconds: float
    theory: Theory | None = None

    def fate(self, mutant: Mutant) -> ProofFate:
        """What becomes of one mutant."""
        alone = replace(mutant.model, actions=(mutant.model.action(mutant.action),))
        retraced = _about(mutant.retraced(self.proved), mutant.action)
        fate, broken = self._told_apart(mutant, alone, retraced)
        return ProofFate(mutant.name, mutant.action, fate, broken)

    def _told_apart(
        self, mutant: Mutant, alone: Model, properties: tuple[Traced, ...]
    ) -> tuple[str, tuple[str, ...]]:
        broken = self._broken_at(self.scope, alone, properties)
        if broken:
            return NOTICED, broken
        if self._same(mutant):
            return EQUIVALENT, ()
        run = prove(alone, properties, seconds=self.seconds, all_duties=False)
        if all(isinstance(p.verdict, Proved) for p in run.proofs.values()):
            return SURVIVED, ()
        larger = Scope({name: size + 1 for name, size in self.scope.sizes.items()})
        broken = self._broken_at(larger, alone, properties)
        return (NOTICED if broken else UNDECIDED), broken

    # Broken, by a step at a small scope

    def _broken_at(
        self, scope: Scope, alone: Model, properties: tuple[Traced, ...]
    ) -> tuple[str, ...]:
        """The properties that a step breaks from a state that satisfies them all.

        None when the solver runs out of time.
        """
        try:
            found = self._found_broken(scope, alone, properties)
        except Undecided:
            return ()
        return tuple(p.name for p in properties if p.name in found)

    def _found_broken(
        self, scope: Scope, alone: Model, properties: tuple[Traced, ...]
    ) -> set[str]:
        steps = tuple(p for p in properties if p.kind == "every_step")
        invariants = tuple(p for p in properties if p.kind == "always")
        known = (*forest_sentences(alone), *invariants)
        evaluator = Evaluator(alone, scope, (*known, *steps))
        grounded = ground(alone, scope, steps, keep_params=True)
        deadline = time.monotonic() + 5 * self.seconds

        def states() -> Unfolding:
            return Unfolding(grounded, evaluator, from_boot=False, deadline=deadline)

        nodes = {p.name: unroll(p.node, scope, {}) for p in known if p.node}
        still, moving = states(), states()
        found = set(self._refused_break(still, nodes, grounded.invariants))
        if moving.choices:
            moving.step()
            moving.solver.add(*(moving.at(0, node) for node in nodes.values()))
            found |= set(_states_broken(moving, nodes))
            found |= {
                p.name
                for p in steps
                if moving.find(moving.either([moving.demand_broken(p.name)]))
                is not None
            }
        return found

    def _refused_break(
        self,
        run: Unfolding,
        nodes: Mapping[str, Node],
        demands: Iterable[tuple[str, Node]],
    ) -> Iterator[str]:
        """The step properties that a refused call breaks; the evaluator sees it too."""
        run.solver.add(*(run.at(0, node) for node in nodes.values()))
        for name, node in demands:
            found = run.find(run.either([run.at(0, negation(node))]))
            if found is not None:
                breaking_call(run.evaluator, name, run.state_in(found, 0))
                yield name

    # The same, wherever the invariants hold

    def _same(self, mutant: Mutant) -> bool:
        """Nobody can tell the broken call from the original, for any number."""
        asked = difference(self.model, mutant)
        invariants = [p for p in self.proved if p.kind == "always"]
        if asked is None or asked.node is None or self._apart(asked.node, invariants):
            return False
        try:
            theory = Theory(replace(self.model, actions=()), invariants)
            claim = theory.base.lower(asked.node)
        except NotFirstOrder:
            return False
        solver = z3.Solver()
        solver.set("timeout", max(1, int(self.seconds * 1000)))
        held = [f for formulas in theory.hypotheses.values() for f in formulas]
        solver.add(*theory.language.axioms, *theory.base.axioms, *held, z3.Not(claim))
        return bool(solver.check() == z3.unsat)

    def _apart(self, same: Node, invariants: Iterable[Traced]) -> bool:
        """At the small scope some state tells the two calls apart."""
        still = replace(self.model, actions=())
        known = (*forest_sentences(still), *invariants)
        evaluator = Evaluator(still, self.scope, known)
        run = Unfolding(
            ground(still, self.scope, keep_params=True),
            evaluator,
            from_boot=False,
            deadline=time.monotonic() + self.seconds,
        )
        held = [unroll(p.node, self.scope, {}) for p in known if p.node is not None]
        run.solver.add(*(run.at(0, node) for node in held))
        differs = run.at(0, unroll(negation(same), self.scope, {}))
        try:
            return run.find(run.either([differs])) is not None
        except Undecided:
            return False


def _about(properties: tuple[Traced, ...], action: str) -> tuple[Traced, ...]:
    """What the properties demand of one call; step properties about others go."""
    found = []
    for prop in properties:
        demands = tuple(o for o in prop.obligations if o.action == action)
        if prop.kind == "always" or demands:
            found.append(replace(prop, obligations=demands))
    return tuple(found)


def _states_broken(run: Unfolding, nodes: Mapping[str, Node]) -> Iterator[str]:
    """The state properties that are false after some step, one find at a time."""
    left = dict(nodes)
    while left:
        some = run.either([z3.Not(run.at(1, node)) for node in left.values()])
        found = run.find(some)
        if found is None:
            return
        [step] = run.run_in(found, 1)
        broken = [n for n in left if not run.evaluator.holds(n, step.after)]
        if not broken:
            raise EnginesDisagree("the solver breaks what the evaluator keeps")
        yield from broken
        for name in broken:
            del left[name]
