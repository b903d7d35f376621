"""Is a traced model well formed? What `make` cannot know of one node is checked here.

The typing of an operator sees its arguments only. This walk sees the state, the action
and the binders around: every READ names a field of the state and is indexed as the
field is, every PARAM is a parameter of its action, every VAR has a binder, and binders
are numbered by the law of `ir` (that alpha-equivalent terms are one node rests on it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from spec.lang.action import Action, Every, Write
from spec.lang.errors import SpecError
from spec.lang.ir import BINDERS, Binding, Node, Place
from spec.lang.schema import FieldInfo, Shape
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type
from spec.lang.walk import postorder


class NotWellFormed(SpecError):
    """A term or an action contradicts the model it belongs to."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a term may mention."""

    fields: Mapping[str, FieldInfo]
    params: Mapping[str, Type]
    free: frozenset[Node] = frozenset()
    """Variables bound outside the term."""
    epochs: tuple[str, ...] = ("old",)


def check_model(
    shape: Shape, actions: Iterable[Action], boot: Iterable[Write] = ()
) -> None:
    """Raise NotWellFormed unless every action and the boot fit the state."""
    fields = {info.name: info for info in shape.fields()}
    for info in fields.values():
        row = {} if info.index is None else {"row": info.index}
        check_term(info.initial, Surroundings({}, row), info.type)
    for name in shape.forests:
        _forest(fields, name)
    for write in boot:
        _write(write, Surroundings(fields, {}))
        _boots(write)
    for action in actions:
        _action(action, fields)


def check_term(root: Node, around: Surroundings, of: Type) -> None:
    """Raise NotWellFormed unless `root` is a term of type `of` in its surroundings."""
    if root.type != of:
        _refuse(f"a {root.type} stands where a {of} belongs", root)
    unbound: dict[Node, frozenset[Node]] = {}
    for node in postorder([root]):
        unbound[node] = _unbound(node, unbound)
        match node.op:
            case "CONST":
                _constant(node)
            case "PARAM" if around.params.get(str(node.attr)) != node.type:
                _refuse(f"{node.attr} is no {node.type} parameter of the action", node)
            case "READ":
                _place(node.attr, [arg.type for arg in node.args], node, around)
            case "ANCESTOR":
                _place(node.attr, [node.args[0].type], node.args[0], around)
            case "NEAREST":
                assert isinstance(node.attr, Binding)
                _place(node.attr.forest, [node.type], node, around)
    loose = unbound[root] - around.free
    if loose:
        _refuse(f"no binder encloses {next(iter(loose))!r}", root)


def _unbound(node: Node, below: Mapping[Node, frozenset[Node]]) -> frozenset[Node]:
    """The variables of a node that it does not bind; checks the numbering law."""
    if node.op == "VAR":
        return frozenset((node,))
    inside = [below[arg] for arg in node.args]
    if node.op not in BINDERS:
        return frozenset().union(*inside)
    binding, body = node.attr, node.args[-1]
    assert isinstance(binding, Binding)
    if binding.level != body.height + 1:
        _refuse(f"a binder over height {body.height} is numbered {binding.level}", node)
    left = {v for v in inside[-1] if (v.attr, v.type) != (binding.level, binding.type)}
    return frozenset(left).union(*inside[:-1])


def _place(place: object, index: list[Type], read: Node, around: Surroundings) -> None:
    """The field exists, in this epoch, and is indexed and typed like this."""
    if not isinstance(place, Place) or place.field not in around.fields:
        _refuse(f"the state has no field {place}", read)
    info = around.fields[place.field]
    if place.epoch not in around.epochs:
        _refuse(f"{place} cannot be read here", read)
    if index != ([] if info.index is None else [info.index]):
        shown = ", ".join(str(kind) for kind in index) or "nothing"
        _refuse(f"{info.name} is indexed by {info.index}, not by {shown}", read)
    if read.type != info.type:
        _refuse(f"{info.name} holds a {info.type}", read)


def _forest(fields: Mapping[str, FieldInfo], name: str) -> None:
    info = fields.get(name)
    if info is None or info.index is None or info.type != info.index:
        message = f"the forest over {name} needs a table's field of the table's sort"
        raise NotWellFormed(message)


def _constant(node: Node) -> None:
    value, kind = node.attr, node.type
    top = None
    match kind:
        case EnumType(members=members):
            top = len(members)
        case IntType(bits=bits):
            top = 1 << bits
        case SetType(element=EnumType(members=members)):
            top = 1 << len(members)
    if not isinstance(value, int) or isinstance(value, bool) != (kind == BOOL):
        _refuse(f"{value!r} is no value of {kind}", node)
    if value < 0 or (top is not None and value >= top):
        _refuse(f"{value} is out of the range of {kind}", node)


def _action(action: Action, fields: Mapping[str, FieldInfo]) -> None:
    params = {param.name: param.type for param in action.params}
    around = Surroundings(fields, params)
    try:
        check_term(action.able, around, BOOL)
        for rung in action.rungs:
            check_term(rung.when, around, BOOL)
            for alternative in rung.alternatives:
                check_term(alternative.when, around, BOOL)
        for pick in action.picks:
            check_term(pick.among, around, _set_over(params[pick.param]))
        for write in action.writes:
            _write(write, around)
        if action.result is not None:
            check_term(action.result, around, action.result.type)
    except NotWellFormed as error:
        message = f"{action.name}: {error}"
        raise NotWellFormed(message) from None


def _set_over(kind: Type) -> Type:
    if isinstance(kind, SortType | EnumType):
        return SetType(kind)
    message = f"a choice is an element of a set; a {kind} is in none"
    raise NotWellFormed(message)


def _write(write: Write, around: Surroundings) -> None:
    info = around.fields[write.field]
    match write.target:
        case None if info.index is not None:
            _refuse(f"{info.name} is written without saying where", write.value)
        case Every(variable, member):
            around = Surroundings(
                around.fields, around.params, frozenset((variable,)), around.epochs
            )
            _index(info, variable)
            check_term(member, around, BOOL)
        case Node() as target:
            _index(info, target)
            check_term(target, around, target.type)
    check_term(write.value, around, info.type)
    check_term(write.when, around, BOOL)


def _index(info: FieldInfo, index: Node) -> None:
    if index.type != info.index:
        _refuse(f"{info.name} is indexed by {info.index}, not by {index.type}", index)


def _boots(write: Write) -> None:
    """Boot depends on nothing: no state came before it."""
    roots = [write.value, write.when]
    match write.target:
        case Every(member=member):
            roots.append(member)
        case Node() as target:
            roots.append(target)
    for node in postorder(roots):
        if node.op in ("READ", "ANCESTOR", "NEAREST"):
            _refuse("boot reads a state, and none came before it", node)


def _refuse(message: str, node: Node) -> NoReturn:
    raise NotWellFormed(f"{message}: {node!r}")
