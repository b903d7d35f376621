"""The reference semantics: the IR as Python.

Each node becomes one Python expression by the rule of its operator, each action and
each property a Python function; binders become functions of their variable. Nothing is
packed, unrolled or bounded beyond the scope, so this reading can also replay a kernel
with hundreds of processes. Every other engine is held against it, and every
counterexample passes through it before anybody sees it.

A state is a tuple with one entry for each field in declaration order: the value of a
single cell, or a tuple with one value per row. Values are plain integers: elements and
members by position, sets as bit masks, booleans as 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Final

from checker.python_text import (
    Function,
    Ladder,
    Rows,
    Updates,
    Value,
    compile_functions,
)
from spec.lang import simplify
from spec.lang.action import Action, Errno, Param
from spec.lang.ir import Node, make
from spec.lang.model import Model, Scope, Traced

State = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """An action with its parameters, in the order of `Action.params`."""

    action: str
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """The call did what it does; `value` is its result (None: none)."""

    value: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The call answered with an error, on this alternative of this rung."""

    error: Errno
    rung: int
    alternative: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """No transition: the caller is not able, sleeps, or leaves the model's scope."""

    kind: str
    """"disabled", "blocks", "out_of_scope" or "no_choice"."""
    cite: str = ""


Outcome = Returned | Failed | Stopped


@dataclass(frozen=True, slots=True)
class Transition:
    """One step that can be taken from a state."""

    invocation: Invocation
    outcome: Returned | Failed
    after: State


_DISABLED: Final = Stopped("disabled")


class Evaluator:
    """A model at a scope, executable. Each function is compiled when first needed."""

    def __init__(
        self, model: Model, scope: Scope, properties: Iterable[Traced] = ()
    ) -> None:
        self.model, self.scope = model, scope
        self.properties = {prop.name: prop for prop in properties}
        self.fields = {info.name: n for n, info in enumerate(model.shape.fields())}
        self._actions = {action.name: action for action in model.actions}
        self._code = _Code(self._compiled)

    # States

    @cached_property
    def initial(self) -> State:
        """The state at boot."""
        blank: list[Any] = []
        for info in self.model.shape.fields():
            if info.index is None:
                blank.append(self.term(info.initial))
                continue
            row = make("PARAM", attr="row", of=info.index)
            rows = range(self.scope.size(info.index))
            function = Function("initial", (row,), Value(info.initial))
            code = compile_functions([function], self.fields, self.scope)
            blank.append(tuple(int(code["initial"](None, None, n)) for n in rows))
        boot: State = self._code["boot"](tuple(blank), None)
        return boot

    def term(self, node: Node, given: dict[Node, int] | None = None) -> int:
        """The value of a term that reads no state, with parameters as given."""
        given = given or {}
        function = Function("term", tuple(given), Value(node))
        code = compile_functions([function], self.fields, self.scope)
        return int(code["term"](None, None, *given.values()))

    # Steps

    def invocations(self, action: Action) -> Iterator[Invocation]:
        """Every choice of arguments, before any choice of the kernel (those are 0)."""
        domains = [
            range(1) if p.role == "choice" else self.scope.among(p)
            for p in action.params
        ]
        for args in product(*domains):
            yield Invocation(action.name, args)

    def outcomes(
        self, state: State, invocation: Invocation, *, chosen: bool = False
    ) -> list[Transition | Stopped]:
        """Everything the call can do: errors allowed, or one transition per choice.

        The values given for choices are ignored, unless the kernel is held to them:
        `chosen`. A call that cannot move yields the one `Stopped` that says why.
        """
        action = self._actions[invocation.action]
        code, args = self._code, invocation.args
        name = action.name
        if not code[f"{name}.able"](state, None, *args):
            return [_DISABLED]
        found: list[Transition | Stopped] = []
        position = code[f"{name}.ladder"](state, None, *args)
        if position is None:
            found += self._successes(action, state, args, chosen)
            return found or [Stopped("no_choice")]
        rung = action.rungs[position]
        if rung.kind != "fails":
            return [Stopped(rung.kind, rung.cite)]
        allowed = code[f"{name}.allowed"](state, None, *args)[position]
        for which, alternative in enumerate(rung.alternatives):
            if allowed[which]:
                failed = Failed(alternative.error, position, which)
                found += (
                    [
                        Transition(t.invocation, failed, t.after)
                        for t in self._successes(action, state, args, chosen)
                    ]
                    if rung.leaks
                    else [Transition(invocation, failed, state)]
                )
        return found

    def _successes(
        self, action: Action, state: State, args: tuple[int, ...], chosen: object
    ) -> list[Transition]:
        found = []
        for full in self._chosen(action, state, args, chosen):
            invocation = Invocation(action.name, full)
            after = self._code[f"{action.name}.effect"](state, None, *full)
            value = self._code[f"{action.name}.result"](state, None, *full)
            found.append(Transition(invocation, Returned(value), after))
        return found

    def _chosen(
        self, action: Action, state: State, args: tuple[int, ...], chosen: object
    ) -> Iterable[tuple[int, ...]]:
        """The arguments completed by each combination of the kernel's choices."""
        if not action.picks:
            return [args]
        domains = [
            range(self.scope.size(p.type))
            if p.role == "choice" and not chosen
            else (v,)
            for p, v in zip(action.params, args, strict=True)
        ]
        picked = self._code[f"{action.name}.picked"]
        return [full for full in product(*domains) if picked(state, None, *full)]

    def transitions(self, state: State) -> Iterator[Transition]:
        """The successful steps (and, in a mutant, errors that change the state)."""
        for action in self.model.actions:
            for invocation in self._all[action.name]:
                for found in self.outcomes(state, invocation):
                    if isinstance(found, Transition) and self.moves(found):
                        yield found

    def refused(self, state: State) -> Iterator[Transition]:
        """The errors without effect of which some step property demands something."""
        for name, positions in self._demanding.items():
            for invocation in self._all[name]:
                for found in self.outcomes(state, invocation):
                    if (
                        isinstance(found, Transition)
                        and isinstance(found.outcome, Failed)
                        and found.outcome.rung in positions
                        and not self.moves(found)
                    ):
                        yield found

    @cached_property
    def _demanding(self) -> dict[str, set[int]]:
        positions: dict[str, set[int]] = {}
        for prop in self.properties.values():
            for demand in prop.obligations:
                if demand.rung is not None:
                    positions.setdefault(demand.action, set()).add(demand.rung)
        return positions

    def moves(self, transition: Transition) -> bool:
        """It succeeds or, in a mutant, is an error that changes the state anyway."""
        outcome = transition.outcome
        if isinstance(outcome, Returned):
            return True
        action = self._actions[transition.invocation.action]
        return action.rungs[outcome.rung].leaks

    @cached_property
    def _all(self) -> dict[str, list[Invocation]]:
        return {a.name: list(self.invocations(a)) for a in self.model.actions}

    # Properties

    def holds(self, name: str, state: State) -> bool:
        """The state predicate of an `always` or `sometimes` property."""
        return bool(self._code[f"property.{name}"](state, None))

    def holds_of(self, name: str, before: State, step: Transition) -> bool:
        """An `every_step` property holds of this step."""
        case = (
            (step.outcome.rung, step.outcome.alternative)
            if isinstance(step.outcome, Failed)
            else (None, None)
        )
        number = self._demands[name].get((step.invocation.action, *case))
        if number is None:
            return True
        check = self._code[f"property.{name}.{number}"]
        return bool(check(before, step.after, *step.invocation.args))

    @cached_property
    def _demands(self) -> dict[str, dict[tuple[str, int | None, int | None], int]]:
        """For each step property, its obligations by action and ending."""
        return {
            prop.name: {
                (demand.action, demand.rung, demand.alternative): number
                for number, demand in enumerate(prop.obligations)
            }
            for prop in self.properties.values()
        }

    # Compilation

    def _compiled(self, name: str) -> Callable[..., Any]:
        function = self._function(name)
        return compile_functions([function], self.fields, self.scope)[name]

    def _function(self, name: str) -> Function:
        """What a name stands for; see `_names`."""
        kind, of, part = self._names[name]
        if kind == "boot":
            return Function(name, (), Updates(self.model.boot))
        if kind == "action":
            action = self._actions[of]
            return Function(name, _nodes(action.params), _PARTS[str(part)](action))
        prop = self.properties[of]
        if part is None:
            return Function(name, (), Value(prop.node))
        demand = prop.obligations[int(part)]
        params = _nodes(self._actions[demand.action].params)
        return Function(name, params, Value(demand.node))

    @cached_property
    def _names(self) -> dict[str, tuple[str, str, str | int | None]]:
        """Every function: of the boot, of an action, of a property."""
        names: dict[str, tuple[str, str, str | int | None]] = {}
        names["boot"] = ("boot", "", None)
        for action in self._actions:
            names |= {f"{action}.{part}": ("action", action, part) for part in _PARTS}
        for prop in self.properties.values():
            of = f"property.{prop.name}"
            names[of] = ("property", prop.name, None)
            for number in range(len(prop.obligations)):
                names[f"{of}.{number}"] = ("property", prop.name, number)
        return names


def _nodes(params: Iterable[Param]) -> tuple[Node, ...]:
    return tuple(param.node() for param in params)


def _allowed(action: Action) -> Rows:
    rungs = action.rungs
    return Rows(tuple(tuple(a.when for a in rung.alternatives) for rung in rungs))


def _picked(action: Action) -> Value:
    by_name = {p.name: p.node() for p in action.params}
    chosen = [simplify.membership(by_name[p.param], p.among) for p in action.picks]
    return Value(simplify.conjunction(chosen))


_PARTS: Final[dict[str, Callable[[Action], Value | Ladder | Rows | Updates]]] = {
    "able": lambda action: Value(action.able),
    "ladder": lambda action: Ladder(tuple(rung.when for rung in action.rungs)),
    "allowed": _allowed,
    "picked": _picked,
    "effect": lambda action: Updates(action.writes),
    "result": lambda action: Value(action.result),
}
"""The functions of an action."""


class _Code(dict[str, Callable[..., Any]]):
    """The functions by name, each compiled when it is first asked for."""

    def __init__(self, compiled: Callable[[str], Callable[..., Any]]) -> None:
        super().__init__()
        self.compiled = compiled

    def __missing__(self, name: str) -> Callable[..., Any]:
        self[name] = self.compiled(name)
        return self[name]
