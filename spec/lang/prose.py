"""The notation for people: values by name, and terms in infix.

Reports, contracts and counterexamples are written with these words. One rule per
operator, with how tightly it binds, so that parentheses stand only where needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from spec.lang.ir import OPERATORS, Binding, Node, Place
from spec.lang.model import snake
from spec.lang.simplify import number
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type
from spec.lang.walk import postorder

LONGEST: Final = 2_000
"""A term whose text is longer is cut: sharing can make text exponentially long."""

_DECIMAL: Final = 256
"""Integers from here on are packed words more often than counts: shown in hex."""


def element_name(position: int, kind: Type) -> str:
    """An element or member by its name; sorts count from their `first`."""
    if isinstance(kind, EnumType) and position < len(kind.members):
        return kind.members[position]
    return str(position + (kind.first if isinstance(kind, SortType) else 0))


def value_text(value: int, kind: Type) -> str:
    """A value of the type, as reports and traces write it."""
    if kind == BOOL:
        return "TRUE" if value else "FALSE"
    if isinstance(kind, IntType):
        return str(value) if value < _DECIMAL else f"0x{value:04x}"
    if isinstance(kind, SetType):
        inside = (n for n in range(value.bit_length()) if value >> n & 1)
        return f"{{{', '.join(element_name(n, kind.element) for n in inside)}}}"
    return element_name(value, kind)


def type_name(kind: Type) -> str:
    """The type, as a contract names it."""
    if isinstance(kind, IntType):
        return f"{kind.bits} bits"
    if isinstance(kind, SetType):
        return f"set of {kind.element.name}"
    return "Bool" if kind == BOOL else str(getattr(kind, "name", kind))


def cell_name(field: str, row: int | None, index: Type | None) -> str:
    """A cell, as pages write it: `process[2].phase`, or `last_number`."""
    if row is None or index is None:
        return field
    table, column = field.split(".")
    return f"{table}[{element_name(row, index)}].{column}"


def listed(parts: Iterable[str]) -> str:
    """`a, b, and c`."""
    *most, last = list(parts)
    return f"{', '.join(most)}, and {last}" if most else last


ATOM, SUM, COMPARISON, NEGATION, BOTH, EITHER, SENTENCE = range(7)
"""How tightly a text binds, tightest first."""

_Text = tuple[str, int]
_Said = Callable[[Node], _Text]
"""The text of a term below the one at hand."""
_Rule = Callable[[Node, _Said], _Text]


def _within(text: _Text, most: int) -> str:
    return text[0] if text[1] <= most else f"({text[0]})"


def _joined(nodes: Iterable[Node], said: _Said, word: str, most: int) -> str:
    return word.join(_within(said(node), most) for node in nodes)


def _variable(level: object, kind: Type) -> str:
    letter = snake(getattr(kind, "name", "x"))[0]
    return letter if level == 1 else f"{letter}{level}"


def _binding(node: Node) -> tuple[str, str]:
    """The name of a binder's variable, and the word for its sort."""
    binding = node.attr
    assert isinstance(binding, Binding)
    word = snake(getattr(binding.type, "name", "value")).replace("_", " ")
    return _variable(binding.level, binding.type), word


def _constant(node: Node, _said: _Said) -> _Text:
    return value_text(number(node), node.type), ATOM


def _read(node: Node, said: _Said) -> _Text:
    place = node.attr
    assert isinstance(place, Place)
    mark = "" if place.epoch == "old" else "'"
    if not node.args:
        return f"{place.field}{mark}", ATOM
    table, column = place.field.split(".")
    return f"{table}[{said(node.args[0])[0]}].{column}{mark}", ATOM


def _compared(sign: str) -> _Rule:
    return lambda node, said: (_joined(node.args, said, f" {sign} ", SUM), COMPARISON)


_OPPOSITES: Final = {"EQ": "!=", "MEMBER": "not in"}


def _not(node: Node, said: _Said) -> _Text:
    inside = node.args[0]
    if inside.op in _OPPOSITES:
        return _compared(_OPPOSITES[inside.op])(inside, said)
    if inside.op == "EXISTS":
        return f"no {said(inside)[0].removeprefix('some ')}", SENTENCE
    return f"not {_within(said(inside), NEGATION)}", NEGATION


def _or(node: Node, said: _Said) -> _Text:
    first, *others = node.args
    if first.op != "NOT":
        return _joined(node.args, said, " or ", BOTH), EITHER
    most = SENTENCE if len(others) == 1 else BOTH
    premise = _within(said(first.args[0]), BOTH)
    return f"{premise} implies {_joined(others, said, ' or ', most)}", SENTENCE


def _operation(sign: str) -> _Rule:
    return lambda node, said: (_joined(node.args, said, f" {sign} ", ATOM), SUM)


def _pattern(pattern: str, weight: int) -> _Rule:
    """A text with `{name}` and `{word}` of the variable, `{body}` and `{start}`."""

    def rule(node: Node, said: _Said) -> _Text:
        name, word = _binding(node)
        body, start = said(node.args[-1])[0], said(node.args[0])[0]
        return pattern.format(name=name, word=word, body=body, start=start), weight

    return rule


def _choice(node: Node, said: _Said) -> _Text:
    condition, yes, no = (said(arg) for arg in node.args)
    return f"({yes[0]} if {_within(condition, EITHER)}, else {no[0]})", ATOM


INFIX_RULES: Final[dict[str, _Rule]] = {
    "CONST": _constant,
    "PARAM": lambda node, _said: (str(node.attr), ATOM),
    "VAR": lambda node, _said: (_variable(node.attr, node.type), ATOM),
    "READ": _read,
    "NOT": _not,
    "AND": lambda node, said: (_joined(node.args, said, " and ", NEGATION), BOTH),
    "OR": _or,
    "EQ": _compared("="),
    "ITE": _choice,
    "ADD": _operation("+"),
    "SUB": _operation("-"),
    "BITAND": _operation("&"),
    "BITOR": _operation("|"),
    "BITXOR": _operation("^"),
    "SHL": _operation("<<"),
    "SHR": _operation(">>"),
    "LT": _compared("<"),
    "LE": _compared("<="),
    "INT": lambda node, said: said(node.args[0]),
    "MEMBER": _compared("in"),
    "UNION": _operation("with"),
    "INTERSECTION": _operation("within"),
    "DIFFERENCE": _operation("without"),
    "SINGLETON": lambda node, said: (f"{{{said(node.args[0])[0]}}}", ATOM),
    "CARD": lambda node, said: (f"size({said(node.args[0])[0]})", ATOM),
    "FORALL": _pattern("every {word} {name}: {body}", SENTENCE),
    "EXISTS": _pattern("some {word} {name}: {body}", SENTENCE),
    "COUNT": _pattern("(how many {word} {name}: {body})", ATOM),
    "SETOF": _pattern("{{{word} {name}: {body}}}", ATOM),
    "FIRST": _pattern("(the first {word} {name} with {body})", ATOM),
    "NEAREST": _pattern("(the nearest ancestor {name} of {start} with {body})", ATOM),
    "ANCESTOR": _compared("is an ancestor of"),
}
if INFIX_RULES.keys() != OPERATORS.keys():
    odd = INFIX_RULES.keys() ^ OPERATORS.keys()
    unruled = f"the rules of prose do not cover the operators exactly: {odd}"
    raise AssertionError(unruled)


def infix(root: Node) -> str:
    """The term as a sentence; a part that is too long is shown as an ellipsis."""
    done: dict[Node, _Text] = {}
    for node in postorder([root]):
        text, weight = INFIX_RULES[node.op](node, done.__getitem__)
        done[node] = (text, weight) if len(text) <= LONGEST else ("...", ATOM)
    return done[root][0]
