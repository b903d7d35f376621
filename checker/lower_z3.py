"""Ground terms as Z3 bit-vectors: one rule per operator.

A boolean is a Bool; a sort, an enumeration or an integer is a bit-vector of as many
bits as its values need; a set has one bit for each possible element. A sort whose size
is no power of two leaves bit patterns that stand for nothing: `in_range` excludes them
for whoever makes a variable, and no rule leads out of the range again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import z3

from checker.ground import Cell, Key
from checker.unroll import GROUND_OPERATORS, size_in_bits
from spec.lang.ir import Node, Place
from spec.lang.model import Scope
from spec.lang.simplify import number
from spec.lang.types import BoolType, IntType, SetType, SortType, Type
from spec.lang.walk import postorder

Expr = Any
"""A Z3 expression; Z3 publishes no types."""

LOWERED: Final = GROUND_OPERATORS | {"PARAM"}
"""The operators this engine has a rule for: it may choose parameters itself."""


def width(kind: Type, scope: Scope) -> int:
    """The bits of a bit-vector that holds the type: at least one."""
    if isinstance(kind, SetType):
        return scope.size(kind.element)
    return max(1, size_in_bits(kind, scope))


def variable(name: str, kind: Type, scope: Scope) -> Expr:
    """A Z3 constant that can hold any value of the type."""
    if isinstance(kind, BoolType):
        return z3.Bool(name)
    return z3.BitVec(name, width(kind, scope))


def value_expr(value: int, kind: Type, scope: Scope) -> Expr:
    """A value (elements by position, sets as bit masks) as a Z3 literal."""
    if isinstance(kind, BoolType):
        return z3.BoolVal(bool(value))
    return z3.BitVecVal(value, width(kind, scope))


def in_range(expr: Expr, kind: Type, scope: Scope) -> Expr | None:
    """That `expr` is a value of the type; None when every bit pattern is one."""
    if isinstance(kind, BoolType | IntType | SetType):
        return None
    size = scope.size(kind)
    if size == 1 << width(kind, scope):
        return None
    return z3.ULT(expr, z3.BitVecVal(size, width(kind, scope)))


def position(model: Expr, expr: Expr) -> int:
    """The value of `expr` in a Z3 model, as the evaluator counts it."""
    value = model.eval(expr, model_completion=True)
    return int(z3.is_true(value)) if z3.is_bool(value) else int(value.as_long())


@dataclass
class Vocabulary:
    """What the leaves of a term are called: cells before and after, parameters."""

    scope: Scope
    old: Mapping[Key, Expr]
    new: Mapping[Key, Expr] = field(default_factory=dict)
    params: Mapping[Node, Expr] = field(default_factory=dict)
    memo: dict[Node, Expr] = field(default_factory=dict)

    def lower(self, root: Node) -> Expr:
        """The Z3 expression of a ground term."""
        memo = self.memo
        if root not in memo:
            for node in postorder([root]):
                if node not in memo:
                    args = [memo[arg] for arg in node.args]
                    memo[node] = Z3_RULES[node.op](self, node, args)
        return memo[root]

    def cells(self, place: Place) -> Mapping[Key, Expr]:
        """The cells of the state that the place is read from."""
        return self.old if place.epoch == "old" else self.new


def cell_variables(cells: Iterable[Cell], scope: Scope, at: str) -> dict[Key, Expr]:
    """One Z3 constant for each cell of one state; `at` tells states apart."""
    return {
        (cell.field, cell.row): variable(
            f"{cell.field}@{at}"
            if cell.row is None
            else f"{cell.field}[{cell.row}]@{at}",
            cell.type,
            scope,
        )
        for cell in cells
    }


Rule = Callable[[Vocabulary, Node, list[Expr]], Expr]


def _constant(words: Vocabulary, node: Node, _args: list[Expr]) -> Expr:
    assert isinstance(node.attr, int)
    return value_expr(node.attr, node.type, words.scope)


def _read(words: Vocabulary, node: Node, args: list[Expr]) -> Expr:
    place = node.attr
    assert isinstance(place, Place)
    cells = words.cells(place)
    if not args:
        return cells[place.field, None]
    index = node.args[0]
    if index.op == "CONST":
        return cells[place.field, number(index)]
    last = words.scope.size(index.type) - 1
    found = cells[place.field, last]
    for row in range(last - 1, -1, -1):
        here = args[0] == value_expr(row, index.type, words.scope)
        found = z3.If(here, cells[place.field, row], found)
    return found


def _resized(expr: Expr, bits: int) -> Expr:
    """Zero-extended or cut to `bits`."""
    have = expr.size()
    if bits > have:
        return z3.ZeroExt(bits - have, expr)
    return expr if bits == have else z3.Extract(bits - 1, 0, expr)


def _to_int(words: Vocabulary, node: Node, args: list[Expr]) -> Expr:
    kind = node.args[0].type
    assert isinstance(node.type, IntType)
    whole = _resized(args[0], node.type.bits)
    first = kind.first if isinstance(kind, SortType) else 0
    del words
    return whole + first if first else whole


def _bit(whole: Expr, element: Expr) -> Expr:
    """Whether the bit at the position `element` is set."""
    shifted = z3.LShR(whole, _resized(element, whole.size()))
    return z3.Extract(0, 0, shifted) == 1


def _singleton(words: Vocabulary, node: Node, args: list[Expr]) -> Expr:
    bits = width(node.type, words.scope)
    return z3.BitVecVal(1, bits) << _resized(args[0], bits)


def _card(words: Vocabulary, node: Node, args: list[Expr]) -> Expr:
    bits = width(node.type, words.scope)
    each = [_resized(z3.Extract(n, n, args[0]), bits) for n in range(args[0].size())]
    total = each[0]
    for one in each[1:]:
        total = total + one
    return total


def _plain(function: Callable[..., Expr]) -> Rule:
    return lambda _words, _node, args: function(*args)


Z3_RULES: Final[dict[str, Rule]] = {
    "CONST": _constant,
    "PARAM": lambda words, node, _args: words.params[node],
    "READ": _read,
    "NOT": _plain(z3.Not),
    "AND": _plain(z3.And),
    "OR": _plain(z3.Or),
    "EQ": _plain(lambda a, b: a == b),
    "ITE": _plain(z3.If),
    "ADD": _plain(lambda a, b: a + b),
    "SUB": _plain(lambda a, b: a - b),
    "BITAND": _plain(lambda a, b: a & b),
    "BITOR": _plain(lambda a, b: a | b),
    "BITXOR": _plain(lambda a, b: a ^ b),
    "SHL": _plain(lambda a, b: a << b),
    "SHR": _plain(z3.LShR),
    "LT": _plain(z3.ULT),
    "LE": _plain(z3.ULE),
    "INT": _to_int,
    "MEMBER": _plain(lambda element, whole: _bit(whole, element)),
    "UNION": _plain(lambda a, b: a | b),
    "INTERSECTION": _plain(lambda a, b: a & b),
    "DIFFERENCE": _plain(lambda a, b: a & ~b),
    "SINGLETON": _singleton,
    "CARD": _card,
}
if Z3_RULES.keys() != LOWERED:
    unruled = f"Z3's rules do not cover the operators: {Z3_RULES.keys() ^ LOWERED}"
    raise AssertionError(unruled)
