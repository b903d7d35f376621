"""The guard of a FIRST: an invariant that there is never more than one candidate.

It quantifies over everything the candidates depend on, parameters of the call included,
so it is a statement about states alone. It may ask more than the model needs; then a
reduction is given up that could have stayed, which costs time and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from spec.lang import simplify
from spec.lang.declare import Property
from spec.lang.ir import Binding, Node, Place, make
from spec.lang.model import Traced
from spec.lang.terms import Bool
from spec.lang.types import COUNT_TYPE, EnumType, SortType
from spec.lang.walk import bind, postorder, substitute


def guard_of(first: Node, place: str) -> Traced | None:
    """The invariant that `first`, met in `place`, has one candidate; or None.

    There is none when the candidates depend on something a quantifier cannot range over,
    or on two states at once.
    """
    binding = first.attr
    assert isinstance(binding, Binding)
    body = _before(first.args[0])
    if body is None:
        return None
    counted = make("COUNT", body, attr=binding)
    one = simplify.constant(1, COUNT_TYPE)
    closed = _closed(make("LE", counted, one))
    if closed is None:
        return None
    sort = binding.type
    assert isinstance(sort, SortType)
    name = f"one_{sort.name.lower()}_at_most_where_{place}_takes_the_first"
    doc = f"{place} never has two elements of {sort.name} to take the first of"
    declared = Property(name, "always", lambda _state: Bool(closed), doc)
    return Traced(name, "always", closed, (), declared)


def _before(body: Node) -> Node | None:
    """The term about one state only, said of the state before."""
    reads = [n for n in postorder([body]) if isinstance(_place(n), Place)]
    epochs = {place.epoch for place in map(_place, reads) if place is not None}
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
    for leaf in _free(term):
        if not isinstance(leaf.type, SortType | EnumType):
            return None
        term = _for_all(leaf, term)
    return term


def _for_all(leaf: Node, term: Node) -> Node:
    return bind("FORALL", leaf.type, lambda fresh: substitute(term, {leaf: fresh}))


def _free(term: Node) -> list[Node]:
    """The parameters, and the variables whose binder is not inside, inner ones first."""
    nodes = postorder([term])
    bound = {n.attr.level for n in nodes if isinstance(n.attr, Binding)}
    params = [n for n in nodes if n.op == "PARAM"]
    variables = [n for n in nodes if n.op == "VAR" and n.attr not in bound]
    return [*params, *variables]
