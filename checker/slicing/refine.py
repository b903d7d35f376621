"""Checking on slices: start loose, and keep more only where a run asks for it.

Each property starts on the slice of its values. What holds there holds of the model. A
run that breaks it is lifted to the model: a lifted run is a shortest one, since no run
of the model is shorter than its image; a run that does not lift names the fields that
the slice was loose about, and the property goes on to a slice that keeps them, at the
latest to its cone of influence, where every run lifts. Properties whose slices are
nearly the same share one search, and what an argument settles needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from checker.evaluate import Evaluator
from checker.explore import Exploration, explore
from checker.slicing.closure import Values, cone_of
from checker.slicing.lift import Stuck, lift
from checker.slicing.slice import Slice, slice_model
from checker.trace import Disagreement
from checker.verdict import ProvedAtScope, Run, Unknown, Verdict, Violated
from spec.lang.model import Model, Scope, Traced

Engine = Callable[[Model, Scope, tuple[Traced, ...]], Exploration]
"""Visits every state within its limits, whatever fails on the way; of each property
that fails it gives a shortest run."""


def reference(
    model: Model, scope: Scope, properties: tuple[Traced, ...]
) -> Exploration:
    """The reference search as an engine."""
    return explore(Evaluator(model, scope, properties), stop_at_first=False)


Argument = Callable[[Model, Scope, tuple[Traced, ...]], frozenset[str]]
"""Which of the properties need no search, by name."""


def no_argument(*_: object) -> frozenset[str]:
    """Every property needs one."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """Properties that share a search, and the fields that they are searched with."""

    fields: frozenset[str]
    properties: tuple[Traced, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one property, and the search that settled it.

    `tries` counts the slices it took.
    """

    prop: Traced
    verdict: Verdict
    sliced: Slice
    search: Exploration
    tries: int


def group(model: Model, properties: Iterable[Traced]) -> tuple[Group, ...]:
    """The properties by loose slice: nearly the same slices together."""
    values = Values(model)
    return _grouped((values.of([prop]), prop) for prop in properties)


def _grouped(wanted: Iterable[tuple[frozenset[str], Traced]]) -> tuple[Group, ...]:
    """A slice takes in those that it exceeds by a field, or none; never an empty one.

    More would save searches and cost all that the property could have done without.
    """
    listed = list(wanted)
    by_fields: dict[frozenset[str], list[Traced]] = {}
    for fields, prop in sorted(listed, key=lambda one: _by_size(one[0]), reverse=True):
        near = [f for f in by_fields if fields and fields <= f and len(f - fields) < 2]
        home = min(near, key=_by_size, default=fields)
        by_fields.setdefault(home, []).append(prop)
    return tuple(Group(fields, tuple(props)) for fields, props in by_fields.items())


def _by_size(fields: frozenset[str]) -> tuple[int, list[str]]:
    return len(fields), sorted(fields)


def check(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced],
    engine: Engine = reference,
    whole: Evaluator | None = None,
    argument: Argument = no_argument,
) -> Iterator[Answer]:
    """Settle every property, in the order in which answers are found.

    `whole` is an evaluator of the model with these properties, if there is one already.
    What `argument` says of a slice is not searched for there.
    """
    return _Check(model, scope, tuple(properties), engine, whole, argument).answers()


@dataclass
class _Check:
    model: Model
    scope: Scope
    properties: tuple[Traced, ...]
    engine: Engine
    whole: Evaluator | None
    argument: Argument
    tries: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = Values(self.model)

    def answers(self) -> Iterator[Answer]:
        waiting = list(group(self.model, self.properties))
        while waiting:
            waiting.sort(key=lambda g: _by_size(g.fields), reverse=True)
            now = waiting.pop()
            again: list[tuple[frozenset[str], Traced]] = []
            for found in self._searched(now):
                if isinstance(found, Answer):
                    yield found
                else:
                    again.append(found)
            waiting += _grouped(again)

    def _searched(self, now: Group) -> Iterator[Answer | tuple[frozenset[str], Traced]]:
        """Answers, and properties that need another search with the fields given."""
        for prop in now.properties:
            self.tries[prop.name] = self.tries.get(prop.name, 0) + 1
        sliced = slice_model(self.model, now.properties, now.fields)
        held = self.argument(sliced.model, self.scope, sliced.properties)
        needless = _held_whole(sliced, held)
        for prop in now.properties:
            if prop.name in needless:
                yield self._answer(prop, unbroken(prop), sliced, NO_SEARCH)
        left = tuple(p for p in now.properties if p.name not in needless)
        if not left:
            return
        sliced = sliced.without(needless)
        search = self.engine(sliced.model, self.scope, sliced.properties)
        runs = _shortest(sliced, search)
        for prop in left:
            if prop.name in runs:
                at, run = runs[prop.name]
                lifted = lift(sliced, self._evaluator(), at, run)
                if isinstance(lifted, Stuck):
                    yield self._wider(prop, now.fields, lifted), prop
                else:
                    yield self._answer(prop, broken(prop, lifted), sliced, search)
            elif search.complete:
                yield self._answer(prop, unbroken(prop), sliced, search)
            else:
                verdict = Unknown(f"stopped after {search.distinct} states")
                yield self._answer(prop, verdict, sliced, search)

    def _evaluator(self) -> Evaluator:
        if self.whole is None:
            self.whole = Evaluator(self.model, self.scope, self.properties)
        return self.whole

    def _wider(
        self, prop: Traced, fields: frozenset[str], stuck: Stuck
    ) -> frozenset[str]:
        wider = self.values.around(fields | stuck.fields)
        if wider == fields:
            wider = fields | cone_of(self.model, [prop])
        if wider == fields:
            message = f"an exact slice breaks {prop.name} where the model does not"
            raise Disagreement(message)
        return wider

    def _answer(
        self, prop: Traced, verdict: Verdict, sliced: Slice, search: Exploration
    ) -> Answer:
        return Answer(prop, verdict, sliced, search, self.tries[prop.name])


def _held_whole(sliced: Slice, held: frozenset[str]) -> frozenset[str]:
    """The properties of which every part holds."""
    parts = sliced.origins.items()
    names = {origin.prop.name for _, origin in parts}
    return frozenset(names - {o.prop.name for part, o in parts if part not in held})


NO_SEARCH: Final = Exploration(
    distinct=0,
    transitions=0,
    depth=0,
    seconds=0.0,
    complete=True,
    violations=(),
    witnessed=frozenset(),
)
"""What is visited where an argument makes a search needless."""


def broken(prop: Traced, run: Run) -> Verdict:
    """The verdict that a run deserves: a violation, or the example asked for."""
    return ProvedAtScope(run) if prop.kind == "sometimes" else Violated(run)


def unbroken(prop: Traced) -> Verdict:
    """The verdict when the whole space has no such run."""
    return Violated(None) if prop.kind == "sometimes" else ProvedAtScope()


def _shortest(sliced: Slice, search: Exploration) -> dict[str, tuple[str, Run]]:
    """For each broken property the sliced part that broke, and its shortest run."""
    found: dict[str, tuple[str, Run]] = {}
    for violation in search.violations:
        name = sliced.origins[violation.prop].prop.name
        length = len(violation.trace)
        if name not in found or length < len(found[name][1]):
            found[name] = (violation.prop, violation.trace)
    return found
