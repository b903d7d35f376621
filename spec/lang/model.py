"""A Model: a system's pages traced once, with its state, its readings and its boot."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar

from spec.lang import simplify
from spec.lang.action import Action, Param, Rung, Write
from spec.lang.asking import Spoken
from spec.lang.declare import Call, CallView, Outcome, Property
from spec.lang.errors import LawBroken, SpecError, UnknownName
from spec.lang.ir import Node
from spec.lang.schema import Shape, State, shape_of
from spec.lang.step import Hooks, Reader, Step, Writer
from spec.lang.terms import Bool, Term
from spec.lang.types import EnumType, IntType, SetType, SortType, Type
from spec.lang.walk import postorder
from spec.lang.wellformed import check_model

V = TypeVar("V")
Cites = Callable[[str, str], None]
"""Checks that a citation resolves, given the call's own source; raises SpecError."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """What a step property demands of one outcome of one action.

    `rung` and `alternative` are the positions of the error, or None for success. The
    node reads the state before and (epoch "new") after, and the action's parameters.
    """

    action: str
    rung: int | None
    alternative: int | None
    node: Node


@dataclass(frozen=True, slots=True)
class Traced:
    """A property as the engines see it."""

    name: str
    kind: str
    node: Node | None
    """The state predicate of an `always` or `sometimes`."""
    obligations: tuple[Obligation, ...]
    """The demands of an `every_step`; those that are trivially true are left out."""
    declared: Property


@dataclass(frozen=True)
class Model:
    """A system under one reading: what every engine is given."""

    name: str
    state: type[State]
    shape: Shape
    actions: tuple[Action, ...]
    boot: tuple[Write, ...]
    """Writes over the fields' initial values that make the first state."""
    reading: Mapping[str, str] = field(default_factory=dict)

    def action(self, name: str) -> Action:
        """The action of this name; raises UnknownName."""
        found = {action.name: action for action in self.actions}
        return lookup(found, name, "call")

    def view(self, epoch: str = "old") -> State:
        """The state as a property sees it, before or after a step."""
        return self.state(Reader(epoch), self.shape)

    def trace(self, prop: Property) -> Traced:
        """The property over this model's state."""
        return _located(prop.name, prop.sentence, lambda: self._traced(prop))

    def _traced(self, prop: Property) -> Traced:
        if prop.kind != "every_step":
            node = Bool.lift(prop.sentence(self.view())).node
            return Traced(prop.name, prop.kind, node, (), prop)
        known = {action.name: action for action in self.actions}
        chosen = [known[n] for n in prop.calls if n in known] or (
            [] if prop.calls else list(self.actions)
        )
        old, new = self.view(), self.view("new")
        spoken = Spoken(lambda *way: Bool.lift(prop.sentence(old, new, *way)).node)
        obligations = [o for a in chosen for o in self._obligations(spoken, a)]
        return Traced(prop.name, prop.kind, None, tuple(obligations), prop)

    def _obligations(self, spoken: Spoken, action: Action) -> list[Obligation]:
        params = {param.name: param for param in action.params}
        call = CallView(action.name, action.kind, params)
        cases: list[tuple[int | None, int | None, Outcome]] = [
            (None, None, Outcome(None, action.result))
        ]
        cases += [
            (position, which, Outcome(alternative.error))
            for position, rung in enumerate(action.rungs)
            for which, alternative in enumerate(rung.alternatives)
        ]
        found = []
        for rung_at, alternative_at, outcome in cases:
            node = spoken.of(call, outcome)
            if node is not simplify.TRUE:
                _error_precedes_choice(action, rung_at, node)
                found.append(Obligation(action.name, rung_at, alternative_at, node))
        return found


SHOWN = 12
"""How many known names a message lists."""


def lookup(found: Mapping[str, V], name: str, what: str) -> V:
    """The entry called `name`; raises UnknownName, suggesting the nearest."""
    if name in found:
        return found[name]
    near = get_close_matches(name, found, n=1, cutoff=0.4)
    known = ", ".join(list(found)[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
    hint = f"; did you mean {near[0]}?" if near else f"; known: {known}"
    message = f"there is no {what} called {name!r}{hint}"
    raise UnknownName(message)


def _error_precedes_choice(action: Action, rung: int | None, node: Node) -> None:
    if rung is None or action.rungs[rung].leaks:
        return
    chosen = {param.node(): param.name for param in action.choices()}
    for inside in postorder([node]):
        if inside in chosen:
            message = (
                f"of a {action.name} that fails it asks about {chosen[inside]}, which "
                "the kernel chooses only when no error stands in the way"
            )
            raise LawBroken(message)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question the documents leave open, and the answers to build a system with."""

    name: str
    options: tuple[str, ...]
    default: str
    about: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """A system: its name, its readings, and how it is built under one."""

    name: str
    title: str
    readings: tuple[Reading, ...]
    build: Callable[[Mapping[str, str]], Model]

    def model(self, reading: Mapping[str, str] | None = None) -> Model:
        """The model under `reading` (defaults elsewhere); raises UnknownName."""
        known = {r.name: r for r in self.readings}
        chosen = {r.name: r.default for r in self.readings}
        for name, option in (reading or {}).items():
            asked = lookup(known, name, f"reading of {self.name}")
            options = {o: o for o in asked.options}
            chosen[name] = lookup(options, option, f"option of {name}")
        return self.build(chosen)


def trace_model(
    name: str,
    state: type[State],
    calls: Iterable[Call],
    *,
    boot: Callable[[Any], None] = lambda _new: None,
    able: Callable[[Any, Any], Bool] | None = None,
    hooks: Hooks | None = None,
    reading: Mapping[str, str] | None = None,
    cites: Cites | None = None,
) -> Model:
    """Trace every page once and freeze the result.

    `able(old, caller)` says which callers can make a system call at all.
    Raises LawBroken, naming page and line, when a page breaks a law.
    """
    shape = shape_of(state)
    tracer = _Tracer(state, shape, able, hooks or {}, cites)
    actions = tuple(tracer.action(call) for call in calls)
    names = [action.name for action in actions]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        message = f"{name} has two calls named {', '.join(sorted(twice))}"
        raise LawBroken(message)
    _name_apart(shape, actions)
    step = Step(shape, {}, {})
    _located(f"{name} boot", boot, lambda: boot(state(Writer(step), shape)))
    boots = tuple(step.writes)
    model = Model(name, state, shape, actions, boots, dict(reading or {}))
    check_model(model.shape, model.actions, model.boot)
    return model


def _name_apart(shape: Shape, actions: Iterable[Action]) -> None:
    """Refuse two sorts of one name: a scope could not tell which is meant."""
    kinds = [kind for info in shape.fields() for kind in (info.index, info.type)]
    kinds += [param.type for action in actions for param in action.params]
    known: dict[str, SortType | EnumType] = {}
    for kind in kinds:
        inside = kind.element if isinstance(kind, SetType) else kind
        if not isinstance(inside, SortType | EnumType):
            continue
        if known.setdefault(inside.name, inside) != inside:
            message = f"two sorts are named {inside.name}: name one of them otherwise"
            raise LawBroken(message)


@dataclass(frozen=True, slots=True)
class _Tracer:
    state: type[State]
    shape: Shape
    able: Callable[[Any, Any], Bool] | None
    hooks: Hooks
    cites: Cites | None

    def action(self, call: Call) -> Action:
        return _located(call.name, call.page, lambda: self._action(call))

    def _action(self, call: Call) -> Action:
        kinds = _sorts_of(call)
        params = {n: Param(n, kind.type, _role(n)) for n, kind in kinds.items()}
        step = Step(self.shape, self.hooks, params)
        old = self.state(Reader(), self.shape)
        new = self.state(Writer(step), self.shape)
        step.views = (old, new)
        arguments = {n: kind(params[n].node()) for n, kind in kinds.items()}
        able = simplify.TRUE
        if call.kind == "syscall" and self.able is not None:
            able = self.able(old, arguments["caller"]).node
        step.knows(Bool(able))
        call.page(step, old, new, **arguments)
        step.finish()
        self._resolve(call, step.cites)
        return Action(
            name=call.name,
            kind=call.kind,
            params=tuple(params.values()),
            able=able,
            rungs=tuple(step.rungs),
            picks=tuple(step.picked),
            writes=tuple(step.writes),
            result=step.result,
            returns=step.ended == "returns",
            source=call.source,
            doc=inspect.getdoc(call.page) or "",
            inherits=tuple(dict.fromkeys(event for event, _ in step.inherited)),
        )

    def _resolve(self, call: Call, cites: list[str]) -> None:
        if self.cites is not None:
            for cite in cites:
                self.cites(cite, call.source)


def _role(name: str) -> str:
    return "caller" if name == "caller" else "argument"


def _sorts_of(call: Call) -> dict[str, type[Term]]:
    """The parameters of a page after step, old and new, each with its sort."""
    signature = inspect.signature(call.page, eval_str=True).parameters
    names = list(signature)
    if names[:3] != ["step", "old", "new"]:
        message = "a page takes step, old and new, then its own parameters"
        raise LawBroken(message)
    kinds = {name: signature[name].annotation for name in names[3:]}
    for name, kind in kinds.items():
        if not (isinstance(kind, type) and issubclass(kind, Term)):
            message = (
                f"{name} needs a sort, an enumeration or an integer type, not {kind!r}"
            )
            raise LawBroken(message)
    if call.kind == "syscall" and "caller" not in kinds:
        message = "a system call has a `caller`; what has none is an @event"
        raise LawBroken(message)
    return kinds


def _located(name: str, function: Callable[..., object], trace: Callable[[], V]) -> V:
    """Run a tracing; a broken law says which page and line broke it."""
    try:
        return trace()
    except (SpecError, TypeError) as error:
        path = inspect.getsourcefile(function)
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == path
        ]
        where = f"{path}:{lines[-1]}: " if lines else ""
        hint = NO_OPERATOR if isinstance(error, TypeError) else ""
        message = f"{where}{name}: {error}{hint}"
        raise LawBroken(message) from error


NO_OPERATOR = (
    ". A sort has ==, != and nothing to calculate with; `&` and `|` join truths and "
    "bind tighter than ==, so comparisons beside them need parentheses"
)


@dataclass(frozen=True)
class Scope:
    """How many elements each sort has in a check: the bound of a bounded result.

    `only` names, by enumeration, the members that arguments are taken from; it binds
    who calls, not what the kernel picks or what the state holds.
    """

    sizes: Mapping[str, int]
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def size(self, kind: Type) -> int:
        """How many values the type has."""
        match kind:
            case SortType(name=name):
                if name not in self.sizes:
                    message = f"the scope does not give a size for {snake(name)}"
                    raise UnknownName(message)
                return self.sizes[name]
            case EnumType(members=members):
                return len(members)
            case IntType(bits=bits):
                return 1 << bits
            case SetType(element=element):
                return 1 << self.size(element)
        return 2

    def among(self, param: Param) -> Sequence[int]:
        """The values that a parameter takes."""
        kind = param.type
        inside = kind.element if isinstance(kind, SetType) else kind
        named = self.only.get(inside.name) if isinstance(inside, EnumType) else None
        if named is None or param.role != "argument":
            return range(self.size(kind))
        assert isinstance(inside, EnumType)
        members = [inside.members.index(name) for name in named]
        if not isinstance(kind, SetType):
            return members
        return [
            sum(1 << member for n, member in enumerate(members) if some >> n & 1)
            for some in range(1 << len(members))
        ]

    def __str__(self) -> str:
        sizes = [f"{snake(name)}={size}" for name, size in self.sizes.items()]
        only = [f"{snake(name)}={'+'.join(some)}" for name, some in self.only.items()]
        return ",".join(sizes + only)


def snake(name: str) -> str:
    """ExitCode -> exit_code: how a sort is written on the command line."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def rung_label(action: Action, rung: Rung, alternative: int) -> str:
    """`fork_fails_with_EAGAIN`; numbered when a call has the error on several lines."""
    error = rung.alternatives[alternative].error
    same = [
        (r, which)
        for r in action.rungs
        for which, a in enumerate(r.alternatives)
        if a.error == error
    ]
    name = f"{action.name}_fails_with_{error}"
    if len(same) == 1:
        return name
    return f"{name}_{same.index((rung, alternative)) + 1}"
