"""What becomes of a field at fork, at thread creation and at exec.

The manual's tables ("is inherited", "is not inherited", "survives exec") are these
declarations: every field of a table that takes part in creation makes all three, and
the tables that `pidproof show` prints are read from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from spec.lang.terms import Term

EVENTS: Final = ("fork", "thread", "exec")
FATES: Final = {
    "fork": ("COPIED", "SHARED", "FRESH", "COMPUTED"),
    "thread": ("COPIED", "SHARED", "FRESH", "COMPUTED"),
    "exec": ("KEPT", "RESET", "COMPUTED"),
}
"""What can become of a field at each event: creation makes a row, exec keeps one."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What one event does to one field; `value` belongs to FRESH and RESET."""

    name: str
    value: Term | None = None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name} {self.value!r}"


COPIED: Final = Fate("COPIED")
"""The new row holds an independent copy of the creator's value."""
SHARED: Final = Fate("SHARED")
"""Creator and created see one value."""
KEPT: Final = Fate("KEPT")
"""The value survives."""
COMPUTED: Final = Fate("COMPUTED")
"""The page of the call says it; a page that does not is refused."""


def FRESH(value: Term) -> Fate:
    """The new row starts with `value`, whatever the creator has."""
    return Fate("FRESH", value)


def RESET(value: Term) -> Fate:
    """The value becomes `value`."""
    return Fate("RESET", value)


@dataclass(frozen=True, slots=True)
class Inherited:
    """A row made by an event from another row; `but` gives the COMPUTED fields."""

    event: str
    source: object
    given: dict[str, Term] = field(default_factory=dict)

    def but(self, **given: Term) -> Inherited:
        """The same row with these fields as given (they must be COMPUTED)."""
        return Inherited(self.event, self.source, self.given | given)


def forked(source: object) -> Inherited:
    """The row that fork makes from `source`."""
    return Inherited("fork", source)


def threaded(source: object) -> Inherited:
    """The row that thread creation makes from `source`."""
    return Inherited("thread", source)


def execed(source: object) -> Inherited:
    """What exec leaves of `source`."""
    return Inherited("exec", source)


def spawned(source: object) -> Inherited:
    """The row that creation makes from `source`, once exec has gone over it."""
    return Inherited("spawn", source)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A row as it was before anything existed."""


CLEARED: Final = Cleared()
