"""States without a size: sorts are uninterpreted, tables are functions.

A state is anything that can be read: `Symbolic`, made of function symbols; `Booted`,
the state at boot; `Written`, another state with simultaneous writes over it. Reading a
written state gives a formula over the state before, so there are no frame axioms.

A forest is kept as its parent function and its relation of strict ancestors. A write to
the parents changes the relation by a first-order formula, and `forest_laws`, which hold
of exactly one relation for each acyclic parent function, are proved of the result: a
formula that were wrong could not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol

import z3

from spec.lang.action import Every, Write
from spec.lang.errors import SpecError
from spec.lang.ir import Node, Place, make
from spec.lang.schema import FieldInfo
from spec.lang.types import BoolType, EnumType, IntType, SetType, SortType, Type
from spec.lang.walk import postorder

Expr = Any
"""A Z3 expression; Z3 publishes no types."""


ALWAYS: Final[Expr] = z3.BoolVal(val=True)

WIDEST: Final = 64
"""The bits in which elements are counted; every narrower reading is a part of these."""


class NotFirstOrder(SpecError):
    """A term that first-order logic cannot say; the text says what to write."""


@dataclass(frozen=True, slots=True)
class SetTerm:
    """A set, as the formula for its membership."""

    element: Type
    has: Callable[[Expr], Expr]


Value = Any
"""An Expr, or the SetTerm of a term that is a set."""


def one_of(element: Expr, listed: list[Expr]) -> Expr:
    """`element` is one of those listed."""
    if not listed:
        return z3.BoolVal(val=False)
    return z3.Or([element == one for one in listed])


@cache
def enumeration(name: str, members: tuple[str, ...]) -> tuple[Expr, list[Expr]]:
    """The Z3 sort and its members; Z3 wants each sort to be made once."""
    shown = [f"{name}.{member}" for member in members]
    return z3.EnumSort(f"{name}({','.join(members)})", shown)  # type: ignore[no-any-return]


class Language:
    """The sorts and constants of one model, and what is known of them."""

    def __init__(self) -> None:
        self.axioms: list[Expr] = []
        self.defined: set[str] = set()
        """The symbols that mean what some axiom says, and nothing where none speaks."""
        self._sorts: dict[str, Expr] = {}
        self._elements: dict[tuple[str, int], Expr] = {}
        self._orders: dict[str, Expr] = {}

    def sort(self, kind: Type) -> Expr:
        """The Z3 sort of a type that is no set."""
        match kind:
            case BoolType():
                return z3.BoolSort()
            case IntType(bits=bits):
                return z3.BitVecSort(bits)
            case SortType(name=name):
                if name not in self._sorts:
                    self._sorts[name] = z3.DeclareSort(name)
                return self._sorts[name]
            case EnumType(name=name, members=members):
                return enumeration(name, members)[0]
        raise NotFirstOrder(f"a set of {kind} has no sort of its own")

    def members(self, kind: EnumType) -> list[Expr]:
        """The members of an enumeration."""
        return enumeration(kind.name, kind.members)[1]

    def constant(self, value: int, kind: Type) -> Value:
        """A value of the type; elements of a sort are constants that differ."""
        match kind:
            case BoolType():
                return z3.BoolVal(bool(value))
            case IntType(bits=bits):
                return z3.BitVecVal(value, bits)
            case EnumType():
                return self.members(kind)[value]
            case SetType(element=element):
                chosen = [n for n in range(value.bit_length()) if value >> n & 1]
                listed = [self.constant(n, element) for n in chosen]
                return SetTerm(element, lambda e: one_of(e, listed))
        return self._element(value, kind)

    def _element(self, position: int, kind: SortType) -> Expr:
        key = (kind.name, position)
        if key not in self._elements:
            made = z3.Const(f"{kind.name}!{position}", self.sort(kind))
            for (name, _), other in self._elements.items():
                if name == kind.name:
                    self.axioms.append(made != other)
            self._elements[key] = made
        return self._elements[key]

    def less(self, kind: SortType) -> Expr:
        """The order of a sort: strict, total, with element 0 below the others."""
        if kind.name not in self._orders:
            sort = self.sort(kind)
            less = z3.Function(f"{kind.name}.less", sort, sort, z3.BoolSort())
            self.defined.add(less.name())
            x, y, w = (z3.Const(f"{n}.{kind.name}", sort) for n in "xyw")
            least = self.constant(0, kind)
            self.axioms += [
                z3.ForAll([x], z3.Not(less(x, x))),
                z3.ForAll(
                    [x, y, w], z3.Implies(z3.And(less(x, y), less(y, w)), less(x, w))
                ),
                z3.ForAll([x, y], z3.Or(x == y, less(x, y), less(y, x))),
                z3.ForAll([x], z3.Or(x == least, less(least, x))),
            ]
            self._orders[kind.name] = less
        return self._orders[kind.name]

    def counted(self, kind: SortType) -> Callable[[Expr], Expr]:
        """Which element each is, counted from the sort's first, modulo 2 ** WIDEST."""
        return self.symbol(f"{kind.name}.counted", [kind], IntType(WIDEST))

    def symbol(self, name: str, args: Sequence[Type], of: Type) -> Callable[..., Value]:
        """A function symbol; one that yields sets becomes a relation."""
        inside = [self.sort(arg) for arg in args]
        if not isinstance(of, SetType):
            if not inside:
                constant = z3.Const(name, self.sort(of))
                return lambda: constant
            return z3.Function(name, *inside, self.sort(of))  # type: ignore[no-any-return]
        element = of.element
        relation = z3.Function(name, *inside, self.sort(element), z3.BoolSort())
        return lambda *given: SetTerm(element, lambda e: relation(*given, e))


def script(title: str, formulas: Iterable[Expr], *, ask: bool) -> str:
    """The formulas in SMT-LIB 2.6; `ask` adds the question whether all can hold."""
    solver = z3.Solver()
    solver.add(*formulas)
    question = "(check-sat)\n" if ask else ""
    return f"; {title}\n(set-logic ALL)\n{solver.sexpr()}{question}"


def negation(formula: Expr) -> Expr:
    """The formula does not hold."""
    return z3.Not(formula)


class StateView(Protocol):
    """What can be read: cells, and the ancestors of a forest by its parent field."""

    def read(self, name: str, index: Expr | None) -> Value: ...

    def ancestor(self, name: str, above: Expr, below: Expr) -> Expr: ...


class Symbolic:
    """Any state at all: one function symbol for each field."""

    def __init__(self, language: Language, infos: Iterable[FieldInfo]) -> None:
        self._read: dict[str, Callable[..., Value]] = {}
        self._above: dict[str, Expr] = {}
        for info in infos:
            index = [] if info.index is None else [info.index]
            self._read[info.name] = language.symbol(info.name, index, info.type)
            if info.index is not None and info.type == info.index:
                sort = language.sort(info.index)
                above = z3.Function(f"{info.name}.above", sort, sort, z3.BoolSort())
                self._above[info.name] = above

    def read(self, name: str, index: Expr | None) -> Value:
        """The cell of the field at `index` (None: the field is a single cell)."""
        return self._read[name]() if index is None else self._read[name](index)

    def ancestor(self, name: str, above: Expr, below: Expr) -> Expr:
        """`above` is a strict ancestor of `below`."""
        return self._above[name](above, below)


@dataclass(frozen=True)
class Booted:
    """The state before the writes of boot: each field as it is declared."""

    initial: Callable[[str, Expr | None], Value]

    def read(self, name: str, index: Expr | None) -> Value:
        """The field's declared initial value."""
        return self.initial(name, index)

    def ancestor(self, name: str, above: Expr, below: Expr) -> Expr:
        """Nobody is above anybody; proved with the forest's laws."""
        del name, above, below
        return z3.BoolVal(val=False)


@dataclass(frozen=True)
class LoweredWrite:
    """A write in Z3's terms. `variable` is None for a write to one cell."""

    write: Write
    variable: Expr | None
    target: Expr | None
    member: Expr
    value: Value

    def reaches(self, index: Expr | None) -> Expr:
        """The write goes to the row `index`."""
        if self.variable is not None:
            return z3.substitute(self.member, (self.variable, index))
        here = z3.BoolVal(val=True) if index is None else index == self.target
        return z3.And(here, self.member)

    def value_at(self, index: Expr | None) -> Value:
        """What the row becomes if the write goes to it."""
        variable, value = self.variable, self.value
        if variable is None:
            return value
        if isinstance(value, SetTerm):
            return SetTerm(
                value.element,
                lambda e: z3.substitute(value.has(e), (variable, index)),
            )
        return z3.substitute(value, (variable, index))


def choice_of(condition: Expr, yes: Value, no: Value) -> Value:
    """`yes` where the condition holds, of sets too."""
    if isinstance(yes, SetTerm):
        return SetTerm(yes.element, lambda e: z3.If(condition, yes.has(e), no.has(e)))
    return z3.If(condition, yes, no)


@dataclass(frozen=True)
class Written:
    """`before` with simultaneous writes; they never reach one cell twice."""

    before: StateView
    writes: tuple[LoweredWrite, ...]
    moved_from: dict[Write, tuple[Expr, Expr]] = field(default_factory=dict)
    """For a bulk write to a forest: whose children move, and when they do."""

    def read(self, name: str, index: Expr | None) -> Value:
        """The cell after the writes."""
        value = self.before.read(name, index)
        for one in self.writes:
            if one.write.field == name:
                value = choice_of(one.reaches(index), one.value_at(index), value)
        return value

    def ancestor(self, name: str, above: Expr, below: Expr) -> Expr:
        """The relation after the writes; raises NotFirstOrder for several of them."""
        mine = [one for one in self.writes if one.write.field == name]
        if not mine:
            return self.before.ancestor(name, above, below)
        if len(mine) > 1:
            raise NotFirstOrder(
                f"several writes to {name} in one call: a proof for any number follows "
                "one change of a forest. Give one value with `ite`"
            )
        [one] = mine
        if one.variable is None:
            return self._hung(one, above, below)
        origin = self.moved_from.get(one.write)
        if origin is None:
            return self._moved(one, above, below)
        whose, when = origin
        moved = self._passed_on(one, whose, above, below)
        return z3.If(when, moved, self.before.ancestor(name, above, below))

    def _above(self, name: str) -> tuple[Callable[..., Expr], Callable[..., Expr]]:
        """Strictly above; above or the same: in the state before."""

        def strict(a: Expr, b: Expr) -> Expr:
            return self.before.ancestor(name, a, b)

        return strict, lambda a, b: z3.Or(a == b, strict(a, b))

    def _hung(self, one: LoweredWrite, a: Expr, b: Expr) -> Expr:
        """One row and all below it hang elsewhere, or, its own parent, nowhere."""
        strict, weak = self._above(one.write.field)
        child, parent = one.target, one.value
        inside = z3.And(weak(child, a), strict(a, b))
        beyond = z3.And(parent != child, weak(a, parent))
        moved = z3.If(weak(child, b), z3.Or(inside, beyond), strict(a, b))
        return z3.If(one.member, moved, strict(a, b))

    def _passed_on(self, one: LoweredWrite, origin: Expr, a: Expr, b: Expr) -> Expr:
        """All children of `origin` hang elsewhere, each with what is below it."""
        strict, weak = self._above(one.write.field)
        inside = z3.And(strict(origin, a), strict(a, b))
        beyond = weak(a, one.value)
        return z3.If(strict(origin, b), z3.Or(inside, beyond), strict(a, b))

    def _moved(self, one: LoweredWrite, a: Expr, b: Expr) -> Expr:
        """A set of rows hangs elsewhere, each with what is below it."""
        strict, weak = self._above(one.write.field)
        top = z3.FreshConst(one.variable.sort(), "top")  # type: ignore[union-attr]
        over = z3.And(one.reaches(top), weak(top, b))
        inside = z3.And(over, weak(top, a), strict(a, b))
        beyond = weak(a, one.value)
        return z3.If(
            z3.Exists([top], over),
            z3.Or(z3.Exists([top], inside), beyond),
            strict(a, b),
        )


def origin_of(write: Write) -> Node | None:
    """The row whose children a bulk write moves: the member says `parent == row`."""
    if not isinstance(write.target, Every):
        return None
    variable, member = write.target.variable, write.target.member
    mine = make("READ", variable, attr=Place(write.field), of=variable.type)
    for literal in member.args if member.op == "AND" else (member,):
        if literal.op == "EQ" and mine in literal.args:
            other = literal.args[1 - literal.args.index(mine)]
            if variable not in postorder([other]):
                return other
    return None


def forest_laws(
    state: StateView, name: str, language: Language, kind: Type
) -> list[tuple[str, Expr]]:
    """What makes the relation the strict ancestors of the parent function, by name.

    In a finite state exactly one relation satisfies the laws, and only if the parents
    have no cycle: going up from a row ends, by the first two and `parents_are_above`,
    at a row that is its own parent, and meets exactly the rows above it.
    """
    sort = language.sort(kind)
    x, y, w = (z3.Const(f"{n}.{name}", sort) for n in "xyw")

    def up(a: Expr, b: Expr) -> Expr:
        return state.ancestor(name, a, b)

    parent = state.read(name, x)
    return [
        ("nothing_is_above_itself", z3.ForAll([x], z3.Not(up(x, x)))),
        (
            "above_is_transitive",
            z3.ForAll([x, y, w], z3.Implies(z3.And(up(x, y), up(y, w)), up(x, w))),
        ),
        (
            "what_is_above_is_a_chain",
            z3.ForAll(
                [x, y, w],
                z3.Implies(
                    z3.And(up(x, w), up(y, w)), z3.Or(x == y, up(x, y), up(y, x))
                ),
            ),
        ),
        ("parents_are_above", z3.ForAll([x], z3.Or(parent == x, up(parent, x)))),
        (
            "nothing_is_between",
            z3.ForAll(
                [x, y],
                z3.Implies(
                    z3.And(parent != x, up(y, x)), z3.Or(y == parent, up(y, parent))
                ),
            ),
        ),
        (
            "nothing_is_above_a_root",
            z3.ForAll([x, y], z3.Implies(parent == x, z3.Not(up(y, x)))),
        ),
    ]
