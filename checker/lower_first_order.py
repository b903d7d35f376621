"""Terms in first-order logic: one rule per operator, for states of any size.

Quantifiers over sorts stay quantifiers; over enumerations they are unrolled. NEAREST
and FIRST become function symbols of the variables around them, with an axiom that says
what they are: exactly so for NEAREST; for FIRST only that it is one of the elements
asked for (or element 0 when there is none), which allows more than the reference does
and so proves no more. A sort read as an integer is an unknown function. A count over a
sort is an unknown number of which `counting` says what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import z3

from checker.proof.counting import Counted, comparisons, laws
from checker.proof.first_order import (
    WIDEST,
    Booted,
    Expr,
    Language,
    LoweredWrite,
    SetTerm,
    StateView,
    Value,
    Written,
    choice_of,
    origin_of,
)
from spec.lang import simplify
from spec.lang.action import Every, Write
from spec.lang.ir import BINDERS, OPERATORS, Binding, Node, Place, make
from spec.lang.model import Model
from spec.lang.schema import FieldInfo
from spec.lang.types import EnumType, IntType, SortType, Type
from spec.lang.walk import postorder


@dataclass
class Words:
    """What the leaves of a term mean: two states, and the parameters."""

    language: Language
    old: StateView
    new: StateView | None = None
    params: dict[Node, Value] = field(default_factory=dict)
    memo: dict[Node, Value] = field(default_factory=dict)
    axioms: list[Expr] = field(default_factory=list)
    """What defines the symbols that stand for NEAREST, FIRST and counts."""
    counts: list[Counted] = field(default_factory=list)
    """The counts that a further one is compared with."""

    def lower(self, root: Node) -> Value:
        """The formula or term; raises NotFirstOrder, saying what to write instead."""
        memo = self.memo
        for node in postorder([root]) if root not in memo else ():
            if node not in memo:
                args = [memo[arg] for arg in node.args]
                memo[node] = FIRST_ORDER_RULES[node.op](self, node, args)
        return memo[root]

    def state(self, place: object) -> tuple[StateView, str]:
        """The state that a place is in, and the field's name."""
        assert isinstance(place, Place)
        state = self.old if place.epoch == "old" else self.new
        assert state is not None
        return state, place.field

    def variable(self, node: Node) -> Expr:
        """The constant that stands for a bound variable until it is bound."""
        return z3.Const(
            f"q{node.attr}.{name_of(node.type)}", self.language.sort(node.type)
        )

    def bound(self, binder: Node) -> tuple[Expr, Type]:
        """The constant of the binder's variable, and its type."""
        binding = binder.attr
        assert isinstance(binding, Binding)
        return self.variable(variable_of(binder)), binding.type

    def chosen(self, binder: Node) -> tuple[Expr, list[Expr]]:
        """A symbol for what the binder picks, applied to the variables around it."""
        outer = sorted(free_variables(binder), key=lambda v: str(v.attr))
        around = [self.variable(v) for v in outer]
        sorts = [v.sort() for v in around]
        name = f"{binder.op.lower()}!{len(self.axioms)}"
        kind = self.language.sort(binder.type)
        if not around:
            found = z3.FreshConst(kind, name)
        else:
            found = z3.FreshFunction(*sorts, kind)(*around)
        self.language.defined.add(found.decl().name())
        return found, around

    def define(self, around: list[Expr], formula: Expr) -> None:
        """The formula holds, whatever the variables around it are."""
        self.axioms.append(z3.ForAll(around, formula) if around else formula)

    def counted(self, node: Node, kind: Type, has: Callable[[Expr], Expr]) -> Expr:
        """A number for how many elements `has` holds of, with what is known of it."""
        total, around = self.chosen(node)
        one = Counted(self.language.sort(kind), has, total, tuple(around))
        for law in (*laws(one), *comparisons(one, self.counts)):
            self.define(around, law)
        self.counts.append(one)
        return total


def name_of(kind: Type) -> str:
    """A short name for a type, as part of a symbol."""
    return kind.name if isinstance(kind, SortType | EnumType) else str(kind)


def variable_of(binder: Node) -> Node:
    """The variable that a binder binds."""
    binding = binder.attr
    assert isinstance(binding, Binding)
    return make("VAR", attr=binding.level, of=binding.type)


def free_variables(root: Node) -> frozenset[Node]:
    """The variables of `root` that no binder inside it binds."""
    memo: dict[Node, frozenset[Node]] = {}
    for node in postorder([root]):
        inside = frozenset[Node]().union(*(memo[arg] for arg in node.args))
        if node.op == "VAR":
            inside = frozenset([node])
        elif node.op in BINDERS:
            *before, body = node.args
            kept = memo[body] - {variable_of(node)}
            inside = kept.union(*(memo[arg] for arg in before))
        memo[node] = inside
    return memo[root]


Rule = Callable[[Words, Node, list[Value]], Value]


def _read(words: Words, node: Node, args: list[Value]) -> Value:
    state, name = words.state(node.attr)
    return state.read(name, args[0] if args else None)


def _equal(words: Words, node: Node, args: list[Value]) -> Expr:
    left, right = args
    del node
    if not isinstance(left, SetTerm):
        return left == right
    return _everywhere(words, left.element, lambda e: left.has(e) == right.has(e))


def _everywhere(words: Words, kind: Type, holds: Callable[[Expr], Expr]) -> Expr:
    if isinstance(kind, EnumType):
        return z3.And([holds(member) for member in words.language.members(kind)])
    element = z3.FreshConst(words.language.sort(kind), "e")
    return z3.ForAll([element], holds(element))


def _ordered(words: Words, node: Node, args: list[Value]) -> Expr:
    kind = node.args[0].type
    left, right = args
    if isinstance(kind, SortType):
        below = words.language.less(kind)(left, right)
        return below if node.op == "LT" else z3.Or(left == right, below)
    return z3.ULT(left, right) if node.op == "LT" else z3.ULE(left, right)


def _resized(expr: Expr, have: int, bits: int) -> Expr:
    """Zero-extended or cut to `bits`."""
    if bits > have:
        return z3.ZeroExt(bits - have, expr)
    return expr if bits == have else z3.Extract(bits - 1, 0, expr)


def _to_int(words: Words, node: Node, args: list[Value]) -> Expr:
    source, target = node.args[0].type, node.type
    assert isinstance(target, IntType)
    if isinstance(source, IntType):
        return _resized(args[0], source.bits, target.bits)
    if isinstance(source, SortType):
        wide = words.language.counted(source)(args[0])
        return _resized(wide, WIDEST, target.bits)
    members = words.language.members(source)  # type: ignore[arg-type]
    found = z3.BitVecVal(len(members) - 1, target.bits)
    for position in range(len(members) - 2, -1, -1):
        here = args[0] == members[position]
        found = z3.If(here, z3.BitVecVal(position, target.bits), found)
    return found


def _set(combine: Callable[[Expr, Expr], Expr]) -> Rule:
    def rule(_words: Words, _node: Node, args: list[Value]) -> SetTerm:
        left, right = args
        return SetTerm(left.element, lambda e: combine(left.has(e), right.has(e)))

    return rule


def _singleton(_words: Words, node: Node, args: list[Value]) -> SetTerm:
    return SetTerm(node.args[0].type, lambda e: e == args[0])


def _card(words: Words, node: Node, args: list[Value]) -> Expr:
    kind = args[0].element
    if not isinstance(kind, EnumType):
        return words.counted(node, kind, args[0].has)
    return _sum([args[0].has(m) for m in words.language.members(kind)], node.type)


def _sum(holds: list[Expr], kind: Type) -> Expr:
    assert isinstance(kind, IntType)
    one, total = z3.BitVecVal(1, kind.bits), z3.BitVecVal(0, kind.bits)
    for each in holds:
        total = total + z3.If(each, one, z3.BitVecVal(0, kind.bits))
    return total


def _quantified(words: Words, node: Node, args: list[Value]) -> Expr:
    variable, kind = words.bound(node)
    every = node.op == "FORALL"
    if isinstance(kind, EnumType):
        each = [
            z3.substitute(args[0], (variable, member))
            for member in words.language.members(kind)
        ]
        return z3.And(each) if every else z3.Or(each)
    return (z3.ForAll if every else z3.Exists)([variable], args[0])


def _count(words: Words, node: Node, args: list[Value]) -> Expr:
    variable, kind = words.bound(node)
    if not isinstance(kind, EnumType):
        return words.counted(
            node, kind, lambda e: z3.substitute(args[0], (variable, e))
        )
    members = words.language.members(kind)
    return _sum([z3.substitute(args[0], (variable, m)) for m in members], node.type)


def _set_of(words: Words, node: Node, args: list[Value]) -> SetTerm:
    variable, kind = words.bound(node)
    return SetTerm(kind, lambda e: z3.substitute(args[0], (variable, e)))


def _first(words: Words, node: Node, args: list[Value]) -> Expr:
    variable, kind = words.bound(node)
    found, around = words.chosen(node)
    holds = z3.substitute(args[0], (variable, found))
    nothing = found == words.language.constant(0, kind)
    some = _quantified(words, make("EXISTS", *node.args, attr=node.attr), args)
    words.define(around, z3.If(some, holds, nothing))
    return found


def _nearest(words: Words, node: Node, args: list[Value]) -> Expr:
    """The nearest strict ancestor that holds, else the root; a root finds itself."""
    start, body = args
    variable, _ = words.bound(node)
    found, around = words.chosen(node)
    binding = node.attr
    assert isinstance(binding, Binding)
    state, name = words.state(binding.forest)
    holds = z3.substitute(body, (variable, found))
    nearer = z3.And(
        state.ancestor(name, variable, start), state.ancestor(name, found, variable)
    )
    reached = z3.And(
        state.ancestor(name, found, start),
        z3.Or(holds, state.read(name, found) == found),
        z3.ForAll([variable], z3.Implies(nearer, z3.Not(body))),
    )
    words.define(
        around, z3.If(state.read(name, start) == start, found == start, reached)
    )
    return found


def _ancestor(words: Words, node: Node, args: list[Value]) -> Expr:
    state, name = words.state(node.attr)
    return state.ancestor(name, *args)


def _constant(words: Words, node: Node, _args: list[Value]) -> Value:
    assert isinstance(node.attr, int)
    return words.language.constant(node.attr, node.type)


def _plain(function: Callable[..., Expr]) -> Rule:
    return lambda _words, _node, args: function(*args)


FIRST_ORDER_RULES: Final[dict[str, Rule]] = {
    "CONST": _constant,
    "PARAM": lambda words, node, _args: words.params[node],
    "VAR": lambda words, node, _args: words.variable(node),
    "READ": _read,
    "NOT": _plain(z3.Not),
    "AND": _plain(z3.And),
    "OR": _plain(z3.Or),
    "EQ": _equal,
    "ITE": _plain(choice_of),
    "ADD": _plain(lambda a, b: a + b),
    "SUB": _plain(lambda a, b: a - b),
    "BITAND": _plain(lambda a, b: a & b),
    "BITOR": _plain(lambda a, b: a | b),
    "BITXOR": _plain(lambda a, b: a ^ b),
    "SHL": _plain(lambda a, b: a << b),
    "SHR": _plain(z3.LShR),
    "LT": _ordered,
    "LE": _ordered,
    "INT": _to_int,
    "MEMBER": _plain(lambda element, whole: whole.has(element)),
    "UNION": _set(z3.Or),
    "INTERSECTION": _set(z3.And),
    "DIFFERENCE": _set(lambda a, b: z3.And(a, z3.Not(b))),
    "SINGLETON": _singleton,
    "CARD": _card,
    "FORALL": _quantified,
    "EXISTS": _quantified,
    "COUNT": _count,
    "SETOF": _set_of,
    "FIRST": _first,
    "NEAREST": _nearest,
    "ANCESTOR": _ancestor,
}
if FIRST_ORDER_RULES.keys() != OPERATORS.keys():
    unruled = f"first-order rules and operators: {FIRST_ORDER_RULES.keys() ^ OPERATORS}"
    raise AssertionError(unruled)


def written(words: Words, writes: Iterable[Write]) -> Written:
    """The state after the writes, whose terms are in `words`."""
    lowered: list[LoweredWrite] = []
    origins: dict[Write, tuple[Expr, Expr]] = {}
    for write in writes:
        when, value = words.lower(write.when), words.lower(write.value)
        if isinstance(write.target, Every):
            member = z3.And(words.lower(write.target.member), when)
            variable = words.variable(write.target.variable)
            lowered.append(LoweredWrite(write, variable, None, member, value))
            origin = origin_of(write)
            if origin is not None:
                origins[write] = (words.lower(origin), when)
        else:
            target = None if write.target is None else words.lower(write.target)
            lowered.append(LoweredWrite(write, None, target, when, value))
    return Written(words.old, tuple(lowered), origins)


def booted(model: Model, language: Language) -> tuple[Written, Words]:
    """The state at boot; the words hold the axioms of the terms in it."""
    infos: dict[str, FieldInfo] = {info.name: info for info in model.shape.fields()}

    def initial(name: str, index: Expr | None) -> Value:
        info = infos[name]
        words = Words(language, state)
        if info.index is not None:
            words.params[make("PARAM", attr="row", of=info.index)] = index
        return words.lower(simplify.rebuilt(info.initial, info.initial.args))

    state = Booted(initial)
    words = Words(language, state)
    return written(words, model.boot), words
