"""`pidproof show`: a call, a field or the inheritance, printed from what was traced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from spec.lang import Model
    from spec.lang.action import Action, Every, Write
    from spec.lang.ir import Node

NARROW = 26


def show(
    what: Annotated[
        str,
        typer.Argument(help="A call, an event, a field, or `inheritance`."),
    ],
    *,
    system: Annotated[
        str | None, typer.Option(help="Of this system; default: each that has it.")
    ] = None,
    reading: Annotated[
        list[str] | None, typer.Option(help="Under this reading: name=option.")
    ] = None,
) -> int:
    """Show the contract of a call, the life of a field, or the inheritance tables."""
    from checker.cli.checking import reading_for
    from checker.cli.declared import INHERITANCE
    from checker.cli.naming import system_named
    from spec.lang.model import lookup
    from spec.systems import SYSTEMS

    names = [system_named(system).name] if system else list(SYSTEMS)
    models = {
        n: SYSTEMS[n].model(reading_for(n, reading or (), strict=bool(system)))
        for n in names
    }
    things = [INHERITANCE]
    for model in models.values():
        things += [a.name for a in model.actions]
        things += [f.name for f in model.shape.fields()]
    lookup(dict.fromkeys(things), what, "call")
    shown: dict[str, list[str]] = {}
    for name, model in models.items():
        text = "\n".join(_page(model, what))
        if text:
            shown.setdefault(text, []).append(name)
    for text, systems in shown.items():
        print(f"{what}  ({', '.join(systems)})\n{text.rstrip()}\n")
    return 0


def _page(model: Model, what: str) -> Iterator[str]:
    """What the model says of it, line by line; nothing when it has none."""
    from checker.cli.declared import INHERITANCE, field_page, inheritance

    fields = {info.name: info for info in model.shape.fields()}
    if what == INHERITANCE:
        yield from inheritance(model)
    elif what in fields:
        yield from field_page(model, fields[what])
    elif what in {action.name for action in model.actions}:
        yield from contract(model, model.action(what))


def contract(model: Model, action: Action) -> Iterator[str]:
    """The contract, line by line."""
    from spec.lang.prose import infix

    yield from (f"    {line}".rstrip() for line in action.doc.splitlines())
    yield ""
    yield f"SOURCE   {action.source}"
    yield f"CALL     {_signature(action)}"
    if infix(action.able) != "TRUE":
        yield f"ABLE     when {infix(action.able)}"
    yield from _ladder(action)
    for pick in action.picks:
        yield f"CHOICE   {pick.param} in {infix(pick.among)}"
    yield from _effects(action)
    yield f"RESULT   {_result(action)}"
    yield from _inheritance(model, action)


def _signature(action: Action) -> str:
    from spec.lang.prose import type_name

    given = ", ".join(
        f"{param.name}: {type_name(param.type)}" for param in action.arguments()
    )
    return f"{action.name}({given})"


def _ladder(action: Action) -> Iterator[str]:
    from spec.lang.prose import infix

    if not action.rungs:
        yield "ERRORS   none"
    for number, rung in enumerate(action.rungs):
        head = "ERRORS   " if number == 0 else "         "
        for alternative in rung.alternatives:
            said = f"{alternative.error} when {infix(alternative.when)}"
            yield f"{head}{said}   [{alternative.cite}]"
            head = "      or "
        if not rung.alternatives:
            word = {"blocks": "(sleeps)"}.get(rung.kind, "(out of scope)")
            cite = f"   [{rung.cite}]" if rung.cite else ""
            yield f"{head}{word} when {infix(rung.when)}{cite}"


def _effects(action: Action) -> Iterator[str]:
    if not action.writes:
        yield "EFFECT   none"
    for number, write in enumerate(action.writes):
        head = "EFFECT   " if number == 0 else "         "
        yield f"{head}{_effect(write)}"


def _effect(write: Write) -> str:
    from spec.lang.prose import infix

    condition = infix(write.when)
    unless = "" if condition == "TRUE" else f", when {condition}"
    return f"{_target(write)} becomes {infix(write.value)}{unless}"


def _target(write: Write) -> str:
    from spec.lang.action import Every
    from spec.lang.prose import infix

    if write.target is None:
        return write.field
    table, column = write.field.split(".")
    if isinstance(write.target, Every):
        return _each(write.target, table, column)
    return f"{table}[{infix(write.target)}].{column}"


def _each(every: Every, table: str, column: str) -> str:
    from spec.lang.prose import infix

    name = infix(every.variable)
    return f"{table}[{name}].{column}, for each {name} with {infix(every.member)},"


def _result(action: Action) -> str:
    if not action.returns:
        return "never returns" if action.kind == "syscall" else "none"
    return _said(action.result)


def _said(result: Node | None) -> str:
    from spec.lang.prose import infix

    return "nothing" if result is None else infix(result)


def _inheritance(model: Model, action: Action) -> Iterator[str]:
    """What the events that the page applies do to each field, as it is declared."""
    from checker.cli.declared import fate_of

    for event in action.inherits:
        yield ""
        yield f"INHERITANCE at {event}"
        for table in model.shape.tables.values():
            if table.inherits:
                for info in table.fields.values():
                    fate = fate_of(info, event)
                    yield f"  {info.name.ljust(NARROW)} {fate.ljust(20)} {info.cite}"
