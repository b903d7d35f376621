"""What is declared of the state: the tables of inheritance, and one field's life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spec.lang import Model
    from spec.lang.action import Action, Write
    from spec.lang.ir import Node
    from spec.lang.schema import FieldInfo

GAP = 2
INHERITANCE = "inheritance"
"""What `show` is asked for the tables, instead of a call."""


def inheritance(model: Model) -> Iterator[str]:
    """What becomes of each field at each event: one table for each of the state's.

    The manual's lists of what is inherited, what is not and what survives exec are
    these columns, each line with what it is taken from.
    """
    from spec.lang.inherit import EVENTS

    for table in model.shape.tables.values():
        if not table.inherits:
            continue
        head = (table.name.upper(), *(f"at {event}" for event in EVENTS), "source")
        rows = [
            (
                name,
                *(fate_of(info, event) for event in EVENTS),
                info.cite,
            )
            for name, info in table.fields.items()
        ]
        yield from columns([head, *rows])
        yield ""


def columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """The rows as lines, each column as wide as its widest entry."""
    widths = [max(len(entry) for entry in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            entry.ljust(width + GAP) for entry, width in zip(row, widths, strict=True)
        )
        yield "".join(cells).rstrip()


def fate_of(info: FieldInfo, event: str) -> str:
    """What becomes of the field at the event, as it is declared."""
    from spec.lang.prose import infix

    fate = info.fate(event)
    return fate.name if fate.value is None else f"{fate.name} {infix(fate.value.node)}"


def field_page(model: Model, info: FieldInfo) -> Iterator[str]:
    """A field: its type, its fates, and the calls that change it, from what to what."""
    from spec.lang.inherit import EVENTS
    from spec.lang.prose import infix, type_name

    yield f"TYPE     {type_name(info.type)}"
    members = getattr(info.type, "members", ())
    if members:
        yield f"VALUES   {', '.join(members)}"
    yield f"AT FIRST {infix(info.initial)}"
    if info.fates:
        fates = (f"{fate_of(info, event)} at {event}" for event in EVENTS)
        yield f"BECOMES  {', '.join(fates)}"
    yield f"SOURCE   {info.cite}"
    rows = sorted({row for a in model.actions for row in _changes(a, info)})
    if rows:
        yield ""
        yield from columns([("CALL", "from", "to"), *rows])


def _changes(action: Action, info: FieldInfo) -> Iterator[tuple[str, ...]]:
    """What the call makes of the field: the values it may find, and leave."""
    from spec.lang.prose import element_name, infix

    members: tuple[str, ...] = getattr(info.type, "members", ())
    for write in action.writes:
        if write.field != info.name:
            continue
        for value in _leaves(write.value):
            after = infix(value)
            if not members:
                yield action.name, "", after
                continue
            found = [
                element_name(at, info.type)
                for at in range(len(members))
                if element_name(at, info.type) != after
                and _may_find(action, write, info, at)
            ]
            if found:
                yield action.name, ", ".join(found), after


def _leaves(value: Node) -> Iterator[Node]:
    """The values that a choice is between."""
    if value.op == "ITE":
        yield from _leaves(value.args[1])
        yield from _leaves(value.args[2])
    else:
        yield value


def _may_find(action: Action, write: Write, info: FieldInfo, member: int) -> bool:
    """Nothing that the page says outright keeps the field from being `member` before.

    What follows only from several conditions together is not seen: the table may say
    too much, and never too little.
    """
    from spec.lang.action import Every
    from spec.lang.disjoint import contradictory
    from spec.lang.ir import Place, make
    from spec.lang.simplify import constant, membership, negation, rebuilt
    from spec.lang.walk import substitute

    target = write.target
    at = target.variable if isinstance(target, Every) else target
    before = make(
        "READ",
        *(() if at is None else (at,)),
        attr=Place(info.name, "old"),
        of=info.type,
    )
    params = {param.name: param.node() for param in action.params}
    facts = [
        action.able,
        write.when,
        *(negation(rung.when) for rung in action.rungs),
        *(membership(params[pick.param], pick.among) for pick in action.picks),
    ]
    if isinstance(target, Every):
        facts.append(target.member)
    value = constant(member, info.type)
    return not contradictory(
        substitute(fact, {before: value}, rebuilt) for fact in facts
    )
