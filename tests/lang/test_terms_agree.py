"""Drawn terms: simplified, printed, substituted and unrolled, they mean the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from checker.python_text import Function, Value, compile_functions
from checker.unroll import GROUND_OPERATORS, unroll
from spec.lang import simplify
from spec.lang.ir import BINDERS, Binding, Fresh, Node, make
from spec.lang.parsing import parse_terms
from spec.lang.printing import print_terms
from spec.lang.walk import bind, postorder, substitute
from spec.lang.wellformed import Surroundings, check_term
from tests.lang.drawing import MODEL, SCOPE, Twins, states, terms

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
