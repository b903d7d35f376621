"""What a definition says more than once, said once and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from checker.export.layout import OPEN, Block, around
from checker.export.tla_terms import Terms
from spec.lang.ir import Binding, Node
from spec.lang.walk import postorder

LONG: Final = 60
"""A text that is longer is not said twice."""

_STEMS: Final = {"EXISTS": "some", "FORALL": "all", "SETOF": "those", "COUNT": "count",
                 "NEAREST": "nearest", "FIRST": "first"}  # fmt: skip


def with_names(
    roots: Iterable[Node], terms: Terms, body: Callable[[Terms], Block]
) -> Block:
    """`body`, below a LET for each long part that the roots share."""
    listed = list(roots)
    uses: Counter[Node] = Counter(listed)
    nodes = postorder(listed)
    for node in nodes:
        uses.update(node.args)
    closed = _closed(nodes)
    rows: list[str] = []
    for node in nodes:
        if uses[node] < 2 or node not in closed or not node.args:
            continue
        said = terms.block(node)
        if sum(len(row) for row in said.lines) > LONG:
            stem = f"{_STEMS.get(node.op, 'value')}{len(terms.named) + 1}"
            name = terms.names.of(("LET", stem), stem)
            rows += around(f"LET {name} == ", said, "").lines
            rows.append("IN")
            terms = terms.also({node: name})
    if not rows:
        return body(terms)
    return Block((*rows, *body(terms).lines), OPEN)


def _closed(nodes: list[Node]) -> set[Node]:
    """The terms that mention no variable of a binder around them."""
    free: dict[Node, frozenset[Node]] = {}
    for node in nodes:
        if node.op == "VAR":
            free[node] = frozenset({node})
            continue
        inside = frozenset[Node]().union(*(free[arg] for arg in node.args))
        if isinstance(node.attr, Binding):
            level = node.attr.level
            inside = frozenset(v for v in inside if v.attr != level)
        free[node] = inside
    return {node for node in nodes if not free[node]}
