"""A function over packed states, written as LLVM IR: blocks, loops, loads, reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from checker.lower_native import Terms
from checker.native.lanes import Lanes
from checker.native.layout import Layout
from spec.lang.model import Scope

BYTES: Final = 8
RARE: Final = "!prof !0"
ENDING: Final = '\n!0 = !{!"branch_weights", i32 1, i32 100000}\n'
"""What stands at the end of a module: how rare `RARE` is."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a bit of `seen` means: `name` was violated, reached, or met."""

    name: str
    kind: str
    """"state": a state violates the property, or refuses a call in a way that does;
    "step": a step violates it; "goal": a state reaches it; "stuck": a state has no
    step (and no name)."""


def words_for(watches: Sequence[Watch]) -> int:
    """How many words hold a bit for each."""
    return (len(watches) + 63) // 64


LONGEST: Final = 500
"""Lines of a block. LLVM's time for a block grows faster than its length."""


class Function(Terms):
    """One function over the states of a chunk, from its first line to its last.

    The parameters `%states` and `%n` are the states and how many there are.
    """

    bail = "ret void"
    """What ends the function where `%n` is impossible; it never is."""

    def __init__(self, layout: Layout, scope: Scope, lanes: Lanes, head: str) -> None:
        super().__init__(layout, scope, lanes)
        self.head = head
        self.size = layout.width * BYTES
        """Of a packed state, in bytes."""
        self.first = "0"
        """The number of the first state of the group at hand."""
        self._labels = 0
        self._begun = 0

    def text(self) -> str:
        """The definition."""
        opened = [f"define {self.head} nounwind {{", "entry:"]
        ending = ["bail:", f"  {self.bail}", "}\n"]
        return "\n".join([*opened, *self.lines, *ending])

    # Blocks

    def open_block(self, label: str) -> None:
        super().open_block(label)
        self._begun = len(self.lines)

    def divide(self) -> None:
        """Begin another block if this one has grown long.

        Only a branch that might be taken, on a condition that decides no other, keeps
        LLVM from joining the two again.
        """
        if len(self.lines) - self._begun > LONGEST:
            onward = self.label()
            odd = self.make(f"icmp eq i64 %n, -{self._labels}")
            self.branch(odd, "%bail", onward, RARE)
            self.open_block(onward)

    def label(self) -> str:
        """A label that nothing else has."""
        self._labels += 1
        return f"%b{self._labels}"

    def jump(self, label: str) -> None:
        """Go on at `label`."""
        self.put(f"br label {label}")

    def branch(self, flag: str, yes: str, no: str, hint: str = "") -> None:
        """Go on at one of two labels; `flag` is a plain `i1`."""
        tail = f", {hint}" if hint else ""
        self.put(f"br i1 {flag}, label {yes}, label {no}{tail}")

    @contextmanager
    def when(self, flag: str, hint: str = "") -> Iterator[None]:
        """Do the body only where the plain flag holds."""
        inside, onward = self.label(), self.label()
        self.branch(flag, inside, onward, hint)
        self.open_block(inside)
        with self.scoped():
            yield
        self.jump(onward)
        self.open_block(onward)

    @contextmanager
    def each_state(self) -> Iterator[list[str]]:
        """Do the body for each group of states; a flag put in the list ends the loop.

        The last group is filled up with its last state.
        """
        head, latch, done = self.label(), self.label(), self.label()
        index, following, before = self.name("i"), self.name("next"), self.block
        self.branch(self.make("icmp eq i64 %n, 0"), done, head)
        self.open_block(head)
        self.put(f"{index} = phi i64 [ 0, {before} ], [ {following}, {latch} ]")
        enough: list[str] = []
        self.first = index
        with self.scoped():
            self._load_group(index)
            yield enough
        if enough:
            self.branch(enough[0], done, latch)
        else:
            self.jump(latch)
        self.open_block(latch)
        self.put(f"{following} = add i64 {index}, {self.lanes.count}")
        more = self.make(f"icmp ult i64 {following}, %n")
        self.branch(more, head, done)
        self.open_block(done)

    # Memory

    def load(self, pointer: str, index: int = 0) -> str:
        """The word number `index` after `pointer`."""
        return self.make(f"load i64, ptr {self.address(pointer, index)}, align 8")

    def store(self, word: str, pointer: str, index: int = 0) -> None:
        """Write the word number `index` after `pointer`."""
        self.put(f"store i64 {word}, ptr {self.address(pointer, index)}, align 8")

    def address(self, pointer: str, index: int) -> str:
        """The address of word number `index`."""
        if index == 0:
            return pointer
        return self.make(f"getelementptr i64, ptr {pointer}, i64 {index}")

    def load_state(self, pointer: str) -> None:
        """Take the state at `pointer` as the one that terms speak of."""
        self.old = [self.load(pointer, n) for n in range(self.layout.width)]

    def _load_group(self, index: str) -> None:
        count = self.lanes.count
        if count == 1:
            offset = self.make(f"mul i64 {index}, {self.size}")
            self.load_state(self.make(f"getelementptr i8, ptr %states, i64 {offset}"))
            return
        wide, flags = self.lanes.word, self.lanes.flag
        numbers = ", ".join(f"i64 {lane}" for lane in range(count))
        first = self.spread(index)
        lanes = self.make(f"add {wide} {first}, <{numbers}>")
        last = self.spread(self.make("add i64 %n, -1"))
        kind = f"v{count}i64"
        own = self.make(f"call {wide} @llvm.umin.{kind}({wide} {lanes}, {wide} {last})")
        offsets = self.word("mul", own, self.size)
        base = self.make(f"getelementptr i8, ptr %states, {wide} {offsets}")
        every = self.lanes.truth(True)
        self.old = []
        for number in range(self.layout.width):
            at = self.make(f"getelementptr i64, <{count} x ptr> {base}, i64 {number}")
            call = f"@llvm.masked.gather.{kind}.v{count}p0"
            given = f"<{count} x ptr> align 8 {at}, {flags} {every}, {wide} poison"
            self.old.append(self.make(f"call {wide} {call}({given})"))

    def spread(self, number: str) -> str:
        """A plain number in every lane."""
        wide = self.lanes.word
        one = self.make(f"insertelement {wide} poison, i64 {number}, i64 0")
        zeroes = f"<{self.lanes.count} x i32> zeroinitializer"
        return self.make(f"shufflevector {wide} {one}, {wide} poison, {zeroes}")

    # Reports

    def in_some(self, flag: str) -> str:
        """The plain truth that a flag holds in some lane."""
        count = self.lanes.count
        if count == 1:
            return flag
        bits = self.make(f"bitcast {self.lanes.flag} {flag} to i{count}")
        return self.make(f"icmp ne i{count} {bits}, 0")

    def report(self, bits: Sequence[tuple[int, str]], pointer: str) -> None:
        """Or the bits whose plain flags hold into the words at `pointer`."""
        by_word: dict[int, list[tuple[int, str]]] = {}
        for bit, flag in bits:
            by_word.setdefault(bit // 64, []).append((bit % 64, flag))
        for word, listed in by_word.items():
            held = self.load(pointer, word)
            for bit, flag in listed:
                one = self.make(f"zext i1 {flag} to i64")
                moved = self.make(f"shl i64 {one}, {bit}")
                held = self.make(f"or i64 {held}, {moved}")
            self.store(held, pointer, word)

    def report_broken(self, broken: Sequence[tuple[int, str]]) -> None:
        """Or into `%seen` the bits whose flags hold in some lane; they seldom do."""
        if not broken:
            return
        some = self.joined("or", [flag for _, flag in broken])
        with self.when(self.in_some(some), RARE):
            plain = [(bit, self.in_some(flag)) for bit, flag in broken]
            self.report(plain, "%seen")


def declarations(lanes: Lanes) -> str:
    """The intrinsics that functions call."""
    lines = ["declare i64 @llvm.ctpop.i64(i64)", "declare i64 @llvm.umin.i64(i64, i64)"]
    if lanes.count > 1:
        count, wide, flags = lanes.count, lanes.word, lanes.flag
        kind = f"v{count}i64"
        given = f"<{count} x ptr>, {flags}, {wide}"
        lines += [
            f"declare {wide} @llvm.ctpop.{kind}({wide})",
            f"declare {wide} @llvm.umin.{kind}({wide}, {wide})",
            f"declare {wide} @llvm.masked.gather.{kind}.v{count}p0({given})",
        ]
    return "\n".join(lines)
