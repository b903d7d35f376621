"""Walks over the IR: explicit stacks and memos, never recursion.

The graph of a page is a DAG in which sharing matters: a memo per walk keeps every
walk linear in the number of distinct nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from spec.lang.ir import BINDERS, Binding, Fresh, Node, make
from spec.lang.types import Type

Builder = Callable[[Node, tuple[Node, ...]], Node]
"""Makes the copy of a node over other arguments."""


def postorder(roots: Iterable[Node]) -> list[Node]:
    """Every distinct node below the roots, arguments before their users."""
    seen: set[Node] = set()
    ordered: list[Node] = []
    stack: list[Node | None] = [*roots]
    stack.reverse()
    while stack:
        node = stack.pop()
        if node is None:  # what follows has all its arguments
            done = stack.pop()
            assert done is not None
            ordered.append(done)
        elif node not in seen:
            seen.add(node)
            if node.args:
                stack += (node, None)
                stack += reversed(node.args)
            else:
                ordered.append(node)
    return ordered


def substitute(
    root: Node,
    leaves: Mapping[Node, Node],
    build: Builder | None = None,
) -> Node:
    """`root` with every leaf that is a key of `leaves` replaced by its value.

    `build` makes the copy of a changed node (default: the same operator), which is
    where a simplifier or a mutation comes in. Binders keep the numbering law.
    """
    memo: dict[Node, Node] = dict(leaves)
    for node in _mentioning(root, leaves):
        if node in memo:
            continue
        args = tuple(memo.get(arg, arg) for arg in node.args)
        if node.op in BINDERS:
            memo[node] = _rebind(node, args)
        elif build is not None:
            memo[node] = build(node, args)
        else:
            memo[node] = (
                node
                if args == node.args
                else make(node.op, *args, attr=node.attr, of=node.type)
            )
    return memo.get(root, root)


def _mentioning(root: Node, leaves: Mapping[Node, Node]) -> list[Node]:
    """The nodes below the root that can change, arguments before their users.

    Without leaves all of them can: only `build` is then wanted.
    """
    sought = frozenset(leaves)
    if not sought or not all(leaf in leaf.leaves for leaf in sought):
        return postorder([root])
    ordered: list[Node] = []
    seen: set[Node] = set()
    stack: list[Node | None] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            done = stack.pop()
            assert done is not None
            ordered.append(done)
        elif node not in seen and not sought.isdisjoint(node.leaves):
            seen.add(node)
            stack += (node, None)
            stack += reversed(node.args)
    return ordered


def _rebind(node: Node, args: tuple[Node, ...]) -> Node:
    """The binder again over changed arguments; renumbered when its body grew."""
    if args == node.args:
        return node
    binding = node.attr
    assert isinstance(binding, Binding)
    *before, body = args
    inside = body.height
    if inside != binding.level - 1:
        level = inside + 1
        variable = make("VAR", attr=binding.level, of=binding.type)
        other = make("VAR", attr=level, of=binding.type)
        assert other not in body.leaves, "a free variable would be captured"
        body = _rename(body, variable, other)
        binding = replace(binding, level=level)
    return make(node.op, *before, body, attr=binding)


def _rename(body: Node, variable: Node, other: Node) -> Node:
    """`variable` becomes `other` where it is free: not below a binder of its number."""
    memo: dict[Node, Node] = {variable: other}
    for node in postorder([body]):
        if node in memo:
            continue
        shadows = isinstance(node.attr, Binding) and node.attr.level == variable.attr
        args = node.args if shadows else tuple(memo[arg] for arg in node.args)
        memo[node] = (
            node
            if args == node.args
            else make(node.op, *args, attr=node.attr, of=node.type)
        )
    return memo[body]


def bind(
    op: str,
    kind: Type,
    body_of: Callable[[Node], Node],
    *before: Node,
    attr_of: Callable[[Binding], Binding] = lambda binding: binding,
) -> Node:
    """The binder `op` over a variable of `kind`; `body_of` makes its body."""
    fresh = make("VAR", attr=Fresh(), of=kind)
    body = body_of(fresh)
    level = body.height + 1
    variable = make("VAR", attr=level, of=kind)
    closed = substitute(body, {fresh: variable})
    return make(op, *before, closed, attr=attr_of(Binding(level, kind)))


def opened(binder: Node, value: Node, build: Builder | None = None) -> Node:
    """The body of `binder` with its variable replaced by `value`."""
    binding = binder.attr
    assert isinstance(binding, Binding)
    variable = make("VAR", attr=binding.level, of=binding.type)
    return substitute(binder.args[-1], {variable: value}, build)
