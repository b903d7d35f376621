"""The systems by name, in the order in which they are reported."""

from __future__ import annotations

from typing import Final

from spec.lang import System
from spec.lang.model import lookup
from spec.peios.system import PEIOS
from spec.topaz.system import TOPAZ
from spec.unix.system import UNIX

SYSTEMS: Final[dict[str, System]] = {s.name: s for s in (UNIX, PEIOS, TOPAZ)}


def system(name: str) -> System:
    """The system of this name; raises UnknownName, suggesting the nearest."""
    found: System = lookup(SYSTEMS, name, "system")
    return found
