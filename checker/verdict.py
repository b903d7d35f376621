"""What a check can say, the same in every engine, in text, in JSON and as an exit code.

A verdict is one of six records. `json_name` is what reports say; `exit_code` is what a
process ends with, following TLC where TLC has a code for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from checker.evaluate import Transition

Run = tuple[Transition, ...]
"""Steps from the state at boot, as the reference evaluator takes them."""


@dataclass(frozen=True, slots=True)
class Proved:
    """True for any number of everything."""

    json_name: ClassVar[str] = "proved"


@dataclass(frozen=True, slots=True)
class ProvedAtScope:
    """True in the whole reachable space at this scope, or by an argument that closed.

    For a `sometimes` property, `witness` is a run that reaches an example.
    """

    witness: Run | None = None
    json_name: ClassVar[str] = "proved at scope"


@dataclass(frozen=True, slots=True)
class Bounded:
    """No violation (or no example) in runs of up to `depth` steps."""

    depth: int
    json_name: ClassVar[str] = "bounded"


@dataclass(frozen=True, slots=True)
class Violated:
    """False: `trace` is a run that shows it, replayed through the evaluator.

    For a `sometimes` property that has no example in the whole reachable space there is
    nothing to show, and `trace` is None.
    """

    trace: Run | None
    json_name: ClassVar[str] = "violated"


@dataclass(frozen=True, slots=True)
class Vacuous:
    """True only because its premise never happens; `why` says which."""

    why: str
    json_name: ClassVar[str] = "vacuous"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither: why (time, memory, solver, no induction), and what was covered."""

    reason: str
    json_name: ClassVar[str] = "unknown"


Verdict = Proved | ProvedAtScope | Bounded | Violated | Vacuous | Unknown

AS_EXPECTED: Final = 0
USAGE: Final = 1
INCONCLUSIVE: Final = 5
NOT_REACHABLE: Final = 10
DEADLOCK: Final = 11
SAFETY: Final = 12
LIVENESS: Final = 13
"""Also a step property that fails."""
EVALUATION_FAILED: Final = 75
SPEC_ERROR: Final = 150

_VIOLATED: Final = {
    "sometimes": NOT_REACHABLE,
    "deadlock": DEADLOCK,
    "always": SAFETY,
    "every_step": LIVENESS,
    "leads_to": LIVENESS,
}
_STRENGTH: Final = {"proved": 3, "proved at scope": 2, "bounded": 1}
_GRAVITY: Final = (
    SPEC_ERROR,
    EVALUATION_FAILED,
    SAFETY,
    LIVENESS,
    DEADLOCK,
    NOT_REACHABLE,
    USAGE,
    INCONCLUSIVE,
    AS_EXPECTED,
)


def exit_code(kind: str, verdict: Verdict, expected: str | None = None) -> int:
    """The exit code that one verdict deserves.

    `kind` is the property's ("always", ...). `expected` is the JSON name that a
    manifest gives; without one, "proved at scope" is expected. A verdict that is
    stronger than expected is as expected; a property that a manifest expects to be
    violated, and is not, is inconclusive.
    """
    wanted = expected or ProvedAtScope.json_name
    if verdict.json_name == wanted:
        return AS_EXPECTED
    if isinstance(verdict, Violated):
        return _VIOLATED[kind]
    strength, needed = _STRENGTH.get(verdict.json_name, 0), _STRENGTH.get(wanted)
    return AS_EXPECTED if needed is not None and strength >= needed else INCONCLUSIVE


def worst(codes: Iterable[int]) -> int:
    """The exit code for several: the gravest, a violation before doubt."""
    found = set(codes)
    return next((code for code in _GRAVITY if code in found), AS_EXPECTED)
