"""Ground terms as LLVM IR: one rule per operator, over one state or eight at once.

The text of the IR is written directly: a name for each value, each value once in each
block that dominates its uses. A term becomes an `i1` if it is a Boolean and an `i64`
otherwise; in code for several lanes both are vectors. Cells hold values below their
size, so only sums, differences and shifts can leave their type's range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from checker.native.lanes import Lanes
from checker.native.layout import WORD, Layout, Slot, UnfitScope
from checker.unroll import GROUND_OPERATORS
from spec.lang.ir import Node, Place
from spec.lang.model import Scope, snake
from spec.lang.types import BOOL, IntType, SortType, Type

Rule = Callable[["Terms", Node, list[str]], str]
ALL_ONES: Final = (1 << WORD) - 1


class Terms:
    """The values of one function under construction, and its lines.

    `old` names the words of the state. What `scoped` surrounds is forgotten at its
    end, because the block it was computed in does not dominate what follows.
    """

    def __init__(self, layout: Layout, scope: Scope, lanes: Lanes) -> None:
        self.layout, self.scope, self.lanes = layout, scope, lanes
        self.lines: list[str] = []
        self.block = "%entry"
        self.old: list[str] = []
        self._made = 0
        self._known: dict[object, str] = {}
        self._trail: list[object] = []

    # Lines

    def put(self, line: str) -> None:
        """One instruction without a result."""
        self.lines.append(f"  {line}")

    def name(self, stem: str = "v") -> str:
        """A name that nothing else has."""
        self._made += 1
        return f"%{stem}{self._made}"

    def make(self, instruction: str) -> str:
        """One instruction; the name of its result."""
        name = self.name()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def pure(self, instruction: str) -> str:
        """One instruction without side effects, unless its result is known."""
        return self.once(instruction, lambda: self.make(instruction))

    def open_block(self, label: str) -> None:
        """Begin a basic block; the one before must have ended."""
        self.lines.append(f"{label[1:]}:")
        self.block = label

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """Forget at the end what was computed inside."""
        mark = self.mark()
        yield
        self.forget(mark)

    def divide(self) -> None:
        """Begin another block if this one has grown long; a function's business."""

    def mark(self) -> int:
        """Where the memory of computed values stands now."""
        return len(self._trail)

    def forget(self, mark: int) -> None:
        """Forget the values computed since `mark`."""
        while len(self._trail) > mark:
            del self._known[self._trail.pop()]

    def once(self, key: object, make: Callable[[], str]) -> str:
        """The value under `key`, made now unless a dominating block has it."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = make()
            self._trail.append(key)
        return found

    # Instructions

    def word(self, instruction: str, left: str, right: str | int) -> str:
        """An instruction on two numbers."""
        other = self.lanes.number(right) if isinstance(right, int) else right
        return self.pure(f"{instruction} {self.lanes.word} {left}, {other}")

    def flag(self, instruction: str, left: str, right: str) -> str:
        """An instruction on two truth values."""
        return self.pure(f"{instruction} {self.lanes.flag} {left}, {right}")

    def denied(self, flag: str) -> str:
        """Not `flag`."""
        return self.flag("xor", flag, self.lanes.truth(True))

    def compare(self, relation: str, left: str, right: str | int) -> str:
        """The truth of an unsigned comparison of two numbers."""
        return self.word(f"icmp {relation}", left, right)

    def select(self, flag: str, yes: str, no: str, kind: Type | None = None) -> str:
        """`yes` where `flag` holds, else `no`."""
        of = self.lanes.flag if kind == BOOL else self.lanes.word
        return self.pure(f"select {self.lanes.flag} {flag}, {of} {yes}, {of} {no}")

    def as_word(self, flag: str) -> str:
        """1 where `flag` holds, else 0."""
        return self.pure(f"zext {self.lanes.flag} {flag} to {self.lanes.word}")

    def low_bit(self, word: str) -> str:
        """The truth of bit 0."""
        return self.pure(f"trunc {self.lanes.word} {word} to {self.lanes.flag}")

    def cut(self, word: str, bits: int) -> str:
        """The low `bits` bits."""
        return word if bits >= WORD else self.word("and", word, (1 << bits) - 1)

    def shift(self, instruction: str, word: str, by: str | int) -> str:
        """Shift by an amount that is cut to the width of a word."""
        if isinstance(by, int):
            return word if by == 0 else self.word(instruction, word, by)
        safe = self.once(("safe", by), lambda: self.word("and", by, WORD - 1))
        return self.word(instruction, word, safe)

    # Cells

    def content(self, slot: Slot, kind: Type) -> str:
        """What a cell holds."""
        if slot.bits == 0:
            return self.constant(0, kind)
        if kind == BOOL:
            return self.compare("ne", self.in_place(slot), 0)
        moved = self.shift("lshr", self.old[slot.word], slot.offset)
        top = slot.offset + slot.bits == WORD
        return moved if top else self.cut(moved, slot.bits)

    def in_place(self, slot: Slot) -> str:
        """A cell's bits where they stand, the others 0."""
        mask = slot.mask << slot.offset
        key = ("in place", slot)
        return self.once(key, lambda: self.word("and", self.old[slot.word], mask))

    def row(self, name: str, index: str, kind: Type) -> str:
        """What the row at a computed index holds."""
        runs = self.layout.runs[name]
        bits = runs[0].slot.bits
        if bits == 0:
            return self.constant(0, kind)
        found = ""
        for run in runs:
            here = self._row_of(run.slot, index, run.first, kind)
            if found:
                later = self.compare("uge", index, run.first)
                found = self.select(later, here, found, kind)
            else:
                found = here
        return found

    def _row_of(self, slot: Slot, index: str, first: int, kind: Type) -> str:
        bits = slot.bits
        scaled = self.once(
            ("scaled", index, bits),
            lambda: index if bits == 1 else self.word("mul", index, bits),
        )
        if first:
            scaled = self.word("sub", scaled, first * bits)
        base = self.once(
            ("base", slot),
            lambda: self.shift("lshr", self.old[slot.word], slot.offset),
        )
        moved = self.shift("lshr", base, scaled)
        return self.low_bit(moved) if kind == BOOL else self.cut(moved, bits)

    def constant(self, value: int, kind: Type) -> str:
        """A constant of the type."""
        if kind == BOOL:
            return self.lanes.truth(value)
        return self.lanes.number(value)

    # Terms

    def value(self, root: Node) -> str:
        """The name of the term's value; computed now unless it is known."""
        known = self._known
        if root in known:
            return known[root]
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in known:
                continue
            args = arguments_of(node)
            if not ready and args:
                stack.append((node, True))
                stack.extend((arg, False) for arg in reversed(args))
                continue
            self.divide()
            known[node] = NATIVE_RULES[node.op](self, node, [known[a] for a in args])
            self._trail.append(node)
        return known[root]

    def all_hold(self, nodes: Iterable[Node]) -> str:
        """The conjunction of terms."""
        return self.joined("and", [self.value(node) for node in nodes])

    def joined(self, instruction: str, flags: Sequence[str]) -> str:
        """Truth values joined by `and` or `or`; none is the neutral one."""
        if not flags:
            return self.lanes.truth(instruction == "and")
        found, *others = sorted(flags, key=_age)
        for flag in others:
            found = self.flag(instruction, found, flag)
        return found


def _age(flag: str) -> tuple[int, str]:
    """Orders values by when they were made, so that equal beginnings are shared."""
    return len(flag), flag


def bits_of_term(node: Node, scope: Scope) -> int:
    """How many bits a term's value can need; raises UnfitScope beyond a word."""
    bits = (
        node.type.bits
        if isinstance(node.type, IntType)
        else (scope.size(node.type) - 1).bit_length()
    )
    if bits > WORD - 1:
        message = (
            f"a term of type {node.type} needs {bits} bits at this scope, and at most "
            f"{WORD - 1} can be computed natively; choose a smaller scope"
        )
        raise UnfitScope(message)
    return bits


def arguments_of(node: Node) -> tuple[Node, ...]:
    """The terms whose values the rule of a node takes."""
    return () if _is_fused(node) else node.args


def _is_fused(node: Node) -> bool:
    """A test of one cell against a constant, or a cell of a known row."""
    if node.op == "READ":
        return not node.args or node.args[0].op == "CONST"
    return (
        node.op == "EQ"
        and node.args[0].op == "READ"
        and node.args[1].op == "CONST"
        and _is_fused(node.args[0])
    )


def _slot(terms: Terms, node: Node) -> Slot:
    place = node.attr
    assert isinstance(place, Place)
    row = node.args[0].attr if node.args else None
    return terms.layout.by_key[place.field, row]  # type: ignore[index]


def _constant(terms: Terms, node: Node, _args: list[str]) -> str:
    value = int(node.attr)  # type: ignore[call-overload]
    kind = node.type
    if isinstance(kind, SortType) and value >= terms.scope.size(kind):
        message = (
            f"the model names element {value + kind.first} of {kind.name}; the scope "
            f"must give {snake(kind.name)} at least {value + 1}"
        )
        raise UnfitScope(message)
    bits_of_term(node, terms.scope)
    return terms.constant(value, kind)


def _read(terms: Terms, node: Node, args: list[str]) -> str:
    if not args:
        return terms.content(_slot(terms, node), node.type)
    place = node.attr
    assert isinstance(place, Place)
    return terms.row(place.field, args[0], node.type)


def _equal(terms: Terms, node: Node, args: list[str]) -> str:
    if args:
        kind = terms.lanes.flag if node.args[0].type == BOOL else terms.lanes.word
        return terms.make(f"icmp eq {kind} {args[0]}, {args[1]}")
    slot, value = _slot(terms, node.args[0]), int(node.args[1].attr)  # type: ignore[call-overload]
    if value > slot.mask:
        return terms.lanes.truth(False)
    if slot.bits == 0:
        return terms.lanes.truth(True)
    return terms.compare("eq", terms.in_place(slot), value << slot.offset)


def _junction(instruction: str) -> Rule:
    return lambda terms, _node, args: terms.joined(instruction, args)


def _wrapped(instruction: str) -> Rule:
    return lambda terms, node, args: terms.cut(
        terms.word(instruction, *args), bits_of_term(node, terms.scope)
    )


def _plain(instruction: str) -> Rule:
    return lambda terms, _node, args: terms.word(instruction, *args)


def _shift(instruction: str) -> Rule:
    """Everything shifted out is 0, however far it is."""

    def rule(terms: Terms, node: Node, args: list[str]) -> str:
        bits = bits_of_term(node, terms.scope)
        moved = terms.cut(terms.shift(instruction, *args), bits)
        near = terms.compare("ult", args[1], bits)
        return terms.select(near, moved, terms.lanes.number(0))

    return rule


def _to_int(terms: Terms, node: Node, args: list[str]) -> str:
    source = node.args[0].type
    bits = bits_of_term(node, terms.scope)
    first = source.first if isinstance(source, SortType) else 0
    moved = terms.word("add", args[0], first) if first else args[0]
    largest = terms.scope.size(source) - 1 + first
    return terms.cut(moved, bits) if largest >> bits else moved


def _card(terms: Terms, _node: Node, args: list[str]) -> str:
    word = terms.lanes.word
    suffix = "i64" if terms.lanes.count == 1 else f"v{terms.lanes.count}i64"
    return terms.make(f"call {word} @llvm.ctpop.{suffix}({word} {args[0]})")


NATIVE_RULES: Final[Mapping[str, Rule]] = {
    "CONST": _constant,
    "READ": _read,
    "NOT": lambda terms, _node, args: terms.denied(args[0]),
    "AND": _junction("and"),
    "OR": _junction("or"),
    "EQ": _equal,
    "ITE": lambda terms, node, args: terms.select(args[0], args[1], args[2], node.type),
    "ADD": _wrapped("add"),
    "SUB": _wrapped("sub"),
    "BITAND": _plain("and"),
    "BITOR": _plain("or"),
    "BITXOR": _plain("xor"),
    "SHL": _shift("shl"),
    "SHR": _shift("lshr"),
    "LT": lambda terms, _node, args: terms.compare("ult", *args),
    "LE": lambda terms, _node, args: terms.compare("ule", *args),
    "INT": _to_int,
    "MEMBER": lambda terms, _node, args: terms.low_bit(
        terms.shift("lshr", args[1], args[0])
    ),
    "UNION": _plain("or"),
    "INTERSECTION": _plain("and"),
    "DIFFERENCE": lambda terms, _node, args: terms.word(
        "and", args[0], terms.word("xor", args[1], ALL_ONES)
    ),
    "SINGLETON": lambda terms, _node, args: terms.shift(
        "shl", terms.lanes.number(1), args[0]
    ),
    "CARD": _card,
}
if NATIVE_RULES.keys() != GROUND_OPERATORS:
    odd = NATIVE_RULES.keys() ^ GROUND_OPERATORS
    unruled = f"the native rules do not cover the ground operators exactly: {odd}"
    raise AssertionError(unruled)
