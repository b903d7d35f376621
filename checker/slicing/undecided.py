"""Conditions of writes that a slice does not decide: they are free to turn out.

What a call leaves in a kept field is one thing, on which conditions it leaves it there
another. A condition on fields that the slice does without is *undecided*: in some cases
of the call it holds, in the others it does not, and each case is a call of its own. The
parts of a condition that read known fields are as exact as they were, and a case still
demands what its conditions say of the known fields.

A condition on the element of a bulk write turns out for each element by itself: the
elements for which it holds are a set, and the set is one more parameter of the call. So
is the element that the row of a parameter refers to, where the call looks it up and
that field is not kept: the process of the thread that calls. A condition inside a
binder cannot be split: the fields that it reads are needed like those of a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from checker.slicing.cone import fields_of, given, params_of, place_of
from spec.lang import simplify
from spec.lang.action import Action, Every, Param, Write
from spec.lang.disjoint import contradictory
from spec.lang.ir import BINDERS, Node, make
from spec.lang.types import BOOL, EnumType, SetType, SortType, Type
from spec.lang.walk import bind, postorder, substitute

MOST: Final = 4
"""Undecided conditions of one call; of more, those that read least are needed."""
MOST_SETS: Final = 1
"""The same for sets of elements."""
MOST_ELEMENTS: Final = 2
"""The same for elements."""

_CONNECTIVES: Final = frozenset({"NOT", "AND", "OR", "ITE"})


@dataclass(frozen=True, slots=True)
class Case:
    """A way in which the undecided conditions of a call can turn out."""

    values: Mapping[Node, Node]
    """Each term that was asked about, and what it is, in the order of asking: a
    parameter for an element, TRUE or FALSE for a condition."""
    writes: tuple[Write, ...]
    """What is written then; none of it depends on anything undecided."""
    sets: Mapping[Node, Param] = field(default_factory=dict)
    """Conditions on any element, and the sets of those that they hold of."""

    @property
    def params(self) -> tuple[Param, ...]:
        """The parameters that stand for elements and for sets."""
        elements = [v for v in self.values.values() if v.op == "PARAM"]
        listed = [Param(str(e.attr), e.type, "free") for e in elements]
        return (*listed, *self.sets.values())

    def asked(self) -> frozenset[str]:
        """The fields that what is undecided reads."""
        return fields_of(*self.values, *self.sets)

    def literals(self) -> list[Node]:
        """The conditions that hold in this case."""
        return [
            asked if value is simplify.TRUE else simplify.negation(asked)
            for asked, value in self.values.items()
            if asked.type == BOOL
        ]

    def limit(self, whole: Param) -> Node:
        """The set has no element for which that makes no difference."""

        def matters(element: Node) -> Node:
            among = make("MEMBER", element, whole.node())
            ways = [simplify.negation(among)]
            for write in self.writes:
                when = _written(write, element)
                if whole.name in params_of(write.value):
                    ways.append(when)
                elif whole.name in params_of(when):
                    values = (simplify.TRUE, simplify.FALSE)
                    ways += [given(when, {among: value}) for value in values]
            return simplify.disjunction(ways)

        return bind("FORALL", any_element(whole.type).type, matters)

    def within(self, condition: Node) -> Node:
        """The condition, knowing that the case is this."""
        for asked, value in self.values.items():
            condition = given(condition, {asked: value})
        return condition


def needed_by(action: Action, known: Collection[str]) -> frozenset[str]:
    """The fields that the values of its writes to known fields are made of."""
    kept = [write for write in action.writes if write.field in known]
    readings = _readings(kept, known)
    start = _with_elements(action, kept, readings)
    if start.values:
        readings = _readings(start.writes, known)
    needed = frozenset[str]().union(*(reading.needed for reading in readings))
    conditions = [c for reading in readings for c in reading.undecided]
    sets = [r.of_any(c) for r in readings for c in r.of_elements]
    elements = [asked for asked in start.values if asked.type != BOOL]
    needed |= _beyond(MOST, conditions, known)
    needed |= _beyond(MOST_SETS, sets, known)
    needed |= _beyond(MOST_ELEMENTS, elements, known)
    return needed - frozenset(known)


def cases_of(action: Action, known: Collection[str]) -> Iterator[Case]:
    """Every case of its writes to known fields; one, if everything is decided."""
    kept = [write for write in action.writes if write.field in known]
    start = _with_elements(action, kept, _readings(kept, known))
    stack = [_with_sets(start, known)]
    while stack:
        case = stack.pop()
        readings = _readings(case.writes, known)
        asked = next((c for reading in readings for c in reading.undecided), None)
        if asked is None:
            yield case
            continue
        for value in (simplify.FALSE, simplify.TRUE):
            then = replace(
                case,
                values={**case.values, asked: value},
                writes=tuple(_turned(case.writes, {asked: value})),
            )
            if not contradictory(then.literals()):
                stack.append(then)


def _beyond(most: int, terms: Iterable[Node], known: Collection[str]) -> frozenset[str]:
    """The fields of the term that reads least that is not known, if there are more."""
    distinct = dict.fromkeys(terms)
    if len(distinct) <= most:
        return frozenset()
    missing = (fields_of(term) - frozenset(known) for term in distinct)
    return min(missing, key=lambda fields: (len(fields), sorted(fields)))


def any_element(whole: Type) -> Node:
    """What stands for the element in a condition on any element of a set."""
    assert isinstance(whole, SetType)
    return make("PARAM", attr="element", of=whole.element)


def _parameter(number: int, kind: Type) -> Param:
    return Param(f"undecided_{number}", kind, "free")


def _with_elements(
    action: Action, writes: Sequence[Write], readings: Sequence[_Reading]
) -> Case:
    """The writes, with parameters in place of undecided elements."""
    read = dict.fromkeys(n for reading in readings for n in reading.elements)
    found = [node for node in read if node in _indices(action)] if read else []
    values = {node: _parameter(n, node.type).node() for n, node in enumerate(found, 1)}
    return Case(values, tuple(_turned(writes, values)))


def _indices(action: Action) -> frozenset[Node]:
    """Every term by which the call finds a row."""
    terms = [action.able, *(rung.when for rung in action.rungs)]
    for write in action.writes:
        terms += [write.value, write.when]
    rows = {
        node.args[0] for node in postorder(terms) if node.op == "READ" and node.args
    }
    targets = {w.target for w in action.writes if isinstance(w.target, Node)}
    return frozenset(rows | targets)


def _with_sets(case: Case, known: Collection[str]) -> Case:
    """The case, with sets in place of undecided conditions on elements."""
    params: dict[Node, Param] = {}
    turned: list[Write] = []
    for reading in _readings(case.writes, known):
        values: dict[Node, Node] = {}
        for condition in reading.of_elements:
            same = reading.of_any(condition)
            if same not in params:
                number = len(case.params) + len(params) + 1
                params[same] = _parameter(number, reading.set_type())
            element = reading.element()
            assert element is not None
            values[condition] = make("MEMBER", element, params[same].node())
        turned += _turned([reading.write], values)
    return replace(case, writes=tuple(turned), sets=params)


def _turned(writes: Iterable[Write], values: Mapping[Node, Node]) -> Iterator[Write]:
    """The writes that are left when conditions are known."""
    for write in writes:
        when = given(write.when, values)
        if when is simplify.FALSE:
            continue
        target = write.target
        if isinstance(target, Every):
            member = given(target.member, values)
            if member is simplify.FALSE:
                continue
            target = Every(target.variable, member)
        elif target is not None:
            target = given(target, values)
        yield replace(write, target=target, value=given(write.value, values), when=when)


def _written(write: Write, element: Node) -> Node:
    """When a bulk write is to this element; FALSE for other writes."""
    target = write.target
    if not isinstance(target, Every) or target.variable.type != element.type:
        return simplify.FALSE
    when = simplify.conjunction((target.member, write.when))
    return substitute(when, {target.variable: element})


def _readings(writes: Sequence[Write], known: Collection[str]) -> list[_Reading]:
    roots = [root for write in writes for root, _ in _roots(write)]
    users: Counter[Node] = Counter()
    if not fields_of(*roots) <= frozenset(known):
        users.update(roots)
        for node in postorder(roots):
            users.update(node.args)
    return [_Reading(write, known, users) for write in writes]


def _roots(write: Write) -> list[tuple[Node, bool]]:
    """The terms of a write, each with whether it decides something."""
    found = [(write.when, True), (write.value, False)]
    if isinstance(write.target, Every):
        found.append((write.target.member, True))
    elif write.target is not None:
        found.append((write.target, False))
    return found


@dataclass
class _Reading:
    """What a write reads that is not known: to make values, or to decide."""

    write: Write
    known: Collection[str]
    users: Mapping[Node, int]
    """How often each term is used by the writes of the call."""
    needed: frozenset[str] = frozenset()
    undecided: dict[Node, None] = field(default_factory=dict)
    elements: dict[Node, None] = field(default_factory=dict)
    """Elements that rows of parameters refer to; part of what is needed, too."""
    of_elements: dict[Node, None] = field(default_factory=dict)
    """The undecided conditions on the element of a bulk write."""

    def __post_init__(self) -> None:
        roots = _roots(self.write)
        if fields_of(*(root for root, _ in roots)) <= frozenset(self.known):
            return
        self.clean: dict[Node, bool] = {}
        self.about_element: dict[Node, bool] = {}
        self.whole: dict[Node, bool] = {}
        for node in postorder([root for root, _ in roots]):
            self._look(node)
        self._read(roots)
        self.needed -= frozenset(self.known)

    def element(self) -> Node | None:
        """The variable of the bulk write, if it is one."""
        target = self.write.target
        return target.variable if isinstance(target, Every) else None

    def of_any(self, condition: Node) -> Node:
        """A condition on the element, the same whatever the variable is called."""
        element = self.element()
        assert element is not None
        return substitute(condition, {element: any_element(self.set_type())})

    def set_type(self) -> SetType:
        """The type of a set of the rows of the bulk write."""
        element = self.element()
        assert element is not None
        assert isinstance(element.type, SortType | EnumType)
        return SetType(element.type)

    def _look(self, node: Node) -> None:
        """Note whether a term reads known fields alone, and whether it is a whole.

        A condition of which no part is known is one condition, not several, unless a
        part of it is used elsewhere.
        """
        place = place_of(node)
        here = place is None or place.field in self.known
        self.clean[node] = here and all(self.clean[arg] for arg in node.args)
        about = [self.about_element[arg] for arg in node.args]
        self.about_element[node] = any(about) or node is self.element()
        if node.op in ("NOT", "AND", "OR"):
            alike = len(set(about)) == 1
            parts = (self.whole[arg] and self.users[arg] == 1 for arg in node.args)
            self.whole[node] = alike and all(parts)
        else:
            decides = node.type == BOOL and node.op != "ITE"
            self.whole[node] = decides and not self.clean[node]

    def _read(self, roots: list[tuple[Node, bool]]) -> None:
        stack, seen = list(reversed(roots)), set[tuple[Node, bool]]()
        while stack:
            node, decides = stack.pop()
            if self.clean[node] or (node, decides) in seen:
                continue
            seen.add((node, decides))
            if node.type == BOOL and node.op != "READ":
                decides |= node.op not in ("NOT", "ITE")
            if decides and self.whole[node] and node.op != "NOT":
                about = self.about_element[node]
                (self.of_elements if about else self.undecided)[node] = None
            elif node.op in _CONNECTIVES:
                first = decides or node.op == "ITE"
                rest = [(arg, decides) for arg in node.args[1:]]
                stack += [*reversed(rest), (node.args[0], first)]
            elif node.op in BINDERS:
                self.needed |= fields_of(node)
            else:
                if _is_element_of_a_parameter(node):
                    self.elements[node] = None
                place = place_of(node)
                self.needed |= frozenset() if place is None else {place.field}
                stack += [(arg, False) for arg in reversed(node.args)]


def _is_element_of_a_parameter(node: Node) -> bool:
    """It reads, in the row of a parameter, which element of a sort that refers to."""
    of_row = node.op == "READ" and bool(node.args) and node.args[0].op == "PARAM"
    return of_row and isinstance(node.type, SortType)
