"""A model at a scope: finitely many cells, and action instances over them.

This is what the finite engines read. Every parameter is a constant, every quantifier is
unrolled, every write goes to one cell; the terms are made of `GROUND_OPERATORS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from checker.afterwards import Afterwards
from checker.unroll import Unroller, unroll
from spec.lang import simplify
from spec.lang.action import Action, Every, Param, Write
from spec.lang.disjoint import contradictory
from spec.lang.ir import Node, Place, make
from spec.lang.model import Model, Obligation, Scope, Traced, rung_label
from spec.lang.schema import FieldInfo
from spec.lang.types import Type

Key = tuple[str, int | None]
"""A cell by field name and row; None for a single cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One finite variable of the state."""

    field: str
    row: int | None
    type: Type
    size: int
    """How many values it has at this scope."""
    initial: int

    def read(self, epoch: str = "old", index: Type | None = None) -> Node:
        """The ground term for its content."""
        args = () if index is None else (simplify.constant(self.row or 0, index),)
        return make("READ", *args, attr=Place(self.field, epoch), of=self.type)


@dataclass(frozen=True, slots=True)
class Case:
    """How a step can end: success (both None), or one alternative of one rung."""

    rung: int | None = None
    alternative: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A way an instance changes the state: when, what, and what must hold of it."""

    case: Case
    when: Node
    writes: tuple[tuple[Key, Node], ...]
    result: Node | None
    demands: tuple[tuple[str, Node], ...]
    """Step properties by name, over "old" reads and "new" reads."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An action with all parameters fixed, choices included."""

    action: str
    args: tuple[int, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that ends without moving: which line decides, and when."""

    action: str
    args: tuple[int, ...]
    """The caller and the arguments; choices are None of its business."""
    kind: str
    """"fails", "blocks" or "out_of_scope"."""
    case: Case
    when: Node
    cite: str


@dataclass(frozen=True)
class GroundModel:
    """A model and its traced properties at a scope."""

    model: Model
    scope: Scope
    cells: tuple[Cell, ...]
    instances: tuple[Instance, ...]
    refusals: tuple[Refusal, ...]
    invariants: tuple[tuple[str, Node], ...]
    """State predicates that must hold, by property; a property may have several."""
    goals: tuple[tuple[str, Node], ...]
    """State predicates that must be reachable, by name."""

    def positions(self) -> dict[Key, int]:
        """Where each cell stands in `cells`."""
        return {(cell.field, cell.row): n for n, cell in enumerate(self.cells)}


def ground(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced] = (),
    *,
    reachability: bool = False,
    keep_params: bool = False,
) -> GroundModel:
    """The model at this scope. `reachability` adds the generated goals.

    `keep_params` leaves the parameters in the terms: one instance for each action,
    with no `args`, for an engine that can choose the parameters itself.
    """
    grounder = _Grounder(model, scope, tuple(properties), keep_params)
    return grounder.result(reachability=reachability)


class _Grounder:
    def __init__(
        self, model: Model, scope: Scope, props: tuple[Traced, ...], keep_params: bool
    ) -> None:
        self.model, self.scope, self.props = model, scope, props
        self.keep_params = keep_params
        self.unroll = Unroller(scope)
        self.afterwards = Afterwards()
        self.infos = {info.name: info for info in model.shape.fields()}

    def result(self, *, reachability: bool) -> GroundModel:
        instances: list[Instance] = []
        refusals: list[Refusal] = []
        for action in self.model.actions:
            instances += self._instances(action)
            refusals += self._refusals(action)
        goals = [
            (p.name, self._plain(p.node))
            for p in self.props
            if p.kind == "sometimes" and p.node is not None
        ]
        if reachability:
            goals += self._reached(instances, refusals)
        return GroundModel(
            model=self.model,
            scope=self.scope,
            cells=tuple(self._cells()),
            instances=tuple(instances),
            refusals=tuple(refusals),
            invariants=tuple(self._invariants(refusals)),
            goals=tuple(goals),
        )

    def _plain(self, node: Node) -> Node:
        return unroll(node, self.scope, {})

    # The state

    def _cells(self) -> Iterator[Cell]:
        booted = {
            key: value
            for write in self.model.boot
            for key, when, value in self._effects(write, {})
            if when is simplify.TRUE
        }
        for info in self.model.shape.fields():
            for row in self._places(info):
                value = booted.get((info.name, row), self._initial(info, row))
                held = simplify.value_of(value)
                assert held is not None, info.name
                size = self.scope.size(info.type)
                yield Cell(info.name, row, info.type, size, int(held))

    def _places(self, info: FieldInfo) -> Iterable[int | None]:
        return [None] if info.index is None else range(self.scope.size(info.index))

    def _initial(self, info: FieldInfo, row: int | None) -> Node:
        if info.index is None or row is None:
            return self._plain(info.initial)
        param = make("PARAM", attr="row", of=info.index)
        leaves = {param: simplify.constant(row, info.index)}
        return unroll(info.initial, self.scope, leaves)

    # The actions

    def _assignments(self, params: Iterable[Param]) -> Iterator[dict[Node, Node]]:
        listed = list(params)
        if self.keep_params:
            yield {p.node(): p.node() for p in listed}
            return
        domains = [
            [simplify.constant(value, param.type) for value in self.scope.among(param)]
            for param in listed
        ]
        for values in product(*domains):
            yield {p.node(): v for p, v in zip(listed, values, strict=True)}

    def _instances(self, action: Action) -> Iterator[Instance]:
        for leaves in self._assignments(action.params):
            moves = [m for m in self._moves(action, leaves) if not _never(m.when)]
            if moves:
                yield Instance(action.name, _constants(leaves), tuple(moves))

    def _moves(self, action: Action, leaves: dict[Node, Node]) -> Iterator[Move]:
        able = self._ground(action.able, leaves)
        if able is simplify.FALSE:
            return
        chosen = [
            self._ground(simplify.membership(_param(action, p.param), p.among), leaves)
            for p in action.picks
        ]
        passed = [able, *chosen]
        cases: list[tuple[Case, Node]] = []
        for position, rung in enumerate(action.rungs):
            when = self._ground(rung.when, leaves)
            if rung.leaks:
                for which, alternative in enumerate(rung.alternatives):
                    fires = self._ground(alternative.when, leaves)
                    both = simplify.conjunction((*passed, when, fires))
                    cases.append((Case(position, which), both))
            passed.append(simplify.negation(when))
        cases.append((Case(), simplify.conjunction(passed)))
        if all(_never(when) for _, when in cases):
            return
        writes = tuple(self._written(action, leaves).items())
        result = None if action.result is None else self._ground(action.result, leaves)
        for case, when in cases:
            demands = tuple(self._demands(action, case, leaves))
            yield Move(case, when, writes, result, demands)

    def _ground(self, node: Node, leaves: dict[Node, Node]) -> Node:
        return self.unroll(node, leaves)

    def _written(self, action: Action, leaves: dict[Node, Node]) -> dict[Key, Node]:
        written: dict[Key, Node] = {}
        for write in action.writes:
            for key, when, value in self._effects(write, leaves):
                under = written.get(key, self._cell(key))
                written[key] = simplify.choice(when, value, under)
        return {k: v for k, v in written.items() if v is not self._cell(k)}

    def _cell(self, key: Key) -> Node:
        name, row = key
        info = self.infos[name]
        args = () if info.index is None else (simplify.constant(row or 0, info.index),)
        return make("READ", *args, attr=Place(name), of=info.type)

    def _effects(
        self, write: Write, leaves: dict[Node, Node]
    ) -> Iterator[tuple[Key, Node, Node]]:
        """The cells a write may reach: each with the condition and the value."""
        if isinstance(write.target, Every):
            yield from self._bulk(write, write.target, leaves)
            return
        when = self._ground(write.when, leaves)
        if when is simplify.FALSE:
            return
        value = self._ground(write.value, leaves)
        if write.target is None:
            yield (write.field, None), when, value
            return
        target = self._ground(write.target, leaves)
        for row, element in self._rows(write.field):
            here = simplify.conjunction((simplify.equality(target, element), when))
            if here is not simplify.FALSE:
                yield (write.field, row), here, value

    def _bulk(
        self, write: Write, target: Every, leaves: dict[Node, Node]
    ) -> Iterator[tuple[Key, Node, Node]]:
        for row, element in self._rows(write.field):
            bound = {**leaves, target.variable: element}
            member = self._ground(target.member, bound)
            if member is simplify.FALSE:
                continue
            when = simplify.conjunction((member, self._ground(write.when, bound)))
            if when is not simplify.FALSE:
                yield (write.field, row), when, self._ground(write.value, bound)

    def _rows(self, field: str) -> Iterator[tuple[int, Node]]:
        """The rows of a table's field, each with the element that it belongs to."""
        index = self.infos[field].index
        assert index is not None
        for row in range(self.scope.size(index)):
            yield row, simplify.constant(row, index)

    # What stops a call

    def _refusals(self, action: Action) -> Iterator[Refusal]:
        for leaves in self._assignments(action.arguments()):
            args = _constants(leaves)
            passed = [self._ground(action.able, leaves)]
            for position, rung in enumerate(action.rungs):
                when = self._ground(rung.when, leaves)
                here = [*passed, when]
                for which, alternative in enumerate(rung.alternatives):
                    allowed = self._ground(alternative.when, leaves)
                    fires = simplify.conjunction((*here, allowed))
                    if not rung.leaks and not _never(fires):
                        case = Case(position, which)
                        yield Refusal(
                            action.name, args, rung.kind, case, fires, alternative.cite
                        )
                if not rung.alternatives:
                    fires = simplify.conjunction(here)
                    if not _never(fires):
                        case = Case(position)
                        yield Refusal(
                            action.name, args, rung.kind, case, fires, rung.cite
                        )
                passed.append(simplify.negation(when))

    # The properties

    def _obligations(self, action: str, case: Case) -> Iterator[tuple[str, Obligation]]:
        for prop in self.props:
            for demand in prop.obligations:
                same = (demand.rung, demand.alternative) == (
                    case.rung,
                    case.alternative,
                )
                if demand.action == action and same:
                    yield prop.name, demand

    def _demands(
        self, action: Action, case: Case, leaves: dict[Node, Node]
    ) -> Iterator[tuple[str, Node]]:
        for name, demand in self._obligations(action.name, case):
            node = self._ground(demand.node, leaves)
            if node is not simplify.TRUE:
                yield name, node

    def _invariants(self, refusals: list[Refusal]) -> Iterator[tuple[str, Node]]:
        for prop in self.props:
            if prop.kind == "always" and prop.node is not None:
                yield prop.name, self._plain(prop.node)
        for refusal in refusals:
            yield from self._refused(refusal)

    def _refused(self, refusal: Refusal) -> Iterator[tuple[str, Node]]:
        """A refused call steps to the same state: the demands on it, as invariants."""
        action = self.model.action(refusal.action)
        pairs = zip(action.arguments(), refusal.args, strict=not self.keep_params)
        leaves = {p.node(): simplify.constant(v, p.type) for p, v in pairs}
        for name, demand in self._obligations(refusal.action, refusal.case):
            node = self.afterwards.of(self._ground(demand.node, leaves))
            held = simplify.disjunction((simplify.negation(refusal.when), node))
            if held is not simplify.TRUE:
                yield name, held

    def _reached(
        self, instances: list[Instance], refusals: list[Refusal]
    ) -> Iterator[tuple[str, Node]]:
        """One goal for each call's success and for each of its `fails` lines."""
        for action in self.model.actions:
            found: dict[str, list[Node]] = {f"{action.name}_succeeds": []}
            for rung in action.rungs:
                for which in range(len(rung.alternatives)):
                    found[rung_label(action, rung, which)] = []
            for instance in instances:
                if instance.action == action.name:
                    for move in instance.moves:
                        found[_label(action, move.case)].append(move.when)
            for refusal in refusals:
                if refusal.action == action.name and refusal.kind == "fails":
                    found[_label(action, refusal.case)].append(refusal.when)
            for name, ways in found.items():
                yield name, simplify.disjunction(ways)


def _label(action: Action, case: Case) -> str:
    if case.rung is None or case.alternative is None:
        return f"{action.name}_succeeds"
    return rung_label(action, action.rungs[case.rung], case.alternative)


def _constants(leaves: Mapping[Node, Node]) -> tuple[int, ...]:
    """The values of the parameters; none when they are kept."""
    values = [simplify.value_of(value) for value in leaves.values()]
    return tuple(int(value) for value in values if value is not None)


def _param(action: Action, name: str) -> Node:
    return next(param.node() for param in action.params if param.name == name)


def _never(when: Node) -> bool:
    return when is simplify.FALSE or contradictory([when])
