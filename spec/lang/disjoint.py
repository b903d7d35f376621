"""Are two writes never to the same cell? Decided by reading the conditions.

The proof is by contradiction and purely syntactic: suppose the two targets are the same
row; if the conditions under which both happen then contain a literal and its opposite,
or one value equal to two constants, they never do.
"""

from __future__ import annotations

from collections.abc import Iterable

from spec.lang.action import Every, Write
from spec.lang.ir import Fresh, Node, make
from spec.lang.simplify import conjunction, equality, rebuilt
from spec.lang.walk import substitute


def disjoint(one: Write, other: Write, context: Iterable[Node]) -> bool:
    """No state lets both writes reach one cell, given the `context` literals."""
    if one.field != other.field:
        return True
    left, left_facts = _row(one)
    right, right_facts = _row(other)
    facts = [*context, *left_facts, *right_facts]
    if left is None or right is None:
        return contradictory(facts)
    same = equality(left, right)
    if same.op == "CONST" and not same.attr:
        return True
    replaced, by = (left, right) if left.op in ("PARAM", "VAR") else (right, left)
    unified = [substitute(fact, {replaced: by}, rebuilt) for fact in facts]
    return contradictory(unified)


def _row(write: Write) -> tuple[Node | None, list[Node]]:
    """The row a write goes to, and what is known when it happens."""
    if isinstance(write.target, Every):
        # A variable of its own: the numbers of two pages' variables may coincide with
        # each other's, or with a binder's inside the facts.
        variable = write.target.variable
        fresh = make("VAR", attr=Fresh(), of=variable.type)
        facts = (write.target.member, write.when)
        return fresh, [substitute(fact, {variable: fresh}) for fact in facts]
    return write.target, [write.when]


def contradictory(facts: Iterable[Node]) -> bool:
    """The facts cannot all hold, as far as their literals show."""
    whole = conjunction(facts)
    if whole.op == "CONST":
        return not whole.attr
    literals = whole.args if whole.op == "AND" else (whole,)
    values: dict[Node, Node] = {}
    for literal in literals:
        if literal.op != "EQ":
            continue
        for term, value in (literal.args, literal.args[::-1]):
            if value.op == "CONST" and values.setdefault(term, value) is not value:
                return True
    return False
