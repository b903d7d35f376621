"""`pidproof simulate`: long random runs of the whole model, everything checked."""

from __future__ import annotations

from typing import Annotated

import typer


def simulate(
    systems: Annotated[
        list[str] | None, typer.Argument(help="Systems; all of them by default.")
    ] = None,
    *,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same runs.")] = 1,
    steps: Annotated[int, typer.Option(min=1, help="Steps of one run.")] = 10_000,
    seconds: Annotated[
        float, typer.Option(min=0.0, help="How long to go on, for each system.")
    ] = 5.0,
    scope: Annotated[
        str, typer.Option(help="Sizes of the sorts.")
    ] = "process=4,number=5",
    reading: Annotated[
        list[str] | None, typer.Option(help="Settle an open question: name=option.")
    ] = None,
    mutant: Annotated[
        str | None, typer.Option(help="Simulate this mutant instead of the system.")
    ] = None,
) -> int:
    """Make long random runs and check every property in every state and step."""
    from checker.cli.simulating import Wanted, run

    wanted = Wanted(
        systems=tuple(systems or ()),
        seed=seed,
        steps=steps,
        seconds=seconds,
        scope=scope,
        reading=tuple(reading or ()),
        mutant=mutant,
    )
    return run(wanted)
