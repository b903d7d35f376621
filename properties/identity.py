"""Names: what a process, a thread or a group is called decides nothing.

Read as two runs: give every number and every GUID another one, throughout the state and
in the arguments of the call, and the same calls are refused.
"""

from __future__ import annotations

from typing import Final

from properties.words import PEIOS, UNIX_LIKE
from spec.lang import TwoRuns, two_runs
from spec.peios.state import Guid
from spec.process.sorts import EACCES, EPERM, Number


@two_runs(
    renamed=(Number,),
    errors=(EPERM, EACCES),
    systems=UNIX_LIKE,
    claims=("A21", "A24"),
    source="T200; T900",
)
def no_number_decides_an_access() -> None:
    """Which pid or tid somebody has makes no difference to what is refused."""


@two_runs(
    renamed=(Guid,),
    errors=(EPERM, EACCES),
    systems=PEIOS,
    claims=("A21",),
    source="T200; M800",
)
def no_guid_decides_an_access() -> None:
    """Which GUID somebody has makes no difference to what is refused."""


TWO_RUNS: Final[tuple[TwoRuns, ...]] = (
    no_number_decides_an_access,
    no_guid_decides_an_access,
)


def two_runs_for(name: str) -> tuple[TwoRuns, ...]:
    """The sentences about two runs that are about the system of this name."""
    return tuple(p for p in TWO_RUNS if not p.systems or name in p.systems)
