"""The guards of a FIRST: when the first candidate may stand for any.

FIRST takes the least of several candidates, which no permutation respects. It does no
harm when there is one candidate at most, or when the candidates are *twins*: to
exchange two of them leaves the state as it is, so that the step with one is an image of
the step with the other. (A permutation that exchanges two twins in the parameters too
turns the one step into the other; this needs that the twins are in one group, and that
the call takes the first once, of candidates that depend on nothing but the state and
the parameters.)

A guard quantifies over everything the candidates depend on, parameters included, so it
is an invariant. It may ask more than the model needs; then a reduction is given up that
could have stayed, which costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from spec.lang import simplify
from spec.lang.declare import Property
from spec.lang.ir import Binding, Fresh, Node, Place, make
from spec.lang.model import Model, Traced
from spec.lang.schema import FieldInfo
from spec.lang.terms import Bool
from spec.lang.types import COUNT_TYPE, EnumType, SetType, SortType, Type
from spec.lang.walk import bind, opened, postorder, substitute

_OfRow = Callable[[Node | None], Node]


def one_candidate(first: Node) -> Node | None:
    """The invariant that there is at most one candidate; None if it cannot be said.

    It cannot when the candidates depend on something that a quantifier cannot range
    over, or on two states at once.
    """
    body = _before(first.args[0])
    if body is None:
        return None
    counted = make("COUNT", body, attr=first.attr)
    return _closed(make("LE", counted, simplify.constant(1, COUNT_TYPE)))


def twin_candidates(first: Node, model: Model) -> Node | None:
    """The invariant that the candidates are twins; None if it cannot be said.

    It says of a state with one candidate no more than `one_candidate`.
    """
    body = _before(first.args[0])
    if body is not first.args[0] or any(n.op == "VAR" for n in _free(first)):
        return None
    kind = first.type

    def twins(one: Node, other: Node) -> Node:
        both = simplify.conjunction((opened(first, one), opened(first, other)))
        same = simplify.equality(one, other)
        alike = simplify.conjunction(_alike(model, kind, one, other))
        return simplify.disjunction((simplify.negation(both), same, alike))

    def with_others(one: Node) -> Node:
        return bind("FORALL", kind, lambda other: twins(one, other))

    return _closed(bind("FORALL", kind, with_others))


def named(guard: Node, sort: SortType, place: str, number: int) -> Traced:
    """The guard as a property to check beside the others."""
    name = f"the_first_{sort.name.lower()}_of_{place}_stands_for_any_{number}"
    doc = f"taking the first {sort.name} in {place} makes no difference"
    declared = Property(name, "always", lambda _state: Bool(guard), doc)
    return Traced(name, "always", guard, (), declared)


# What makes twins


def _alike(model: Model, kind: Type, one: Node, other: Node) -> Iterator[Node]:
    """Conditions that together say: to exchange the two changes no cell."""
    for info in model.shape.fields():
        held = info.type.element if isinstance(info.type, SetType) else info.type
        if held == kind:
            yield _for_rows(info, _mentions_alike(info, kind, one, other))
        if info.index == kind:
            yield _rows_alike(info, kind, one, other)


def _read(info: FieldInfo, row: Node | None) -> Node:
    args = () if row is None else (row,)
    return make("READ", *args, attr=Place(info.name), of=info.type)


def _for_rows(info: FieldInfo, says: _OfRow) -> Node:
    if info.index is None:
        return says(None)
    return bind("FORALL", info.index, says)


def _mentions_alike(info: FieldInfo, kind: Type, one: Node, other: Node) -> _OfRow:
    """A row mentions neither (but itself), or, if it holds sets, both or neither."""

    def says(row: Node | None) -> Node:
        cell = _read(info, row)
        if isinstance(info.type, SetType):
            members = (simplify.membership(each, cell) for each in (one, other))
            return simplify.equality(*members)
        parts = []
        for each in (one, other):
            absent = simplify.negation(simplify.equality(cell, each))
            itself = row is not None and info.index == kind
            here = simplify.equality(row, each) if itself and row else simplify.FALSE
            parts.append(simplify.disjunction((absent, here)))
        return simplify.conjunction(parts)

    return says


def _rows_alike(info: FieldInfo, kind: Type, one: Node, other: Node) -> Node:
    """The rows of the two hold the same, or each holds itself."""
    mine, its = _read(info, one), _read(info, other)
    same = simplify.equality(mine, its)
    if info.type != kind:
        return same
    each = simplify.equality(mine, one), simplify.equality(its, other)
    return simplify.disjunction((same, simplify.conjunction(each)))


# A condition on one state, for all that it depends on


def _before(body: Node) -> Node | None:
    """The term about one state only, said of the state before."""
    reads = [place for place in map(_place, postorder([body])) if place is not None]
    epochs = {place.epoch for place in reads}
    if epochs <= {"old"}:
        return body
    if epochs != {"new"}:
        return None
    memo: dict[Node, Node] = {}
    for node in postorder([body]):
        args = tuple(memo[arg] for arg in node.args)
        memo[node] = make(node.op, *args, attr=_read_before(node.attr), of=node.type)
    return memo[body]


def _place(node: Node) -> Place | None:
    """The field that a READ, an ANCESTOR or a NEAREST looks at."""
    attr = node.attr
    if isinstance(attr, Binding):
        return attr.forest
    return attr if isinstance(attr, Place) else None


def _read_before(attr: object) -> object:
    if isinstance(attr, Binding) and attr.forest is not None:
        return replace(attr, forest=Place(attr.forest.field))
    return Place(attr.field) if isinstance(attr, Place) else attr


def _closed(term: Node) -> Node | None:
    """`term` for all values of its parameters and free variables."""
    leaves = _free(term)
    if not all(isinstance(leaf.type, SortType | EnumType) for leaf in leaves):
        return None
    names = {leaf: make("VAR", attr=Fresh(), of=leaf.type) for leaf in leaves}
    term = substitute(term, names)
    for name in names.values():
        term = _for_all(name, term)
    return term


def _for_all(name: Node, term: Node) -> Node:
    return bind("FORALL", name.type, lambda fresh: substitute(term, {name: fresh}))


def _free(term: Node) -> list[Node]:
    """The parameters, and the variables whose binder is not inside."""
    nodes = postorder([term])
    bound = {n.attr.level for n in nodes if isinstance(n.attr, Binding)}
    params = [n for n in nodes if n.op == "PARAM"]
    variables = [n for n in nodes if n.op == "VAR" and n.attr not in bound]
    return [*params, *variables]
