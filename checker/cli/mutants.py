"""`pidproof mutants`: does anything notice a broken specification."""

from __future__ import annotations

from typing import Annotated

import typer


def mutants(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Systems; all of them by default.")
    ] = None,
    *,
    scope: Annotated[
        str, typer.Option(help="Sizes of the sorts; small is enough to tell.")
    ] = "process=3,number=4",
    reading: Annotated[
        list[str] | None, typer.Option(help="Settle an open question: name=option.")
    ] = None,
    least: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Fail if the score is lower than this."),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(min=1, help="Try so many of each system, spread over all."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Look at random runs only; what they leave open counts as missed.",
        ),
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0.0, help="Stop after this many seconds.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Break the specification in every small way, and see which property notices."""
    from checker.cli.mutating import Wanted, run

    wanted = Wanted(
        systems=tuple(systems or ()),
        scope=scope,
        reading=tuple(reading or ()),
        least=least,
        most=most,
        quick=quick,
        timeout=timeout,
        json=json,
    )
    return run(wanted)
