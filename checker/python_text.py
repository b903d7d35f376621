"""IR terms as Python source: one rule per operator, one function per piece of a page.

`PYTHON_RULES` is the meaning of every operator in the language the reader knows best.
The text is made from traced pages only; no trace file or log ever reaches it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from checker.python_joins import Repeats
from checker.python_words import WORDS
from spec.lang import simplify
from spec.lang.action import Every, Write
from spec.lang.ir import BINDERS, OPERATORS, Binding, Node, Place, make
from spec.lang.model import Scope
from spec.lang.types import BOOL, IntType, SortType
from spec.lang.walk import postorder, substitute

LONGEST_REPEATED: Final = 200
"""Quantified terms in the body of another are written out again up to this length."""

OUTERMOST: Final = 1_000
"""A number that no variable inside the condition of a bulk write has."""

DEEPEST: Final = 30
"""Expressions nested deeper than this get a name first: the parser has a limit."""


@dataclass(frozen=True, slots=True)
class Value:
    """Return one term (None: the function returns None)."""

    node: Node | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Return the position of the first term that holds, or None."""

    rungs: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Return a tuple of tuples of terms."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Updates:
    """Return the state with these simultaneous writes."""

    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the state before (`s`), the state after (`z`) and parameters."""

    name: str
    params: tuple[Node, ...]
    body: Value | Ladder | Rows | Updates


Rule = Callable[["Text", Node, list[str]], str]


def _mask(node: Node) -> int:
    assert isinstance(node.type, IntType)
    return (1 << node.type.bits) - 1


def _joined(word: str) -> Rule:
    return lambda _text, _node, args: f"({f' {word} '.join(args)})"


def _decided_by(word: str) -> Rule:
    """The parts without quantifiers first: they often decide alone."""
    return lambda _text, _node, args: (
        f"({f' {word} '.join(sorted(args, key=lambda arg: '(map(' in arg))})"
    )


def _wrapped(sign: str) -> Rule:
    return lambda _text, node, args: f"({args[0]} {sign} {args[1]} & {_mask(node)})"


def _to_int(_text: Text, node: Node, args: list[str]) -> str:
    kind = node.args[0].type
    first = kind.first if isinstance(kind, SortType) else 0
    return f"({args[0]} + {first} & {_mask(node)})"


def _read(text: Text, node: Node, args: list[str]) -> str:
    cell = text.field(node.attr)
    return f"{cell}[{args[0]}]" if args else cell


def _nearest(text: Text, node: Node, args: list[str]) -> str:
    binding = node.attr
    assert isinstance(binding, Binding)
    parents, moves = text.field(binding.forest), text.scope.size(node.type) - 1
    return f"nearest({parents}, {args[0]}, {moves}, {args[1]})"


def _ancestor(text: Text, node: Node, args: list[str]) -> str:
    moves = text.scope.size(node.args[0].type) - 1
    return f"is_ancestor({text.field(node.attr)}, {args[0]}, {args[1]}, {moves})"


def _over(pattern: str) -> Rule:
    """A binder: `{f}` is the function of its variable, `{r}` the variable's range."""

    def rule(text: Text, node: Node, args: list[str]) -> str:
        binding = node.attr
        assert isinstance(binding, Binding)
        size = text.scope.size(binding.type)
        return pattern.format(f=args[0], r=f"range({size})")

    return rule


PYTHON_RULES: Final[dict[str, Rule]] = {
    "CONST": lambda _text, node, _args: repr(node.attr),
    "PARAM": lambda text, node, _args: text.names[node],
    "VAR": lambda _text, node, _args: f"q{node.attr}",
    "READ": _read,
    "NOT": lambda _text, _node, args: f"(not {args[0]})",
    "AND": _decided_by("and"),
    "OR": _decided_by("or"),
    "EQ": _joined("=="),
    "ITE": lambda _text, _node, args: f"({args[1]} if {args[0]} else {args[2]})",
    "ADD": _wrapped("+"),
    "SUB": _wrapped("-"),
    "BITAND": _joined("&"),
    "BITOR": _joined("|"),
    "BITXOR": _joined("^"),
    "SHL": lambda _text, node, args: f"shift_left({args[0]}, {args[1]}, {_mask(node)})",
    "SHR": _joined(">>"),
    "LT": _joined("<"),
    "LE": _joined("<="),
    "INT": _to_int,
    "MEMBER": lambda _text, _node, args: f"({args[1]} >> {args[0]} & 1)",
    "UNION": _joined("|"),
    "INTERSECTION": _joined("&"),
    "DIFFERENCE": lambda _text, _node, args: f"({args[0]} & ~{args[1]})",
    "SINGLETON": lambda _text, _node, args: f"(1 << {args[0]})",
    "CARD": lambda _text, _node, args: f"({args[0]}).bit_count()",
    "FORALL": _over("all(map({f}, {r}))"),
    "EXISTS": _over("any(map({f}, {r}))"),
    "COUNT": _over("sum(1 for _q in {r} if {f}(_q))"),
    "SETOF": _over("sum(1 << _q for _q in {r} if {f}(_q))"),
    "FIRST": _over("next(filter({f}, {r}), 0)"),
    "NEAREST": _nearest,
    "ANCESTOR": _ancestor,
}
if PYTHON_RULES.keys() != OPERATORS.keys():  # unreachable: the table is complete
    odd = PYTHON_RULES.keys() ^ OPERATORS.keys()
    unruled = f"the evaluator's rules do not cover the operators exactly: {odd}"
    raise AssertionError(unruled)


@dataclass
class Text:
    """The lines of one Python function while they are written."""

    positions: Mapping[str, int]
    scope: Scope
    names: dict[Node, str]
    """What is in a Python variable already, or is a parameter."""
    shared: Counter[Node]
    lines: list[str] = field(default_factory=list)
    indent: int = 1
    made: list[int] = field(default_factory=lambda: [0])
    joins: dict[Node, tuple[str, Node]] = field(default_factory=dict)
    """Quantified terms that are looked up: in which set, and what is looked up."""
    reached: dict[Node, str] = field(default_factory=dict)
    """For the condition of a bulk write, the list of the rows that fulfil it."""
    preparing: bool = False
    repeats: Repeats = field(default_factory=Repeats)

    def field(self, place: object) -> str:
        """The expression for a field's whole value."""
        assert isinstance(place, Place)
        state = "s" if place.epoch == "old" else "z"
        return f"{state}[{self.positions[place.field]}]"

    def put(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def fresh(self, stem: str) -> str:
        self.made[0] += 1
        return f"{stem}{self.made[0]}"

    def expression(self, root: Node) -> str:
        """Python for `root`; what is used twice, or is deep, is put in a variable."""
        self.prepare(root)
        done: dict[Node, tuple[str, int]] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if node in self.names:
                done[node] = (self.names[node], 0)
            elif not ready:
                stack.append((node, True))
                inside = node.args[:-1] if node.op in BINDERS else node.args
                if node in self.joins:
                    inside = (self.joins[node][1],)
                stack.extend((arg, False) for arg in reversed(inside))
            else:
                done[node] = self._one(node, done)
        return done[root][0]

    def _one(self, node: Node, done: dict[Node, tuple[str, int]]) -> tuple[str, int]:
        binder = node.op in BINDERS
        before = node.args[:-1] if binder else node.args
        if node in self.joins:
            known, sought = self.joins[node]
            before = (sought,)
            text = f"({done[sought][0]} in {known})"
        else:
            args = [done[arg][0] for arg in before]
            if binder:
                args.append(self.function_of(node))
            text = PYTHON_RULES[node.op](self, node, args)
        depth = 1 + max((done[arg][1] for arg in before), default=0)
        wanted = self.shared[node] > 1 and not self.costs_each_time(node, text)
        if node.args and (wanted or depth > DEEPEST):
            name = self.fresh("t")
            self.put(f"{name} = {text}")
            self.names[node] = name
            return name, 0
        return text, depth

    def costs_each_time(self, node: Node, text: str) -> bool:
        """A name would have the term evaluated for elements that do not need it."""
        return (
            self.indent > 1
            and node.type == BOOL
            and len(text) <= LONGEST_REPEATED
            and "(map(" in text
        )

    def function_of(self, binder: Node) -> str:
        """The body of a binder as a local function of its variable."""
        binding = binder.attr
        assert isinstance(binding, Binding)
        return self.local(f"q{binding.level}", binder.args[-1])

    def local(self, variable: str, *nodes: Node) -> str:
        """A local function of one variable that returns these terms."""
        self.prepare(*nodes)
        name = self.fresh("f")
        self.put(f"def {name}({variable}):")
        inner = Text(
            self.positions,
            self.scope,
            dict(self.names),
            self.shared,
            self.lines,
            self.indent + 1,
            self.made,
            self.joins,
        )
        inner.put(f"return {', '.join([inner.expression(node) for node in nodes])}")
        return name

    def prepare(self, *roots: Node) -> None:
        """Once, what the bodies of quantifiers below these need again and again.

        That is, quantified terms that do not depend on an outer variable, and the sets
        in which others are looked up.
        """
        if self.indent > 1 or self.preparing:
            return
        self.preparing = True
        closed, joins = self.repeats.below(roots)
        for node in closed:
            if node not in self.names:
                text = self.expression(node)
                self.names[node] = self.fresh("c")
                self.put(f"{self.names[node]} = {text}")
        for join in joins:
            if join.node in self.joins:
                continue
            binding = join.node.attr
            assert isinstance(binding, Binding)
            variable, size = f"q{binding.level}", self.scope.size(binding.type)
            member = self.local(variable, join.condition)
            those, known = self.fresh("j"), self.fresh("j")
            self.put(f"{those} = list(filter({member}, range({size})))")
            keys = [f"*map({self.local(variable, k)}, {those})" for k in join.keys]
            self.put(f"{known} = {{{', '.join(keys)}}}")
            self.joins[join.node] = (known, join.sought)
        self.preparing = False

    # Bodies

    def body(self, body: Value | Ladder | Rows | Updates) -> None:
        """The statements of one function."""
        match body:
            case Value(node):
                result = "None" if node is None else self.expression(node)
                self.put(f"return {result}")
            case Ladder(rungs):
                for position, rung in enumerate(rungs):
                    self.put(f"if {self.expression(rung)}: return {position}")
                self.put("return None")
            case Rows(rows):
                shown = [
                    f"({''.join(self.expression(node) + ', ' for node in row)})"
                    for row in rows
                ]
                self.put(f"return ({''.join(row + ', ' for row in shown)})")
            case Updates(writes):  # exhaustive
                self.updates(writes)

    def updates(self, writes: Iterable[Write]) -> None:
        """The next state: a copy of each written field, the others as they are."""
        opened: dict[str, str] = {}
        for write in writes:
            place = Place(write.field)
            if write.field not in opened:
                opened[write.field] = self.fresh("w")
                copied = "{}" if write.target is None else "list({})"
                start = copied.format(self.field(place))
                self.put(f"{opened[write.field]} = {start}")
            self._update(write, opened[write.field])
        by_position = {
            self.positions[name]: f"tuple({w})" for name, w in opened.items()
        }
        for write in writes:
            if write.target is None:
                by_position[self.positions[write.field]] = opened[write.field]
        parts = [by_position.get(n, f"s[{n}]") for n in range(len(self.positions))]
        self.put(f"return ({''.join(part + ', ' for part in parts)})")

    def _members(self, target: Every, when: Node) -> str:
        """The list of the rows that a bulk write reaches; one for equal conditions."""
        kind = target.variable.type
        row = make("VAR", attr=OUTERMOST, of=kind)
        reached = simplify.conjunction([target.member, when])
        condition = substitute(reached, {target.variable: row})
        if condition not in self.reached:
            member = self.local(f"q{OUTERMOST}", condition)
            self.reached[condition] = self.fresh("m")
            rows = f"filter({member}, range({self.scope.size(kind)}))"
            self.put(f"{self.reached[condition]} = list({rows})")
        return self.reached[condition]

    def _update(self, write: Write, copy: str) -> None:
        if isinstance(write.target, Every):
            members = self._members(write.target, write.when)
            value = self.local(f"q{write.target.variable.attr}", write.value)
            self.put(f"for _q in {members}: {copy}[_q] = {value}(_q)")
            return
        value = self.expression(write.value)
        index = "" if write.target is None else f"[{self.expression(write.target)}]"
        self.put(f"if {self.expression(write.when)}: {copy}{index} = {value}")


def compile_functions(
    functions: Iterable[Function], positions: Mapping[str, int], scope: Scope
) -> dict[str, Callable[..., Any]]:
    """The functions, compiled, by name. `positions`: each field's place in a state."""
    listed = list(functions)
    source: list[str] = []
    repeats = Repeats()
    for number, function in enumerate(listed):
        source += _source(f"function_{number}", function, positions, scope, repeats)
    names: dict[str, Any] = dict(WORDS)
    exec(compile("\n".join(source), "<pidproof pages>", "exec"), names)  # noqa: S102
    return {f.name: names[f"function_{n}"] for n, f in enumerate(listed)}


def _source(
    name: str,
    function: Function,
    positions: Mapping[str, int],
    scope: Scope,
    repeats: Repeats,
) -> list[str]:
    names = {node: f"p_{node.attr}" for node in function.params}
    head = ", ".join(["s", "z", *names.values()])
    text = Text(positions, scope, names, _uses(function.body), repeats=repeats)
    text.body(function.body)
    return [f"def {name}({head}):", *text.lines]


def _uses(body: Value | Ladder | Rows | Updates) -> Counter[Node]:
    """How often each term is used below the roots of a body."""
    roots: list[Node] = []
    match body:
        case Value(node):
            roots = [] if node is None else [node]
        case Ladder(rungs):
            roots = list(rungs)
        case Rows(rows):
            roots = [node for row in rows for node in row]
        case Updates(writes):  # exhaustive
            for write in writes:
                roots += write.terms()
    counted: Counter[Node] = Counter(roots)
    for node in postorder(roots):
        counted.update(node.args)
    return counted
