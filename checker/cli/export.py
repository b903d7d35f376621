"""`pidproof export`: a model in the language of somebody else's checker."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """What to write."""

    TLA = "tla"
    AIGER = "aiger"
    BTOR2 = "btor2"


def export(
    form: Annotated[
        Form,
        typer.Argument(
            help="tla: a module for TLC. aiger, btor2: the circuit at the scope."
        ),
    ],
    systems: Annotated[
        list[str] | None,
        typer.Argument(help="Systems; several, or all of them, into --output."),
    ] = None,
    *,
    properties: Annotated[
        list[str] | None,
        typer.Option("--property", "-p", help="Only this property; may be repeated."),
    ] = None,
    scope: Annotated[
        str | None, typer.Option(help="Sizes of the sorts: process=4,number=5.")
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(help="Settle an open question: name=option; may be repeated."),
    ] = None,
    mutant: Annotated[
        str | None, typer.Option(help="Export this mutant instead of the system.")
    ] = None,
    slices: Annotated[
        bool,
        typer.Option("--slice", help="Only what the properties depend on."),
    ] = False,
    count: Annotated[
        bool,
        typer.Option(help="tla: search the model, and say what TLC should count."),
    ] = True,
    timeout: Annotated[
        float, typer.Option(min=0.0, help="Seconds for the count.")
    ] = 60.0,
    output: Annotated[
        Path | None, typer.Option(help="Directory to write to; otherwise it is shown.")
    ] = None,
) -> int:
    """Write a model for another checker: TLA+, AIGER or BTOR2."""
    from checker.cli import exporting

    wanted = exporting.Wanted(
        form=form.value,
        systems=tuple(systems or ()),
        properties=tuple(properties or ()),
        scope=scope,
        reading=tuple(reading or ()),
        mutant=mutant,
        slices=slices,
        count=count,
        timeout=timeout,
        output=output,
    )
    return exporting.run(wanted)
