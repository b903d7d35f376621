"""Sessions: who founds one, who is in it, and what it keeps."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_existing,
    every_newborn,
    every_process,
    every_survivor,
)
from spec.lang import (
    FALSE,
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
)
from spec.process.sorts import Process
from spec.process.state import Kernel
from spec.process.words import members_of


@always(claims=("G03", "G07"), source="credentials(7) DESCRIPTION", systems=UNIX_LIKE)
def every_session_leader_leads_its_group(s: Kernel) -> Bool:
    """Whose number is that of its session, its number is that of its group."""
    return every_existing(
        s,
        lambda p: implies(
            s.process[p].session == s.process[p].pid,
            s.process[p].group == s.process[p].pid,
        ),
    )


@every_step(
    claims=("C24", "E05", "G08", "facts B7", "facts E1"),
    source="setsid(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def a_session_changes_only_to_found_a_new_one(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Who leaves its session leads a new one and a group, both without any member."""

    def founds(process: Process) -> Bool:
        number = old.process[process].pid
        after = new.process[process]
        return (
            members_of(old, number).is_empty()
            & (after.group == number)
            & (after.session == number)
        )

    return every_survivor(
        old,
        new,
        lambda p: (old.process[p].session == new.process[p].session) | founds(p),
    )


@every_step(
    claims=("G08", "facts B7"),
    source="setsid(2) ERRORS EPERM",
    systems=UNIX_LIKE,
    calls=("setsid",),
)
def nobody_founds_a_group_that_exists(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A setsid succeeds only where no process, no zombie either, is in the group."""
    number = old.process[caller_of(old, call)].pid
    return implies(
        outcome.succeeded,
        every_existing(old, lambda q: old.process[q].group != number),
    )


@every_step(
    claims=("G07", "facts H12"),
    source="setsid(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("setsid",),
)
def setsid_makes_a_leader_without_a_terminal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The caller leads a new session and group, and it alone loses its terminal."""
    caller = caller_of(old, call)
    number, after = old.process[caller].pid, new.process[caller]
    is_leader = (after.group == number) & (after.session == number)
    others_keep_theirs = every_process(
        lambda q: (
            (q == caller) | (new.process[q].has_terminal == old.process[q].has_terminal)
        )
    )
    return implies(
        outcome.succeeded, is_leader & ~after.has_terminal & others_keep_theirs
    )


@every_step(
    claims=("E05", "G22", "facts E1"),
    source="execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("execve",),
)
def an_exec_keeps_group_session_and_terminal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whatever the program is, and whatever it is trusted with."""
    return every_survivor(
        old,
        new,
        lambda p: (
            (old.process[p].group == new.process[p].group)
            & (old.process[p].session == new.process[p].session)
            & (old.process[p].has_terminal == new.process[p].has_terminal)
        ),
    )


@every_step(claims=("C24",), source="fork(2) DESCRIPTION", systems=UNIX_LIKE)
def a_new_process_is_in_its_creators_group_and_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A child starts where the process that made it is."""
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _: FALSE)
    creator = old.process[caller_of(old, call)]
    return every_newborn(
        old,
        new,
        lambda p: (
            (new.process[p].group == creator.group)
            & (new.process[p].session == creator.session)
        ),
    )
