"""What a term depends on, and what is left of it when some fields are not known.

`loosened` makes a condition that mentions only the known fields and holds wherever the
original does: what is not known is taken to be as permissive as it can be. Where a
condition reads nothing unknown it is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spec.lang import simplify
from spec.lang.ir import BINDERS, Binding, Node, Place, make
from spec.lang.types import BOOL, BoolType, EnumType, IntType, SortType, Type
from spec.lang.walk import bind, postorder, substitute

SMALL: Final = 6
"""Integers of up to so many bits are listed where a quantifier ranges over them."""


def place_of(node: Node) -> Place | None:
    """The field that this very node looks at, if it looks at one."""
    if isinstance(node.attr, Place):
        return node.attr
    return node.attr.forest if isinstance(node.attr, Binding) else None


def fields_of(*roots: Node | None) -> frozenset[str]:
    """Every field that the terms read, before or after the step."""
    return frozenset[str]().union(*(_read_in(r) for r in roots if r is not None))


@lru_cache(maxsize=1 << 16)
def _read_in(root: Node) -> frozenset[str]:
    places = (place_of(node) for node in postorder([root]))
    return frozenset(place.field for place in places if place is not None)


def params_of(*roots: Node | None) -> frozenset[str]:
    """The names of the parameters that the terms mention."""
    leaves = (leaf for root in roots if root is not None for leaf in root.leaves)
    return frozenset(str(leaf.attr) for leaf in leaves if leaf.op == "PARAM")


def rewritten(root: Node, change: Callable[[Node], Node | None]) -> Node:
    """`root` with `change` applied to nodes (None: as it is), folded on the way up."""
    return _rewritten(root, {}, change)


def _rewritten(
    root: Node, memo: dict[Node, Node], change: Callable[[Node], Node | None]
) -> Node:
    for node in postorder([root]):
        if node in memo:
            continue
        args = tuple(memo[arg] for arg in node.args)
        again = node if args == node.args else _folded(node, args)
        memo[node] = change(again) or again
    return memo[root]


def _folded(node: Node, args: tuple[Node, ...]) -> Node:
    if node.op not in BINDERS:
        return simplify.rebuilt(node, args)
    if node.op in ("FORALL", "EXISTS") and args[-1].op == "CONST":
        return args[-1]
    return make(node.op, *args, attr=node.attr)


def unwritten_kept(root: Node, written: Collection[str]) -> Node:
    """A demand on a step, knowing that it leaves the fields not `written` alone."""
    return _unwritten_kept(root, frozenset(written))


@lru_cache(maxsize=1 << 16)
def _unwritten_kept(root: Node, written: frozenset[str]) -> Node:
    def change(node: Node) -> Node | None:
        place = place_of(node)
        if place is not None and place.epoch == "new" and place.field not in written:
            return _before(node)
        return _reflexive(node)

    return rewritten(root, change)


def _before(node: Node) -> Node:
    place = place_of(node)
    assert place is not None  # the caller looked
    old: Place | Binding = Place(place.field)
    if isinstance(node.attr, Binding):
        old = Binding(node.attr.level, node.attr.type, Place(place.field))
    return make(node.op, *node.args, attr=old, of=node.type)


def _reflexive(node: Node) -> Node | None:
    """What an operator says of two equal arguments."""
    if len(node.args) != 2 or node.args[0] is not node.args[1]:
        return None
    match node.op:
        case "LE":
            return simplify.TRUE
        case "LT":
            return simplify.FALSE
        case "DIFFERENCE":
            return simplify.constant(0, node.type)
        case "UNION" | "INTERSECTION":
            return node.args[0]
    return None


@dataclass(frozen=True, slots=True)
class _Range:
    """Conditions that enclose one: whoever is in `least` is in it, and it in `most`."""

    least: Node
    most: Node


def loosened(condition: Node, known: Collection[str]) -> Node:
    """The tightest condition we can say that reads only `known` and is implied."""
    if fields_of(condition).issubset(known):
        return condition
    clean: dict[Node, bool] = {}
    ranges: dict[Node, _Range] = {}
    for node in postorder([condition]):
        place = place_of(node)
        here = place is None or place.field in known
        clean[node] = here and all(clean[arg] for arg in node.args)
        if node.type == BOOL:
            ranges[node] = (
                _Range(node, node) if clean[node] else _enclosed(node, ranges, clean)
            )
    return ranges[condition].most


def _enclosed(
    node: Node, ranges: Mapping[Node, _Range], clean: Mapping[Node, bool]
) -> _Range:
    """The range of a condition that reads something unknown."""
    inside = [ranges[arg] for arg in node.args if arg in ranges]
    match node.op:
        case "NOT":
            return _opposite(inside[0])
        case "AND":
            return _Range(
                simplify.conjunction(r.least for r in inside),
                simplify.conjunction(r.most for r in inside),
            )
        case "OR":
            return _Range(
                simplify.disjunction(r.least for r in inside),
                simplify.disjunction(r.most for r in inside),
            )
        case "FORALL" | "EXISTS":
            return _Range(
                _folded(node, (inside[0].least,)), _folded(node, (inside[0].most,))
            )
        case "ITE" if clean[node.args[0]]:
            condition, yes, no = node.args[0], inside[1], inside[2]
            return _Range(
                simplify.choice(condition, yes.least, no.least),
                simplify.choice(condition, yes.most, no.most),
            )
    return _Range(simplify.FALSE, simplify.TRUE)


def _opposite(inside: _Range) -> _Range:
    return _Range(simplify.negation(inside.most), simplify.negation(inside.least))


def can_quantify(kind: Type) -> bool:
    """`existing` knows how to speak of all values of the type."""
    return isinstance(kind, SortType) or _listed(kind) is not None


def _listed(kind: Type) -> range | None:
    """The values of a type that has the same few at every scope."""
    match kind:
        case EnumType(members=members):
            return range(len(members))
        case IntType(bits=bits) if bits <= SMALL:
            return range(1 << bits)
        case BoolType():
            return range(2)
    return None


def existing(name: str, kind: Type, parts: Iterable[Node]) -> list[Node]:
    """The conjuncts `parts`, for some value of the parameter `name`.

    What does not mention the parameter stays outside of the quantifier.
    """
    listed = list(parts)
    inside = [part for part in listed if name in params_of(part)]
    outside = [part for part in listed if part not in inside]
    if not inside:
        return listed
    whole = simplify.conjunction(inside)
    param = make("PARAM", attr=name, of=kind)
    if isinstance(kind, SortType):
        return [*outside, _bound(whole, param)]
    values = [simplify.constant(value, kind) for value in _listed(kind) or ()]
    ways = (given(whole, {param: value}) for value in values)
    return [*outside, *conjuncts(simplify.disjunction(ways))]


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions of which the node is the conjunction; none for TRUE."""
    if node is simplify.TRUE:
        return ()
    return node.args if node.op == "AND" else (node,)


def _bound(whole: Node, param: Node) -> Node:
    def body(variable: Node) -> Node:
        return substitute(whole, {param: variable}, simplify.rebuilt)

    return bind("EXISTS", param.type, body)


def given(root: Node, values: Mapping[Node, Node]) -> Node:
    """`root` with these terms replaced by their values, folded."""
    if not values:
        return root
    return _rewritten(root, dict(values), lambda _node: None)
