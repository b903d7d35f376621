"""What a page writes: typed terms over the IR.

A sort, an enumeration, an integer type and a set type are classes; their instances are
symbolic values. A symbolic value has no truth and no order of evaluation: `if`, `and`,
`or`, `not` and `while` on one raise an error that says what to write instead.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar

from spec.lang import simplify
from spec.lang.errors import LawBroken
from spec.lang.ir import Node, make
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type

E = TypeVar("E", bound="Sort | Enum")
AnyTerm = TypeVar("AnyTerm", bound="Term")

NO_TRUTH = (
    "a symbolic value has no truth while a page is traced: it stands for every state "
    "at once. Write `&` for and, `|` for or, `~` for not, `ite(c, a, b)` for if, and "
    "put parentheses around comparisons joined by `&` or `|`"
)


class Term:
    """A symbolic value; its class is its type."""

    __slots__ = ("node",)
    type: ClassVar[Type]

    def __init__(self, node: Node) -> None:
        if node.type != self.type:
            message = f"a {node.type} is not a {type(self).__name__} ({self.type})"
            raise LawBroken(message)
        self.node = node

    @classmethod
    def lift(cls, value: object) -> Self:
        """`value` as a term of this class; raises LawBroken when it is none."""
        if isinstance(value, Term) and value.node.type == cls.type:
            return cls(value.node)
        shown = type(value).__name__
        message = f"expected a {cls.__name__}, found a {shown}: {value!r}"
        raise LawBroken(message)

    def __eq__(self, other: object) -> Bool:  # type: ignore[override]
        return Bool(simplify.equality(self.node, self.lift(other).node))

    def __ne__(self, other: object) -> Bool:  # type: ignore[override]
        return ~(self == other)

    def __hash__(self) -> int:
        return hash(self.node)

    def __bool__(self) -> NoReturn:
        raise LawBroken(NO_TRUTH)

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.node!r}"


class Bool(Term):
    """A truth value that depends on the state."""

    __slots__ = ()
    type = BOOL

    @classmethod
    def lift(cls, value: object) -> Bool:
        if isinstance(value, bool):
            return TRUE if value else FALSE
        return super().lift(value)

    def __and__(self, other: Bool) -> Bool:
        return Bool(simplify.conjunction((self.node, Bool.lift(other).node)))

    def __or__(self, other: Bool) -> Bool:
        return Bool(simplify.disjunction((self.node, Bool.lift(other).node)))

    def __invert__(self) -> Bool:
        return Bool(simplify.negation(self.node))


TRUE = Bool(simplify.TRUE)
FALSE = Bool(simplify.FALSE)


class Sort(Term):
    """A sort: subclass it, one class per meaning. `first` is how element 0 is shown."""

    __slots__ = ()

    def __init_subclass__(cls, first: int = 0, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.type = SortType(cls.__name__, first)

    @classmethod
    def sort_type(cls) -> SortType:
        """The type, known to be a sort."""
        assert isinstance(cls.type, SortType)
        return cls.type

    @classmethod
    def element(cls, position: int) -> Self:
        """A fixed element, such as the init process; element 0 always exists."""
        if position < 0:
            message = f"{cls.__name__} has no element {position}; the first is 0"
            raise LawBroken(message)
        return cls(simplify.constant(position, cls.type))

    def __lt__(self, other: Self) -> Bool:
        return Bool(simplify.apply("LT", self.node, self.lift(other).node))

    def __le__(self, other: Self) -> Bool:
        return Bool(simplify.apply("LE", self.node, self.lift(other).node))


class Enum(Term):
    """An enumeration: subclass it with `members`, then name each by `Class.of`."""

    __slots__ = ()
    members: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if not all(member.isidentifier() for member in cls.members):
            message = f"the members of {cls.__name__} are names, not {cls.members}"
            raise LawBroken(message)
        cls.type = EnumType(cls.__name__, cls.members)

    @classmethod
    def of(cls, member: str) -> Self:
        """The member of this name."""
        if member not in cls.members:
            message = f"{cls.__name__} has no member {member}; it has {cls.members}"
            raise LawBroken(message)
        return cls(simplify.constant(cls.members.index(member), cls.type))


class Int(Term):
    """An unsigned integer of `bits` bits: subclass it with `bits=`. Wraps around."""

    __slots__ = ()

    def __init_subclass__(cls, bits: int, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.type = IntType(bits)

    @classmethod
    def lift(cls, value: object) -> Self:
        if isinstance(value, int) and not isinstance(value, bool):
            assert isinstance(cls.type, IntType)
            if not 0 <= value < 1 << cls.type.bits:
                message = f"{value} does not fit {cls.__name__} ({cls.type.bits} bits)"
                raise LawBroken(message)
            return cls(simplify.constant(value, cls.type))
        return super().lift(value)

    @classmethod
    def from_term(cls, term: Int | Sort | Enum) -> Self:
        """The position of an element (from the sort's `first`), or another width."""
        return cls(simplify.apply("INT", term.node, of=cls.type))

    def _with(self, op: str, other: object) -> Self:
        return type(self)(simplify.apply(op, self.node, self.lift(other).node))

    def __add__(self, other: Self | int) -> Self:
        return self._with("ADD", other)

    def __sub__(self, other: Self | int) -> Self:
        return self._with("SUB", other)

    def __and__(self, other: Self | int) -> Self:
        return self._with("BITAND", other)

    def __or__(self, other: Self | int) -> Self:
        return self._with("BITOR", other)

    def __xor__(self, other: Self | int) -> Self:
        return self._with("BITXOR", other)

    def __lshift__(self, other: Self | int) -> Self:
        return self._with("SHL", other)

    def __rshift__(self, other: Self | int) -> Self:
        return self._with("SHR", other)

    def __lt__(self, other: Self | int) -> Bool:
        return Bool(simplify.apply("LT", self.node, self.lift(other).node))

    def __le__(self, other: Self | int) -> Bool:
        return Bool(simplify.apply("LE", self.node, self.lift(other).node))

    def __gt__(self, other: Self | int) -> Bool:
        return Bool(simplify.apply("LT", self.lift(other).node, self.node))

    def __ge__(self, other: Self | int) -> Bool:
        return Bool(simplify.apply("LE", self.lift(other).node, self.node))


class Count(Int, bits=16):
    """How many: the type of `count_of` and `SetOf.size`."""

    __slots__ = ()


class SetOf(Term, Generic[E]):
    """A set: subclass it with `element=`, or let `those` make one."""

    __slots__ = ()
    element: ClassVar[type[Sort] | type[Enum]]

    def __init_subclass__(
        cls,
        element: type[Sort] | type[Enum] | None = None,
        **rest: Any,
    ) -> None:
        super().__init_subclass__(**rest)
        if element is not None:
            cls.element = element
            inside = element.type
            assert isinstance(inside, SortType | EnumType)
            cls.type = SetType(inside)

    @classmethod
    def containing(cls, *elements: E) -> Self:
        """The set of exactly these elements."""
        if not elements:
            return cls(simplify.constant(0, cls.type))
        nodes = [cls.element.lift(element).node for element in elements]
        ones = [simplify.apply("SINGLETON", node) for node in nodes]
        return cls(reduce(partial(simplify.apply, "UNION"), ones))

    def has(self, element: E) -> Bool:
        """`element` is in the set."""
        return Bool(simplify.membership(self.element.lift(element).node, self.node))

    def __contains__(self, element: object) -> NoReturn:
        message = f"`in` would need a truth; write {type(self).__name__}.has(element)"
        raise LawBroken(message)

    def is_empty(self) -> Bool:
        """The set has no element."""
        if self.node.op == "SETOF":
            return Bool(
                simplify.negation(make("EXISTS", *self.node.args, attr=self.node.attr))
            )
        return Bool(simplify.equality(self.node, simplify.constant(0, self.node.type)))

    def size(self) -> Count:
        """How many elements the set has."""
        if self.node.op == "SETOF":
            return Count(make("COUNT", *self.node.args, attr=self.node.attr))
        return Count(simplify.apply("CARD", self.node))

    def includes(self, other: SetOf[E]) -> Bool:
        """Every element of `other` is in this set."""
        missing = simplify.apply("DIFFERENCE", other.node, self.node)
        return Bool(simplify.equality(missing, simplify.constant(0, self.node.type)))

    def __or__(self, other: SetOf[E]) -> Self:
        return type(self)(simplify.apply("UNION", self.node, other.node))

    def __and__(self, other: SetOf[E]) -> Self:
        return type(self)(simplify.apply("INTERSECTION", self.node, other.node))

    def __sub__(self, other: SetOf[E]) -> Self:
        return type(self)(simplify.apply("DIFFERENCE", self.node, other.node))


def implies(premise: Bool, conclusion: Bool) -> Bool:
    """`conclusion` holds wherever `premise` does."""
    return ~premise | conclusion


def ite(condition: Bool, yes: AnyTerm, no: AnyTerm) -> AnyTerm:
    """`yes` where `condition` holds, `no` elsewhere."""
    given: object = yes
    if not isinstance(given, Term):
        message = f"`ite` chooses between terms, not {given!r}; lift it to its sort"
        raise LawBroken(message)
    parts = (Bool.lift(condition).node, yes.node, yes.lift(no).node)
    return type(yes)(simplify.choice(*parts))
