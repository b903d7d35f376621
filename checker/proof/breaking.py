"""Which mutants break something that is proved, by a step at a small scope.

From a state in which everything proved holds, a step of a broken call after which
something proved is false. One solver is asked for such a step of any of the mutants,
then of any of those that are left, until there is none: so that nothing is broken is
shown of all the rest together. The reference evaluator takes each step again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

import z3

from checker.bounded.unfolding import EnginesDisagree, Undecided, Unfolding
from checker.evaluate import Evaluator, Invocation, State, Transition
from checker.ground import GroundModel
from checker.lower_z3 import Expr, position
from checker.proof.beside import Beside
from checker.proof.houdini import forest_sentences
from checker.slicing.cone import fields_of
from checker.slicing.ways import refusals
from checker.unroll import Unroller
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Scope

Broken = dict[str, set[str]]
"""For a mutant that was noticed, the properties that a step of it was seen to break."""


def broken_by(
    beside: Beside,
    scope: Scope,
    wanted: Collection[str],
    seconds: float,
    grounded: GroundModel | None = None,
) -> Broken:
    """The mutants that break something at the scope.

    A property that is `wanted` is among what some mutant breaks, if any breaks it.
    `seconds` is the limit for one question; a mutant about which there is no answer in
    time is not among those found. Raises EnginesDisagree as the bounded check does.
    """
    given = grounded or beside.grounded(scope)
    looking = _Looking(beside, scope, given, seconds)
    try:
        looking.look(wanted)
    except Undecided:
        left = [m.name for m in beside.mutants if m.name not in looking.found]
        for name in left if len(beside.mutants) > 1 else ():
            alone = broken_by(beside.only([name]), scope, wanted, seconds)
            looking.found |= alone
    return looking.found


@dataclass
class _Looking:
    beside: Beside
    scope: Scope
    grounded: GroundModel
    seconds: float
    found: Broken = field(default_factory=dict)

    def __post_init__(self) -> None:
        beside = self.beside
        known = (*forest_sentences(beside.model), *beside.invariants)
        self.unroll = Unroller(self.scope)
        self.nodes = {p.name: self.unroll(p.node, {}) for p in known if p.node}
        properties = (*known, *beside.demands)
        self.evaluator = Evaluator(beside.model, self.scope, properties)

    def look(self, wanted: Collection[str]) -> None:
        """First for steps that change something, then for errors."""
        self._look_at_moves(wanted)
        self._look_at_refusals(wanted)

    def _run(self, grounded: GroundModel) -> Unfolding:
        run = Unfolding(grounded, self.evaluator, from_boot=False)
        run.assert_all(run.at(0, node) for node in self.nodes.values())
        return run

    # Steps

    def _look_at_moves(self, wanted: Collection[str]) -> None:
        names = {mutant.name for mutant in self.beside.mutants}
        moving = tuple(i for i in self.grounded.instances if i.action in names)
        if not moving:
            return
        run = self._run(replace(self.grounded, instances=moving))
        run.step()
        written = {key[0] for choice in run.choices for key, _ in choice.move.writes}
        wrong = {
            name: run.at(1, simplify.negation(node))
            for name, node in self.nodes.items()
            if fields_of(node) & written
        }
        demanded = {name for choice in run.choices for name, _ in choice.move.demands}
        wrong |= {name: run.demand_broken(name) for name in sorted(demanded)}
        unseen = {name: wrong[name] for name in wrong if name in wanted}
        while unseen:
            step = self._step(run, run.either(unseen.values()))
            if step is None:
                break
            seen = self._noted(step)
            unseen = {name: one for name, one in unseen.items() if name not in seen}
        for name in self.found:
            run.rule_out(_taken(run, name))
        some = run.either(wrong.values())
        while (step := self._step(run, some)) is not None:
            self._noted(step)
            run.rule_out(_taken(run, step.taken.invocation.action))

    def _step(self, run: Unfolding, wrong: Expr) -> _Step | None:
        found = run.find(wrong, limit=5 * self.seconds)
        if found is None:
            return None
        [step] = run.run_in(found, 1)
        return _Step(run.state_in(found, 0), step)

    def _noted(self, step: _Step) -> set[str]:
        """What the evaluator says that the step breaks."""
        holds, holds_of = self.evaluator.holds, self.evaluator.holds_of
        after = step.taken.after
        broken = {name for name in self.nodes if not holds(name, after)}
        broken |= {
            prop.name
            for prop in self.beside.demands
            if not holds_of(prop.name, step.before, step.taken)
        }
        if not broken:
            raise EnginesDisagree("the solver breaks what the evaluator keeps")
        self.found.setdefault(step.taken.invocation.action, set()).update(broken)
        return broken

    # Errors

    def _look_at_refusals(self, wanted: Collection[str]) -> None:
        """What is demanded of a call that changes nothing is about one state.

        What is demanded of the original as well, when it ends so, was proved of it.
        """
        model, demands = self.beside.model, self.beside.demands
        unbroken = replace(model, actions=(self.beside.original,))
        proved = {
            (prop.name, said, frozenset(when))
            for prop, _, said, when in refusals(unbroken, self.beside.given)
        }
        open_ = [
            _Refused(prop.name, demand.action, said, tuple(when))
            for prop, demand, said, when in refusals(model, demands)
            if (prop.name, said, frozenset(when)) not in proved
        ]
        if not open_:
            return
        run = self._run(replace(self.grounded, instances=()))
        wrong = {one: run.either([self._broken(run, one)]) for one in open_}
        unseen = [one for one in open_ if one.prop in wanted]
        while unseen:
            seen = self._refused(run, wrong, unseen)
            if not seen:
                break
            unseen = [one for one in unseen if one.prop not in seen]
        left = open_
        while left := [one for one in left if one.mutant not in self.found]:
            if not self._refused(run, wrong, left):
                break

    def _broken(self, run: Unfolding, one: _Refused) -> Expr:
        """The call ends so, and what is demanded of that does not hold."""
        params = {p.node(): p.node() for p in self.beside.original.params}
        parts = [run.at(0, self.unroll(part, params)) for part in one.when]
        return z3.And(*parts, z3.Not(run.at(0, self.unroll(one.said, params))))

    def _refused(
        self, run: Unfolding, wrong: dict[_Refused, Expr], asked: list[_Refused]
    ) -> set[str]:
        """What an error of one of these breaks; none: nothing that is asked."""
        some = run.either(wrong[one] for one in asked)
        found = run.find(some, limit=5 * self.seconds)
        if found is None:
            return set()
        before = run.state_in(found, 0)
        args = tuple(
            position(found, run.words[0].params[p.node()])
            for p in self.beside.original.params
        )
        shown = next(one for one in asked if run.true_in(found, wrong[one]))
        call = Invocation(shown.mutant, args)
        for step in self.evaluator.outcomes(before, call):
            if not isinstance(step, Transition):
                continue
            if not self.evaluator.holds_of(shown.prop, before, step):
                return self._noted(_Step(before, step))
        raise EnginesDisagree("the solver breaks what the evaluator keeps")


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of a mutant, and where it is taken."""

    before: State
    taken: Transition


@dataclass(frozen=True, slots=True)
class _Refused:
    """What a property demands of a mutant that ends with an error, and when it does."""

    prop: str
    mutant: str
    said: Node
    when: tuple[Node, ...]


def _taken(run: Unfolding, action: str) -> Iterable[Expr]:
    """The last step is of this call."""
    return (
        run.taken[-1] == number
        for number, choice in enumerate(run.choices)
        if choice.action == action
    )
