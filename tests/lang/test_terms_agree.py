"""Drawn terms: simplified, printed, substituted and unrolled, they mean the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from checker.python_text import Function, Value, compile_functions
from checker.unroll import GROUND_OPERATORS, unroll
from spec.lang import simplify
from spec.lang.ir import BINDERS, Binding, Fresh, Node, make
from spec.lang.parsing import parse_terms
from spec.lang.printing import print_terms
from spec.lang.types import BOOL, SetType
from spec.lang.walk import bind, postorder, substitute
from spec.lang.wellformed import Surroundings, check_term
from tests.lang.drawing import MODEL, SCOPE, THING, Twins, states, terms

FIELDS = {info.name: info for info in MODEL.shape.fields()}
POSITIONS = {name: n for n, name in enumerate(FIELDS)}


def value(node: Node, state: tuple[object, ...]) -> int:
    """What the reference evaluator says of a term in a state."""
    code = compile_functions([Function("it", (), Value(node))], POSITIONS, SCOPE)
    return int(code["it"](state, None))


@given(terms(), states())
def test_simplified_means_the_same(term: Twins, state: Any) -> None:
    assert value(term.raw, state) == value(term.simple, state)


@given(terms(), states())
def test_rebuilding_with_the_simplifier_means_the_same(term: Twins, state: Any) -> None:
    again = substitute(term.raw, {}, simplify.rebuilt)

    assert value(term.raw, state) == value(again, state)


A, B = (make("PARAM", attr=name, of=BOOL) for name in "ab")
X = make("PARAM", attr="x", of=THING)
ALL = make("PARAM", attr="all", of=SetType(THING))
NONE = simplify.constant(0, SetType(THING))
YES, NO = simplify.TRUE, simplify.FALSE


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (simplify.negation(simplify.negation(A)), A),
        (simplify.conjunction([]), YES),
        (simplify.disjunction([]), NO),
        (simplify.conjunction([A, A]), A),
        (simplify.conjunction([A, simplify.negation(A)]), NO),
        (simplify.disjunction([A, simplify.negation(A)]), YES),
        (simplify.disjunction([A, YES]), YES),
        (
            simplify.conjunction([simplify.conjunction([A, B]), B]),
            simplify.conjunction([A, B]),
        ),
        (simplify.equality(A, A), YES),
        (simplify.equality(A, YES), A),
        (simplify.equality(NO, A), simplify.negation(A)),
        (simplify.choice(A, B, B), B),
        (simplify.choice(YES, A, B), A),
        (simplify.choice(A, YES, B), simplify.disjunction([A, B])),
        (simplify.choice(A, B, NO), simplify.conjunction([A, B])),
        (
            simplify.choice(A, NO, B),
            simplify.conjunction([simplify.negation(A), B]),
        ),
        (
            simplify.choice(A, B, YES),
            simplify.disjunction([simplify.negation(A), B]),
        ),
        (simplify.membership(X, NONE), NO),
        (simplify.membership(X, make("SINGLETON", X)), YES),
        (
            simplify.membership(X, make("DIFFERENCE", ALL, ALL)),
            NO,
        ),
        (
            simplify.membership(X, make("UNION", ALL, make("SINGLETON", X))),
            YES,
        ),
        (
            simplify.membership(X, make("INTERSECTION", ALL, NONE)),
            NO,
        ),
    ],
)
def test_what_says_nothing_is_dropped(found: Node, expected: Node) -> None:
    assert found is expected


def test_a_choice_of_sets_is_asked_where_it_is_made() -> None:
    one, other = (make("SINGLETON", simplify.constant(n, THING)) for n in (0, 1))
    asked = make("MEMBER", X, make("ITE", A, one, other))

    flat = unroll(asked, SCOPE, {})

    assert flat.op == "ITE"
    assert flat.args[0] is A


@given(terms(depth=3), states())
def test_unrolled_means_the_same(term: Twins, state: Any) -> None:
    for node in (term.raw, term.simple):
        flat = unroll(node, SCOPE, {})

        assert {inside.op for inside in postorder([flat])} <= GROUND_OPERATORS
        assert value(node, state) == value(flat, state)


@given(terms(), terms())
def test_terms_print_and_read_back_as_the_same_nodes(one: Twins, two: Twins) -> None:
    roots = [one.raw, two.raw, one.simple, two.simple]

    again = parse_terms(print_terms(roots))

    assert all(a is b for a, b in zip(again, roots, strict=True))


@given(terms())
def test_drawn_terms_are_well_formed(term: Twins) -> None:
    for node in (term.raw, term.simple, substitute(term.raw, {}, simplify.rebuilt)):
        check_term(node, Surroundings(FIELDS, {}), node.type)


@given(terms())
@settings(max_examples=60)
def test_alpha_equivalent_terms_are_one_node(term: Twins) -> None:
    """Opening every binder with a new variable and closing it again changes nothing."""

    def renamed(node: Node) -> Node:
        binding = node.attr
        assert isinstance(binding, Binding)
        old = make("VAR", attr=binding.level, of=binding.type)
        body = substitute(node.args[-1], {old: (new := _fresh(old))})
        return bind(
            node.op,
            binding.type,
            lambda v: substitute(body, {new: v}),
            *node.args[:-1],
            attr_of=lambda b: Binding(b.level, b.type, binding.forest),
        )

    for node in postorder([term.raw]):
        if node.op in BINDERS:
            assert renamed(node) is node


def _fresh(like: Node) -> Node:
    return make("VAR", attr=Fresh(), of=like.type)
