"""The rules by which a call is broken: one change each, with a name that says which.

A rule yields breakages of one action of a model. It knows the IR only: the words of a
name are the names that the IR has (calls, errors, fields, parameters, members).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from checker.mutants.weaken import weakened, words
from checker.slicing.cone import fields_of, given
from spec.lang import simplify
from spec.lang.action import Action, Alternative, Every, Pick, Rung, Write
from spec.lang.ir import Binding, Node, Place, make
from spec.lang.model import Model, rung_label
from spec.lang.prose import value_text
from spec.lang.schema import FieldInfo
from spec.lang.types import BOOL, EnumType, IntType, SortType
from spec.lang.walk import substitute


@dataclass(frozen=True, slots=True)
class Breakage:
    """A broken action, and what is broken about it. Names need not be unique yet."""

    name: str
    action: Action


Rule = Callable[[Model, Action], Iterator[Breakage]]


# Lines of the ladder


def lines_dropped(_model: Model, action: Action) -> Iterator[Breakage]:
    """A line never decides, or one of the errors it allows is never seen."""
    for position, rung in enumerate(action.rungs):
        others = action.rungs[:position] + action.rungs[position + 1 :]
        said = line_name(action, rung).replace("_fails_", "_never_fails_", 1)
        yield Breakage(_never(said), replace(action, rungs=others))
        if len(rung.alternatives) > 1:
            for which in range(len(rung.alternatives)):
                label = rung_label(action, rung, which)
                name = label.replace("_fails_", "_never_fails_", 1)
                yield Breakage(name, _with_rung(action, rung, _without(rung, which)))


def lines_unconditional(_model: Model, action: Action) -> Iterator[Breakage]:
    """A line decides whatever the state, unless an earlier one does."""
    for rung in action.rungs:
        if len(rung.alternatives) == 1:
            always = (replace(rung.alternatives[0], when=simplify.TRUE),)
            said = line_name(action, rung).replace("_fails_", "_always_fails_", 1)
            yield Breakage(said, _with_rung(action, rung, _ruled(rung, always)))


def _never(said: str) -> str:
    return said.replace("_blocks", "_never_blocks", 1).replace(
        "_is_out", "_is_never_out", 1
    )


def _without(rung: Rung, which: int) -> Rung:
    kept = rung.alternatives[:which] + rung.alternatives[which + 1 :]
    return _ruled(rung, kept)


def _ruled(rung: Rung, alternatives: tuple[Alternative, ...]) -> Rung:
    when = simplify.disjunction(alternative.when for alternative in alternatives)
    return replace(rung, when=when, alternatives=alternatives)


def lines_too_late(_model: Model, action: Action) -> Iterator[Breakage]:
    """A line answers with its error, and the effects happen all the same."""
    for rung in action.rungs:
        if rung.kind == "fails" and action.writes:
            leaking = replace(rung, leaks=True)
            name = f"{line_name(action, rung)}_too_late"
            yield Breakage(name, _with_rung(action, rung, leaking))


def lines_weakened(_model: Model, action: Action) -> Iterator[Breakage]:
    """A line forgets one part of its condition."""
    for rung in action.rungs:
        said = line_name(action, rung)
        if not rung.alternatives:
            for part, when in weakened(rung.when):
                line = replace(rung, when=when)
                yield Breakage(
                    f"{said}_ignoring_{part}", _with_rung(action, rung, line)
                )
        for which, alternative in enumerate(rung.alternatives):
            label = rung_label(action, rung, which)
            for part, when in weakened(alternative.when):
                weaker = replace(alternative, when=when)
                lines = (
                    *rung.alternatives[:which],
                    weaker,
                    *rung.alternatives[which + 1 :],
                )
                broken = _with_rung(action, rung, _ruled(rung, lines))
                yield Breakage(f"{label}_ignoring_{part}", broken)


def line_name(action: Action, rung: Rung) -> str:
    """`fork_fails_with_EAGAIN_2`, `wait4_blocks_1`, `exit_group_is_out_of_scope`."""
    if len(rung.alternatives) == 1:
        return rung_label(action, rung, 0)
    if rung.alternatives:
        errors = "_or_".join(str(a.error) for a in rung.alternatives)
        return f"{action.name}_fails_with_{errors}"
    said = "blocks" if rung.kind == "blocks" else "is_out_of_scope"
    same = [other for other in action.rungs if other.kind == rung.kind]
    number = f"_{same.index(rung) + 1}" if len(same) > 1 else ""
    return f"{action.name}_{said}{number}"


def _with_rung(action: Action, rung: Rung, other: Rung) -> Action:
    return replace(action, rungs=tuple(other if r is rung else r for r in action.rungs))


# Who may call, and what the kernel picks


def callers_unchecked(_model: Model, action: Action) -> Iterator[Breakage]:
    """Anybody can make the call."""
    if action.able is not simplify.TRUE:
        yield Breakage(
            f"{action.name}_can_be_called_by_anybody",
            replace(action, able=simplify.TRUE),
        )


def picks_widened(_model: Model, action: Action) -> Iterator[Breakage]:
    """The kernel picks anything, or forgets one part of the condition."""
    for pick in action.picks:
        element = pick.among.type.element  # type: ignore[union-attr]
        everything = make("SETOF", simplify.TRUE, attr=Binding(1, element))
        yield Breakage(
            f"{action.name}_picks_any_{pick.param}",
            _with_pick(action, pick, everything),
        )
        for part, among in weakened(pick.among):
            yield Breakage(
                f"{action.name}_picks_{pick.param}_ignoring_{part}",
                _with_pick(action, pick, among),
            )


def _with_pick(action: Action, pick: Pick, among: Node) -> Action:
    other = replace(pick, among=among)
    return replace(action, picks=tuple(other if p is pick else p for p in action.picks))


# Effects


def writes_dropped(_model: Model, action: Action) -> Iterator[Breakage]:
    """One effect does not happen."""
    for write in action.writes:
        yield _changed(action, write, f"forgets_{subject(action, write)}", None)


def conditions_dropped(_model: Model, action: Action) -> Iterator[Breakage]:
    """Effects that belong to one case happen in every case."""
    for when in dict.fromkeys(w.when for w in action.writes):
        if when is simplify.TRUE:
            continue
        writes = tuple(
            replace(w, when=simplify.TRUE) if w.when is when else w
            for w in action.writes
        )
        tables = {w.field.split(".")[0] for w in action.writes if w.when is when}
        name = f"{action.name}_always_changes_{'_and_'.join(sorted(tables))}"
        yield Breakage(name, replace(action, writes=writes))


def bulks_narrowed(model: Model, action: Action) -> Iterator[Breakage]:
    """A bulk effect reaches too many rows, or leaves out one class of them."""
    for write in action.writes:
        if not isinstance(write.target, Every):
            continue
        said = subject(action, write)
        variable, member = write.target.variable, write.target.member
        for part, other in weakened(member):
            wider = replace(write, target=Every(variable, other))
            yield _changed(action, write, f"changes_{said}_ignoring_{part}", wider)
        for literal, label in _classes(model, variable, member):
            both = simplify.conjunction((member, simplify.negation(literal)))
            narrower = replace(write, target=Every(variable, both))
            yield _changed(action, write, f"forgets_{said}_of_{label}", narrower)


def _classes(model: Model, variable: Node, member: Node) -> Iterator[tuple[Node, str]]:
    """The rows by the enumerations that the membership reads, if there can be any."""
    infos = {info.name: info for info in model.shape.fields()}
    for name in sorted(fields_of(member)):
        kind = infos[name].type
        if not isinstance(kind, EnumType) or infos[name].index != variable.type:
            continue
        read = make("READ", variable, attr=Place(name), of=kind)
        for position, label in enumerate(kind.members):
            value = simplify.constant(position, kind)
            if given(member, {read: value}) is not simplify.FALSE:
                yield simplify.equality(read, value), label


def values_weakened(_model: Model, action: Action) -> Iterator[Breakage]:
    """The value of an effect forgets one part of a condition or of a set."""
    for write in action.writes:
        said = subject(action, write)
        for part, value in weakened(write.value):
            other = replace(write, value=value)
            yield _changed(action, write, f"changes_{said}_ignoring_{part}", other)


def values_replaced(_model: Model, action: Action) -> Iterator[Breakage]:
    """An effect leaves another constant, or another thing of the same sort."""
    for write in action.writes:
        said = subject(action, write)
        for value, label in others_of(action, write.value):
            other = replace(write, value=value)
            yield _changed(action, write, f"sets_{said}_to_{label}", other)


def others_of(action: Action, value: Node) -> Iterator[tuple[Node, str]]:
    """The next member after a constant; all ones; the other parameters of the sort."""
    kind = value.type
    if value.op == "CONST" and (isinstance(kind, EnumType) or kind == BOOL):
        size = len(kind.members) if isinstance(kind, EnumType) else 2
        position = (int(bool(value.attr)) if kind == BOOL else int(str(value.attr))) + 1
        yield (
            simplify.constant(position % size, kind),
            value_text(position % size, kind),
        )
    elif isinstance(kind, IntType):
        ones = (1 << kind.bits) - 1
        yield simplify.constant(ones, kind), value_text(ones, kind)
    elif isinstance(kind, SortType):
        for param in action.params:
            if param.type == kind and param.node() is not value:
                yield param.node(), param.name


# Inheritance


def fates_broken(model: Model, action: Action) -> Iterator[Breakage]:
    """What should be copied starts afresh, what should start afresh is copied."""
    infos = {info.name: info for info in model.shape.fields()}
    if not action.inherits:
        return
    for write in action.writes:
        info, source = infos[write.field], _source(action, write)
        if source is None or not isinstance(write.target, Node):
            continue
        copied = make("READ", source, attr=Place(info.name), of=info.type)
        said = subject(action, write)
        if write.value is copied:
            other = replace(write, value=initial_of(info, write.target))
            yield _changed(action, write, f"resets_{said}", other)
        elif write.value.op == "CONST":
            other = replace(write, value=copied)
            yield _changed(action, write, f"copies_{said}", other)


def _source(action: Action, write: Write) -> Node | None:
    """The row from which the call copies into the row that is written."""
    for other in action.writes:
        value = other.value
        copies = value.op == "READ" and value.attr == Place(other.field)
        if copies and other.target is write.target and value.args:
            return value.args[0]
    return None


def kept_lost(model: Model, action: Action) -> Iterator[Breakage]:
    """What should survive the event is reset."""
    for event in action.inherits:
        for table in model.shape.tables.values():
            row = _row_of(action, table.index.type)
            if not table.inherits or row is None:
                continue
            for info in table.fields.values():
                if info.fate(event).name == "KEPT" and not _writes(action, info.name):
                    reset = Write(info.name, row, initial_of(info, row), simplify.TRUE)
                    name = f"{action.name}_resets_{info.name.replace('.', '_')}"
                    writes = (*action.writes, reset)
                    yield Breakage(name, replace(action, writes=writes))


def _row_of(action: Action, kind: object) -> Node | None:
    targets = (write.target for write in action.writes)
    return next((t for t in targets if isinstance(t, Node) and t.type == kind), None)


def _writes(action: Action, field: str) -> bool:
    return any(write.field == field for write in action.writes)


def initial_of(info: FieldInfo, row: Node) -> Node:
    """What a cell of this row holds at first."""
    param = make("PARAM", attr="row", of=row.type)
    return substitute(info.initial, {param: row})


# Words


def subject(action: Action, write: Write) -> str:
    """The field of a write; with its row where the call writes several."""
    name = write.field.replace(".", "_")
    same = [other for other in action.writes if other.field == write.field]
    if len(same) == 1:
        return name
    if isinstance(write.target, Every):
        return f"{name}_of_several"
    return f"{name}_of_{words(write.target)}" if write.target is not None else name


def _changed(action: Action, write: Write, said: str, other: Write | None) -> Breakage:
    """The action with `write` changed into `other`, or without it."""
    writes: list[Write] = []
    for each in action.writes:
        if each is not write:
            writes.append(each)
        elif other is not None:
            writes.append(other)
    return Breakage(f"{action.name}_{said}", replace(action, writes=tuple(writes)))
