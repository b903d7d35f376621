"""The commands. Nothing heavy is imported here: `pidproof --help` is instant."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import (
    audit,
    check,
    export,
    listing,
    mutants,
    prove,
    readings,
    replay,
    show,
    simulate,
)

app = typer.Typer(
    name="pidproof",
    help="An executable specification of processes, and the checker that checks it.",
    epilog="Exit codes: 0 as expected, 1 usage, 5 inconclusive, 10 not reachable, "
    "11 deadlock, 12 invariant violated, 13 step property violated, 74 report not "
    "written, 75 evaluation failed, 150 the specification breaks a law, or a log "
    "cannot be read.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)

app.command("check")(check.check)
app.command("list")(listing.list_all)
app.command("export")(export.export)
app.command("show")(show.show)
app.command("replay")(replay.replay)
app.command("mutants")(mutants.mutants)
app.command("simulate")(simulate.simulate)
app.command("readings")(readings.readings)
app.command("prove")(prove.prove)
app.command("verify")(prove.verify)
app.command("audit", help=audit.RECORDING)(audit.audit)


def _version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import (
            PackageNotFoundError,
            version,
        )

        try:
            number = version("pidproof")
        except PackageNotFoundError:
            number = "not installed"
        print(f"pidproof {number}")
        raise typer.Exit


@app.callback()
def front(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda wanted: _version(wanted=wanted),
            help="Print the version and stop.",
        ),
    ] = False,
) -> None:
    """An executable specification of processes, and the checker that checks it."""
    del version
