"""`pidproof prove` and `pidproof verify`: proof for any number, and its certificate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Method(StrEnum):
    """How to prove at a scope."""

    K_INDUCTION = "k-induction"
    PDR = "pdr"
    ABC = "abc"


def prove(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Systems; all of them by default.")
    ] = None,
    *,
    properties: Annotated[
        list[str] | None,
        typer.Option("--property", "-p", help="Only this property; may be repeated."),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Also what no proof is expected of (the manifest)."),
    ] = False,
    reading: Annotated[
        list[str] | None, typer.Option(help="Settle an open question: name=option.")
    ] = None,
    scope: Annotated[
        str | None, typer.Option(help="Prove at this scope only: process=4,number=5.")
    ] = None,
    method: Annotated[
        Method | None, typer.Option(help="How to prove at a scope; default: pdr.")
    ] = None,
    mutant: Annotated[
        str | None, typer.Option(help="At a scope: this mutant of the system.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Directory to write the certificate to.")
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="See which mutants the proof notices.")
    ] = False,
    most_mutants: Annotated[
        int | None,
        typer.Option(min=1, help="With --mutants: so many, evenly spread over all."),
    ] = None,
    strengthen: Annotated[
        bool,
        typer.Option(
            "--strengthen/--no-strengthen",
            help="Whether to look for lemmas where the given ones are not enough.",
        ),
    ] = True,
    without_lemmas: Annotated[
        bool,
        typer.Option("--without-lemmas", help="Leave out the lemmas that are given."),
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.0, help="Seconds for one obligation; at a scope, for one property."
        ),
    ] = 10.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Prove properties for any number of processes and of everything else.

    Unless properties are named: those that a proof is expected of, or with --all each.
    With --scope or --method, prove them at a scope instead, without visiting states.
    """
    if scope is not None or method is not None or mutant is not None:
        if certificate is not None or mutants:
            raise typer.BadParameter(
                "--certificate and --mutants belong to proofs for any number: leave "
                "out --scope, --method and --mutant"
            )
        from checker.cli import proving_at_scope

        return proving_at_scope.run(
            proving_at_scope.Wanted(
                systems=tuple(systems or ()),
                properties=tuple(properties or ()),
                scope=scope,
                method=None if method is None else method.value,
                reading=tuple(reading or ()),
                mutant=mutant,
                timeout=timeout,
                json=json,
            )
        )
    from checker.cli.proving import Wanted, run

    wanted = Wanted(
        systems=tuple(systems or ()),
        properties=tuple(properties or ()),
        every=every,
        reading=tuple(reading or ()),
        certificate=certificate,
        mutants=mutants,
        most_mutants=most_mutants,
        strengthen=strengthen,
        without_lemmas=without_lemmas,
        timeout=timeout,
        json=json,
    )
    return run(wanted)


def verify(
    directories: Annotated[list[Path], typer.Argument(help="Certificates.")],
    *,
    timeout: Annotated[
        float, typer.Option(min=0.0, help="Seconds for one obligation.")
    ] = 30.0,
) -> int:
    """Check certificates with a second solver, in processes of their own."""
    from checker.cli.verifying import run

    return run(directories, timeout)
