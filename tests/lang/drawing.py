"""Hypothesis draws terms, each as it is written and as the simplifier has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from spec.lang import Scope, simplify
from spec.lang.ir import Binding, Fresh, Node, Place, make
from spec.lang.types import (
    BOOL,
    COUNT_TYPE,
    EnumType,
    IntType,
    SetType,
    SortType,
    Type,
)
from spec.lang.walk import bind, substitute
from tests.lang import pages

MODEL: Final = pages.model_of(pages.a_step)
SCOPE: Final = Scope({"Thing": 3, "Place": 2})
THING, PLACE = pages.Thing.sort_type(), pages.Place.sort_type()
COLOUR, SMALL = pages.Colour.type, pages.Small.type
assert isinstance(COLOUR, EnumType)
COLOURS, THINGS = SetType(COLOUR), SetType(THING)
TYPES: Final = (BOOL, THING, PLACE, COLOUR, SMALL, COUNT_TYPE, COLOURS, THINGS)
ABOVE: Final = Place("thing.above")


@dataclass(frozen=True, slots=True)
class Twins:
    """One meaning twice: node by node, and simplified on the way up."""

    raw: Node
    simple: Node


Draw = st.DrawFn
Rule = Callable[["Drawing", Type, int], Twins]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A term while it is drawn, and the variables of the binders around."""

    draw: Draw
    variables: tuple[Node, ...] = ()

    def term(self, kind: Type, depth: int) -> Twins:
        """A term of this type, at most about this deep."""
        choices: list[Rule] = [_constant]
        if any(v.type == kind for v in self.variables):
            choices += [_variable] * 2
        if depth > 0:
            choices += _RULES[type(kind)]
            choices += [_choice]
            if kind in READABLE:
                choices += [_read] * 2
        rule: Rule = self.draw(st.sampled_from(choices))
        return rule(self, kind, depth - 1)

    def one_of(self, *kinds: Type) -> Type:
        return self.draw(st.sampled_from(kinds))

    def applied(self, op: str, *args: Twins, of: Type | None = None) -> Twins:
        raw = make(op, *(arg.raw for arg in args), of=of)
        simple = simplify.apply(op, *(arg.simple for arg in args), of=of)
        return Twins(raw, simple)

    def bound(self, op: str, kind: Type, depth: int) -> Twins:
        fresh = make("VAR", attr=Fresh(), of=kind)
        body = Drawing(self.draw, (*self.variables, fresh)).term(BOOL, depth)
        if op != "NEAREST":
            raw, simple = (
                bind(op, kind, lambda v, t=t: substitute(t, {fresh: v}))  # type: ignore[misc]
                for t in (body.raw, body.simple)
            )
            return Twins(raw, simple)
        start = self.term(kind, depth)
        raw, simple = (
            bind(
                op,
                kind,
                lambda v, t=t: substitute(t, {fresh: v}),  # type: ignore[misc]
                s,
                attr_of=lambda b: Binding(b.level, b.type, ABOVE),
            )
            for t, s in ((body.raw, start.raw), (body.simple, start.simple))
        )
        return Twins(raw, simple)


READABLE: Final = {
    info.type: [i for i in MODEL.shape.fields() if i.type == info.type]
    for info in MODEL.shape.fields()
}


def _same(node: Node) -> Twins:
    return Twins(node, node)


def _constant(drawing: Drawing, kind: Type, _depth: int) -> Twins:
    value = drawing.draw(st.integers(0, SCOPE.size(kind) - 1))
    return _same(simplify.constant(value, kind))


def _variable(drawing: Drawing, kind: Type, _depth: int) -> Twins:
    own = [v for v in drawing.variables if v.type == kind]
    return _same(drawing.draw(st.sampled_from(own)))


def _read(drawing: Drawing, kind: Type, depth: int) -> Twins:
    info = drawing.draw(st.sampled_from(READABLE[kind]))
    if info.index is None:
        return _same(make("READ", attr=Place(info.name), of=kind))
    at = drawing.term(info.index, depth)
    raw, simple = (
        make("READ", n, attr=Place(info.name), of=kind) for n in (at.raw, at.simple)
    )
    return Twins(raw, simple)


def _choice(drawing: Drawing, kind: Type, depth: int) -> Twins:
    condition = drawing.term(BOOL, depth)
    yes, no = drawing.term(kind, depth), drawing.term(kind, depth)
    return drawing.applied("ITE", condition, yes, no)


def _binary(*ops: str) -> Rule:
    def rule(drawing: Drawing, kind: Type, depth: int) -> Twins:
        op = drawing.draw(st.sampled_from(ops))
        pair = (drawing.term(kind, depth), drawing.term(kind, depth))
        return drawing.applied(op, *pair)

    return rule


def _not(drawing: Drawing, _kind: Type, depth: int) -> Twins:
    return drawing.applied("NOT", drawing.term(BOOL, depth))


def _equal(drawing: Drawing, _kind: Type, depth: int) -> Twins:
    kind = drawing.one_of(*TYPES)
    pair = (drawing.term(kind, depth), drawing.term(kind, depth))
    return drawing.applied("EQ", *pair)


def _order(drawing: Drawing, _kind: Type, depth: int) -> Twins:
    return _binary("LT", "LE")(drawing, drawing.one_of(SMALL, THING, COUNT_TYPE), depth)


def _member(drawing: Drawing, _kind: Type, depth: int) -> Twins:
    kind = drawing.one_of(COLOURS, THINGS)
    assert isinstance(kind, SetType)
    element, whole = drawing.term(kind.element, depth), drawing.term(kind, depth)
    return drawing.applied("MEMBER", element, whole)


def _quantified(drawing: Drawing, _kind: Type, depth: int) -> Twins:
    op = drawing.draw(st.sampled_from(("FORALL", "EXISTS")))
    return drawing.bound(op, drawing.one_of(THING, PLACE, COLOUR), depth)


def _ancestor(drawing: Drawing, _kind: Type, depth: int) -> Twins:
    above, below = drawing.term(THING, depth), drawing.term(THING, depth)
    return Twins(
        make("ANCESTOR", above.raw, below.raw, attr=ABOVE),
        make("ANCESTOR", above.simple, below.simple, attr=ABOVE),
    )


def _to_int(drawing: Drawing, kind: Type, depth: int) -> Twins:
    inside = drawing.term(drawing.one_of(SMALL, COUNT_TYPE, THING, COLOUR), depth)
    return drawing.applied("INT", inside, of=kind)


def _counted(drawing: Drawing, kind: Type, depth: int) -> Twins:
    if kind != COUNT_TYPE:
        return _to_int(drawing, kind, depth)
    if drawing.draw(st.booleans()):
        return drawing.applied(
            "CARD", drawing.term(drawing.one_of(COLOURS, THINGS), depth)
        )
    return drawing.bound("COUNT", drawing.one_of(THING, COLOUR), depth)


def _first(drawing: Drawing, kind: Type, depth: int) -> Twins:
    op = "NEAREST" if kind == THING and drawing.draw(st.booleans()) else "FIRST"
    return drawing.bound(op, kind, depth)


def _set(drawing: Drawing, kind: Type, depth: int) -> Twins:
    assert isinstance(kind, SetType)
    if drawing.draw(st.booleans()):
        return drawing.bound("SETOF", kind.element, depth)
    return drawing.applied("SINGLETON", drawing.term(kind.element, depth))


_RULES: Final[dict[type, list[Rule]]] = {
    type(BOOL): [
        _not,
        _binary("AND", "OR"),
        _equal,
        _order,
        _member,
        _quantified,
        _ancestor,
    ],
    SortType: [_first],
    EnumType: [_first],
    IntType: [
        _binary("ADD", "SUB", "BITAND", "BITOR", "BITXOR", "SHL", "SHR"),
        _to_int,
        _counted,
    ],
    SetType: [_set, _binary("UNION", "INTERSECTION", "DIFFERENCE")],
}


@st.composite
def terms(draw: Draw, kind: Type | None = None, depth: int = 4) -> Twins:
    """A closed term over the state of `pages`."""
    return Drawing(draw).term(kind or draw(st.sampled_from(TYPES)), depth)


@st.composite
def states(draw: Draw) -> tuple[object, ...]:
    """Any state of `pages`, reachable or not."""
    values: list[object] = []
    for info in MODEL.shape.fields():
        held = st.integers(0, SCOPE.size(info.type) - 1)
        rows = 1 if info.index is None else SCOPE.size(info.index)
        drawn = draw(st.lists(held, min_size=rows, max_size=rows))
        values.append(drawn[0] if info.index is None else tuple(drawn))
    return tuple(values)
