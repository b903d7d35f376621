"""The intermediate representation: typed, hash-consed terms.

Every engine reads these nodes and nothing else. Two nodes that say the same are
the same object, so `is` decides equality and a memo by identity is exact. The set of
operators is closed: `OPERATORS` lists it, and each engine checks that its table of
rules covers that list.

A bound variable is numbered by the height of its binder (one more than the highest
binder inside), so alpha-equivalent terms are one node.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from weakref import ref

from spec.lang.errors import IllTyped
from spec.lang.types import (
    BOOL,
    COUNT_TYPE,
    EnumType,
    IntType,
    SetType,
    SortType,
    Type,
)

Attr = object
"""What an operator carries beside its arguments; compared by value."""


class Node:
    """One term. Built by `make` only; immutable; unique per meaning.

    `height` is the number of the highest binder inside (0: none); `leaves` are the
    parameters and variables below.
    """

    __slots__ = ("__weakref__", "args", "attr", "height", "leaves", "op", "type")

    op: str
    type: Type
    args: tuple[Node, ...]
    attr: Attr
    height: int
    leaves: frozenset[Node]

    def __repr__(self) -> str:
        return _shown(self, depth=4)


def _shown(node: Node, depth: int) -> str:
    """The top of a term; a shared graph written out whole could be huge."""
    name = node.op if node.attr is None else f"{node.op}:{node.attr}"
    if not node.args:
        return name
    inside = [_shown(arg, depth - 1) for arg in node.args] if depth else ["..."]
    return f"({' '.join([name, *inside])})"


class Fresh:
    """The name of a variable whose binder is still being traced."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What a READ reads: the field's full name, before or after the step."""

    field: str
    epoch: str = "old"

    def __str__(self) -> str:
        return self.field if self.epoch == "old" else f"{self.field}'"


@dataclass(frozen=True, slots=True)
class Binding:
    """A binder's variable: its number and type; NEAREST also names its forest."""

    level: int
    type: Type
    forest: Place | None = None

    def __str__(self) -> str:
        over = "" if self.forest is None else f"@{self.forest}"
        return f"{self.level}:{self.type}{over}"


Typing = Callable[[tuple[Node, ...], Attr, Type | None], Type | None]
"""The type of an application, or None when the arguments do not fit."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: what it means in a line, and how it is typed."""

    meaning: str
    typing: Typing


def _leaf(args: tuple[Node, ...], _attr: Attr, given: Type | None) -> Type | None:
    return given if not args else None


def _read(args: tuple[Node, ...], _attr: Attr, given: Type | None) -> Type | None:
    indexed = not args or isinstance(args[0].type, SortType | EnumType)
    return given if len(args) <= 1 and indexed else None


def _bools(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    return BOOL if args and all(arg.type == BOOL for arg in args) else None


def _not(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    return BOOL if len(args) == 1 and args[0].type == BOOL else None


def _same(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    return BOOL if len(args) == 2 and args[0].type == args[1].type else None


def _ite(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    match args:
        case (condition, yes, no) if condition.type == BOOL and yes.type == no.type:
            return yes.type
    return None


def _arithmetic(
    args: tuple[Node, ...], _attr: Attr, _given: Type | None
) -> Type | None:
    match args:
        case (left, right) if left.type == right.type:
            return left.type if isinstance(left.type, IntType) else None
    return None


def _order(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    match args:
        case (left, right) if left.type == right.type:
            return BOOL if isinstance(left.type, IntType | SortType) else None
    return None


def _to_int(args: tuple[Node, ...], _attr: Attr, given: Type | None) -> Type | None:
    from_ok = len(args) == 1 and isinstance(args[0].type, IntType | SortType | EnumType)
    return given if from_ok and isinstance(given, IntType) else None


def _member(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    match args:
        case (element, whole) if isinstance(whole.type, SetType):
            return BOOL if whole.type.element == element.type else None
    return None


def _sets(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    match args:
        case (left, right) if left.type == right.type:
            return left.type if isinstance(left.type, SetType) else None
    return None


def _singleton(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    if len(args) == 1 and isinstance(args[0].type, SortType | EnumType):
        return SetType(args[0].type)
    return None


def _card(args: tuple[Node, ...], _attr: Attr, _given: Type | None) -> Type | None:
    return COUNT_TYPE if len(args) == 1 and isinstance(args[0].type, SetType) else None


def _quantifier(args: tuple[Node, ...], attr: Attr, _given: Type | None) -> Type | None:
    return BOOL if _bound_sort(args, attr) else None


def _count(args: tuple[Node, ...], attr: Attr, _given: Type | None) -> Type | None:
    return COUNT_TYPE if _bound_sort(args, attr) else None


def _set_of(args: tuple[Node, ...], attr: Attr, _given: Type | None) -> Type | None:
    element = _bound_sort(args, attr)
    return None if element is None else SetType(element)


def _first(args: tuple[Node, ...], attr: Attr, _given: Type | None) -> Type | None:
    return _bound_sort(args, attr)


def _bound_sort(args: tuple[Node, ...], attr: Attr) -> SortType | EnumType | None:
    """What the variable of a binder over one truth ranges over."""
    match args, attr:
        case (body,), Binding(type=SortType() | EnumType() as kind, forest=None):
            return kind if body.type == BOOL else None
    return None


def _nearest(args: tuple[Node, ...], attr: Attr, _given: Type | None) -> Type | None:
    match args:
        case (start, body) if isinstance(attr, Binding) and attr.forest is not None:
            return start.type if body.type == BOOL and start.type == attr.type else None
    return None


def _ancestor(args: tuple[Node, ...], attr: Attr, _given: Type | None) -> Type | None:
    match args:
        case (above, below) if above.type == below.type and isinstance(attr, Place):
            return BOOL
    return None


OPERATORS: Final[dict[str, Operator]] = {
    "CONST": Operator("a value of a type", _leaf),
    "PARAM": Operator("an argument or choice of the action", _leaf),
    "VAR": Operator("the variable of an enclosing binder", _leaf),
    "READ": Operator("the content of a cell", _read),
    "NOT": Operator("not", _not),
    "AND": Operator("all arguments hold", _bools),
    "OR": Operator("some argument holds", _bools),
    "EQ": Operator("both are the same value", _same),
    "ITE": Operator("the second if the first holds, else the third", _ite),
    "ADD": Operator("sum, wrapping around", _arithmetic),
    "SUB": Operator("difference, wrapping around", _arithmetic),
    "BITAND": Operator("bitwise and", _arithmetic),
    "BITOR": Operator("bitwise or", _arithmetic),
    "BITXOR": Operator("bitwise exclusive or", _arithmetic),
    "SHL": Operator("shift left; 0 when shifted out", _arithmetic),
    "SHR": Operator("shift right; 0 when shifted out", _arithmetic),
    "LT": Operator("less than (unsigned; sorts by position)", _order),
    "LE": Operator("at most (unsigned; sorts by position)", _order),
    "INT": Operator(
        "as an integer of the given width; sorts count from first", _to_int
    ),
    "MEMBER": Operator("the first is an element of the second", _member),
    "UNION": Operator("elements of either", _sets),
    "INTERSECTION": Operator("elements of both", _sets),
    "DIFFERENCE": Operator("elements of the first only", _sets),
    "SINGLETON": Operator("the set of one element", _singleton),
    "CARD": Operator("how many elements", _card),
    "FORALL": Operator("the body holds for every element", _quantifier),
    "EXISTS": Operator("the body holds for some element", _quantifier),
    "COUNT": Operator("for how many elements the body holds", _count),
    "SETOF": Operator("the elements for which the body holds", _set_of),
    "FIRST": Operator(
        "the first element for which the body holds, else element 0", _first
    ),
    "NEAREST": Operator(
        "nearest strict ancestor with the body, else the root", _nearest
    ),
    "ANCESTOR": Operator("the first is a strict ancestor of the second", _ancestor),
}

BINDERS: Final = frozenset({"FORALL", "EXISTS", "COUNT", "SETOF", "FIRST", "NEAREST"})

_OPEN: Final = frozenset({"PARAM", "VAR"})


def _leaves_of(args: tuple[Node, ...]) -> frozenset[Node]:
    """What the arguments are open in; a set of one of them, where that will do."""
    found = frozenset[Node]()
    for arg in args:
        if not arg.leaves <= found:
            found = arg.leaves if found <= arg.leaves else found | arg.leaves
    return found


_Key = tuple[str, Type, tuple[Node, ...], Attr]


class _Entry(ref[Node]):
    """A node that is known, for as long as somebody holds it."""

    __slots__ = ("key",)

    key: _Key


_interned: dict[_Key, _Entry] = {}


def _forget(gone: ref[Node], interned: dict[_Key, _Entry] = _interned) -> None:
    assert isinstance(gone, _Entry)
    if interned.get(gone.key) is gone:
        del interned[gone.key]


def make(op: str, *args: Node, attr: Attr = None, of: Type | None = None) -> Node:
    """The unique node for this application.

    `of` gives the type where arguments do not determine it (leaves, reads, INT).
    Raises IllTyped when the arguments do not fit the operator.
    """
    operator = OPERATORS.get(op)
    typed = operator.typing(args, attr, of) if operator else None
    if typed is None:
        kinds = ", ".join(str(arg.type) for arg in args) or "nothing"
        message = f"{op} cannot be applied to {kinds}"
        raise IllTyped(message)
    key = (op, typed, args, attr)
    known = _interned.get(key)
    node = None if known is None else known()
    if node is None:
        node = Node()
        node.op, node.type, node.args, node.attr = op, typed, args, attr
        inside = max((arg.height for arg in args), default=0)
        node.height = max(inside, attr.level) if isinstance(attr, Binding) else inside
        node.leaves = frozenset((node,)) if op in _OPEN else _leaves_of(args)
        entry = _interned[key] = _Entry(node, _forget)
        entry.key = key
    return node
