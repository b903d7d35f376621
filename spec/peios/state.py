"""The Process Security Block: what a process is, apart from on whose behalf it acts.

Source   Peios v0.20, claims A13 to A16, C16 to C19, E14 to E25, I01 to I37
Modelled the GUID, the PIP pair, the seven one-way mitigations, no_child_process and
         ui_access, with their fates at fork and exec
Not      the process's security descriptor; the token; what a mitigation then forbids,
         except pie at exec and no_child_process at fork
"""

from __future__ import annotations

from typing import Final

from spec.lang import (
    COMPUTED,
    COPIED,
    FALSE,
    KEPT,
    SHARED,
    Bool,
    Enum,
    Int,
    Row,
    SetOf,
    Sort,
    Table,
    field,
)
from spec.process import state as shared
from spec.process.images import SIGNED
from spec.process.sorts import INIT, Process


class Guid(Sort):
    """A Process GUID: never given to two processes, however long the system runs."""


GUID_OF_INIT: Final = Guid.element(0)


class Guids(SetOf[Guid], element=Guid):
    """A set of GUIDs."""


class PipType(Int, bits=11):
    """How a program is protected; as wide as the largest type that has a name."""


class PipTrust(Int, bits=14):
    """How far a program is trusted; as wide as the largest trust that has a name."""


NONE: Final = PipType.lift(0)
PROTECTED: Final = PipType.lift(512)
ISOLATED: Final = PipType.lift(1024)
UNTRUSTED: Final = PipTrust.lift(0)
TRUSTED_BASE: Final = PipTrust.lift(8192)


class Mitigation(Enum):
    """A hardening that a process can take on and never put off."""

    members = ("WXP", "TLP", "LSV", "CFIF", "CFIB", "PIE", "SML")


WXP: Final = Mitigation.of("WXP")
TLP: Final = Mitigation.of("TLP")
LSV: Final = Mitigation.of("LSV")
CFIF: Final = Mitigation.of("CFIF")
CFIB: Final = Mitigation.of("CFIB")
PIE: Final = Mitigation.of("PIE")
SML: Final = Mitigation.of("SML")


class Mitigations(SetOf[Mitigation], element=Mitigation):
    """A set of mitigations."""


class PsbRow(Row[Process]):
    """The security block of one process."""

    guid = field(
        Guid,
        initial=GUID_OF_INIT,
        fork=COMPUTED,
        thread=SHARED,
        exec=KEPT,
        cite="A15; A16; E01",
    )
    pip_type = field(
        PipType,
        initial=NONE,
        fork=COPIED,
        thread=SHARED,
        exec=COMPUTED,
        cite="C16; E14",
    )
    pip_trust = field(
        PipTrust,
        initial=UNTRUSTED,
        fork=COPIED,
        thread=SHARED,
        exec=COMPUTED,
        cite="C16; E14",
    )
    mitigations = field(
        Mitigations,
        initial=Mitigations.containing(),
        fork=COPIED,
        thread=SHARED,
        exec=KEPT,
        cite="C17; E24",
    )
    has_no_child = field(
        Bool,
        initial=FALSE,
        fork=COPIED,
        thread=SHARED,
        exec=KEPT,
        cite="C18; E25",
    )
    has_ui_access = field(
        Bool,
        initial=FALSE,
        fork=COPIED,
        thread=SHARED,
        exec=KEPT,
        cite="C17; I31",
    )


class Kernel(shared.Kernel):
    """The state of Peios."""

    psb = Table(Process, PsbRow, inherits=True)
    guids_used = field(Guids, initial=Guids.containing(GUID_OF_INIT), cite="A13")


def boot(new: Kernel) -> None:
    """Init, which is peinit, runs from a signed file (claim M02)."""
    shared.boot(new)
    new.process[INIT].image = SIGNED
    new.psb[INIT].pip_type = PROTECTED
    new.psb[INIT].pip_trust = TRUSTED_BASE
