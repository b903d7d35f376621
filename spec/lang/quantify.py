"""Quantifiers, counts and comprehensions; they stay whole in the IR.

The finite engines unroll them at a scope, the first-order engine keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.terms import Bool, Count, Enum, SetOf, Sort
from spec.lang.walk import bind

E = TypeVar("E", bound=Sort | Enum)


def all_of(sort: type[E], holds: Callable[[E], Bool]) -> Bool:
    """`holds` for every element of the sort."""
    return Bool(_quantified("FORALL", sort, holds))


def some_of(sort: type[E], holds: Callable[[E], Bool]) -> Bool:
    """`holds` for at least one element of the sort."""
    return Bool(_quantified("EXISTS", sort, holds))


def count_of(sort: type[E], holds: Callable[[E], Bool]) -> Count:
    """For how many elements of the sort `holds`."""
    return Count(_bound("COUNT", sort, holds))


def those(sort: type[E], holds: Callable[[E], Bool]) -> SetOf[E]:
    """The set of elements for which `holds`."""
    return set_class(sort)(_bound("SETOF", sort, holds))


def the_one(sort: type[E], holds: Callable[[E], Bool]) -> E:
    """The element for which `holds`; the first one if several, element 0 if none."""
    return sort(_bound("FIRST", sort, holds))


def set_class(sort: type[E]) -> type[SetOf[E]]:
    """The set type over `sort` that has no name of its own."""
    made: Callable[[Any], type] = _anonymous_set
    return cast("type[SetOf[E]]", made(sort))


@cache
def _anonymous_set(sort: Any) -> type:
    return type(f"SetOf{sort.__name__}", (SetOf,), {"__slots__": ()}, element=sort)


def _bound(op: str, sort: type[E], holds: Callable[[E], Bool]) -> Node:
    def body(variable: Node) -> Node:
        return Bool.lift(holds(sort(variable))).node

    return bind(op, sort.type, body)


def _quantified(op: str, sort: type[E], holds: Callable[[E], Bool]) -> Node:
    """The quantifier; a body that does not mention its variable needs none."""
    node = _bound(op, sort, holds)
    body = node.args[0]
    return body if body in (simplify.TRUE, simplify.FALSE) else node
