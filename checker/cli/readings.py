"""`pidproof readings`: which properties each reading breaks."""

from __future__ import annotations

from typing import Annotated

import typer


def readings(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Systems; all of them by default.")
    ] = None,
    *,
    scope: Annotated[
        str, typer.Option(help="Sizes of the sorts; small is enough to tell.")
    ] = "process=3,number=3",
    timeout: Annotated[
        float | None, typer.Option(min=0.0, help="Stop after this many seconds.")
    ] = None,
) -> int:
    """Check each system under each option, and say what changes."""
    from checker.cli.comparing import compare_readings

    return compare_readings(tuple(systems or ()), scope, timeout)
