"""Read back what `printing` wrote: the identical nodes, or a message saying why not.

The parser is strict in the simplest way: what it reads must print to the same text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from spec.lang.action import Action, Alternative, Errno, Every, Param, Pick, Rung, Write
from spec.lang.errors import SpecError
from spec.lang.ir import BINDERS, Attr, Binding, Node, Place, make
from spec.lang.printing import print_action, print_terms
from spec.lang.simplify import FALSE
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type

NODE = re.compile(r"%(?P<n>\d+) = (?P<op>[A-Z]+)(?P<words>( \S+)*) : (?P<type>\S+)")
TYPE = re.compile(r"(?P<head>Sort|Enum|Int|Set)\((?P<inside>.*)\)")


class Malformed(SpecError):
    """A text that no printer wrote; says which line."""


@dataclass(frozen=True, slots=True)
class ModelText:
    """A printed model: everything but the classes of its state."""

    name: str
    reading: dict[str, str] = field(default_factory=dict)
    fields: list[tuple[str, Type, Type | None, Node]] = field(default_factory=list)
    forests: list[str] = field(default_factory=list)
    boot: list[Write] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    properties: dict[str, tuple[str, Node | None]] = field(default_factory=dict)
    demands: list[tuple[str, str, str, str, Node]] = field(default_factory=list)
    """Property, action, rung, alternative, what must hold."""


def parse_terms(text: str) -> list[Node]:
    """The terms of `print_terms`."""
    reader = _Reader()
    reader.read(text)
    if reader.terms is None or print_terms(reader.terms) != text:
        raise Malformed("this is not what terms print as")
    return reader.terms


def parse_action(text: str) -> Action:
    """The action of `print_action`."""
    reader = _Reader()
    reader.read(text)
    if len(reader.actions) != 1 or print_action(reader.actions[0]) != text:
        raise Malformed("this is not what an action prints as")
    return reader.actions[0]


def parse_model(text: str) -> ModelText:
    """The model of `print_model`."""
    reader = _Reader()
    reader.read(text)
    if reader.model is None:
        raise Malformed("this is not what a model prints as: it has no `model` line")
    return replace(reader.model, actions=reader.actions)


def parse_type(text: str) -> Type:
    """The type that prints as `text`."""
    if text == "Bool":
        return BOOL
    found = TYPE.fullmatch(text)
    if not found:
        raise Malformed(f"{text} is no type")
    first, *others = found["inside"].split(",")
    match found["head"]:
        case "Int":
            return IntType(int(first))
        case "Enum":
            return EnumType(first, tuple(others))
        case "Sort" if len(others) == 1:
            return SortType(first, int(others[0]))
    element = parse_type(found["inside"]) if found["head"] == "Set" else BOOL
    if not isinstance(element, SortType | EnumType):
        raise Malformed(f"{text} is no type")
    return SetType(element)


class _Reader:
    """What was read so far, line by line."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.known: set[Node] = set()
        self.terms: list[Node] | None = None
        self.actions: list[Action] = []
        self.model: ModelText | None = None

    def read(self, text: str) -> None:
        lines = text.splitlines()
        if not text.endswith("\n"):
            raise Malformed(f"line {len(lines)}: the text ends in the middle of a line")
        for number, line in enumerate(lines, 1):
            try:
                self._line(line)
            except (SpecError, ValueError, IndexError, KeyError) as error:
                message = f"line {number}: {error}: {line!r}"
                raise Malformed(message) from error

    def _line(self, line: str) -> None:
        if line.startswith("%"):
            node = self._node(line)
            self.nodes.append(node)
            self.known.add(node)
            return
        word, _, rest = line.partition(" ")
        if word not in LINES:
            raise Malformed(f"no line begins with {word!r}")
        LINES[word](self, rest)

    def _node(self, line: str) -> Node:
        found = NODE.fullmatch(line)
        if not found or int(found["n"]) != len(self.nodes):
            raise Malformed(f"expected node %{len(self.nodes)}")
        words = found["words"].split()
        kind = parse_type(found["type"])
        said = words.pop(0) if words and not words[0].startswith("%") else None
        args = [self.node(word) for word in words]
        op = found["op"]
        made = make(op, *args, attr=_attr(op, said, kind), of=kind)
        if made.type != kind:
            raise Malformed(f"{op} has type {made.type} here, not {kind}")
        if made in self.known:
            raise Malformed("the node has a line already")
        return made

    def node(self, word: str) -> Node:
        if not re.fullmatch(r"%\d+", word) or int(word[1:]) >= len(self.nodes):
            raise Malformed(f"{word} is no node above this line")
        return self.nodes[int(word[1:])]

    def maybe(self, word: str) -> Node | None:
        return None if word == "-" else self.node(word)

    def change_last(self, make_it: Callable[[Action], Action]) -> None:
        self.actions[-1] = make_it(self.actions[-1])

    def known_model(self) -> ModelText:
        if self.model is None:
            raise Malformed("the `model` line comes first")
        return self.model


def _attr(op: str, said: str | None, kind: Type) -> Attr:
    """What an operator carries, from its word on the line."""
    if said is None:
        return None
    if op == "CONST":
        return said == "True" if kind == BOOL else int(said)
    if op == "VAR":
        return int(said)
    if op in ("READ", "ANCESTOR"):
        return _place(said)
    if op in BINDERS:
        level, _, over = said.partition(":")
        variable, _, forest = over.partition("@")
        place = _place(forest) if forest else None
        return Binding(int(level), parse_type(variable), place)
    return said


def _place(said: str) -> Place:
    name = said.removesuffix("'")
    return Place(name, "old" if name == said else "new")


def _write(reader: _Reader, rest: str) -> Write:
    name, how, *words = rest.split()
    if how == "at":
        where, value, when = words
        target: Node | Every | None = reader.maybe(where)
    else:
        variable, member, value, when = words
        target = Every(reader.node(variable), reader.node(member))
    return Write(name, target, reader.node(value), reader.node(when))


def _model(reader: _Reader, rest: str) -> None:
    reader.model = ModelText(rest)


def _reading(reader: _Reader, rest: str) -> None:
    name, option = rest.split()
    reader.known_model().reading[name] = option


def _field(reader: _Reader, rest: str) -> None:
    name, kind, index, initial = rest.split()
    indexed = None if index == "-" else parse_type(index)
    known = reader.known_model().fields
    known.append((name, parse_type(kind), indexed, reader.node(initial)))


def _action(reader: _Reader, rest: str) -> None:
    name, kind = rest.split()
    empty: tuple[()] = ()
    reader.actions.append(
        Action(
            name=name,
            kind=kind,
            params=empty,
            able=FALSE,
            rungs=empty,
            picks=empty,
            writes=empty,
            result=None,
            returns=False,
            source="",
            doc="",
        )
    )


def _param(reader: _Reader, rest: str) -> None:
    name, role, kind = rest.split()
    param = Param(name, parse_type(kind), role)
    reader.change_last(lambda a: replace(a, params=(*a.params, param)))


def _rung(reader: _Reader, rest: str) -> None:
    kind, leak, when, cite = rest.split(" ", 3)
    leaks = {"leaks": True, "holds": False}[leak]
    rung = Rung(kind, reader.node(when), (), json.loads(cite), leaks=leaks)
    reader.change_last(lambda a: replace(a, rungs=(*a.rungs, rung)))


def _allows(reader: _Reader, rest: str) -> None:
    name, number, when, cite = rest.split(" ", 3)
    error = Errno(int(number), name)
    more = Alternative(error, reader.node(when), json.loads(cite))
    *before, rung = reader.actions[-1].rungs
    rung = replace(rung, alternatives=(*rung.alternatives, more))
    reader.change_last(lambda a: replace(a, rungs=(*before, rung)))


def _pick(reader: _Reader, rest: str) -> None:
    name, among = rest.split()
    pick = Pick(name, reader.node(among))
    reader.change_last(lambda a: replace(a, picks=(*a.picks, pick)))


def _effect(reader: _Reader, rest: str) -> None:
    write = _write(reader, rest)
    reader.change_last(lambda a: replace(a, writes=(*a.writes, write)))


def _ends(reader: _Reader, *, returns: bool) -> None:
    reader.change_last(lambda a: replace(a, returns=returns))


def _property(reader: _Reader, rest: str) -> None:
    name, kind, node = rest.split()
    reader.known_model().properties[name] = (kind, reader.maybe(node))


def _demand(reader: _Reader, rest: str) -> None:
    action, rung, alternative, node = rest.split()
    model = reader.known_model()
    prop = list(model.properties)[-1]
    model.demands.append((prop, action, rung, alternative, reader.node(node)))


def _terms(reader: _Reader, rest: str) -> None:
    reader.terms = [reader.node(word) for word in rest.split()]


LINES: Final[dict[str, Callable[[_Reader, str], None]]] = {
    "terms": _terms,
    "model": _model,
    "reading": _reading,
    "field": _field,
    "forest": lambda reader, rest: reader.known_model().forests.append(rest),
    "boot": lambda reader, rest: reader.known_model().boot.append(_write(reader, rest)),
    "action": _action,
    "source": lambda reader, rest: reader.change_last(
        lambda a: replace(a, source=json.loads(rest))
    ),
    "doc": lambda reader, rest: reader.change_last(
        lambda a: replace(a, doc=json.loads(rest))
    ),
    "param": _param,
    "able": lambda reader, rest: reader.change_last(
        lambda a: replace(a, able=reader.node(rest))
    ),
    "rung": _rung,
    "allows": _allows,
    "pick": _pick,
    "write": _effect,
    "result": lambda reader, rest: reader.change_last(
        lambda a: replace(a, result=reader.maybe(rest))
    ),
    "inherits": lambda reader, rest: reader.change_last(
        lambda a: replace(a, inherits=tuple(rest.split()))
    ),
    "returns": lambda reader, _rest: _ends(reader, returns=True),
    "never_returns": lambda reader, _rest: _ends(reader, returns=False),
    "property": _property,
    "demand": _demand,
}
"""What each kind of line adds to what was read."""
