"""A model at a scope as a circuit: state words, input words, next states, bad signals.

The inputs say which call is made and with what parameters; when that call cannot be
made the state stays as it is, which adds nothing to what can be reached. A bad signal
is true when a property fails: in a state, of a call that is refused there, or of the
step that is taken. For a `sometimes` property it is true in an example.

What a word is made of is the business of `Gates`: `aiger` knows single bits, `btor2`
words. A truth is a word of one bit, an element or a member its position, a set has one
bit for each possible element. No next state leaves the range of its cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, Generic, Protocol, TypeVar

from checker.ground import Cell, GroundModel, Key, Move
from checker.unroll import GROUND_OPERATORS, size_in_bits
from spec.lang.ir import Node, Place
from spec.lang.model import Scope
from spec.lang.prose import cell_name
from spec.lang.simplify import number
from spec.lang.types import IntType, SortType, Type
from spec.lang.walk import postorder

W = TypeVar("W")

CALL: Final = "call"
"""The input that says which way of which call is taken."""


class Gates(Protocol[W]):
    """Words of a fixed width and what can be done with them; all of it unsigned."""

    def note(self, text: str) -> None:
        """A remark for whoever reads the circuit."""

    def source(self, name: str, bits: int) -> W:
        """An input, free in every step."""

    def state(self, name: str, bits: int, initial: int) -> W:
        """A word of the state."""

    def follow(self, state: W, after: W) -> None:
        """What a word of the state is after the step."""

    def bad(self, name: str, signal: W) -> None:
        """A signal that should never be true."""

    def width(self, word: W) -> int: ...
    def constant(self, value: int, bits: int) -> W: ...
    def invert(self, word: W) -> W: ...
    def both(self, left: W, right: W) -> W: ...
    def either(self, left: W, right: W) -> W: ...
    def differ(self, left: W, right: W) -> W: ...
    def same(self, left: W, right: W) -> W: ...
    def less(self, left: W, right: W) -> W: ...
    def choose(self, condition: W, yes: W, no: W) -> W: ...
    def plus(self, left: W, right: W) -> W: ...
    def minus(self, left: W, right: W) -> W: ...
    def up(self, word: W, by: W) -> W:
        """Shifted to the more significant end; 0 when shifted out."""

    def down(self, word: W, by: W) -> W: ...
    def resized(self, word: W, bits: int) -> W:
        """With zeros in front, or cut."""


def width(kind: Type, scope: Scope) -> int:
    """The bits of a word that holds the type: at least one."""
    return max(1, size_in_bits(kind, scope))


@dataclass
class Wiring(Generic[W]):
    """Ground terms over the words of a circuit."""

    gates: Gates[W]
    scope: Scope
    old: Mapping[Key, W]
    params: Mapping[Node, W]
    new: Mapping[Key, W] = field(default_factory=dict)
    memo: dict[Node, W] = field(default_factory=dict)

    def word(self, root: Node) -> W:
        """The word that carries the value of a term."""
        for node in postorder([root]):
            if node not in self.memo:
                args = [self.memo[arg] for arg in node.args]
                self.memo[node] = CIRCUIT_RULES[node.op](self, node, args)
        return self.memo[root]

    def number(self, value: int, kind: Type) -> W:
        """A value of the type (elements by position, sets as bit masks)."""
        return self.gates.constant(int(value), width(kind, self.scope))

    def all(self, words: Iterable[W]) -> W:
        """Every signal is true."""
        return reduce(self.gates.both, words, self.gates.constant(1, 1))

    def some(self, words: Iterable[W]) -> W:
        """Some signal is true."""
        return reduce(self.gates.either, words, self.gates.constant(0, 1))

    def in_range(self, nodes: Iterable[Node]) -> W:
        """Every parameter among these is an element of its type."""
        bounds = []
        for node in nodes:
            size = self.scope.size(node.type)
            if size < 1 << width(node.type, self.scope):
                most = self.number(size - 1, node.type)
                bounds.append(self.gates.invert(self.gates.less(most, self.word(node))))
        return self.all(bounds)


Rule = Callable[[Wiring[Any], Node, list[Any]], Any]


def _read(wiring: Wiring[W], node: Node, args: list[W]) -> W:
    place = node.attr
    assert isinstance(place, Place)
    cells = wiring.old if place.epoch == "old" else wiring.new
    if not args:
        return cells[place.field, None]
    index = node.args[0]
    if index.op == "CONST":
        return cells[place.field, number(index)]
    last = wiring.scope.size(index.type) - 1
    found = cells[place.field, last]
    for row in range(last - 1, -1, -1):
        here = wiring.gates.same(args[0], wiring.number(row, index.type))
        found = wiring.gates.choose(here, cells[place.field, row], found)
    return found


def _to_int(wiring: Wiring[W], node: Node, args: list[W]) -> W:
    kind = node.args[0].type
    assert isinstance(node.type, IntType)
    whole = wiring.gates.resized(args[0], node.type.bits)
    first = kind.first if isinstance(kind, SortType) else 0
    if not first:
        return whole
    return wiring.gates.plus(whole, wiring.gates.constant(first, node.type.bits))


def _member(wiring: Wiring[W], _node: Node, args: list[W]) -> W:
    gates, (element, whole) = wiring.gates, args
    by = gates.resized(element, gates.width(whole))
    return gates.resized(gates.down(whole, by), 1)


def _singleton(wiring: Wiring[W], node: Node, args: list[W]) -> W:
    gates, bits = wiring.gates, width(node.type, wiring.scope)
    return gates.up(gates.constant(1, bits), gates.resized(args[0], bits))


def _card(wiring: Wiring[W], node: Node, args: list[W]) -> W:
    gates, bits = wiring.gates, width(node.type, wiring.scope)
    total, whole = gates.constant(0, bits), args[0]
    for place in range(gates.width(whole)):
        by = gates.constant(place, gates.width(whole))
        one = gates.resized(gates.down(whole, by), 1)
        total = gates.plus(total, gates.resized(one, bits))
    return total


def _less_or_same(wiring: Wiring[W], _node: Node, args: list[W]) -> W:
    return wiring.gates.invert(wiring.gates.less(args[1], args[0]))


CIRCUIT_RULES: Final[dict[str, Rule]] = {
    "CONST": lambda wiring, node, _args: wiring.number(number(node), node.type),
    "PARAM": lambda wiring, node, _args: wiring.params[node],
    "READ": _read,
    "NOT": lambda wiring, _node, args: wiring.gates.invert(args[0]),
    "AND": lambda wiring, _node, args: wiring.all(args),
    "OR": lambda wiring, _node, args: wiring.some(args),
    "EQ": lambda wiring, _node, args: wiring.gates.same(*args),
    "ITE": lambda wiring, _node, args: wiring.gates.choose(*args),
    "ADD": lambda wiring, _node, args: wiring.gates.plus(*args),
    "SUB": lambda wiring, _node, args: wiring.gates.minus(*args),
    "BITAND": lambda wiring, _node, args: wiring.gates.both(*args),
    "BITOR": lambda wiring, _node, args: wiring.gates.either(*args),
    "BITXOR": lambda wiring, _node, args: wiring.gates.differ(*args),
    "SHL": lambda wiring, _node, args: wiring.gates.up(*args),
    "SHR": lambda wiring, _node, args: wiring.gates.down(*args),
    "LT": lambda wiring, _node, args: wiring.gates.less(*args),
    "LE": _less_or_same,
    "INT": _to_int,
    "MEMBER": _member,
    "UNION": lambda wiring, _node, args: wiring.gates.either(*args),
    "INTERSECTION": lambda wiring, _node, args: wiring.gates.both(*args),
    "DIFFERENCE": lambda wiring, _node, args: wiring.gates.both(
        args[0], wiring.gates.invert(args[1])
    ),
    "SINGLETON": _singleton,
    "CARD": _card,
}
if CIRCUIT_RULES.keys() != GROUND_OPERATORS | {"PARAM"}:
    odd = CIRCUIT_RULES.keys() ^ (GROUND_OPERATORS | {"PARAM"})
    unruled = f"the rules of circuits do not cover the operators exactly: {odd}"
    raise AssertionError(unruled)


def build(ground: GroundModel, gates: Gates[W]) -> None:
    """The circuit of a model that was grounded with `keep_params`."""
    _Builder(ground, gates).build()


class _Builder(Generic[W]):
    def __init__(self, ground: GroundModel, gates: Gates[W]) -> None:
        self.ground, self.gates = ground, gates
        scope = ground.scope
        gates.note(f"{ground.model.name} at {str(scope) or 'its only scope'}")
        self.choices = [
            (instance.action, move)
            for instance in ground.instances
            for move in instance.moves
        ]
        bits = max(1, (len(self.choices) - 1).bit_length())
        self.taken = gates.source(CALL, bits)
        params: dict[Node, W] = {}
        for action in ground.model.actions:
            for param in action.params:
                if param.node() not in params:
                    name = f"{param.name}:{len(params)}"
                    made = gates.source(name, width(param.type, scope))
                    params[param.node()] = made
        cells = {
            (cell.field, cell.row): gates.state(
                self._cell_name(cell), width(cell.type, scope), cell.initial
            )
            for cell in ground.cells
        }
        self.wiring = Wiring(gates, scope, cells, params)

    def _cell_name(self, cell: Cell) -> str:
        infos = {info.name: info for info in self.ground.model.shape.fields()}
        return cell_name(cell.field, cell.row, infos[cell.field].index)

    def build(self) -> None:
        """Say what follows each word of the state, and what is bad."""
        fires = [self._fires(n, *choice) for n, choice in enumerate(self.choices)]
        after = dict(self.wiring.old)
        for fired, (_, move) in zip(fires, self.choices, strict=True):
            for key, value in move.writes:
                written = self.wiring.word(value)
                after[key] = self.gates.choose(fired, written, after[key])
        for key, word in self.wiring.old.items():
            self.gates.follow(word, after[key])
        self.wiring.new = after
        for name, signals in self._wrong(fires).items():
            self.gates.bad(name, self.wiring.some(signals))

    def _fires(self, position: int, action: str, move: Move) -> W:
        """The inputs take this move, and it can be taken."""
        self.gates.note(f"{CALL} {position}: {action}")
        bits = self.gates.width(self.taken)
        asked = self.gates.same(self.taken, self.gates.constant(position, bits))
        nodes = [param.node() for param in self.ground.model.action(action).params]
        within = self.wiring.in_range(nodes)
        return self.wiring.all((asked, within, self.wiring.word(move.when)))

    def _wrong(self, fires: list[W]) -> dict[str, list[W]]:
        """For each property, the signals that say that it fails."""
        found: dict[str, list[W]] = {}
        for name, node in self.ground.invariants:
            broken = self.gates.invert(self.wiring.word(node))
            nodes = [leaf for leaf in postorder([node]) if leaf.op == "PARAM"]
            signal = self.gates.both(broken, self.wiring.in_range(nodes))
            found.setdefault(name, []).append(signal)
        for fired, (_, move) in zip(fires, self.choices, strict=True):
            for name, demand in move.demands:
                broken = self.gates.invert(self.wiring.word(demand))
                found.setdefault(name, []).append(self.gates.both(fired, broken))
        for name, goal in self.ground.goals:
            found.setdefault(name, []).append(self.wiring.word(goal))
        return found
