"""Candidate lemmas, generated from the schema of a model.

Most are false, and no harm is done: what is not shown is not used. The forms are those
that invariants of tables take: a row holds one of two truths; what a row points to has
a property; no two rows share a value; who shares one value shares another; an ancestor
has a property; members of a set have a property, and point back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, product

from checker.proof.literals import Atoms, Literal, named, read
from checker.slicing.cone import fields_of
from spec.lang import simplify
from spec.lang.declare import Property
from spec.lang.ir import Node, Place, make
from spec.lang.model import Model, Traced
from spec.lang.prose import element_name, infix
from spec.lang.schema import FieldInfo
from spec.lang.terms import TRUE
from spec.lang.types import SetType, SortType
from spec.lang.walk import bind

Sentences = Iterator[tuple[str, Node]]
"""Names, and what they stand for."""
Body = Callable[[Node], Node]
"""What is said of a row."""


def candidates(
    model: Model, fields: Iterable[str] | None = None, *, wide: bool = False
) -> tuple[Traced, ...]:
    """Every candidate over these fields (default: all), the shortest first.

    Each is an `always` lemma; its text is that of the notation's prose. `wide` adds
    those in which a row or a cell satisfies one of three.
    """
    known = {info.name for info in model.shape.fields()}
    chosen = frozenset(known if fields is None else known & set(fields))
    found: dict[Node, str] = {}
    names: set[str] = set()
    for name, node in _Forms(model, chosen).all(wide=wide):
        if fields_of(node) and node not in found and name not in names:
            found[node] = name
            names.add(name)
    return tuple(lemma(name, node) for node, name in found.items())


def lemma(name: str, node: Node) -> Traced:
    """A generated sentence as a property that proofs can lean on."""
    declared = Property(name, "always", lambda *_: TRUE, infix(node), lemma=True)
    return Traced(name, "always", node, (), declared)


class _Forms:
    def __init__(self, model: Model, fields: frozenset[str]) -> None:
        self.shape = model.shape
        self.atoms = Atoms(model, fields)
        self.infos = self.atoms.infos
        self.rows = self.atoms.rows()
        self.cells = self.atoms.cells()

    def all(self, *, wide: bool) -> Sentences:
        """Every form in turn."""
        yield from self._of_cells()
        yield from self._of_one_row()
        yield from self._of_ancestors()
        yield from self._of_pointers()
        yield from self._of_elements()
        yield from self._of_two_rows()
        yield from self._of_members()
        yield from self._of_a_row_and_a_cell()
        if wide:
            yield from self._of_three()

    # One row, and the single cells

    def _of_cells(self) -> Sentences:
        for literal in self.cells:
            yield literal.said, literal.of(None)
        for one, other in combinations(self.cells, 2):
            if not one.fields & other.fields:
                name = f"{one.said}_or_{other.said}"
                yield name, simplify.disjunction((one.of(None), other.of(None)))

    def _of_one_row(self) -> Sentences:
        for kind, literals in self.rows.items():
            for literal in literals:
                yield literal.said, _every(kind, literal.of)
            for one, other in combinations(literals, 2):
                if not one.fields & other.fields:
                    name = f"{one.said}_or_{other.said}"
                    yield name, _every(kind, _clause(one, other))

    def _of_a_row_and_a_cell(self) -> Sentences:
        for kind, literals in self.rows.items():
            about = [literal for literal in literals if literal.fields]
            for cell, row in product(self.cells, about):
                if not cell.fields & row.fields:
                    name = f"{cell.said}_or_{row.said}"
                    yield name, _every(kind, _clause(row, cell=cell))

    def _of_three(self) -> Sentences:
        for kind in self.rows:
            for row in combinations(self._guards(kind), 3):
                if len({name for one in row for name in one.fields}) == len(row):
                    name = "_or_".join(one.said for one in row)
                    yield name, _every(kind, _clause(*row))
            pairs = combinations(self._guards(kind), 2)
            for (one, other), cell in product(pairs, self.cells):
                if not one.fields & other.fields:
                    name = f"{cell.said}_or_{one.said}_or_{other.said}"
                    yield name, _every(kind, _clause(one, other, cell=cell))

    def _of_elements(self) -> Sentences:
        """A row that pages name, and every row but it."""
        for kind, literals in self.rows.items():
            about = [literal for literal in literals if literal.fields]
            for element in self.atoms.elements(kind):
                shown = element_name(simplify.number(element), kind)
                for literal in about:
                    yield f"of_{shown}_{literal.said}", literal.of(element)
                for one, other in combinations(about, 2):
                    sharp = one.sharp or other.sharp
                    if sharp and not one.fields & other.fields:
                        name = f"all_but_{shown}_{one.said}_or_{other.said}"
                        clause = _clause(one, other)
                        yield name, _every(kind, _unless(element, clause))

    # Two rows

    def _of_pointers(self) -> Sentences:
        """What a row points to has a property."""
        for info in self._sorted():
            kind, target = info.index, info.type
            assert kind is not None
            assert isinstance(target, SortType)
            ends = [literal for literal in self.rows.get(target, []) if literal.sharp]
            for guard, end in product([None, *self._guards(kind)], ends):
                body = _pointing(info, guard, end)
                premise = "" if guard is None else f"{guard.said}_or_"
                name = f"{premise}{named(info)}_has_{end.said}"
                yield name, _every(kind, body)
                if target == kind:
                    strictly = _strictly(info, body)
                    yield f"{name}_or_is_itself", _every(kind, strictly)
                for element in self.atoms.elements(kind):
                    shown = element_name(simplify.number(element), kind)
                    yield (
                        f"all_but_{shown}_{name}",
                        _every(kind, _unless(element, body)),
                    )

    def _of_two_rows(self) -> Sentences:
        """No two rows share a value; who shares one value shares another."""
        fields = list(self._sorted())
        for info in fields:
            kind = info.index
            assert kind is not None
            for guard in [None, *self._guards(kind)]:
                where = "" if guard is None else f"_unless_{guard.said}"
                name = f"no_two_share_{named(info)}{where}"
                yield name, _every_two(kind, guard, _distinct(info))
                for other in self.infos:
                    if other.index == kind and other is not info:
                        name = f"{named(info)}_gives_{named(other)}{where}"
                        yield name, _every_two(kind, guard, _gives(info, other))

    def _of_ancestors(self) -> Sentences:
        for name in self.shape.forests:
            info = next((i for i in self.infos if i.name == name), None)
            if info is None or info.index is None:
                continue
            kind, said = info.index, named(info)
            for literal in self._guards(kind):
                yield (
                    f"above_in_{said}_{literal.said}",
                    _above(info, kind, literal, upper=True),
                )
                yield (
                    f"below_in_{said}_{literal.said}",
                    _above(info, kind, literal, upper=False),
                )
            for element in self.atoms.elements(kind):
                shown = element_name(simplify.number(element), kind)
                for guard in [None, *self._guards(kind)]:
                    where = "" if guard is None else f"_unless_{guard.said}"
                    yield (
                        f"below_{shown}_in_{said}{where}",
                        _every(kind, _unless(element, _below(info, element, guard))),
                    )

    def _of_members(self) -> Sentences:
        """Of a field that holds sets: its members have a property, or point back."""
        for info in self.infos:
            kind, whole = info.index, info.type
            if kind is None or not isinstance(whole, SetType):
                continue
            target = whole.element
            if not isinstance(target, SortType):
                continue
            for guard in [None, *self._guards(kind)]:
                premise = "" if guard is None else f"{guard.said}_or_"
                for end in self.rows.get(target, []):
                    if end.sharp:
                        name = f"{premise}{named(info)}_all_have_{end.said}"
                        yield name, _members(info, target, guard, end.of)
            for back in self._sorted():
                if back.index == target and back.type == kind:
                    name = f"{named(info)}_all_have_{named(back)}"
                    yield name, _pointing_back(info, back, target, one_way=True)
                    yield (
                        f"{name}_and_back",
                        _pointing_back(info, back, target, one_way=False),
                    )

    def _sorted(self) -> Iterator[FieldInfo]:
        """The fields of rows that hold an element of a sort."""
        for info in self.infos:
            if info.index is not None and isinstance(info.type, SortType):
                yield info

    def _guards(self, kind: SortType) -> list[Literal]:
        return [literal for literal in self.rows.get(kind, []) if literal.sharp]


def _every(kind: SortType, body: Body) -> Node:
    """The body of every row; one that says nothing is left out."""
    whole = bind("FORALL", kind, body)
    return simplify.TRUE if whole.args[0] is simplify.TRUE else whole


def _clause(*literals: Literal, cell: Literal | None = None) -> Body:
    """One of the literals holds of the row, or the one of single cells does."""
    single = () if cell is None else (cell.of(None),)
    return lambda row: simplify.disjunction(
        (*single, *(literal.of(row) for literal in literals))
    )


def _unless(element: Node, body: Body) -> Body:
    """The row is the element, or the body holds of it."""
    return lambda row: simplify.disjunction(
        (simplify.equality(row, element), body(row))
    )


def _pointing(info: FieldInfo, guard: Literal | None, end: Literal) -> Body:
    def body(row: Node) -> Node:
        first = () if guard is None else (guard.of(row),)
        return simplify.disjunction((*first, end.of(read(info, row))))

    return body


def _strictly(info: FieldInfo, body: Body) -> Body:
    return lambda row: simplify.disjunction(
        (simplify.equality(read(info, row), row), body(row))
    )


def _every_two(
    kind: SortType, guard: Literal | None, goal: Callable[[Node, Node], Node]
) -> Node:
    """The goal of every two rows of which the guard does not hold."""

    def pair(row: Node, other: Node) -> Node:
        first = () if guard is None else (guard.of(row), guard.of(other))
        return simplify.disjunction((*first, goal(row, other)))

    return _every(kind, lambda row: _every(kind, lambda other: pair(row, other)))


def _distinct(info: FieldInfo) -> Callable[[Node, Node], Node]:
    def goal(row: Node, other: Node) -> Node:
        same = simplify.equality(read(info, row), read(info, other))
        return simplify.disjunction(
            (simplify.negation(same), simplify.equality(row, other))
        )

    return goal


def _gives(info: FieldInfo, result: FieldInfo) -> Callable[[Node, Node], Node]:
    def goal(row: Node, other: Node) -> Node:
        same = simplify.equality(read(info, row), read(info, other))
        then = simplify.equality(read(result, row), read(result, other))
        return simplify.disjunction((simplify.negation(same), then))

    return goal


def _above(info: FieldInfo, kind: SortType, literal: Literal, *, upper: bool) -> Node:
    """Of any row above another: the literal holds of the upper, or of the lower."""

    def pair(up: Node, down: Node) -> Node:
        above = make("ANCESTOR", up, down, attr=Place(info.name))
        ends = literal.of(up if upper else down)
        return simplify.disjunction((simplify.negation(above), ends))

    return _every(kind, lambda up: _every(kind, lambda down: pair(up, down)))


def _below(info: FieldInfo, element: Node, guard: Literal | None) -> Body:
    """The row is below the element, or the guard holds of it."""

    def body(row: Node) -> Node:
        first = () if guard is None else (guard.of(row),)
        above = make("ANCESTOR", element, row, attr=Place(info.name))
        return simplify.disjunction((*first, above))

    return body


def _members(
    info: FieldInfo, target: SortType, guard: Literal | None, end: Callable[..., Node]
) -> Node:
    """Every member of the row's set has the property."""
    assert info.index is not None

    def pair(row: Node, member: Node) -> Node:
        inside = make("MEMBER", member, read(info, row))
        first = () if guard is None else (guard.of(row),)
        return simplify.disjunction((*first, simplify.negation(inside), end(member)))

    kind = info.index
    return _every(kind, lambda row: _every(target, lambda member: pair(row, member)))


def _pointing_back(
    info: FieldInfo, back: FieldInfo, target: SortType, *, one_way: bool
) -> Node:
    """Every member of the row's set points to the row; or just those that do."""
    assert info.index is not None

    def pair(row: Node, member: Node) -> Node:
        inside = make("MEMBER", member, read(info, row))
        points = simplify.equality(read(back, member), row)
        if one_way:
            return simplify.disjunction((simplify.negation(inside), points))
        return simplify.equality(inside, points)

    kind = info.index
    return _every(kind, lambda row: _every(target, lambda member: pair(row, member)))
