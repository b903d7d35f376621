"""Unroll the IR at a scope: what is left has no binder and no parameter.

The evaluator reads the IR as it is; the native and the finite SMT engine read what this
module makes of it. One table says how each binding operator becomes plain operators;
the agreement tests hold it against the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from spec.lang import simplify
from spec.lang.ir import BINDERS, OPERATORS, Binding, Node, make
from spec.lang.model import Scope
from spec.lang.types import COUNT_TYPE, Type
from spec.lang.walk import opened, postorder

GROUND_OPERATORS: Final = frozenset(OPERATORS) - BINDERS - {"PARAM", "VAR", "ANCESTOR"}
"""What a ground term is made of: the operators a finite engine must have a rule for."""


def elements(kind: Type, scope: Scope) -> list[Node]:
    """The constants of a type at this scope."""
    return [simplify.constant(value, kind) for value in range(scope.size(kind))]


def bodies(node: Node, scope: Scope) -> list[Node]:
    """The body of a binder for each value of its variable."""
    binding = node.attr
    assert isinstance(binding, Binding)
    return [_opened(node, value) for value in elements(binding.type, scope)]


def _opened(binder: Node, value: Node) -> Node:
    return opened(binder, value, simplify.rebuilt)


def _count(node: Node, scope: Scope) -> Node:
    one, zero = (simplify.constant(n, COUNT_TYPE) for n in (1, 0))
    total = zero
    for body in bodies(node, scope):
        total = simplify.apply("ADD", total, simplify.choice(body, one, zero))
    return total


def _set_of(node: Node, scope: Scope) -> Node:
    kind = node.type
    whole = empty = simplify.constant(0, kind)
    for position, body in enumerate(bodies(node, scope)):
        one = simplify.choice(body, simplify.constant(1 << position, kind), empty)
        whole = one if whole is empty else simplify.apply("UNION", whole, one)
    return whole


def _first(node: Node, scope: Scope) -> Node:
    found = simplify.constant(0, node.type)
    values = elements(node.type, scope)
    for value, body in reversed(list(zip(values, bodies(node, scope), strict=True))):
        found = simplify.choice(body, value, found)
    return found


def _nearest(node: Node, scope: Scope) -> Node:
    """At most size - 1 moves up; a root stays where it is."""
    binding = node.attr
    assert isinstance(binding, Binding)
    place = binding.forest
    at = _above(node.args[0], place)
    for _ in range(scope.size(node.type) - 2):
        at = simplify.choice(_opened(node, at), at, _above(at, place))
    return at


def _ancestor(node: Node, scope: Scope) -> Node:
    above, below = node.args
    found, at = [], below
    for _ in range(scope.size(above.type) - 1):
        at = _above(at, node.attr)
        found.append(simplify.equality(at, above))
    different = simplify.negation(simplify.equality(above, below))
    return simplify.conjunction((different, simplify.disjunction(found)))


def _above(node: Node, place: object) -> Node:
    return make("READ", node, attr=place, of=node.type)


def _member(node: Node, scope: Scope) -> Node:
    """A set written as a choice is asked where the choice is made."""
    element, whole = node.args
    if whole.op == "ITE":
        condition, yes, no = whole.args
        return simplify.choice(
            condition,
            simplify.membership(element, yes),
            simplify.membership(element, no),
        )
    del scope
    return node


UNROLL: Final[dict[str, Callable[[Node, Scope], Node]]] = {
    "FORALL": lambda node, scope: simplify.conjunction(bodies(node, scope)),
    "EXISTS": lambda node, scope: simplify.disjunction(bodies(node, scope)),
    "COUNT": _count,
    "SETOF": _set_of,
    "FIRST": _first,
    "NEAREST": _nearest,
    "ANCESTOR": _ancestor,
    "MEMBER": _member,
}


def unroll(root: Node, scope: Scope, leaves: Mapping[Node, Node]) -> Node:
    """`root` with `leaves` (parameters, free variables) replaced and no binder left."""
    memo: dict[Node, Node] = dict(leaves)
    for node in postorder([root]):
        if node in memo:
            continue
        args = tuple(memo[arg] for arg in node.args)
        if node.op in BINDERS:
            again = make(node.op, *args, attr=node.attr, of=node.type)
        else:
            again = simplify.rebuilt(node, args)
        rule = UNROLL.get(again.op)
        memo[node] = rule(again, scope) if rule else again
    return memo[root]


class Unroller:
    """`unroll` at one scope, many times: what was unrolled once is not unrolled again.

    Most parts of a condition mention few of the parameters, and instances that differ
    in the others share them.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[tuple[Node, tuple[Node | None, ...]], Node] = {}

    def __call__(self, root: Node, leaves: Mapping[Node, Node]) -> Node:
        """`root` with `leaves` replaced and no binder left."""
        done: dict[Node, Node] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if node.op not in _CONNECTIVES:
                done[node] = self._piece(node, leaves)
            elif ready:
                done[node] = simplify.rebuilt(node, tuple(done[a] for a in node.args))
            else:
                stack.append((node, True))
                stack += [(arg, False) for arg in node.args]
        return done[root]

    def _piece(self, node: Node, leaves: Mapping[Node, Node]) -> Node:
        key = (node, tuple(leaves.get(leaf) for leaf in node.leaves))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = unroll(node, self._scope, leaves)
        return found


_CONNECTIVES: Final = frozenset({"AND", "OR", "NOT"})


def size_in_bits(kind: Type, scope: Scope) -> int:
    """How many bits a value of the type needs at this scope."""
    return (scope.size(kind) - 1).bit_length()
