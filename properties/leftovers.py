"""Leftovers: a row that nothing uses is as it was at boot.

One property for each field that means something by itself, so that a report says what
was left behind, and a check of one need not look at the others. The status is in
`collecting`.
"""

from __future__ import annotations

from collections.abc import Callable

from properties.words import UNIX_LIKE, every_process
from spec.lang import Bool, always
from spec.peios.state import GUID_OF_INIT, NONE, UNTRUSTED
from spec.peios.state import Kernel as PeiosKernel
from spec.process.images import PROGRAM
from spec.process.sorts import NUMBER_OF_INIT, Process
from spec.process.state import Kernel, Processes
from spec.process.words import exists


def every_unused(s: Processes, holds: Callable[[Process], Bool]) -> Bool:
    """`holds` for every row that no process uses."""
    return every_process(lambda p: exists(s, p) | holds(p))


@always(claims=("F13",), source="wait(2) NOTES")
def no_parent_is_left_behind(s: Processes) -> Bool:
    """What is collected hangs below nobody."""
    return every_unused(s, lambda p: s.process[p].parent == p)


@always(claims=("F13",), source="wait(2) NOTES")
def no_number_is_left_behind(s: Processes) -> Bool:
    """What is collected has no number and no group."""
    return every_unused(
        s,
        lambda p: (
            (s.process[p].pid == NUMBER_OF_INIT)
            & (s.process[p].group == NUMBER_OF_INIT)
        ),
    )


@always(claims=("F13",), source="wait(2) NOTES")
def no_program_is_left_behind(s: Processes) -> Bool:
    """What is collected runs nothing."""
    return every_unused(s, lambda p: s.process[p].image == PROGRAM)


@always(claims=("F13",), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_session_is_left_behind(s: Kernel) -> Bool:
    """What is collected is in no session."""
    return every_unused(s, lambda p: s.process[p].session == NUMBER_OF_INIT)


@always(claims=("F13",), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_subreaper_flag_is_left_behind(s: Kernel) -> Bool:
    """What is collected adopts nobody."""
    return every_unused(s, lambda p: ~s.process[p].is_subreaper)


@always(claims=("F13",), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_mark_of_an_exec_is_left_behind(s: Kernel) -> Bool:
    """What is collected has not execed."""
    return every_unused(s, lambda p: ~s.process[p].has_execed)


@always(claims=("F33",), systems=("peios",))
def no_guid_is_left_behind(s: PeiosKernel) -> Bool:
    """What is collected has no GUID any more."""
    return every_unused(s, lambda p: s.psb[p].guid == GUID_OF_INIT)


@always(claims=("F33",), systems=("peios",))
def no_pip_is_left_behind(s: PeiosKernel) -> Bool:
    """What is collected is not protected."""
    return every_unused(
        s,
        lambda p: (s.psb[p].pip_type == NONE) & (s.psb[p].pip_trust == UNTRUSTED),
    )


@always(claims=("F33",), systems=("peios",))
def no_mitigation_is_left_behind(s: PeiosKernel) -> Bool:
    """What is collected has no mitigations."""
    return every_unused(s, lambda p: s.psb[p].mitigations.is_empty())


@always(claims=("F33",), systems=("peios",))
def no_child_process_is_not_left_behind(s: PeiosKernel) -> Bool:
    """The next process in the row may have children."""
    return every_unused(s, lambda p: ~s.psb[p].has_no_child)


@always(claims=("F33",), systems=("peios",))
def no_ui_access_is_left_behind(s: PeiosKernel) -> Bool:
    """What is collected has no ui_access."""
    return every_unused(s, lambda p: ~s.psb[p].has_ui_access)
