"""Structured control flow over llvmlite's instruction builder.

Every value is an unsigned 64-bit `Word`, addresses included, so that a kernel reads
like the C it replaces: `f.load(states, i)`, `with f.loop(0, n) as i:`. Variables are
stack slots, which the optimiser turns into registers.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llvmlite import ir

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

I1 = ir.IntType(1)
I32 = ir.IntType(32)
I64 = ir.IntType(64)
MASK64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Flag:
    """A truth value in a function under construction."""

    to: ir.IRBuilder
    value: ir.Value

    def __and__(self, other: Flag) -> Flag:
        """Both hold; both are computed."""
        return Flag(self.to, self.to.and_(self.value, other.value))

    def __or__(self, other: Flag) -> Flag:
        """At least one holds; both are computed."""
        return Flag(self.to, self.to.or_(self.value, other.value))

    def no(self) -> Flag:
        """It does not hold."""
        return Flag(self.to, self.to.not_(self.value))

    def word(self) -> Word:
        """1 when it holds, else 0."""
        return Word(self.to, self.to.zext(self.value, I64))


@dataclass(frozen=True, slots=True)
class Word:
    """An unsigned 64-bit number in a function under construction; sums wrap."""

    to: ir.IRBuilder
    value: ir.Value

    def _of(self, other: Word | int) -> ir.Value:
        return I64(other & MASK64) if isinstance(other, int) else other.value

    def __add__(self, other: Word | int) -> Word:
        """The sum, modulo 2**64."""
        return Word(self.to, self.to.add(self.value, self._of(other)))

    def __sub__(self, other: Word | int) -> Word:
        """The difference, modulo 2**64."""
        return Word(self.to, self.to.sub(self.value, self._of(other)))

    def __mul__(self, other: Word | int) -> Word:
        """The product, modulo 2**64."""
        return Word(self.to, self.to.mul(self.value, self._of(other)))

    def __and__(self, other: Word | int) -> Word:
        """The bits set in both."""
        return Word(self.to, self.to.and_(self.value, self._of(other)))

    def __or__(self, other: Word | int) -> Word:
        """The bits set in either."""
        return Word(self.to, self.to.or_(self.value, self._of(other)))

    def __xor__(self, other: Word | int) -> Word:
        """The bits set in exactly one."""
        return Word(self.to, self.to.xor(self.value, self._of(other)))

    def __lshift__(self, other: Word | int) -> Word:
        """Shifted up; `other` is below 64."""
        return Word(self.to, self.to.shl(self.value, self._of(other)))

    def __rshift__(self, other: Word | int) -> Word:
        """Shifted down, zeroes coming in; `other` is below 64."""
        return Word(self.to, self.to.lshr(self.value, self._of(other)))

    def is_(self, relation: str, other: Word | int) -> Flag:
        """Compare unsigned: `relation` is one of == != < <= > >=."""
        value = self.to.icmp_unsigned(relation, self.value, self._of(other))
        return Flag(self.to, value)


@dataclass(frozen=True, slots=True)
class Variable:
    """A stack slot of 64 bits."""

    to: ir.IRBuilder
    slot: ir.Value

    def get(self) -> Word:
        """The number stored last."""
        return Word(self.to, self.to.load(self.slot))

    def set(self, word: Word | int) -> None:
        """Store a number."""
        value = I64(word & MASK64) if isinstance(word, int) else word.value
        self.to.store(value, self.slot)


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop under construction: where it begins again and where it ends."""

    head: ir.Block
    done: ir.Block


class Emitter:
    """One function of a module, written from its first line to its last.

    Every parameter is a `Word`; the function returns one `Word`. The last thing done
    on every path is `returns`.
    """

    def __init__(self, module: ir.Module, name: str, params: Sequence[str]) -> None:
        """Begin the function `name` in `module`."""
        kind = ir.FunctionType(I64, [I64] * len(params))
        self.module = module
        self.function = ir.Function(module, kind, name)
        self.function.attributes.add("nounwind")
        self.to = ir.IRBuilder(self.function.append_basic_block("entry"))
        for argument, param in zip(self.function.args, params, strict=True):
            argument.name = param

    def params(self) -> list[Word]:
        """The parameters, in order."""
        return [Word(self.to, argument) for argument in self.function.args]

    def number(self, value: int) -> Word:
        """A constant."""
        return Word(self.to, I64(value & MASK64))

    def _slot(self, words: int, name: str) -> ir.Value:
        with self.to.goto_entry_block():
            return self.to.alloca(I64, words, name)

    def variable(self, start: Word | int = 0, name: str = "v") -> Variable:
        """A new variable holding `start`."""
        variable = Variable(self.to, self._slot(1, name))
        variable.set(start)
        return variable

    def scratch(self, words: int) -> Word:
        """The address of `words` uninitialised words on the stack."""
        return Word(self.to, self.to.ptrtoint(self._slot(words, "scratch"), I64))

    def _pointer(self, address: Word, kind: ir.Type) -> ir.Value:
        return self.to.inttoptr(address.value, kind.as_pointer())

    def load(self, address: Word, index: Word | int = 0) -> Word:
        """The 64-bit word number `index` after `address`."""
        where = address + _scaled(index, 8)
        return Word(self.to, self.to.load(self._pointer(where, I64)))

    def store(self, value: Word, address: Word, index: Word | int = 0) -> None:
        """Write the 64-bit word number `index` after `address`."""
        where = address + _scaled(index, 8)
        self.to.store(value.value, self._pointer(where, I64))

    def load32(self, address: Word, index: Word | int = 0) -> Word:
        """The 32-bit word number `index` after `address`."""
        where = address + _scaled(index, 4)
        narrow = self.to.load(self._pointer(where, I32))
        return Word(self.to, self.to.zext(narrow, I64))

    def store32(self, value: Word, address: Word, index: Word | int = 0) -> None:
        """Write the low half of `value` at the 32-bit word number `index`."""
        where = address + _scaled(index, 4)
        narrow = self.to.trunc(value.value, I32)
        self.to.store(narrow, self._pointer(where, I32))

    def fetch_add(self, address: Word, amount: int) -> Word:
        """Add to the word at `address` as one indivisible step; the word before."""
        where = self._pointer(address, I64)
        return Word(self.to, self.to.atomic_rmw("add", where, I64(amount), "seq_cst"))

    def prefetch(self, address: Word) -> None:
        """Ask for the cache line of `address`; any address is allowed."""
        byte = ir.IntType(8).as_pointer()
        name = "llvm.prefetch.p0"
        intrinsic = self.module.globals.get(name) or ir.Function(
            self.module, ir.FunctionType(ir.VoidType(), [byte, I32, I32, I32]), name
        )
        where = self.to.inttoptr(address.value, byte)
        self.to.call(intrinsic, [where, I32(0), I32(3), I32(1)])

    def select(self, flag: Flag, yes: Word | int, no: Word | int) -> Word:
        """`yes` where `flag` holds, else `no`; without a branch."""
        both = [self.number(v) if isinstance(v, int) else v for v in (yes, no)]
        return Word(self.to, self.to.select(flag.value, both[0].value, both[1].value))

    def smaller(self, left: Word, right: Word) -> Word:
        """The smaller of two numbers."""
        return self.select(left.is_("<", right), left, right)

    def equal_slots(self, bucket: Word, tag: Word, ignore: Word) -> Word:
        """Which of 16 slots of 32 bits equal `tag` but for the low bits `ignore`.

        Bit i of the result is slot i of the aligned cache line at `bucket`. `ignore`
        is one less than a power of two.
        """
        kind = ir.VectorType(I32, 16)
        lanes = ir.Constant(ir.VectorType(I32, 16), [I32(0)] * 16)
        slots = self.to.load(self._pointer(bucket, kind), align=64)
        wide = [
            self.to.shuffle_vector(
                self.to.insert_element(
                    ir.Constant(kind, ir.Undefined),
                    self.to.trunc(word.value, I32),
                    I32(0),
                ),
                ir.Constant(kind, ir.Undefined),
                lanes,
            )
            for word in (tag, ignore)
        ]
        different = self.to.xor(slots, wide[0])
        equal = self.to.icmp_unsigned("<=", different, wide[1])
        bits = self.to.bitcast(equal, ir.IntType(16))
        return Word(self.to, self.to.zext(bits, I64))

    def lowest_bit(self, word: Word) -> Word:
        """The number of the lowest bit set; 64 if there is none."""
        return Word(self.to, self.to.cttz(word.value, I1(0)))

    def call(self, function: ir.Function, *arguments: Word) -> Word:
        """Call a function of this module."""
        return Word(self.to, self.to.call(function, [a.value for a in arguments]))

    def call_at(self, address: Word, *arguments: Word) -> Word:
        """Call the C function at `address`; its result, or rubbish if it has none."""
        kind = ir.FunctionType(I64, [I64] * len(arguments))
        where = self.to.inttoptr(address.value, kind.as_pointer())
        return Word(self.to, self.to.call(where, [a.value for a in arguments]))

    @contextmanager
    def when(self, flag: Flag, *, likely: bool | None = None) -> Iterator[None]:
        """Do the body only where `flag` holds."""
        with self.to.if_then(flag.value, likely):
            yield

    @contextmanager
    def forever(self) -> Iterator[Loop]:
        """Repeat the body until something leaves it."""
        loop = Loop(
            self.function.append_basic_block("again"),
            self.function.append_basic_block("done"),
        )
        self.to.branch(loop.head)
        self.to.position_at_end(loop.head)
        yield loop
        if not self.to.block.is_terminated:
            self.to.branch(loop.head)
        self.to.position_at_end(loop.done)

    def leave_when(self, loop: Loop, flag: Flag) -> None:
        """Leave `loop` here if `flag` holds."""
        self._jump_when(flag, loop.done)

    def _jump_when(self, flag: Flag, target: ir.Block) -> None:
        onward = self.function.append_basic_block("on")
        self.to.cbranch(flag.value, target, onward)
        self.to.position_at_end(onward)

    @contextmanager
    def loop(self, start: Word | int, stop: Word) -> Iterator[Word]:
        """Do the body for each number from `start` up to, not including, `stop`."""
        counter = self.variable(start, "i")
        with self.forever() as turn:
            current = counter.get()
            self.leave_when(turn, current.is_(">=", stop))
            yield current
            counter.set(current + 1)

    def returns(self, value: Word | int = 0) -> None:
        """End the function here."""
        word = self.number(value) if isinstance(value, int) else value
        self.to.ret(word.value)


def _scaled(index: Word | int, by: int) -> Word | int:
    """`index` elements of `by` bytes, in bytes."""
    return index * by
