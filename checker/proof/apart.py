"""Which mutants can be told from the original in a state at a small scope.

A mutant and the original part where one of them answers what the other one does not, or
leaves another state. Whoever is not seen to part, in any state in which the invariants
hold, may be the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import z3

from checker.bounded.unfolding import Undecided, Unfolding
from checker.evaluate import Evaluator
from checker.ground import Case, GroundModel, Key, Move
from checker.lower_z3 import Expr, value_expr
from checker.proof.beside import Beside
from checker.proof.houdini import forest_sentences
from checker.unroll import Unroller
from spec.lang.action import Action, Param
from spec.lang.ir import Node
from spec.lang.simplify import FALSE

SUCCESS = Case()


def told_apart(
    beside: Beside, grounded: GroundModel, among: Collection[str], seconds: float
) -> set[str]:
    """The mutants `among` those grounded that some state tells from the original.

    `seconds` is the limit for one question; what it does not answer tells nothing.
    """
    scope, model = grounded.scope, beside.model
    known = (*forest_sentences(model), *beside.invariants)
    evaluator = Evaluator(model, scope, known)
    run = Unfolding(grounded, evaluator, from_boot=False)
    unroll = Unroller(scope)
    run.assert_all(run.at(0, unroll(p.node, {})) for p in known if p.node)
    ways = _Ways(grounded)
    original = ways.of(beside.original)
    parting = _Parting(run, beside.original.choices())
    markers = {a.name: z3.FreshBool(a.name) for a in model.actions if a.name in among}
    run.assert_all(
        z3.Implies(markers[a.name], z3.Or(*parting.ways(original, ways.of(a))))
        for a in model.actions
        if a.name in among
    )
    told: set[str] = set()
    for name, marker in markers.items():
        if name not in told:
            try:
                found = run.find(marker, limit=seconds)
            except Undecided:
                continue
            if found is not None:
                told |= {n for n, m in markers.items() if z3.is_true(found.eval(m))}
    return told


@dataclass(frozen=True)
class _Endings:
    """How a call can end, at the scope."""

    moves: dict[Case, Move] = field(default_factory=dict)
    errors: dict[str, list[Node]] = field(default_factory=dict)
    """When it answers with which error and changes nothing, by name."""
    leaks: dict[str, list[Node]] = field(default_factory=dict)
    """When with which error it has its effects all the same, given what is picked."""

    def answers(self, error: str) -> tuple[list[Node], list[Node]]:
        """When it answers so, without effects and with."""
        return self.errors.get(error, []), self.leaks.get(error, [])


class _Ways:
    """The endings of the calls of a grounded model."""

    def __init__(self, grounded: GroundModel) -> None:
        self.moves: dict[str, dict[Case, Move]] = {}
        for instance in grounded.instances:
            cases = self.moves.setdefault(instance.action, {})
            cases |= {move.case: move for move in instance.moves}
        self.refusals: dict[str, list[tuple[Case, Node]]] = {}
        for refusal in grounded.refusals:
            if refusal.kind == "fails":
                listed = self.refusals.setdefault(refusal.action, [])
                listed.append((refusal.case, refusal.when))

    def of(self, action: Action) -> _Endings:
        """How this call ends."""
        found = _Endings(self.moves.get(action.name, {}))
        for case, when in self.refusals.get(action.name, ()):
            found.errors.setdefault(_error(action, case), []).append(when)
        for case, move in found.moves.items():
            if case != SUCCESS:
                found.leaks.setdefault(_error(action, case), []).append(move.when)
        return found


def _error(action: Action, case: Case) -> str:
    rung = action.rungs[case.rung or 0]
    return str(rung.alternatives[case.alternative or 0].error)


@dataclass(frozen=True)
class _Parting:
    """Compares endings of calls that have the same parameters."""

    run: Unfolding
    choices: tuple[Param, ...]

    def ways(self, one: _Endings, other: _Endings) -> Iterator[Expr]:
        """The ways in which a mutant, the other, is seen to part from the one."""
        run = self.run
        mine, its = one.moves.get(SUCCESS), other.moves.get(SUCCESS)
        whens = [FALSE if move is None else move.when for move in (mine, its)]
        both = [run.at(0, when) for when in whens]
        if whens[0] is not whens[1]:
            yield both[0] != both[1]
        if mine is not None and its is not None:
            yield z3.And(*both, z3.Or(*_Left(run).otherwise(mine, its)))
        for case, move in other.moves.items():
            if case != SUCCESS and not one.leaks:
                changed = _Left(run).changed(move)
                yield z3.And(run.at(0, move.when), z3.Or(*changed))
        for error in dict.fromkeys([*one.errors, *other.errors, *other.leaks]):
            if one.answers(error) != other.answers(error):
                yield self._answers(one, error) != self._answers(other, error)

    def _answers(self, endings: _Endings, error: str) -> Expr:
        """It answers so, whatever it then picks."""
        whens, leaks = endings.answers(error)
        some = [self.run.at(0, when) for when in whens]
        return z3.Or(*some, *(self._some(self.run.at(0, when)) for when in leaks))

    def _some(self, when: Expr) -> Expr:
        """It holds of some choice of the kernel."""
        scope, params = self.run.ground.scope, self.run.words[0].params
        for choice in self.choices:
            values = range(scope.size(choice.type))
            one = params[choice.node()]
            said = [value_expr(value, choice.type, scope) for value in values]
            when = z3.Or(*(z3.substitute(when, (one, value)) for value in said))
        return when


@dataclass(frozen=True)
class _Left:
    """What a step leaves and answers."""

    run: Unfolding

    def otherwise(self, one: Move, other: Move) -> Iterator[Expr]:
        """The two leave something else in a cell, or answer something else."""
        mine, its = dict(one.writes), dict(other.writes)
        for key in {**mine, **its}:
            if mine.get(key) is not its.get(key):
                yield self._cell(mine, key) != self._cell(its, key)
        if one.result is other.result or one.result is None or other.result is None:
            return
        yield self.run.at(0, one.result) != self.run.at(0, other.result)

    def changed(self, move: Move) -> Iterator[Expr]:
        """Some cell is not what it was."""
        for key, value in move.writes:
            yield self.run.at(0, value) != self.run.states[0][key]

    def _cell(self, writes: dict[Key, Node], key: Key) -> Expr:
        value = writes.get(key)
        return self.run.states[0][key] if value is None else self.run.at(0, value)
