"""Rules for calls that do more than they should: to other rows, or to other cells.

Like `mutations`, one change each, with a name that says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checker.mutants.mutations import Breakage
from spec.lang import simplify
from spec.lang.action import Action, Every, Write
from spec.lang.ir import Binding, Node, make
from spec.lang.model import Model
from spec.lang.types import EnumType, SetType, SortType


def writes_spread(_model: Model, action: Action) -> Iterator[Breakage]:
    """An effect on one row happens to every row.

    Only where nothing else of the call writes the field: every row gets one value.
    """
    fields = [write.field for write in action.writes]
    for write in action.writes:
        row = write.target
        if not isinstance(row, Node) or fields.count(write.field) > 1:
            continue
        kind = row.type
        assert isinstance(kind, SortType | EnumType)
        level = 1 + max(term.height for term in write.terms())
        everyone = Every(make("VAR", attr=level, of=kind), simplify.TRUE)
        spread = replace(write, target=everyone)
        writes = tuple(spread if w is write else w for w in action.writes)
        name = f"{action.name}_changes_{_words(write.field)}_everywhere"
        yield Breakage(name, replace(action, writes=writes))


def sets_filled(model: Model, action: Action) -> Iterator[Breakage]:
    """Of a row that the call writes, a set that it should leave alone is filled."""
    written = {write.field for write in action.writes}
    rows = {
        write.field.partition(".")[0]: write.target
        for write in reversed(action.writes)
        if isinstance(write.target, Node)
    }
    for info in model.shape.fields():
        row, kind = rows.get(info.name.partition(".")[0]), info.type
        if row is None or not isinstance(kind, SetType) or info.name in written:
            continue
        whole = make("SETOF", simplify.TRUE, attr=Binding(1, kind.element))
        filled = Write(info.name, row, whole, simplify.TRUE)
        name = f"{action.name}_fills_{_words(info.name)}"
        yield Breakage(name, replace(action, writes=(*action.writes, filled)))


def _words(field: str) -> str:
    return field.replace(".", "_")
