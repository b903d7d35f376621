"""GUIDs: each names one process for ever (Peios)."""

from __future__ import annotations

from properties.words import PEIOS, every_existing, every_newborn, every_survivor
from spec.lang import Bool, CallView, Outcome, always, every_step, implies
from spec.peios.state import Kernel


@always(claims=("A13", "A15"), systems=PEIOS)
def no_two_processes_share_a_guid(s: Kernel) -> Bool:
    """Two existing processes never have one GUID."""
    return every_existing(
        s,
        lambda p: every_existing(
            s, lambda q: implies(s.psb[p].guid == s.psb[q].guid, p == q)
        ),
    )


@every_step(claims=("A13", "A15", "C22"), systems=PEIOS)
def a_guid_is_never_reused(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A new process's GUID was never given out, and is noted as given."""
    return every_newborn(
        old,
        new,
        lambda p: (
            ~old.guids_used.has(new.psb[p].guid) & new.guids_used.has(new.psb[p].guid)
        ),
    )


@every_step(claims=("A13",), systems=PEIOS)
def no_guid_is_forgotten(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What was given out stays noted as given, after its process is gone too."""
    return new.guids_used.includes(old.guids_used)


@every_step(claims=("A14", "E01"), systems=PEIOS)
def a_process_keeps_its_guid(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A process has one GUID from its creation until it is gone."""
    return every_survivor(old, new, lambda p: old.psb[p].guid == new.psb[p].guid)
