r"""Terms in TLA+: one rule per operator, and the operators that the rules lean on.

Elements of sorts are numbers as they are shown (a sort counts from its `first`), enum
members are strings, sets are sets, integers are naturals below a power of two. Tables
are functions from elements to records, so a cell reads as it does on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from checker.export.layout import (
    COMPARISON,
    NEGATION,
    OPEN,
    SUM,
    Block,
    around,
    below,
    call,
    choice,
    implication,
    infix,
    junction,
    line,
    listed,
    operand,
)
from checker.scope import LARGEST
from spec.lang.ir import OPERATORS, Binding, Node, Place
from spec.lang.model import snake
from spec.lang.prose import element_name
from spec.lang.simplify import number
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type
from spec.lang.walk import postorder

_WORDS: Final = """
    ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY
    DEF DEFINE DEFS DOMAIN ELSE ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE
    LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED OTHER OTHERWISE PICK PROOF
    PROPOSITION PROVE QED RECURSIVE SF_ STATE STRING SUBSET SUFFICES TAKE TEMPORAL THEN
    THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WF_ WITH WITNESS Nat Int Seq
    Cardinality IsFiniteSet Init Next Spec TypeOK vars each blank node
    BitAnd BitOr BitXor ShiftLeft ShiftRight FirstOf Climb Nearest Met IsAncestor
    parents start wanted moves above at set none least other left right by bits
"""
RESERVED: Final = frozenset(_WORDS.split())
"""What no name of a model can be: words of TLA+ and of the exported module."""


@dataclass
class Names:
    """Names that TLA+ can read, none of them twice: it allows no shadowing."""

    taken: dict[str, object] = field(default_factory=lambda: dict.fromkeys(RESERVED))

    def of(self, what: object, wanted: str) -> str:
        """The name of `what`: `wanted`, made to fit, with underscores if taken."""
        plain = "".join(c if c.isalnum() and c.isascii() else "_" for c in wanted)
        name = plain if plain[:1].isalpha() else f"x{plain}"
        while self.taken.setdefault(name, what) != what:
            name += "_"
        return name


def camel(text: str) -> str:
    """`model-p-lowest` as `ModelPLowest`."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def domain(kind: Type, names: Names) -> str:
    """The set of all values of a type."""
    match kind:
        case SortType() | EnumType():
            return names.of(kind, kind.name)
        case IntType(bits=bits):
            return f"0..{2**bits - 1}"
        case SetType(element=element):
            return f"SUBSET {names.of(element, element.name)}"
    return "BOOLEAN"


def value(held: int, kind: Type) -> Block:
    """A value (elements by position, sets as bit masks) in TLA+."""
    match kind:
        case EnumType():
            return line(f'"{element_name(held, kind)}"')
        case SetType(element=element):
            inside = [n for n in range(held.bit_length()) if held >> n & 1]
            return listed("{", [value(n, element) for n in inside], "}")
        case SortType():
            return line(element_name(held, kind))
    return line(("FALSE", "TRUE")[held] if kind == BOOL else str(held))


@dataclass
class Terms:
    """Writes terms of one model; `named` have a name where the text stands."""

    names: Names
    named: Mapping[Node, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """The operators of the library that the text needs."""
    done: dict[Node, Block] = field(default_factory=dict)

    def block(self, root: Node) -> Block:
        """The text of a term."""
        done = self.done
        for node in postorder([root]) if root not in done else ():
            if node in self.named:
                done[node] = line(self.named[node])
            elif node not in done:
                args = [done[arg] for arg in node.args]
                done[node] = TLA_RULES[node.op](self, node, args)
        return done[root]

    def also(self, named: Mapping[Node, str]) -> Terms:
        """The same with more names."""
        return Terms(self.names, {**self.named, **named}, self.used)

    def variable(self, level: object, kind: Type) -> str:
        """The variable of a binder."""
        letter = snake(getattr(kind, "name", "x"))[0]
        name = letter if level == 1 else f"{letter}{level}"
        return self.names.of(("VAR", name), name)

    def bound(self, node: Node) -> str:
        r"""`p \in Process`."""
        binding = node.attr
        assert isinstance(binding, Binding)
        name = self.variable(binding.level, binding.type)
        return f"{name} \\in {domain(binding.type, self.names)}"

    def cell(self, place: Place, index: Block | None) -> Block:
        """A cell, before or after the step."""
        prime = "'" if place.epoch == "new" else ""
        table, _, column = place.field.partition(".")
        variable = self.names.of(("STATE", table), table)
        if index is None:
            return line(f"{variable}{prime}")
        return around(f"{variable}{prime}[", index, f"].{column}")

    def parents(self, place: object, kind: Type) -> Block:
        """The function from elements to what stands above them in a forest."""
        assert isinstance(place, Place)
        cell = self.cell(place, line("node")).lines[0]
        return line(f"[node \\in {domain(kind, self.names)} |-> {cell}]")

    def applied(self, name: str, *blocks: Block) -> Block:
        """A use of an operator of the library."""
        self.used.add(name)
        return call(name, blocks)


Rule = Callable[[Terms, Node, list[Block]], Block]


def _bits(node: Node) -> int:
    assert isinstance(node.type, IntType)
    return node.type.bits


def _compared(sign: str) -> Rule:
    return lambda _terms, _node, args: infix(sign, args, SUM, COMPARISON)


def _joined(sign: str) -> Rule:
    return lambda _terms, _node, args: infix(sign, args, 0, SUM)


def _used(name: str) -> Rule:
    return lambda terms, _node, args: terms.applied(name, *args)


_OPPOSITES: Final = {"EQ": "#", "MEMBER": "\\notin", "LT": ">=", "LE": ">"}


def _not(terms: Terms, node: Node, args: list[Block]) -> Block:
    inside = node.args[0]
    if inside.op in _OPPOSITES and inside not in terms.named:
        parts = [terms.block(arg) for arg in inside.args]
        return infix(_OPPOSITES[inside.op], parts, SUM, COMPARISON)
    if inside.op == "EXISTS" and inside not in terms.named:
        return around("~", args[0], "", OPEN)
    return around("~", operand(args[0], 0), "", NEGATION)


def _or(terms: Terms, node: Node, args: list[Block]) -> Block:
    first = node.args[0]
    if first.op != "NOT" or first in terms.named:
        return junction("\\/", args)
    premise, rest = terms.block(first.args[0]), args[1:]
    conclusion = rest[0] if len(rest) == 1 else junction("\\/", rest)
    return implication(premise, conclusion)


def _sum(terms: Terms, node: Node, args: list[Block]) -> Block:
    del terms
    whole = infix("+", args, 0, SUM)
    return infix("%", [whole, line(str(2 ** _bits(node)))], 0, SUM)


def _difference(terms: Terms, node: Node, args: list[Block]) -> Block:
    del terms
    size = line(str(2 ** _bits(node)))
    lifted = infix("+", [args[0], size], 0, SUM)
    return infix("%", [infix("-", [lifted, args[1]], 0, SUM), size], 0, SUM)


def _shift(name: str) -> Rule:
    return lambda terms, node, args: terms.applied(name, *args, line(str(_bits(node))))


def _most(node: Node) -> int:
    """The greatest number that a term is known to stay below or at."""
    match node.type:
        case EnumType(members=members):
            return len(members) - 1
        case SortType(first=first):
            return first + LARGEST - 1
    most: int = 2 ** _bits(node) - 1
    return min(most, _most(node.args[0])) if node.op == "INT" else most


def _to_int(terms: Terms, node: Node, args: list[Block]) -> Block:
    del terms
    inside, kind = args[0], node.args[0].type
    if isinstance(kind, EnumType):
        places = ", ".join(f"{m} |-> {n}" for n, m in enumerate(kind.members))
        inside = around(f"[{places}][", inside, "]")
    size = 2 ** _bits(node)
    if _most(node.args[0]) < size:
        return inside
    return infix("%", [inside, line(str(size))], 0, SUM)


def _read(terms: Terms, node: Node, args: list[Block]) -> Block:
    assert isinstance(node.attr, Place)
    return terms.cell(node.attr, args[0] if args else None)


def _quantified(sign: str) -> Rule:
    return lambda terms, node, args: below(f"{sign} {terms.bound(node)} :", args[0])


def _set_of(terms: Terms, node: Node, args: list[Block]) -> Block:
    return below(f"{{{terms.bound(node)} :", args[-1], "}", 0)


def _first(terms: Terms, node: Node, args: list[Block]) -> Block:
    """The first of a set; members of an enumeration are tried in their order."""
    if isinstance(node.type, EnumType):
        found = value(0, node.type)
        holding = _set_of(terms, node, args)
        for position in reversed(range(len(node.type.members))):
            one = value(position, node.type)
            asked = infix("\\in", [one, holding], SUM, COMPARISON)
            found = choice(asked, one, found)
        return found
    return terms.applied("FirstOf", _set_of(terms, node, args), value(0, node.type))


def _nearest(terms: Terms, node: Node, args: list[Block]) -> Block:
    binding = node.attr
    assert isinstance(binding, Binding)
    parents = terms.parents(binding.forest, binding.type)
    return terms.applied("Nearest", parents, args[0], _set_of(terms, node, args))


def _ancestor(terms: Terms, node: Node, args: list[Block]) -> Block:
    parents = terms.parents(node.attr, node.args[0].type)
    return terms.applied("IsAncestor", parents, *args)


TLA_RULES: Final[dict[str, Rule]] = {
    "CONST": lambda _terms, node, _args: value(number(node), node.type),
    "PARAM": lambda terms, node, _args: line(
        terms.names.of(("PARAM", node.attr), str(node.attr))
    ),
    "VAR": lambda terms, node, _args: line(terms.variable(node.attr, node.type)),
    "READ": _read,
    "NOT": _not,
    "AND": lambda _terms, _node, args: junction("/\\", args),
    "OR": _or,
    "EQ": _compared("="),
    "ITE": lambda _terms, _node, args: choice(*args),
    "ADD": _sum,
    "SUB": _difference,
    "BITAND": _used("BitAnd"),
    "BITOR": _used("BitOr"),
    "BITXOR": _used("BitXor"),
    "SHL": _shift("ShiftLeft"),
    "SHR": _shift("ShiftRight"),
    "LT": _compared("<"),
    "LE": _compared("<="),
    "INT": _to_int,
    "MEMBER": _compared("\\in"),
    "UNION": _joined("\\cup"),
    "INTERSECTION": _joined("\\cap"),
    "DIFFERENCE": _joined("\\"),
    "SINGLETON": lambda _terms, _node, args: around("{", args[0], "}"),
    "CARD": lambda _terms, _node, args: call("Cardinality", args),
    "FORALL": _quantified("\\A"),
    "EXISTS": _quantified("\\E"),
    "COUNT": lambda terms, node, args: call(
        "Cardinality", [_set_of(terms, node, args)]
    ),
    "SETOF": _set_of,
    "FIRST": _first,
    "NEAREST": _nearest,
    "ANCESTOR": _ancestor,
}
if TLA_RULES.keys() != OPERATORS.keys():
    odd = TLA_RULES.keys() ^ OPERATORS.keys()
    unruled = f"the rules of TLA+ do not cover the operators exactly: {odd}"
    raise AssertionError(unruled)
