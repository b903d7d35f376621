"""Property-directed reachability at a scope, by Z3's engine Spacer.

The reachable states are the least relation that holds at boot and is kept by every
move; a property is proved when no state of it, and no step from one, breaks it. Spacer
finds an inductive set of states in between, without unrolling any run.

That set is checked again by a plain solver: Spacer's transformations
are not always sound (with `xform.bit_blast` it proves invariants that a run breaks).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import z3

from checker.bounded.k_induction import Argued, Question, shortest_violation
from checker.bounded.unfolding import FOR_EVER, choices_of
from checker.lower_z3 import (
    Expr,
    Vocabulary,
    cell_variables,
    in_range,
    value_expr,
    variable,
)
from checker.verdict import ProvedAtScope, Unknown, Violated
from spec.lang.ir import Node
from spec.lang.walk import postorder

HOW: Final = "PDR (Spacer)"
_PLAIN: Final = {
    "xform.slice": False,
    "xform.inline_linear": False,
    "xform.inline_eager": False,
}
"""What would take the relation apart, of which Spacer is asked afterwards."""


def spacer(question: Question) -> Argued:
    """The verdict of Spacer; of a violation, a shortest run is found and replayed."""
    engine = z3.Fixedpoint()
    engine.set(engine="spacer", **_PLAIN)
    if question.deadline is not None:
        engine.set(timeout=_milliseconds(question))
    rules = _Rules(question, engine)
    try:
        answer = engine.query(rules.wrong())
        if answer == z3.unsat:
            return _checked(rules, engine)
    except z3.Z3Exception as error:
        return Argued(Unknown(f"Spacer gave up: {_why(question, error)}"), HOW)
    if answer != z3.sat:
        why = _why(question, engine.reason_unknown())
        return Argued(Unknown(f"Spacer gave up: {why}"), HOW)
    return violated(question, HOW)


def _why(question: Question, said: object) -> str:
    """Out of time, or what Z3 says."""
    late = question.deadline is not None and time.monotonic() > question.deadline
    return "out of time" if late else str(said)


def _checked(rules: _Rules, engine: Expr) -> Argued:
    """Proved, once the set of states that Spacer found is seen to be inductive."""
    within = engine.get_cover_delta(-1, rules.reached)
    at_boot = z3.Not(z3.substitute_vars(within, *rules.booted))
    here = z3.substitute_vars(within, *rules.cells.values())
    wrong = [at_boot]
    for clause in rules.clauses:
        outside = z3.BoolVal(val=True)
        if clause.after is not None:
            outside = z3.Not(z3.substitute_vars(within, *clause.after))
        wrong.append(z3.And(here, *clause.body, outside))
    solver = z3.SolverFor("QF_FD")
    solver.set("timeout", _milliseconds(rules.question))
    answer = solver.check(z3.Or(wrong))
    if answer == z3.unsat:
        return Argued(ProvedAtScope(), HOW)
    said = "Spacer calls it proved by a set of states that "
    said += "is not inductive" if answer == z3.sat else "could not be checked in time"
    return Argued(Unknown(said), HOW)


def _milliseconds(question: Question) -> int:
    """What is left of the time, as Z3 counts it."""
    if question.deadline is None:
        return FOR_EVER
    left = max(question.deadline - time.monotonic(), 0.001)
    return min(int(left * 1000) + 1, FOR_EVER)


def violated(question: Question, how: str) -> Argued:
    """What an engine without a run says is violated, with a run of our own."""
    run = shortest_violation(question)
    if run is None:
        said = "it is violated, and no run that shows it was found in time"
        return Argued(Unknown(said), how)
    return Argued(Violated(run), how)


@dataclass(frozen=True, slots=True)
class _Clause:
    """From a reached state that satisfies the body, `after` is reached too.

    Without `after`, something is wrong there.
    """

    body: list[Expr]
    after: list[Expr] | None


class _Rules:
    """The model as Horn clauses over one relation on its cells."""

    def __init__(self, question: Question, engine: Expr) -> None:
        self.question = question
        ground = self.ground = question.ground
        self.cells = cell_variables(ground.cells, ground.scope, "now")
        self.params: dict[Node, Expr] = {}
        for action in ground.model.actions:
            for param in action.params:
                name = f"{param.name}:{param.type}"
                made = variable(name, param.type, ground.scope)
                self.params.setdefault(param.node(), made)
        self.clauses = list(self._clauses())
        self.booted = [
            value_expr(c.initial, c.type, ground.scope) for c in ground.cells
        ]
        sorts = [cell.sort() for cell in self.cells.values()]
        self.reached = z3.Function("reached", *sorts, z3.BoolSort())
        self.wrong = z3.Function("wrong", z3.BoolSort())
        self._tell(engine)

    def _tell(self, engine: Expr) -> None:
        """Give the engine every clause."""
        for word in (*self.cells.values(), *self.params.values()):
            engine.declare_var(word)
        engine.register_relation(self.reached)
        engine.register_relation(self.wrong)
        engine.rule(self.reached(*self.booted))
        here = self.reached(*self.cells.values())
        for clause in self.clauses:
            after = clause.after
            head = self.wrong() if after is None else self.reached(*after)
            engine.rule(head, [here, *clause.body])

    def _clauses(self) -> Iterator[_Clause]:
        """What is wrong in a state; each move, and what is wrong with it."""
        scope, name = self.ground.scope, self.question.name
        words = Vocabulary(scope, self.cells, {}, self.params)
        for broken in self.question.broken():
            bounds = self._within(postorder([broken]))
            yield _Clause([*bounds, words.lower(broken)], None)
        for choice in choices_of(self.ground):
            action = self.ground.model.action(choice.action)
            bounds = self._within(param.node() for param in action.params)
            taken = [*bounds, words.lower(choice.move.when)]
            written = {k: words.lower(v) for k, v in choice.move.writes}
            after = {k: written.get(k, cell) for k, cell in self.cells.items()}
            yield _Clause(taken, list(after.values()))
            step = Vocabulary(scope, self.cells, after, self.params)
            for demanded, node in choice.move.demands:
                if demanded == name:
                    yield _Clause([*taken, z3.Not(step.lower(node))], None)

    def _within(self, nodes: Iterable[Node]) -> list[Expr]:
        """That the parameters among these are values of their types."""
        params = [node for node in nodes if node.op == "PARAM"]
        bounds = [in_range(self.params[p], p.type, self.ground.scope) for p in params]
        return [bound for bound in bounds if bound is not None]
