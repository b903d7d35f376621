"""What the security block adds to fork and execve, at the points where they ask.

Source   Peios v0.20, claims A13, A15, E13 to E16, E28, I32, I35; readings X10, X17, X33
Modelled the refusal of fork under no_child_process, the fresh GUID, the PIP pair from
         the file's signature, the refusal of programs at fixed addresses under pie
Not      FILE_EXECUTE on the file (E29); pinning (E34); core dumps (E30)
"""

from __future__ import annotations

from spec.lang import Bool, Errno, Step, ite
from spec.lang.step import Hook
from spec.peios.state import LSV, PIE, Guids, Kernel, Mitigations
from spec.peios.words import (
    has_unused_guid,
    trust_of,
    type_of,
    unused_guid,
)
from spec.process.images import Image, is_position_independent, is_signed
from spec.process.sorts import EACCES, EPERM, Process


def refuse_children(denial: Errno) -> Hook:
    """At fork: no_child_process refuses, with the error of the reading `denial`."""

    def task_alloc(step: Step, old: Kernel, caller: Process) -> None:
        """A process with no_child_process creates none."""
        step.fails(denial, when=old.psb[caller].has_no_child, cite="I32; I35")

    return task_alloc


def spend_no_guid_twice(step: Step, old: Kernel) -> None:
    """At fork: the GUIDs of a scope run out, those of the world do not."""
    step.out_of_scope(when=~has_unused_guid(old), cite="A22")


def require_tcb(step: Step, has_tcb: Bool) -> None:
    """At set_tid: the thread's token has SeTcbPrivilege, or has not.

    Tokens are not on this page: whether it has is an argument.
    """
    step.fails(EPERM, when=~has_tcb, cite="D14; K12.2")


def name_child(old: Kernel, new: Kernel, child: Process) -> None:
    """At fork: the child gets a GUID that no process ever had."""
    guid = unused_guid(old)
    new.psb[child].guid = guid
    new.guids_used = old.guids_used | Guids.containing(guid)


def refuse_fixed_address(
    step: Step, old: Kernel, caller: Process, image: Image
) -> None:
    """At exec: under pie a program linked at a fixed address is refused."""
    refused = old.psb[caller].mitigations.has(PIE) & ~is_position_independent(image)
    step.fails(EACCES, when=refused, cite="E28")


def assign_tier(new: Kernel, caller: Process, image: Image) -> None:
    """At exec: the file's signature, and nothing else, decides the PIP pair."""
    new.psb[caller].pip_type = type_of(image)
    new.psb[caller].pip_trust = trust_of(image)


def assign_tier_to_child(new: Kernel, child: Process, image: Image) -> None:
    """At posix_spawn: the same of a child, whose first exec this is."""
    new.psb[child].pip_type = type_of(image)
    new.psb[child].pip_trust = trust_of(image)


def assign_tier_once(old: Kernel, new: Kernel, caller: Process, image: Image) -> None:
    """At exec, as one document has it: the first exec decides, later ones keep."""
    first = ~old.process[caller].has_execed
    me = old.psb[caller]
    new.psb[caller].pip_type = ite(first, type_of(image), me.pip_type)
    new.psb[caller].pip_trust = ite(first, trust_of(image), me.pip_trust)


def verify_libraries(old: Kernel, new: Kernel, caller: Process, image: Image) -> None:
    """At exec, as the next version has it: a protected process verifies libraries."""
    with_lsv = old.psb[caller].mitigations | Mitigations.containing(LSV)
    new.psb[caller].mitigations = ite(
        is_signed(image), with_lsv, old.psb[caller].mitigations
    )
