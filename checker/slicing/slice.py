"""Slicing: the part of a model that some properties can depend on.

A slice keeps some of the fields. Of each call it keeps what the call does to them: its
success, and in a mutant an error that changes the state, become one action each, with
one condition and no errors. Parameters that no longer matter are quantified away,
actions that no longer change anything go, and of several that do the same one stays.

With the whole *cone of influence* a slice is exact: its runs are the runs of the model
as seen through the kept fields, and a shortest one that breaks a property is as short.
The cone is closed under three rules: what the value of a kept field is made of is kept,
what decides whether such a value is written is kept, and what decides whether a call
that changes a kept field happens is kept.

Without the third rule, with the *data* of a property, a slice is loose: a condition on
a field that is not kept counts as true where that lets more happen. Without the second
rule, with its *values* alone, it is looser still: a call becomes several, one for each
way in which the conditions of its writes can turn out (`undecided`). Every run of the
model is one of a loose slice, so what holds of all its runs holds of the model; a run
that it finds has to be lifted to the model before it counts (`lift`, `refine`).
`closure` has the three rules; any fields between the values and the cone will do.

A slice says nothing about deadlocks, about what is out of the model's scope, or about
the generated goals of calls that it drops: those are questions about the whole model.

In a slice every property is an `always` or an `every_step`. A `sometimes` is turned
around: that there is no example is what a search refutes. What a step property demands
of calls that change nothing is an `always` of its own.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, replace

from checker.slicing.closure import cone_of, matters
from checker.slicing.cone import (
    can_quantify,
    conjuncts,
    existing,
    fields_of,
    loosened,
    params_of,
)
from checker.slicing.undecided import Case, cases_of
from checker.slicing.ways import Way, demands_of, guard_of, refusals, ways_of
from spec.lang import simplify
from spec.lang.action import Action, Every, Write
from spec.lang.errors import SpecError
from spec.lang.ir import Node, make
from spec.lang.model import Model, Obligation, Traced, rung_label
from spec.lang.schema import Shape
from spec.lang.walk import substitute


@dataclass(frozen=True, slots=True)
class Origin:
    """A property of the full model, or what it demands of one `refused` call."""

    prop: Traced
    refused: Obligation | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """A smaller model, the properties over it, and the way back."""

    full: Model
    model: Model
    properties: tuple[Traced, ...]
    fields: frozenset[str]
    exact: bool
    ways: Mapping[str, Way]
    """What each action of the sliced model stands for."""
    origins: Mapping[str, Origin]
    """What each sliced property is a part of."""
    cases: Mapping[str, Case]
    """For each action how what it asks about fields that are not kept turned out."""

    def without(self, names: Collection[str]) -> Slice:
        """The same for fewer properties: of the model, nothing more is left out."""
        asked = tuple(
            part
            for part in self.properties
            if self.origins[part.name].prop.name not in names
        )
        return replace(self, properties=asked)

    def dropped(self) -> tuple[str, ...]:
        """The fields that the slice does without."""
        names = (info.name for info in self.full.shape.fields())
        return tuple(name for name in names if name not in self.fields)

    def undecided(self) -> tuple[str, ...]:
        """Those of which the calls only say how conditions on them turned out."""
        asked = frozenset[str]().union(*(c.asked() for c in self.cases.values()))
        return tuple(name for name in self.dropped() if name in asked)


def slice_model(
    model: Model, properties: Iterable[Traced], fields: Collection[str] | None = None
) -> Slice:
    """The slice that keeps `fields` (default: the cone of influence, which is exact).

    The fields must include `values_of` the properties.
    """
    listed = tuple(properties)
    known = frozenset(cone_of(model, listed) if fields is None else fields)
    return _Slicer(model, listed, known).result()


@dataclass(frozen=True, slots=True)
class _Cut:
    """One way of a call, cut down to the known fields."""

    way: Way
    action: Action
    demands: tuple[tuple[str, Node], ...]
    case: Case
    exact: bool

    def meaning(self) -> tuple[object, ...]:
        """The same for two cuts that do the same under other names."""
        names = {
            p.node(): make("PARAM", attr=f"{n}", of=p.type)
            for n, p in enumerate(self.action.params)
        }

        def renamed(node: Node) -> Node:
            return substitute(node, names)

        writes = (_mapped(write, renamed) for write in self.action.writes)
        demands = ((name, renamed(node)) for name, node in self.demands)
        kinds = (param.type for param in self.action.params)
        guard = frozenset(conjuncts(renamed(self.action.able)))
        return tuple(kinds), guard, tuple(writes), tuple(demands)


def _mapped(write: Write, change: Callable[[Node], Node]) -> Write:
    target = write.target
    if isinstance(target, Every):
        target = Every(target.variable, change(target.member))
    elif target is not None:
        target = change(target)
    return replace(
        write, target=target, value=change(write.value), when=change(write.when)
    )


@dataclass(frozen=True, slots=True)
class _Slicer:
    model: Model
    properties: tuple[Traced, ...]
    known: frozenset[str]

    def result(self) -> Slice:
        cuts: list[_Cut] = []
        for action in self.model.actions:
            for way in ways_of(action):
                demands = demands_of(self.model, way, self.properties)
                if matters(action, demands, self.known):
                    cuts += self._cuts(action, way, demands)
        kept: dict[object, _Cut] = {}
        for cut in cuts:
            kept.setdefault(cut.meaning(), cut)
        chosen = list(kept.values())
        props, origins, exact = self._properties(chosen)
        return Slice(
            full=self.model,
            model=replace(
                self.model,
                shape=self._shape(),
                actions=tuple(cut.action for cut in chosen),
                boot=tuple(w for w in self.model.boot if w.field in self.known),
            ),
            properties=props,
            fields=self.known,
            exact=exact and all(cut.exact for cut in cuts),
            ways={cut.action.name: cut.way for cut in chosen},
            origins=origins,
            cases={cut.action.name: cut.case for cut in chosen},
        )

    def _shape(self) -> Shape:
        shape = self.model.shape
        tables = {
            name: replace(
                table,
                fields={n: i for n, i in table.fields.items() if i.name in self.known},
            )
            for name, table in shape.tables.items()
        }
        return Shape(
            {name: table for name, table in tables.items() if table.fields},
            {name: info for name, info in shape.cells.items() if name in self.known},
            tuple(name for name in shape.forests if name in self.known),
        )

    def _cuts(
        self, action: Action, way: Way, demands: Sequence[tuple[str, Node]]
    ) -> Iterator[_Cut]:
        """The way, case by case."""
        cases = [c for c in cases_of(action, self.known) if demands or c.writes]
        name = _name(action, way)
        for number, case in enumerate(cases, 1):
            called = name if len(cases) == 1 else f"{name}, case {number}"
            yield self._cut(replace(action, name=called), way, demands, case)

    def _cut(
        self, action: Action, way: Way, demands: Sequence[tuple[str, Node]], case: Case
    ) -> _Cut:
        writes = case.writes
        guard = [case.within(part) for part in guard_of(action, way)]
        guard += case.literals()
        loose = [c for part in guard for c in conjuncts(loosened(part, self.known))]
        if not demands and not any(isinstance(w.target, Every) for w in writes):
            loose.append(simplify.disjunction(w.when for w in writes))
        needed = params_of(
            *(term for write in writes for term in write.terms()),
            *(node for _, node in demands),
        )
        loose += [case.limit(p) for p in case.sets.values() if p.name in needed]
        for param in (*action.params, *case.params):
            if param.name not in needed and can_quantify(param.type):
                loose = existing(param.name, param.type, loose)
        guard_now = simplify.conjunction(loose)
        used = needed | params_of(guard_now)
        params = tuple(
            replace(p, role="free" if p.role == "choice" else p.role)
            for p in action.params
            if p.name in used
        )
        sliced = replace(
            action,
            params=(*params, *(p for p in case.params if p.name in used)),
            able=guard_now,
            rungs=(),
            picks=(),
            writes=writes,
            result=None,
        )
        return _Cut(
            replace(way, params=tuple(param.name for param in params)),
            sliced,
            tuple(demands),
            case,
            fields_of(*guard) <= self.known,
        )

    def _properties(
        self, cuts: Iterable[_Cut]
    ) -> tuple[tuple[Traced, ...], dict[str, Origin], bool]:
        origins: dict[str, Origin] = {}
        sliced: list[Traced] = []
        steps = [
            (name, Obligation(cut.action.name, None, None, node))
            for cut in cuts
            for name, node in cut.demands
        ]
        for prop in self.properties:
            node = prop.node
            if prop.kind == "sometimes" and node is not None:
                node = simplify.negation(node)
            here = tuple(demand for name, demand in steps if name == prop.name)
            kind = "every_step" if prop.kind == "every_step" else "always"
            sliced.append(replace(prop, kind=kind, node=node, obligations=here))
            origins[prop.name] = Origin(prop)
        exact = True
        for prop, demand, wanted, guard in refusals(self.model, self.properties):
            exact &= fields_of(*guard) <= self.known
            name = f"{prop.name}: {_refusal_name(self.model, demand)}"
            node = self._refusal(demand, wanted, guard)
            sliced.append(
                replace(prop, name=name, kind="always", node=node, obligations=())
            )
            origins[name] = Origin(prop, demand)
        return tuple(sliced), origins, exact

    def _refusal(self, demand: Obligation, wanted: Node, guard: list[Node]) -> Node:
        """No arguments make the call end so while what is demanded fails."""
        wrong = [loosened(part, self.known) for part in guard]
        wrong.append(simplify.negation(wanted))
        for param in self.model.action(demand.action).params:
            if not can_quantify(param.type):
                message = (
                    f"{demand.action}: {param.name} is of a type that is too large"
                )
                raise SpecError(message)
            wrong = existing(param.name, param.type, wrong)
        return simplify.negation(simplify.conjunction(wrong))


def _name(action: Action, way: Way) -> str:
    if way.rung is None:
        return action.name
    return rung_label(action, action.rungs[way.rung], way.alternative or 0)


def _refusal_name(model: Model, demand: Obligation) -> str:
    return _name(
        model.action(demand.action), Way(demand.action, demand.rung, demand.alternative)
    )


def describe(sliced: Slice) -> str:
    """What is kept and what is dropped, for people."""
    calls = [action.name for action in sliced.full.actions]
    kept = {way.action for way in sliced.ways.values()}
    undecided = sliced.undecided()
    lines = [
        f"slice of {sliced.full.name}: {'exact' if sliced.exact else 'loose'}",
        f"  fields kept     {_listed(sorted(sliced.fields))}",
        f"  fields dropped  {_listed(sliced.dropped())}",
        *([f"  undecided       {_listed(undecided)}"] if undecided else []),
        f"  calls kept      {_listed(_signatures(sliced))}",
        f"  calls dropped   {_listed(name for name in calls if name not in kept)}",
    ]
    return "\n".join(lines)


def _signatures(sliced: Slice) -> Iterator[str]:
    for action in sliced.model.actions:
        yield f"{action.name}({', '.join(param.name for param in action.params)})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
