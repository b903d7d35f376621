"""A term that forgets one of its parts, and what that part was about, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from checker.slicing.cone import fields_of, params_of, rewritten
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import snake
from spec.lang.prose import value_text
from spec.lang.types import BOOL
from spec.lang.walk import postorder

JOINED: Final = frozenset({"AND", "OR", "UNION", "INTERSECTION", "BITAND", "BITOR"})
"""Operators of which any argument can be forgotten."""
APPLIED: Final = frozenset({"ADD", "SUB", "SHL", "SHR", "DIFFERENCE"})
"""Operators of which the second argument can be forgotten."""


def words(node: Node) -> str:
    """What a term is about: the fields in it, else the parameters, else the values."""
    tables: dict[str, list[str]] = {}
    for name in sorted(fields_of(node)):
        table, _, column = name.partition(".")
        tables.setdefault(table, []).extend([column] if column else [])
    found = ["_".join((t, *_spaced(columns))) for t, columns in tables.items()]
    found = (
        found
        or sorted(params_of(node))
        or [
            f"{snake(str(getattr(n.type, 'name', 'value')))}_{_constant(n)}"
            for n in postorder([node])
            if n.op == "CONST" and n.type != BOOL
        ]
    )
    return "_".join(_spaced(dict.fromkeys(found))) or "nothing"


def _spaced(names: Iterable[str]) -> list[str]:
    return [word for name in names for word in ("and", name)][1:]


def _constant(node: Node) -> str:
    return value_text(int(str(node.attr)), node.type)


def weakened(root: Node) -> Iterator[tuple[str, Node]]:
    """`root` without one part of a conjunction, a union, a choice, ... inside."""
    for node in postorder([root]):
        for part, less in lesser(node):
            yield part, _replaced(root, node, less)


def lesser(node: Node) -> Iterator[tuple[str, Node]]:
    """The node itself without one of its parts, and what that part was about."""
    if node.op == "ITE":
        for branch in node.args[1:]:
            yield words(node.args[0]), branch
    elif node.op in APPLIED:
        first, part = node.args
        yield words(part), first
    elif node.op in JOINED:
        for part in node.args:
            kept = [arg for arg in node.args if arg is not part]
            less = kept[0] if len(kept) == 1 else simplify.apply(node.op, *kept)
            yield words(part), less


def _replaced(root: Node, node: Node, by: Node) -> Node:
    return rewritten(root, lambda found: by if found is node else None)
