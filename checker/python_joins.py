"""What the bodies of quantifiers ask again and again, and need to ask once only.

A quantified term that depends on no outer variable has one value. And `some q: A(q) and
f(q) == x`, asked for many `x`, is `x in {f(q) for q if A(q)}`: the set is made once, so
that asking for each of many elements whether another one uses it is linear in their
number, and not its square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spec.lang import simplify
from spec.lang.ir import BINDERS, Binding, Node

NOTHING = frozenset[int]()


@dataclass(frozen=True, slots=True)
class Join:
    """A quantified term as a look-up."""

    node: Node
    condition: Node
    """What the quantified variable has to fulfil by itself."""
    keys: tuple[Node, ...]
    """What is in the set for each value of the variable that does."""
    sought: Node
    """What is looked up; it depends on an outer variable."""


class Repeats:
    """Finds them; remembers what it knows of each term."""

    def __init__(self) -> None:
        self._free: dict[Node, frozenset[int]] = {}
        self._nested: dict[Node, int] = {}

    def below(self, roots: Sequence[Node]) -> tuple[list[Node], list[Join]]:
        """The closed terms in bodies below these, and the look-ups; the inner first."""
        for root in roots:
            self._learn(root)
        if max((self._nested[root] for root in roots), default=0) < 2:
            return [], []
        nodes = list(self._with_binders(roots))
        inside: set[Node] = set()
        for node in reversed(nodes):
            if node in inside or node.op in BINDERS:
                inside.update(node.args)
        binders = [node for node in nodes if node.op in BINDERS]
        closed = [n for n in binders if n in inside and not self._free[n]]
        joins = [self._join(n) for n in binders if n.op == "EXISTS" and self._free[n]]
        return closed, [join for join in joins if join is not None]

    def _learn(self, root: Node) -> None:
        """The variables that each term depends on, and how deep its binders nest."""
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in self._free:
                continue
            if not ready:
                stack.append((node, True))
                stack.extend((a, False) for a in node.args if a not in self._free)
                continue
            free = NOTHING.union(*(self._free[arg] for arg in node.args))
            nested = max((self._nested[arg] for arg in node.args), default=0)
            if node.op == "VAR":
                assert isinstance(node.attr, int)
                free = frozenset({node.attr})
            elif node.op in BINDERS:
                assert isinstance(node.attr, Binding)
                free, nested = free - {node.attr.level}, nested + 1
            self._free[node], self._nested[node] = free, nested

    def _with_binders(self, roots: Sequence[Node]) -> Iterator[Node]:
        """The terms that have binders in them, arguments before their users."""
        seen: set[Node] = set()
        stack = [(root, False) for root in reversed(roots)]
        while stack:
            node, ready = stack.pop()
            if ready:
                yield node
            elif node not in seen and self._nested[node]:
                seen.add(node)
                stack.append((node, True))
                stack.extend((arg, False) for arg in reversed(node.args))

    def _join(self, node: Node) -> Join | None:
        free = self._free
        assert isinstance(node.attr, Binding)
        own = frozenset({node.attr.level})
        body = node.args[-1]
        parts = body.args if body.op == "AND" else (body,)
        bound = [part for part in parts if not free[part] <= own]
        if len(bound) != 1:
            return None
        equalities = bound[0].args if bound[0].op == "OR" else (bound[0],)
        keys: list[Node] = []
        sought: set[Node] = set()
        for equality in equalities:
            if equality.op != "EQ":
                return None
            one, other = equality.args
            key, outer = (one, other) if free[one] == own else (other, one)
            if free[key] != own or own & free[outer]:
                return None
            keys.append(key)
            sought.add(outer)
        if len(sought) != 1:
            return None
        rest = [part for part in parts if part is not bound[0]]
        return Join(node, simplify.conjunction(rest), tuple(keys), sought.pop())
