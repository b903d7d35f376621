"""`pidproof list`: what there is to check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

import typer


class Kind(StrEnum):
    """What to list."""

    SYSTEMS = "systems"
    PROPERTIES = "properties"
    CLAIMS = "claims"
    READINGS = "readings"
    CALLS = "calls"


def list_all(
    kinds: Annotated[
        list[Kind] | None, typer.Argument(help="What to list; everything by default.")
    ] = None,
    *,
    system: Annotated[str | None, typer.Option(help="Only of this system.")] = None,
) -> int:
    """List systems, properties, claims and readings."""
    from checker.cli.naming import system_named

    names = [system_named(system).name] if system else None
    for kind in kinds or [Kind.SYSTEMS, Kind.READINGS, Kind.PROPERTIES, Kind.CLAIMS]:
        _section(kind, list(_ROWS[kind](names)))
    return 0


def _section(kind: Kind, rows: Sequence[tuple[str, str]]) -> None:
    print(f"{kind.value} ({len(rows)})")
    width = max((len(name) for name, _ in rows), default=0)
    for name, about in rows:
        print(f"  {name.ljust(width)}  {about}".rstrip())
    print()


def _systems(names: list[str] | None) -> Iterator[tuple[str, str]]:
    from spec.systems import SYSTEMS

    for system in SYSTEMS.values():
        if names is None or system.name in names:
            yield system.name, system.title


def _readings(names: list[str] | None) -> Iterator[tuple[str, str]]:
    from spec.systems import SYSTEMS

    for name, _ in _systems(names):
        for reading in SYSTEMS[name].readings:
            options = " | ".join(
                f"[{option}]" if option == reading.default else option
                for option in reading.options
            )
            yield f"{name} {reading.name} = {options}", reading.about


def _properties(names: list[str] | None) -> Iterator[tuple[str, str]]:
    from properties.catalogue import CATALOGUE
    from spec.systems import SYSTEMS

    for prop in CATALOGUE:
        about = prop.systems or tuple(SYSTEMS)
        if names is None or set(names) & set(about):
            yield prop.name, f"{prop.kind}; {', '.join(about)}. {_first_line(prop.doc)}"


def _first_line(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ")


def _claims(names: list[str] | None) -> Iterator[tuple[str, str]]:
    from properties.ledger import LEDGERS, ledger

    for name in LEDGERS:
        if names is None or name in _ledgers(names):
            for claim in ledger(name).values():
                checked = ", ".join(claim.properties) or claim.why
                said = checked or "nothing checks it yet"
                yield claim.id, f"{claim.text} [{said}]"


def _ledgers(names: list[str]) -> set[str]:
    """The ledgers that are about these systems: Unix has two."""
    return {*names, "linux"} if "unix" in names else set(names)


def _calls(names: list[str] | None) -> Iterator[tuple[str, str]]:
    from spec.systems import SYSTEMS

    for name, _ in _systems(names):
        for action in SYSTEMS[name].model().actions:
            yield f"{name} {action.name}", _first_line(action.doc)


_ROWS = {
    Kind.SYSTEMS: _systems,
    Kind.PROPERTIES: _properties,
    Kind.CLAIMS: _claims,
    Kind.READINGS: _readings,
    Kind.CALLS: _calls,
}
