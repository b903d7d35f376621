"""One model at one scope, read by the evaluator and by Z3's bit-vectors."""

from __future__ import annotations

import z3

from checker.bounded.unfolding import case_of
from checker.evaluate import Evaluator, Invocation, State, Stopped
from checker.ground import Case, GroundModel, Key, ground
from checker.lower_z3 import Expr, Vocabulary, cell_variables, value_expr, variable
from spec.lang import Model, Scope
from spec.lang.ir import Node

Refused = tuple[str, Case | str]
Moves = dict[Case, tuple[object, object]]


def refused(kind: str, case: Case, cite: str) -> Refused:
    """Which line stopped the call: a `fails` by its place, others by their words."""
    return (kind, case if kind == "fails" else cite)


class Readings:
    """The two readings; the evaluator's is what is expected of the other."""

    def __init__(self, model: Model, scope: Scope) -> None:
        self.model, self.scope = model, scope
        self.evaluator = Evaluator(model, scope)
        self.ground: GroundModel = ground(model, scope, keep_params=True)
        self.cells = cell_variables(self.ground.cells, scope, "old")
        self.params: dict[Node, Expr] = {
            param.node(): variable(f"{param.name}:{param.type}", param.type, scope)
            for action in model.actions
            for param in action.params
        }
        self.words = Vocabulary(scope, self.cells, {}, self.params)

    def key_values(self, state: State) -> dict[Key, int]:
        """The state by cell."""
        fields = [info.name for info in self.model.shape.fields()]
        held = dict(zip(fields, state, strict=True))
        return {
            (cell.field, cell.row): int(
                held[cell.field] if cell.row is None else held[cell.field][cell.row]
            )
            for cell in self.ground.cells
        }

    def _closing(self, state: State, call: Invocation) -> list[tuple[Expr, Expr]]:
        """What each variable stands for in this state and call."""
        values = self.key_values(state)
        pairs = []
        for cell in self.ground.cells:
            key = cell.field, cell.row
            literal = value_expr(values[key], cell.type, self.scope)
            pairs.append((self.cells[key], literal))
        action = self.model.action(call.action)
        for param, given in zip(action.params, call.args, strict=True):
            literal = value_expr(given, param.type, self.scope)
            pairs.append((self.params[param.node()], literal))
        return pairs

    def _value(self, node: Node, pairs: list[tuple[Expr, Expr]]) -> int:
        closed = z3.simplify(z3.substitute(self.words.lower(node), *pairs))
        if z3.is_bool(closed):
            assert z3.is_true(closed) or z3.is_false(closed)
            return int(z3.is_true(closed))
        return int(closed.as_long())

    def found(self, state: State, call: Invocation) -> tuple[Moves, set[Refused]]:
        """Each way Z3 lets the call end, with every cell afterwards; what stops it."""
        pairs = self._closing(state, call)
        moves: Moves = {}
        for instance in self.ground.instances:
            for move in instance.moves if instance.action == call.action else ():
                if self._value(move.when, pairs):
                    after = self.key_values(state) | {
                        key: self._value(node, pairs) for key, node in move.writes
                    }
                    result = None
                    if move.result is not None:
                        result = self._value(move.result, pairs)
                    moves[move.case] = (result, after)
        refusals = {
            refused(refusal.kind, refusal.case, refusal.cite)
            for refusal in self.ground.refusals
            if refusal.action == call.action and self._value(refusal.when, pairs)
        }
        return moves, refusals

    def expected(self, state: State, call: Invocation) -> tuple[Moves, set[Refused]]:
        """The same from the evaluator."""
        moves: Moves = {}
        refusals: set[Refused] = set()
        for step in self.evaluator.outcomes(state, call):
            if isinstance(step, Stopped):
                if step.kind in ("blocks", "out_of_scope"):
                    refusals.add(refused(step.kind, Case(), step.cite))
                continue
            case = case_of(step)
            if case.rung is not None:
                refusals.add(refused("fails", case, ""))
            elif step.invocation == call:
                result = getattr(step.outcome, "value", None)
                moves[case] = (result, self.key_values(step.after))
        return moves, refusals
