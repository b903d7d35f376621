"""The three functions of a machine, written as LLVM IR from a ground model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from checker.ground import GroundModel, Key, Move
from checker.layout import Layout, Slot
from checker.lower_native import Lanes, Terms
from checker.native_plan import Costs, Else, End, If, Job, Step, Take, parts_of, plan
from checker.unroll import after
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.types import BOOL

BYTES: Final = 8
SCALAR: Final = Lanes(1)
RARE: Final = "!prof !0"
TAIL: Final = '\n!0 = !{!"branch_weights", i32 1, i32 100000}\n'


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


@dataclass(frozen=True)
class Program:
    """What the functions are written from."""

    model: GroundModel
    layout: Layout
    moves: tuple[Move, ...]
    demands: tuple[tuple[tuple[int, Node], ...], ...]
    """Per move: what must hold of the state before it, and the bit if it does not."""
    watches: tuple[Watch, ...]
    steps: tuple[Step, ...]
    canonical: str = ""
    """LLVM functions that make states canonical; none without symmetry."""


def program(model: GroundModel, layout: Layout, canonical: str = "") -> Program:
    """Number the bits, restate the demands, plan the branches."""
    moves = [move for instance in model.instances for move in instance.moves]
    watches = [Watch("", "stuck")]
    watches += _watched("state", (name for name, _ in model.invariants))
    watches += _watched("goal", (name for name, _ in model.goals))
    watches += _watched("step", (name for m in moves for name, _ in m.demands))
    bits = {watch: n for n, watch in enumerate(watches)}
    demands = tuple(tuple(_restated(move, bits)) for move in moves)
    costs = Costs()
    jobs = [
        Job(n, parts_of(move.when), _cost(move, demands[n], costs))
        for n, move in enumerate(moves)
    ]
    return Program(
        model,
        layout,
        tuple(moves),
        demands,
        tuple(watches),
        tuple(plan(jobs, costs)),
        canonical,
    )


def _watched(kind: str, names: Iterable[str]) -> list[Watch]:
    return [Watch(name, kind) for name in dict.fromkeys(names)]


def _restated(move: Move, bits: dict[Watch, int]) -> Iterator[tuple[int, Node]]:
    """The demands on a move as terms about the state before it."""
    written = dict(move.writes)
    for name, demand in move.demands:
        node = after(demand, written)
        if node is not simplify.TRUE:
            yield bits[Watch(name, "step")], node


def _cost(move: Move, demands: Sequence[tuple[int, Node]], costs: Costs) -> int:
    values = [value for _, value in move.writes]
    return 2 + len(values) + costs.total([*values, *(node for _, node in demands)])


class Function(Terms):
    """One function over the states of a chunk, from its first line to its last."""

    def __init__(self, source: Program, head: str) -> None:
        super().__init__(source.layout, source.model.scope, SCALAR)
        self.source = source
        self.head = head
        self.labels = 0

    def text(self) -> str:
        """The definition."""
        return "\n".join(
            [f"define {self.head} nounwind {{", "entry:", *self.lines, "}\n"]
        )

    def label(self) -> str:
        """A label that nothing else has."""
        self.labels += 1
        return f"%b{self.labels}"

    def jump(self, label: str) -> None:
        """Go on at `label`."""
        self.put(f"br label {label}")

    def branch(self, flag: str, yes: str, no: str, hint: str = "") -> None:
        """Go on at one of two labels."""
        tail = f", {hint}" if hint else ""
        self.put(f"br i1 {flag}, label {yes}, label {no}{tail}")

    @contextmanager
    def when(self, flag: str, hint: str = "") -> Iterator[None]:
        """Do the body only where `flag` holds."""
        inside, onward = self.label(), self.label()
        self.branch(flag, inside, onward, hint)
        self.open_block(inside)
        with self.scoped():
            yield
        self.jump(onward)
        self.open_block(onward)

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

    def report(self, bits: Sequence[tuple[int, str]], pointer: str) -> None:
        """Or the bits whose flags hold into the words at `pointer`."""
        by_word: dict[int, list[tuple[int, str]]] = {}
        for bit, flag in bits:
            by_word.setdefault(bit // 64, []).append((bit % 64, flag))
        for word, listed in by_word.items():
            held = self.load(pointer, word)
            for bit, flag in listed:
                one = self.shift("shl", self.as_word(flag), bit)
                held = self.word("or", held, one)
            self.store(held, pointer, word)

    # Successors

    def successor(self, move: Move) -> list[str]:
        """The words of the state after a move."""
        by_word: dict[int, list[tuple[Slot, Node, Key]]] = {}
        for key, value in move.writes:
            slot = self.layout.by_key[key]
            if slot.bits:
                by_word.setdefault(slot.word, []).append((slot, value, key))
        words = list(self.old)
        for number, writes in by_word.items():
            words[number] = self._written(number, writes)
        return words

    def _written(self, number: int, writes: Sequence[tuple[Slot, Node, Key]]) -> str:
        """One word with some of its cells replaced."""
        cleared, fixed, parts = 0, 0, []
        for slot, value, _ in writes:
            cleared |= slot.mask << slot.offset
            if value.op == "CONST":
                fixed |= (int(value.attr) & slot.mask) << slot.offset  # type: ignore[call-overload]
            else:
                parts.append(self.placed(value, slot))
        word = self.word("and", self.old[number], ~cleared & (1 << 64) - 1)
        if fixed:
            word = self.word("or", word, fixed)
        for part in parts:
            word = self.word("or", word, part)
        return word

    def placed(self, root: Node, slot: Slot) -> str:
        """The value of a term at the place of a cell; choices are made in place."""
        stack = [(root, False)]
        done: dict[Node, str] = {}
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if node.op != "ITE":
                done[node] = self._placed_leaf(node, slot)
            elif ready:
                condition, yes, no = node.args
                flag = self.value(condition)
                done[node] = self.select(flag, done[yes], done[no])
            else:
                stack += [(node, True), (node.args[1], False), (node.args[2], False)]
        return done[root]

    def _placed_leaf(self, node: Node, slot: Slot) -> str:
        if node.op == "CONST":
            self.value(node)
            return self.lanes.number((int(node.attr) & slot.mask) << slot.offset)  # type: ignore[call-overload]
        if node.op == "READ" and self.slot_of(node) == slot:
            return self.in_place(slot)
        value = self.value(node)
        word = self.as_word(value) if node.type == BOOL else value
        return self.shift("shl", word, slot.offset)

    def slot_of(self, node: Node) -> Slot | None:
        """Where the cell that a term reads lives, if the row is known."""
        if node.args and node.args[0].op != "CONST":
            return None
        row = node.args[0].attr if node.args else None
        return self.layout.by_key[node.attr.field, row]  # type: ignore[attr-defined,index]


class Expansion(Function):
    """`expand`, or with `labelled` the function that also says which move it was."""

    def __init__(self, source: Program, *, labelled: bool) -> None:
        extra = "ptr %action, ptr %origin, ptr %flags" if labelled else "ptr %seen"
        name = "expand_labelled" if labelled else "expand"
        head = f"i64 @{name}(ptr noalias %states, i64 %n, ptr noalias %out, {extra})"
        super().__init__(source, head)
        self.labelled = labelled
        self.size = source.layout.width * BYTES
        self.position = "%begin"

    def written(self) -> str:
        """The text of the function."""
        self.put("%empty = icmp eq i64 %n, 0")
        self.put("br i1 %empty, label %done, label %loop")
        self.open_block("%loop")
        self.put("%i = phi i64 [ 0, %entry ], [ %next, %latch ]")
        self.put("%begin = phi i64 [ 0, %entry ], [ %end, %latch ]")
        self.put(f"%offset = mul i64 %i, {self.size}")
        self.put("%state = getelementptr i8, ptr %states, i64 %offset")
        self.load_state("%state")
        self._moves()
        if not self.labelled:
            stuck = self.compare("eq", self.position, "%begin")
            with self.when(stuck, RARE):
                self.report([(0, "true")], "%seen")
        self.jump("%latch")
        self.open_block("%latch")
        self.put(f"%end = or i64 {self.position}, 0")
        if self.source.canonical:
            self._make_canonical()
        self.put("%next = add i64 %i, 1")
        self.put("%more = icmp ult i64 %next, %n")
        self.put("br i1 %more, label %loop, label %done")
        self.open_block("%done")
        self.put("%total = phi i64 [ 0, %entry ], [ %end, %latch ]")
        self.put(f"%count = udiv exact i64 %total, {self.size}")
        self.put("ret i64 %count")
        return self.text()

    def _make_canonical(self) -> None:
        """Replace the successors of one state by their representatives."""
        self.put("%base = ptrtoint ptr %out to i64")
        self.put("%from = add i64 %base, %begin")
        self.put("%to = add i64 %base, %end")
        self.put("call i64 @canonicalise_between(i64 %from, i64 %to)")

    def _moves(self) -> None:
        """The nest of branches, as planned."""
        open_branches: list[_Branch] = []
        for step in self.source.steps:
            match step:
                case If(condition):
                    open_branches.append(self._if(condition))
                case Else():
                    self._else(open_branches[-1])
                case End():
                    self._end(open_branches.pop())
                case Take(number, guard):
                    self._take(number, guard)

    def _if(self, condition: Node) -> _Branch:
        flag = self.value(condition)
        yes, no, meet = self.label(), self.label(), self.label()
        branch = _Branch(no, meet, self.mark(), self.position)
        self.branch(flag, yes, no)
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
        flag = self.all_hold(guard)
        where = self.make(f"getelementptr i8, ptr %out, i64 {self.position}")
        for index, word in enumerate(self.successor(self.source.moves[number])):
            self.store(word, where, index)
        if self.labelled:
            self._label(number)
        else:
            self._demand(number, flag)
        ahead = self.word("add", self.position, self.size)
        always = flag == self.lanes.truth(True)
        self.position = ahead if always else self.select(flag, ahead, self.position)

    def _demand(self, number: int, flag: str) -> None:
        """Report the step properties that fail of a move that is taken."""
        broken = [
            (bit, self.flag("and", flag, self.denied(self.value(node))))
            for bit, node in self.source.demands[number]
        ]
        if broken:
            some = self.joined("or", [found for _, found in broken])
            with self.when(some, RARE):
                self.report(broken, "%seen")

    def _label(self, number: int) -> None:
        """Say which move made the successor, from which state, and what it breaks."""
        words = words_for(self.source.watches)
        count = self.make(f"udiv exact i64 {self.position}, {self.size}")
        for array, value in (("%action", str(number)), ("%origin", "%i")):
            short = value if array == "%action" else self.make("trunc i64 %i to i32")
            where = self.make(f"getelementptr i32, ptr {array}, i64 {count}")
            self.put(f"store i32 {short}, ptr {where}, align 4")
        start = self.word("mul", count, words)
        flags = self.make(f"getelementptr i64, ptr %flags, i64 {start}")
        for index in range(words):
            self.store("0", flags, index)
        broken = [
            (bit, self.denied(self.value(node)))
            for bit, node in self.source.demands[number]
        ]
        self.report(broken, flags)


@dataclass(slots=True)
class _Branch:
    """A branch under construction."""

    no: str
    meet: str
    mark: int
    position: str
    has_else: bool = False
    arrivals: list[tuple[str, str]] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.arrivals = []


class Check(Function):
    """`check`: the invariants of every state, then each goal not reached before."""

    def __init__(self, source: Program) -> None:
        super().__init__(source, "void @check(ptr noalias %states, i64 %n, ptr %seen)")
        self.bits = {watch: n for n, watch in enumerate(source.watches)}

    def written(self) -> str:
        """The text of the function."""
        model = self.source.model
        by_name: dict[str, list[Node]] = {}
        for name, node in model.invariants:
            by_name.setdefault(name, []).append(node)
        with self._each_state():
            held = [
                (self.bits[Watch(name, "state")], self.all_hold(nodes))
                for name, nodes in by_name.items()
            ]
            some = self.denied(self.joined("and", [flag for _, flag in held]))
            with self.when(some, RARE):
                self.report([(bit, self.denied(flag)) for bit, flag in held], "%seen")
        for name, node in model.goals:
            self._goal(self.bits[Watch(name, "goal")], node)
        self.put("ret void")
        return self.text()

    def _goal(self, bit: int, goal: Node) -> None:
        """Look for a state that reaches the goal, if none was seen."""
        held = self.load("%seen", bit // 64)
        mask = 1 << (bit % 64)
        missing = self.compare("eq", self.word("and", held, mask), 0)
        with self.when(missing), self._each_state() as enough:
            found = self.value(goal)
            with self.when(found, RARE):
                self.report([(bit, "true")], "%seen")
            enough.append(found)

    @contextmanager
    def _each_state(self) -> Iterator[list[str]]:
        """Do the body for each state; a flag put in the list ends the loop early."""
        head, latch, done = self.label(), self.label(), self.label()
        index, following, before = self.name("i"), self.name("next"), self.block
        self.branch(self.compare("eq", "%n", 0), done, head)
        self.open_block(head)
        self.put(f"{index} = phi i64 [ 0, {before} ], [ {following}, {latch} ]")
        offset = self.word("mul", index, self.layout.width * BYTES)
        self.load_state(self.make(f"getelementptr i8, ptr %states, i64 {offset}"))
        enough: list[str] = []
        with self.scoped():
            yield enough
        if enough:
            self.branch(enough[0], done, latch)
        else:
            self.jump(latch)
        self.open_block(latch)
        self.put(f"{following} = add i64 {index}, 1")
        self.branch(self.compare("ult", following, "%n"), head, done)
        self.open_block(done)


def written(source: Program) -> str:
    """The whole module."""
    functions = [
        Expansion(source, labelled=False).written(),
        Expansion(source, labelled=True).written(),
        Check(source).written(),
        source.canonical,
    ]
    return "\n".join([*functions, "declare i64 @llvm.ctpop.i64(i64)", TAIL])
