"""`expand` and `expand_labelled`: the successors of packed states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from checker.ground import Move
from checker.lower_native import ALL_ONES, arguments_of
from checker.native.demands import Demands
from checker.native.function import RARE, Function
from checker.native.lanes import Lanes
from checker.native.layout import Layout, Slot
from checker.native.place import hoisted
from checker.native.plan import Else, End, If, Step, Take
from spec.lang.ir import Node
from spec.lang.model import Scope
from spec.lang.simplify import number as value_of
from spec.lang.types import BOOL

ONE: Final = Lanes(1)


@dataclass(frozen=True, slots=True)
class Expanded:
    """What both functions are written from."""

    layout: Layout
    scope: Scope
    moves: Sequence[Move]
    steps: Sequence[Step]
    demands: Sequence[Demands]
    """By move."""
    seen_words: int
    has_doubts: bool
    """Step properties may fail: `demands` finds out."""
    has_canonical: bool
    """Successors are made canonical by `canonicalise_between(first, end)`."""


@dataclass(slots=True)
class _Branch:
    """A branch under construction; `arrivals` are the ways to where it ends."""

    no: str
    meet: str
    mark: int
    position: str
    has_else: bool = False
    arrivals: list[tuple[str, str]] = field(default_factory=list)


class Expansion(Function):
    """The loop over the states and, inside it, the plan.

    The position in `%out` is kept in bytes. A successor is written where the next one
    belongs, and the position advances if the move is possible.
    """

    bail = "ret i64 -1"

    def __init__(self, source: Expanded, head: str) -> None:
        super().__init__(source.layout, source.scope, ONE, head)
        self.source = source
        self.position = "%begin"

    def written(self) -> str:
        """The text of the function."""
        self.prepare()
        self.put("%empty = icmp eq i64 %n, 0")
        self.put("br i1 %empty, label %done, label %loop")
        self.open_block("%loop")
        self.put("%i = phi i64 [ 0, %entry ], [ %next, %latch ]")
        self.put("%begin = phi i64 [ 0, %entry ], [ %end, %latch ]")
        self.put(f"%offset = mul i64 %i, {self.size}")
        self.put("%state = getelementptr i8, ptr %states, i64 %offset")
        self.load_state("%state")
        self._planned()
        self.finish()
        self.jump("%latch")
        self.open_block("%latch")
        self.put(f"%end = or i64 {self.position}, 0")
        if self.source.has_canonical:
            self._make_canonical()
        self.put("%next = add i64 %i, 1")
        self.put("%more = icmp ult i64 %next, %n")
        self.put("br i1 %more, label %loop, label %done")
        self.open_block("%done")
        self.put("%total = phi i64 [ 0, %entry ], [ %end, %latch ]")
        self.put(f"%count = udiv exact i64 %total, {self.size}")
        self.put("ret i64 %count")
        return self.text()

    def prepare(self) -> None:
        """Before the first state."""

    def finish(self) -> None:
        """After the moves of a state."""

    def label_move(self, number: int) -> None:
        """After a successor is written, while `position` is where."""

    def uses_of(self, step: Step) -> list[Node]:
        """The terms that a step computes."""
        match step:
            case If(condition):
                return [condition]
            case Take(number, guard):
                writes = self.source.moves[number].writes
                parts = (self._parts(value, key) for key, value in writes)
                return [*guard, *(node for listed in parts for node in listed)]
        return []

    def _make_canonical(self) -> None:
        """Replace the successors of one state by their representatives."""
        self.put("%base = ptrtoint ptr %out to i64")
        self.put("%from = add i64 %base, %begin")
        self.put("%to = add i64 %base, %end")
        self.put("call i64 @canonicalise_between(i64 %from, i64 %to)")

    # The plan

    def _planned(self) -> None:
        steps = self.source.steps
        uses = [self.uses_of(step) for step in steps]
        before = hoisted(steps, uses, arguments_of)
        branches: list[_Branch] = []
        for number, step in enumerate(steps):
            for node in before.get(number, ()):
                self.value(node)
            match step:
                case If(condition):
                    branches.append(self._if(condition))
                case Else():
                    self._else(branches[-1])
                case End():
                    self._end(branches.pop())
                case Take(move, guard):
                    self._take(move, guard)

    def _if(self, condition: Node) -> _Branch:
        flag = self.value(condition)
        branch = _Branch(self.label(), self.label(), self.mark(), self.position)
        yes = self.label()
        self.branch(flag, yes, branch.no)
        self.open_block(yes)
        return branch

    def _else(self, branch: _Branch) -> None:
        self._leave(branch)
        self.open_block(branch.no)
        branch.has_else = True

    def _leave(self, branch: _Branch) -> None:
        branch.arrivals.append((self.position, self.block))
        self.jump(branch.meet)
        self.forget(branch.mark)
        self.position = branch.position

    def _end(self, branch: _Branch) -> None:
        self._leave(branch)
        if not branch.has_else:
            self.open_block(branch.no)
            self._leave(branch)
        self.open_block(branch.meet)
        ways = ", ".join(f"[ {value}, {block} ]" for value, block in branch.arrivals)
        self.position = self.make(f"phi i64 {ways}")

    def _take(self, number: int, guard: Sequence[Node]) -> None:
        """Write the successor, and keep it if the guard holds."""
        self.divide()
        flag = self.all_hold(guard)
        where = self.make(f"getelementptr i8, ptr %out, i64 {self.position}")
        for index, word in enumerate(self._successor(self.source.moves[number])):
            self.store(word, where, index)
        self.label_move(number)
        ahead = self.word("add", self.position, self.size)
        always = flag == self.lanes.truth(True)
        self.position = ahead if always else self.select(flag, ahead, self.position)

    # Successors

    def _successor(self, move: Move) -> list[str]:
        """The words of the state after a move."""
        by_word: dict[int, list[tuple[Slot, Node]]] = {}
        for key, value in move.writes:
            slot = self.layout.by_key[key]
            if slot.bits:
                by_word.setdefault(slot.word, []).append((slot, value))
        words = list(self.old)
        for number, writes in by_word.items():
            words[number] = self._once_written(number, tuple(writes))
        return words

    def _once_written(self, number: int, writes: tuple[tuple[Slot, Node], ...]) -> str:
        """One word with some of its cells replaced, unless it is known already."""
        asked = ("written", number, writes)
        return self.once(asked, lambda: self._written(number, writes))

    def _written(self, number: int, writes: Sequence[tuple[Slot, Node]]) -> str:
        """One word with some of its cells replaced."""
        cleared, fixed = 0, 0
        parts: list[str] = []
        for slot, value in writes:
            cleared |= slot.mask << slot.offset
            if value.op == "CONST":
                fixed |= self._fixed(value, slot)
            else:
                parts.append(self._placed(value, slot))
        word = self.word("and", self.old[number], ~cleared & ALL_ONES)
        if fixed:
            word = self.word("or", word, fixed)
        for part in parts:
            word = self.word("or", word, part)
        return word

    def _fixed(self, node: Node, slot: Slot) -> int:
        """A constant at the place of a cell."""
        self.value(node)
        return (value_of(node) & slot.mask) << slot.offset

    def _parts(self, root: Node, key: tuple[str, int | None]) -> Iterator[Node]:
        """The terms that `_placed` computes."""
        slot = self.layout.by_key[key]
        stack, met = [root], set()
        while stack and slot.bits:
            node = stack.pop()
            if node in met:
                continue
            met.add(node)
            if node.op == "ITE":
                yield node.args[0]
                stack += node.args[1:]
            elif node.op != "CONST" and self._slot_read(node) != slot:
                yield node

    def _placed(self, root: Node, slot: Slot) -> str:
        """The value of a term at the place of a cell; choices are made in place."""
        done: dict[Node, str] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if node.op != "ITE":
                done[node] = self._placed_leaf(node, slot)
            elif ready:
                condition, yes, no = node.args
                done[node] = self.select(self.value(condition), done[yes], done[no])
            else:
                stack += [(node, True), (node.args[1], False), (node.args[2], False)]
        return done[root]

    def _placed_leaf(self, node: Node, slot: Slot) -> str:
        if node.op == "CONST":
            return self.lanes.number(self._fixed(node, slot))
        if self._slot_read(node) == slot:
            return self.in_place(slot)
        value = self.value(node)
        word = self.as_word(value) if node.type == BOOL else value
        return self.shift("shl", word, slot.offset)

    def _slot_read(self, node: Node) -> Slot | None:
        """Where the cell that a term reads lives, if it is a READ of a known row."""
        if node.op != "READ" or (node.args and node.args[0].op != "CONST"):
            return None
        row = node.args[0].attr if node.args else None
        return self.layout.by_key[node.attr.field, row]  # type: ignore[attr-defined,index]


class Plain(Expansion):
    """`expand`: successors, and the bits of broken demands and of stuck states."""

    def __init__(self, source: Expanded) -> None:
        given = "ptr noalias %states, i64 %n, ptr noalias %out, ptr %seen"
        super().__init__(source, f"i64 @expand({given})")

    def prepare(self) -> None:
        if self.source.has_doubts:
            self.put("call void @demands(ptr %states, i64 %n, ptr %seen)")

    def finish(self) -> None:
        stuck = self.compare("eq", self.position, "%begin")
        with self.when(stuck, RARE):
            self.report([(0, "true")], "%seen")


class Labelled(Expansion):
    """`expand_labelled`: the same successors, and how each came about."""

    def __init__(self, source: Expanded) -> None:
        arrays = "ptr %action, ptr %origin, ptr %flags"
        given = f"ptr noalias %states, i64 %n, ptr noalias %out, {arrays}"
        super().__init__(source, f"i64 @expand_labelled({given})")

    def uses_of(self, step: Step) -> list[Node]:
        uses = super().uses_of(step)
        if isinstance(step, Take):
            uses += [node for _, node in self.source.demands[step.number]]
        return uses

    def label_move(self, number: int) -> None:
        words = self.source.seen_words
        count = self.make(f"udiv exact i64 {self.position}, {self.size}")
        short = self.make("trunc i64 %i to i32")
        for array, value in (("%action", str(number)), ("%origin", short)):
            where = self.make(f"getelementptr i32, ptr {array}, i64 {count}")
            self.put(f"store i32 {value}, ptr {where}, align 4")
        start = self.word("mul", count, words)
        flags = self.make(f"getelementptr i64, ptr %flags, i64 {start}")
        for index in range(words):
            self.store("0", flags, index)
        broken = [
            (bit, self.denied(self.value(node)))
            for bit, node in self.source.demands[number]
        ]
        self.report(broken, flags)
