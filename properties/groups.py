"""Groups and sessions: every process is in one of each, and groups nest in sessions."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_existing,
    every_newborn,
    every_survivor,
)
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.sorts import Process
from spec.process.state import Kernel, Processes
from spec.process.words import exists, members_of


@always(claims=("G02",), source="credentials(7) DESCRIPTION", systems=UNIX_LIKE)
def every_group_is_within_one_session(s: Kernel) -> Bool:
    """Two members of one group are in one session."""
    return every_existing(
        s,
        lambda p: every_existing(
            s,
            lambda q: implies(
                s.process[p].group == s.process[q].group,
                s.process[p].session == s.process[q].session,
            ),
        ),
    )


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
def group_and_session_change_only_to_found_new_ones(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Who leaves its group or session leads new ones, of which nobody was a member."""

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
        lambda p: (
            (
                (old.process[p].group == new.process[p].group)
                & (old.process[p].session == new.process[p].session)
            )
            | founds(p)
        ),
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


@every_step(claims=("C24",), source="fork(2) DESCRIPTION", systems=UNIX_LIKE)
def a_new_process_is_in_its_creators_group_and_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A child starts where its parent is."""
    return every_newborn(
        old,
        new,
        lambda p: (
            (new.process[p].group == old.process[new.process[p].parent].group)
            & (new.process[p].session == old.process[new.process[p].parent].session)
        ),
    )


@sometimes(claims=("G07", "topaz 5:1"))
def there_are_two_groups_of_two(s: Processes) -> Bool:
    """Groups have members beside their leaders, and there are several."""

    def has_company(process: Process) -> Bool:
        return some_of(
            Process,
            lambda q: (
                exists(s, q)
                & (q != process)
                & (s.process[q].group == s.process[process].group)
            ),
        )

    return some_of(
        Process,
        lambda p: (
            exists(s, p)
            & has_company(p)
            & some_of(
                Process,
                lambda q: (
                    exists(s, q)
                    & has_company(q)
                    & (s.process[q].group != s.process[p].group)
                ),
            )
        ),
    )
