"""Drawing arguments at random for which a call ends in a given way.

The condition for that is a conjunction, and most of its parts mention few parameters:
so parameters are given values one after the other, and a part is asked as soon as it
can be. A state in which nothing fits is told by a few questions, however many ways
there are to make the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from checker.evaluate import Evaluator, Invocation, State, Transition
from checker.python_text import Function, Value, compile_functions
from checker.slicing.cone import params_of
from checker.slicing.ways import Way, guard_of
from spec.lang.action import Action, Param
from spec.lang.ir import Node

MOST: Final = 2_000
"""Values tried before it is given up."""
VALUES: Final = 64
"""Values of one parameter that are tried; of a large set, as many at random."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a condition, and which parameters it is a function of."""

    holds: Callable[..., Any]
    params: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a call once so many of its parameters have a value."""

    action: Action
    asked: tuple[tuple[_Part, ...], ...]


class Drawing:
    """Draws arguments for the calls of one evaluator's model."""

    def __init__(self, evaluator: Evaluator, ways: Iterable[Way]) -> None:
        self.evaluator = evaluator
        self.scope = evaluator.scope
        """Values are drawn within it; it can be narrowed."""
        by_name = {action.name: action for action in evaluator.model.actions}
        guards = {way: guard_of(by_name[way.action], way) for way in ways}
        self._code: dict[tuple[str, Node], Callable[..., Any]] = {}
        self._compile((by_name[way.action], parts) for way, parts in guards.items())
        self._plans = {
            way: self.plan(by_name[way.action], parts) for way, parts in guards.items()
        }

    def plan(self, action: Action, guard: Iterable[Node]) -> Plan:
        """How to draw arguments of the call for which all parts of the guard hold."""
        parts = list(guard)
        self._compile([(action, parts)])
        return _planned(action, parts, self._code)

    def _compile(self, guards: Iterable[tuple[Action, list[Node]]]) -> None:
        """Every part of every condition, once for each call."""
        functions: dict[tuple[str, Node], Function] = {}
        for action, parts in guards:
            for part in parts:
                key = action.name, part
                if key not in self._code and key not in functions:
                    used = params_of(part)
                    nodes = tuple(p.node() for p in action.params if p.name in used)
                    functions[key] = Function(f"{len(functions)}", nodes, Value(part))
        fields, scope = self.evaluator.fields, self.evaluator.scope
        code = compile_functions(functions.values(), fields, scope)
        self._code |= {key: code[made.name] for key, made in functions.items()}

    def step(self, state: State, way: Way, random: Random) -> Transition | None:
        """A step of this state that ends so; None if none was found."""
        args = self.arguments(state, self._plans[way], random)
        if args is None:
            return None
        call = Invocation(way.action, args)
        for found in self.evaluator.outcomes(state, call, chosen=True):
            if isinstance(found, Transition):
                return found
        return None

    def arguments(
        self, state: State, plan: Plan, random: Random
    ) -> tuple[int, ...] | None:
        """Arguments and choices with which the plan's guard holds; None: none found."""
        params = plan.action.params
        if not _all_hold(plan.asked[0], state, ()):
            return None
        stack = [self._values(params[0], random)] if params else []
        args: list[int] = []
        for _ in range(MOST):
            if len(args) == len(params):
                return tuple(args)
            if stack[-1]:
                args.append(stack[-1].pop())
                if not _all_hold(plan.asked[len(args)], state, args):
                    args.pop()
                elif len(args) < len(params):
                    stack.append(self._values(params[len(args)], random))
            else:
                stack.pop()
                if not args:
                    return None
                args.pop()
        return None

    def _values(self, param: Param, random: Random) -> list[int]:
        values = self.scope.among(param)
        return random.sample(values, min(len(values), VALUES))


def _all_hold(parts: Iterable[_Part], state: State, args: Any) -> bool:
    return all(
        part.holds(state, None, *(args[n] for n in part.params)) for part in parts
    )


def _planned(
    action: Action,
    guard: Iterable[Node],
    code: dict[tuple[str, Node], Callable[..., Any]],
) -> Plan:
    asked: list[list[_Part]] = [[] for _ in range(len(action.params) + 1)]
    for part in guard:
        used = params_of(part)
        places = tuple(n for n, p in enumerate(action.params) if p.name in used)
        asked[max(places, default=-1) + 1].append(
            _Part(code[action.name, part], places)
        )
    return Plan(action, tuple(tuple(parts) for parts in asked))
