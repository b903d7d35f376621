"""Why a run of a slice is none of the model: the fields that would have told.

In the states that the run leads to, every call that could be its next step was stopped
by a line of its page, or did something else because an undecided condition turned out
otherwise. What that line or that condition reads is what the slice lacked.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.evaluate import (
    Evaluator,
    Failed,
    Invocation,
    Returned,
    State,
    Stopped,
    Transition,
)
from checker.python_text import Function, Value, compile_functions
from checker.slicing.cone import fields_of
from checker.slicing.slice import Slice
from checker.slicing.undecided import any_element
from checker.slicing.ways import Way, guard_of
from spec.lang import simplify
from spec.lang.action import Action


def blamed(
    sliced: Slice,
    evaluator: Evaluator,
    states: Iterable[State],
    calls: Iterable[Invocation],
    way: Way,
    step: Invocation | None,
) -> frozenset[str]:
    """The fields for want of which the slice takes the `step` that no call takes.

    `step` is the slice's own; None stands for a call that changes nothing.
    """
    action = sliced.full.action(way.action)
    everything = fields_of(*guard_of(action, way))
    turnout = None
    if step is not None:
        turnout = _Turnout(sliced, evaluator, action, step)
        everything |= turnout.case.asked()
    found: frozenset[str] = frozenset()
    listed = list(calls)
    for state in states:
        for call in listed:
            for outcome in evaluator.outcomes(state, call):
                found |= _read_by(action, outcome)
                if turnout and isinstance(outcome, Transition) and is_by(outcome, way):
                    found |= turnout.otherwise(state, outcome)
    return found & everything - sliced.fields or everything - sliced.fields


def is_by(found: Transition, way: Way) -> bool:
    """The call ended in this way."""
    ended = found.outcome
    if isinstance(ended, Returned):
        return way.rung is None
    return (ended.rung, ended.alternative) == (way.rung, way.alternative)


def _read_by(action: Action, outcome: Transition | Stopped) -> frozenset[str]:
    """The fields read by what stopped the call, or by what the kernel chose from."""
    if isinstance(outcome, Transition):
        ended = outcome.outcome
        if isinstance(ended, Failed):
            return fields_of(action.rungs[ended.rung].when)
        return fields_of(*(pick.among for pick in action.picks))
    if outcome.kind == "disabled":
        return fields_of(action.able)
    if outcome.kind == "no_choice":
        return fields_of(*(pick.among for pick in action.picks))
    same = [r for r in action.rungs if (r.kind, r.cite) == (outcome.kind, outcome.cite)]
    return fields_of(*(rung.when for rung in same))


class _Turnout:
    """How the undecided terms of one step's case turn out in the model."""

    def __init__(
        self, sliced: Slice, evaluator: Evaluator, action: Action, step: Invocation
    ) -> None:
        names = [param.name for param in sliced.model.action(step.action).params]
        self.said = dict(zip(names, step.args, strict=True))
        self.case, self.scope = sliced.cases[step.action], evaluator.scope
        own = [param.node() for param in (*action.params, *self.case.params)]
        functions = [
            Function(f"{n}", tuple(own), Value(asked))
            for n, asked in enumerate(self.case.values)
        ]
        for asked, param in self.case.sets.items():
            params = (*own, any_element(param.type))
            functions.append(Function(param.name, params, Value(asked)))
        self.code = compile_functions(functions, evaluator.fields, evaluator.scope)

    def otherwise(self, state: State, found: Transition) -> frozenset[str]:
        """The fields read by the first term that is not what the case says."""
        own = {param.name: self.said.get(param.name, 0) for param in self.case.params}
        args = found.invocation.args
        for n, (asked, value) in enumerate(self.case.values.items()):
            actual = int(self.code[f"{n}"](state, None, *args, *own.values()))
            claimed = self.said.get(str(value.attr), actual)
            if value.op == "CONST":
                claimed = simplify.number(value)
            if claimed != actual:
                return fields_of(asked)
            if value.op == "PARAM":
                own[str(value.attr)] = actual
        for asked, param in self.case.sets.items():
            holds = self.code[param.name]
            mask = 0
            for element in range(self.scope.size(any_element(param.type).type)):
                actual = bool(holds(state, None, *args, *own.values(), element))
                mask |= actual << element
            if mask != self.said.get(param.name, mask):
                return fields_of(asked)
        return frozenset()
