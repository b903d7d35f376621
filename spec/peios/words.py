"""The words of the security block: tiers, dominance, GUIDs nobody has had.

Source   Peios claims E14, E16, E18, I04, A13
"""

from __future__ import annotations

from spec.lang import Bool, ite, some_of, the_one
from spec.peios.state import (
    NONE,
    PROTECTED,
    TRUSTED_BASE,
    UNTRUSTED,
    Guid,
    Kernel,
    PipTrust,
    PipType,
)
from spec.process.images import Image, is_signed
from spec.process.sorts import Process


def type_of(image: Image) -> PipType:
    """The PIP type that a file's signature gives to those who run it."""
    return ite(is_signed(image), PROTECTED, NONE)


def trust_of(image: Image) -> PipTrust:
    """The PIP trust that a file's signature gives to those who run it."""
    return ite(is_signed(image), TRUSTED_BASE, UNTRUSTED)


def dominates(s: Kernel, subject: Process, target: Process) -> Bool:
    """The target is of type None, or the subject is at least its equal in both."""
    mine, its = s.psb[subject], s.psb[target]
    return (its.pip_type == NONE) | (
        (mine.pip_type >= its.pip_type) & (mine.pip_trust >= its.pip_trust)
    )


def has_unused_guid(s: Kernel) -> Bool:
    """Some GUID has never been given to a process."""
    return some_of(Guid, lambda g: ~s.guids_used.has(g))


def unused_guid(s: Kernel) -> Guid:
    """A GUID that has never been given to a process."""
    return the_one(Guid, lambda g: ~s.guids_used.has(g))
