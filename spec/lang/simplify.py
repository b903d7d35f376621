"""Constructors that fold constants and drop what says nothing.

They are the one place where the IR is simplified, for the traced pages and for the
engines that unroll it; each rule holds for every state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from spec.lang.ir import Attr, Node, make
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type
from spec.lang.walk import opened

TRUE: Final = make("CONST", attr=True, of=BOOL)
FALSE: Final = make("CONST", attr=False, of=BOOL)


def constant(value: int, of: Type) -> Node:
    """The constant `value` (members and elements by position, sets as bit masks)."""
    if of == BOOL:
        return TRUE if value else FALSE
    return make("CONST", attr=int(value), of=of)


def value_of(node: Node) -> int | None:
    """The value of a constant node, or None."""
    return number(node) if node.op == "CONST" else None


def number(node: Node) -> int:
    """The value of a node that is known to be a constant."""
    assert isinstance(node.attr, int)
    return node.attr


def negation(node: Node) -> Node:
    if node.op == "CONST":
        return FALSE if node.attr else TRUE
    return node.args[0] if node.op == "NOT" else make("NOT", node)


def conjunction(parts: Iterable[Node]) -> Node:
    return _junction("AND", parts, neutral=TRUE, absorbing=FALSE)


def disjunction(parts: Iterable[Node]) -> Node:
    return _junction("OR", parts, neutral=FALSE, absorbing=TRUE)


def _junction(op: str, parts: Iterable[Node], neutral: Node, absorbing: Node) -> Node:
    kept: dict[Node, None] = {}
    denied: set[Node] = set()
    for part in parts:
        for piece in part.args if part.op == op else (part,):
            if piece is absorbing or piece in denied:
                return absorbing
            if piece.op == "NOT":
                if piece.args[0] in kept:
                    return absorbing
                denied.add(piece.args[0])
            if piece is not neutral:
                kept[piece] = None
    if not kept:
        return neutral
    return next(iter(kept)) if len(kept) == 1 else make(op, *kept)


def equality(left: Node, right: Node) -> Node:
    if left is right:
        return TRUE
    if left.op == "CONST" and right.op == "CONST" and left.type == right.type:
        return FALSE
    if left.type == BOOL and right.type == BOOL:
        for one, other in ((left, right), (right, left)):
            if one is TRUE:
                return other
            if one is FALSE:
                return negation(other)
    return make("EQ", left, right)


def choice(condition: Node, yes: Node, no: Node) -> Node:
    if condition.op == "CONST":
        return yes if condition.attr else no
    if yes is no:
        return yes
    if yes.type == BOOL and no.type == BOOL:
        if yes is TRUE:
            return disjunction((condition, no))
        if no is FALSE:
            return conjunction((condition, yes))
        if yes is FALSE:
            return conjunction((negation(condition), no))
        if no is TRUE:
            return disjunction((negation(condition), yes))
    return make("ITE", condition, yes, no)


def membership(element: Node, whole: Node) -> Node:
    """`element` in `whole`; a comprehension is opened, a union is distributed."""
    match whole.op:
        case "SETOF":
            return opened(whole, element)
        case "UNION":
            return disjunction(membership(element, part) for part in whole.args)
        case "INTERSECTION":
            return conjunction(membership(element, part) for part in whole.args)
        case "DIFFERENCE":
            kept, removed = whole.args
            return conjunction(
                (membership(element, kept), negation(membership(element, removed)))
            )
        case "SINGLETON":
            return equality(element, whole.args[0])
        case "CONST" if element.op == "CONST":
            return constant(number(whole) >> number(element) & 1, BOOL)
        case "CONST" if whole.attr == 0:
            return FALSE
    return make("MEMBER", element, whole)


def shifted(value: int, by: int) -> int:
    """`value << by`, and 0 once everything is shifted out."""
    return value << by if by < value.bit_length() + 64 else 0


_INTEGER: Final[dict[str, Callable[[int, int], int]]] = {
    "ADD": lambda a, b: a + b,
    "SUB": lambda a, b: a - b,
    "BITAND": lambda a, b: a & b,
    "BITOR": lambda a, b: a | b,
    "BITXOR": lambda a, b: a ^ b,
    "SHL": shifted,
    "SHR": lambda a, b: a >> b,
}
_SETS: Final[dict[str, Callable[[int, int], int]]] = {
    "UNION": lambda a, b: a | b,
    "INTERSECTION": lambda a, b: a & b,
    "DIFFERENCE": lambda a, b: a & ~b,
}


def rebuilt(node: Node, args: tuple[Node, ...]) -> Node:
    """The operator of `node` over other arguments, folded where they are constants."""
    return apply(node.op, *args, attr=node.attr, of=node.type)


def apply(op: str, *args: Node, attr: Attr = None, of: Type | None = None) -> Node:
    """`make`, folding constants."""
    match op:
        case "NOT":
            return negation(args[0])
        case "AND":
            return conjunction(args)
        case "OR":
            return disjunction(args)
        case "EQ":
            return equality(*args)
        case "ITE":
            return choice(*args)
        case "MEMBER":
            return membership(*args)
    if args and all(arg.op == "CONST" for arg in args):
        folded = _folded(op, args, of)
        if folded is not None:
            return folded
    return make(op, *args, attr=attr, of=of)


def _folded(op: str, args: tuple[Node, ...], of: Type | None) -> Node | None:
    values = [number(arg) for arg in args]
    kind = args[0].type
    if op in _INTEGER and isinstance(kind, IntType):
        return constant(_INTEGER[op](*values) % (1 << kind.bits), kind)
    if op in _SETS:
        return constant(_SETS[op](*values), kind)
    if op in ("LT", "LE"):
        left, right = values
        return constant(left < right if op == "LT" else left <= right, BOOL)
    if op == "INT" and isinstance(of, IntType):
        first = kind.first if isinstance(kind, SortType) else 0
        return constant((values[0] + first) % (1 << of.bits), of)
    if op == "SINGLETON" and isinstance(kind, SortType | EnumType):
        return constant(1 << values[0], SetType(kind))
    return None
