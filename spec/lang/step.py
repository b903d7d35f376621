"""One call while it is traced: what a page says through `step`, `old` and `new`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from spec.lang import simplify
from spec.lang.action import Alternative, Errno, Every, Param, Pick, Rung, Write
from spec.lang.disjoint import disjoint
from spec.lang.errors import LawBroken
from spec.lang.inherit import Cleared, Fate, Inherited
from spec.lang.ir import Fresh, Node, Place, make
from spec.lang.schema import BoundTable, FieldInfo, Row, Shape
from spec.lang.terms import TRUE, Bool, Enum, Int, SetOf, Sort, Term
from spec.lang.types import Type
from spec.lang.walk import postorder, substitute

Hook = Callable[..., Bool | None]
Hooks = dict[str, tuple[Hook, ...]]


@dataclass(frozen=True, slots=True)
class Reader:
    """The port of `old` (and, in step properties, of the state afterwards)."""

    epoch: str = "old"

    def read(self, info: FieldInfo, index: Node | None) -> Node:
        args = () if index is None else (index,)
        return make("READ", *args, attr=Place(info.name, self.epoch), of=info.type)

    def write(self, info: FieldInfo, index: object, value: object) -> None:
        del index, value
        message = (
            f"{info.name} of `old` cannot be written: `old` is the state before the "
            "call. Write to `new`"
        )
        raise LawBroken(message)

    def write_row(self, table: BoundTable, index: object, value: object) -> None:
        del index, value
        message = f"a row of `old.{table.name}` cannot be written. Write to `new`"
        raise LawBroken(message)


class Writer:
    """The port of `new`: collects writes; refuses every read."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def read(self, info: FieldInfo, index: Node | None) -> Node:
        del index
        message = (
            f"{info.name} of `new` cannot be read: effects are simultaneous, so "
            "nothing in a call depends on another effect. Read `old`"
        )
        raise LawBroken(message)

    def write(self, info: FieldInfo, index: object, value: object) -> None:
        """One field at one row, or at each row of a set."""
        self._step.write(info, index, value)

    def write_row(self, table: BoundTable, index: object, value: object) -> None:
        """A whole row: made by an event from another, or cleared."""
        if isinstance(value, Cleared) and isinstance(index, Sort | SetOf):
            self._step.clear(table, index)
        elif not isinstance(index, Sort):
            message = (
                f"a row of {table.name} is written at one element; at each of a set it "
                "can only become CLEARED"
            )
            raise LawBroken(message)
        elif isinstance(value, Inherited):
            self._step.inherit(table, index, value)
        else:
            message = (
                f"a row of {table.name} becomes forked(row), threaded(row), "
                f"execed(row) or CLEARED, not {value!r}"
            )
            raise LawBroken(message)


class Step:
    """What one call does, as its page says it. See STYLE for the four banners."""

    def __init__(self, shape: Shape, hooks: Hooks, params: dict[str, Param]) -> None:
        self._shape, self._hooks, self._params = shape, hooks, params
        self.rungs: list[Rung] = []
        self.picked: list[Pick] = []
        self.writes: list[Write] = []
        self.result: Node | None = None
        self.ended: str | None = None
        self.inherited: list[tuple[str, Node]] = []
        self.cites: list[str] = []
        self._when: Bool = TRUE
        self._context: list[Node] = []
        self.views: tuple[Any, Any] = (None, None)
        """`old` and `new`, for the hooks."""

    # ERRORS

    def fails(self, error: Errno, *, when: Bool, cite: str) -> None:
        """The call fails with `error` when `when`, unless an earlier line decided."""
        self.fails_any((error, when, cite))

    def fails_any(self, *alternatives: tuple[Errno, Bool, str]) -> None:
        """Any one of the errors that apply is allowed: the source leaves it open."""
        given = tuple(
            Alternative(error, Bool.lift(when).node, cite)
            for error, when, cite in alternatives
        )
        when = simplify.disjunction(alternative.when for alternative in given)
        self._rung("fails", when, given, "; ".join(a.cite for a in given))

    def blocks(self, *, when: Bool, cite: str = "") -> None:
        """The caller sleeps when `when`: no transition."""
        self._rung("blocks", Bool.lift(when).node, (), cite)

    def out_of_scope(self, *, when: Bool, cite: str) -> None:
        """The model says nothing when `when`; reaching it is reported."""
        self._rung("out_of_scope", Bool.lift(when).node, (), cite)

    def _rung(
        self, kind: str, when: Node, given: tuple[Alternative, ...], cite: str
    ) -> None:
        self._before_effects(kind)
        self.cites += [a.cite for a in given] or ([cite] if cite else [])
        if when is not simplify.FALSE:
            self.rungs.append(Rung(kind, when, given, cite))
            self.knows(~Bool(when))

    def _before_effects(self, line: str) -> None:
        if self.ended:
            message = f"`{line}` stands after the RESULT, which closes a page"
            raise LawBroken(message)
        if self.writes:
            message = (
                f"`{line}` stands after an effect; a call checks everything, then "
                "changes everything. Move it above the first write"
            )
            raise LawBroken(message)

    # CHOICE

    def picks(self, choice: Sort | Enum | Int, *, among: SetOf[Any]) -> None:
        """The kernel chooses `choice`, a parameter of the call, from a set."""
        self._before_effects("picks")
        name = choice.node.attr if choice.node.op == "PARAM" else None
        if not isinstance(name, str) or self._params[name].role == "caller":
            message = "`picks` names a parameter of the call, and not its caller"
            raise LawBroken(message)
        if self._params[name].role == "choice":
            message = f"{name} is picked twice; intersect the two sets with `&`"
            raise LawBroken(message)
        self._params[name] = Param(name, choice.node.type, "choice")
        self.picked.append(Pick(name, among.node))
        self.knows(among.has(choice))

    def hook(self, name: str, **given: Term) -> None:
        """Ask the system's security module: its lines take their place here."""
        for function in self._hooks.get(name, ()):
            self._speak(function, given)

    def asks(self, name: str, **given: Term) -> Bool:
        """Whether the system's security module allows it; yes where it has none."""
        answers = [self._speak(one, given) for one in self._hooks.get(name, ())]
        return Bool(simplify.conjunction(Bool.lift(one).node for one in answers))

    def _speak(self, function: Hook, given: dict[str, Term]) -> Bool | None:
        """Call a hook with what its own parameters ask for."""
        asked = inspect.signature(function, eval_str=True).parameters
        return function(**{n: self._argument(function, n, given) for n in asked})

    def _argument(self, function: Hook, name: str, given: dict[str, Term]) -> Any:
        old, new = self.views
        fixed = {"step": self, "old": old, "new": new} | given
        if name in fixed:
            return fixed[name]
        kind = inspect.signature(function, eval_str=True).parameters[name].annotation
        self._params.setdefault(name, Param(name, kind.type, "argument"))
        return kind(self._params[name].node())

    # EFFECT

    @contextmanager
    def given(self, condition: Bool) -> Iterator[None]:
        """The writes inside happen only when `condition` holds (in `old`)."""
        before = self._when
        self._when = before & Bool.lift(condition)
        try:
            yield
        finally:
            self._when = before

    def knows(self, fact: Bool) -> None:
        """A fact that holds whenever the effects happen; used to keep writes apart."""
        self._context.append(fact.node)

    def write(self, info: FieldInfo, index: object, value: object) -> None:
        """`new`: the field at one row, or at each row of a set, becomes `value`."""
        if self.ended:
            message = f"{info.name} is written after the RESULT, which closes a page"
            raise LawBroken(message)
        kind = info.kind
        if isinstance(index, SetOf):
            fresh = make("VAR", attr=Fresh(), of=index.element.type)
            element = index.element(fresh)
            given = value(element) if callable(value) else value
            parts = [
                simplify.membership(fresh, index.node),
                kind.lift(given).node,
                self._when.node,
            ]
            level = max(part.height for part in parts) + 1
            variable = make("VAR", attr=level, of=index.element.type)
            member, result, when = (substitute(p, {fresh: variable}) for p in parts)
            write = Write(info.name, Every(variable, member), result, when)
        else:
            target = index.node if isinstance(index, Term) else None
            write = Write(info.name, target, kind.lift(value).node, self._when.node)
        self._keep_apart(write)
        self.writes.append(write)

    def _keep_apart(self, write: Write) -> None:
        for other in self.writes:
            if not disjoint(write, other, self._context):
                message = (
                    f"two writes to {write.field} may reach one cell: their "
                    "conditions are not provably disjoint. Give one value with "
                    "`ite`, or separate them with `step.given(condition)`"
                )
                raise LawBroken(message)

    def inherit(self, table: BoundTable, index: Sort, row: Inherited) -> None:
        """Write what the event's declarations say, in every table of this sort."""
        source = self._source(table, row)
        self.inherited.append((row.event, index.node))
        for other in self._shape.tables.values():
            if not other.inherits or other.index is not table.index:
                continue
            for name, info in other.fields.items():
                given = row.given.get(name) if other.name == table.name else None
                self._inherit_field(info, index, source, row.event, given)

    def _source(self, table: BoundTable, row: Inherited) -> Sort:
        """The element whose row is inherited; checks what the page wrote."""
        source = row.source
        at = source.seen_at if isinstance(source, Row) else None
        if at is None or not isinstance(at.index, table.index) or at.port != Reader():
            message = (
                f"{row.event} takes one row of `old.{table.name}`, as in "
                f"forked(old.{table.name}[p])"
            )
            raise LawBroken(message)
        if not table.inherits:
            message = (
                f"{table.name} declares no fates; make it Table(..., inherits=True) "
                "and give each field its fork, thread and exec"
            )
            raise LawBroken(message)
        unknown = [name for name in row.given if name not in table.fields]
        if unknown:
            message = f"{table.name} has no field {unknown[0]} to give with .but"
            raise LawBroken(message)
        return at.index

    def _inherit_field(
        self, info: FieldInfo, index: Sort, source: Sort, event: str, given: object
    ) -> None:
        fate: Fate = info.fate(event)
        if given is not None and fate.name != "COMPUTED":
            message = (
                f"{info.name} is declared {fate.name} at {event}; only a COMPUTED "
                "field is given by the page"
            )
            raise LawBroken(message)
        if given is not None:
            self.write(info, index, given)
        elif fate.name in ("COPIED", "SHARED"):
            self.write(info, index, info.kind(Reader().read(info, source.node)))
        elif fate.value is not None:
            self.write(info, index, fate.value)

    def clear(self, table: BoundTable, index: Sort | SetOf[Any]) -> None:
        """Every field of the row, or rows, in every table of this sort, as at boot."""
        for other in self._shape.tables.values():
            if other.index is table.index:
                for info in other.fields.values():
                    value = partial(_initially, info, table.index.type)
                    self.write(
                        info, index, value(index) if isinstance(index, Sort) else value
                    )

    # RESULT

    def returns(self, value: Term | int | None = None) -> None:
        """The call returns `value` (None: nothing worth saying)."""
        self._end("returns")
        if isinstance(value, int):
            value = ReturnInt.lift(value)
        self.result = None if value is None else value.node

    def never_returns(self) -> None:
        """The caller is gone."""
        self._end("never_returns")

    def _end(self, how: str) -> None:
        if self.ended:
            message = f"`{how}` after `{self.ended}`: a call has one RESULT"
            raise LawBroken(message)
        self.ended = how

    def finish(self) -> None:
        """Check what can only be seen at the end of the page."""
        if self.ended is None:
            message = "the page has no RESULT: end it with returns or never_returns"
            raise LawBroken(message)
        choices = {p.node() for p in self._params.values() if p.role == "choice"}
        for rung in self.rungs:
            if choices & set(postorder([rung.when])):
                message = (
                    f"a `{rung.kind}` line depends on what the kernel chooses; errors "
                    "are decided before the CHOICE, on the state and the arguments"
                )
                raise LawBroken(message)
        for event, index in self.inherited:
            for table in self._shape.tables.values():
                if table.inherits and table.index.type == index.type:
                    self._computed(table, event, index)

    def _computed(self, table: BoundTable, event: str, index: Node) -> None:
        written = {w.field for w in self.writes if w.target is index}
        for info in table.fields.values():
            if info.fate(event).name == "COMPUTED" and info.name not in written:
                message = (
                    f"{info.name} is COMPUTED at {event}, and the page does not say "
                    f"it: write it, or give it with .but({info.name.split('.')[1]}=...)"
                )
                raise LawBroken(message)


def _initially(info: FieldInfo, index: Type, row: Term) -> Term:
    """What the field of `row` holds at boot."""
    parameter = make("PARAM", attr="row", of=index)
    return info.kind(substitute(info.initial, {parameter: row.node}))


class ReturnInt(Int, bits=16):
    """A number that a call returns."""

    __slots__ = ()
