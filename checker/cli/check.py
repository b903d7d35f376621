"""`pidproof check`: are the properties true, and how does one know."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class EngineName(StrEnum):
    """How to look for a violation."""

    EXPLORE = "explore"
    BMC = "bmc"
    INDUCTION = "induction"
    REFERENCE = "reference"


def check(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Systems; all of them by default.")
    ] = None,
    *,
    properties: Annotated[
        list[str] | None,
        typer.Option("--property", "-p", help="Only this property; may be repeated."),
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(help="Sizes of sorts, and arguments: process=4,sig=TERM+STOP."),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(min=0, help="Steps: the bound, or the k of induction.")
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="How to look for a violation.")
    ] = EngineName.EXPLORE,
    reading: Annotated[
        list[str] | None,
        typer.Option(help="Settle an open question: name=option; may be repeated."),
    ] = None,
    mutant: Annotated[
        str | None, typer.Option(help="Check this mutant instead of the system.")
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Threads of the search; default: all processors."),
    ] = None,
    memory: Annotated[
        str | None, typer.Option(help="Most memory of the search: 8G, 500M.")
    ] = None,
    spill: Annotated[
        Path | None, typer.Option(help="Directory for what does not fit in memory.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="File that a killed search can resume from.")
    ] = None,
    checkpoint_every: Annotated[
        float, typer.Option(min=0.0, help="Seconds between two checkpoints.")
    ] = 600.0,
    resume: Annotated[
        Path | None, typer.Option(help="Checkpoint to continue from.")
    ] = None,
    fingerprint: Annotated[
        bool, typer.Option("--fingerprint", help="Store hashes instead of states.")
    ] = False,
    symmetry: Annotated[
        bool, typer.Option(help="Search one of several interchangeable states.")
    ] = True,
    slices: Annotated[
        bool, typer.Option("--slice/--no-slice", help="Leave out what cannot matter.")
    ] = True,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="With --scope: search for every call and error, too.",
        ),
    ] = False,
    goals: Annotated[
        bool, typer.Option(help="Ask whether each call and each error can happen.")
    ] = True,
    deadlock: Annotated[
        bool, typer.Option("--deadlock", help="Ask whether everything can stop.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0.0, help="Stop after this many seconds.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Say how the searches were reduced.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with the verdicts and the runs.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Directory to write each run to, as a trace.")
    ] = None,
) -> int:
    """Check properties of systems, and say what was found."""
    from checker.cli import checking

    asked = checking.Asked(
        systems=tuple(systems or ()),
        properties=tuple(properties or ()),
        scope=scope,
        depth=depth,
        engine=engine.value,
        reading=tuple(reading or ()),
        mutant=mutant,
        everything=everything,
        goals=goals and not properties,
        deadlock=deadlock,
        verbose=verbose,
        slices=slices,
        symmetry=symmetry,
        timeout=timeout,
        threads=threads,
        memory=memory,
        spill=spill,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
        resume=resume,
        fingerprint=fingerprint,
        json=json,
        html=html,
        save=save,
    )
    return checking.run(asked)
