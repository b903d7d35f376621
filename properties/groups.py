"""Groups: every process is in one, and who may be moved to which."""

from __future__ import annotations

from collections.abc import Callable

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_existing,
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
from spec.process.groups import NEGATIVE, POSITIVE, ZERO, Sign
from spec.process.sorts import EACCES, ESRCH, Number, Pid, Process
from spec.process.state import Kernel, Processes
from spec.process.words import exists


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


@always(claims=("G03", "facts B10"), source="setpgid(2) NOTES", systems=UNIX_LIKE)
def a_group_is_in_the_session_of_the_process_it_is_named_after(s: Kernel) -> Bool:
    """Who is in a group that has a process's number is in that process's session."""
    return every_existing(
        s,
        lambda p: every_existing(
            s,
            lambda q: implies(
                s.process[q].group == s.process[p].pid,
                s.process[q].session == s.process[p].session,
            ),
        ),
    )


def changes_group(old: Kernel, new: Kernel, process: Process) -> Bool:
    """The process is in another group after the step."""
    return old.process[process].group != new.process[process].group


@every_step(
    claims=("C24", "E05", "G22", "facts E1"),
    source="setpgid(2) NOTES",
    systems=UNIX_LIKE,
)
def only_setpgid_and_setsid_change_a_group(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nothing else does: exec, an end and an adoption do not."""
    may = call.named("setpgid", "setsid")
    return every_survivor(old, new, lambda p: may | ~changes_group(old, new, p))


@every_step(
    claims=("G04", "facts B3"),
    source="setpgid(2) ERRORS ESRCH",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def setpgid_moves_only_the_caller_or_its_child(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nobody else's group changes."""
    caller = caller_of(old, call)
    return every_survivor(
        old,
        new,
        lambda p: (
            ~changes_group(old, new, p)
            | (p == caller)
            | (old.process[p].parent == caller)
        ),
    )


@every_step(
    claims=("G04", "facts B4", "facts B6"),
    source="setpgid(2) ERRORS EPERM",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def a_group_is_joined_within_the_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The new group is one's own, or a member, a zombie perhaps, is of the session."""

    def is_there(group: Number, session: Number) -> Bool:
        return some_of(
            Process,
            lambda q: (
                exists(old, q)
                & (old.process[q].group == group)
                & (old.process[q].session == session)
            ),
        )

    return every_survivor(
        old,
        new,
        lambda p: (
            ~changes_group(old, new, p)
            | (new.process[p].group == old.process[p].pid)
            | is_there(new.process[p].group, old.process[p].session)
        ),
    )


@every_step(
    claims=("G05", "facts B1"),
    source="setpgid(2) ERRORS EACCES",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def a_child_that_has_run_exec_is_not_moved(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Only itself can still change its group."""
    caller = caller_of(old, call)
    return every_survivor(
        old,
        new,
        lambda p: (
            ~changes_group(old, new, p) | (p == caller) | ~old.process[p].has_execed
        ),
    )


@every_step(
    claims=("G05", "facts B1"),
    source="setpgid(2) ERRORS EACCES",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def eacces_is_said_of_a_child_that_has_run_exec(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The error means that the number given is such a child's."""
    caller = caller_of(old, call)
    number = call.argument("pid", Number)
    return implies(
        outcome.failed_with(EACCES),
        some_of(
            Process,
            lambda q: (
                exists(old, q)
                & (old.process[q].pid == number)
                & (old.process[q].parent == caller)
                & (q != caller)
                & old.process[q].has_execed
            ),
        ),
    )


@every_step(
    claims=("facts B3",),
    source="setpgid(2) ERRORS ESRCH",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def neither_oneself_nor_a_child_is_said_to_be_nobody(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """ESRCH means that the number given is below zero, or of neither."""
    caller = caller_of(old, call)
    number = call.argument("pid", Number)
    sign = call.argument("pid_sign", Sign)

    def is_close(process: Process) -> Bool:
        return (process == caller) | (old.process[process].parent == caller)

    return implies(
        outcome.failed_with(ESRCH),
        (sign == NEGATIVE)
        | (
            (sign == POSITIVE)
            & every_existing(
                old, lambda q: ~is_close(q) | (old.process[q].pid != number)
            )
        ),
    )


@every_step(
    claims=("facts B3",),
    source="setpgid(2) ERRORS EPERM",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def a_session_leader_stays_in_its_group(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Neither itself nor its parent can move it."""
    return every_survivor(
        old,
        new,
        lambda p: (
            (old.process[p].session != old.process[p].pid) | ~changes_group(old, new, p)
        ),
    )


@every_step(
    claims=("facts B9",),
    source="getpgid(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("getpgid",),
)
def getpgid_tells_the_group_of_whom_it_is_asked_about(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It fails only where nobody has the number, and else says the group."""
    return _tells(old, call, outcome, lambda q: old.process[q].group)


@every_step(
    claims=("facts B9",),
    source="getsid(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("getsid",),
)
def getsid_tells_the_session_of_whom_it_is_asked_about(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Across sessions too: Linux has no EPERM for it."""
    return _tells(old, call, outcome, lambda q: old.process[q].session)


def _tells(
    old: Kernel,
    call: CallView,
    outcome: Outcome,
    truth: Callable[[Process], Number],
) -> Bool:
    """The call says `truth` of the caller, or of the process with the number given."""
    sign = call.argument("sign", Sign)
    number = call.argument("number", Number)

    def is_meant(process: Process) -> Bool:
        return ((sign == ZERO) & (process == caller_of(old, call))) | (
            (sign == POSITIVE) & (old.process[process].pid == number)
        )

    answer = Pid.lift(0) if outcome.value is None else Pid(outcome.value)
    return every_existing(
        old,
        lambda q: implies(
            is_meant(q), outcome.succeeded & (answer == Pid.from_term(truth(q)))
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
