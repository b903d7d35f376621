"""Killing: whom a signal may be sent to, by whom, and what kill answers."""

from __future__ import annotations

from properties.words import UNIX_LIKE, caller_of, every_process
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    every_step,
    implies,
    some_of,
    the_one,
)
from spec.process.kill import EVERYBODY, GROUP, ONE, Aim
from spec.process.rows import ABSENT
from spec.process.signals import BAD, CONT, NULL, Sig
from spec.process.sorts import (
    EACCES,
    EINVAL,
    EPERM,
    ESRCH,
    INIT,
    ROOT,
    Number,
    Process,
    Task,
)
from spec.process.state import Kernel
from spec.process.words import exists

SENDS = ("kill", "tgkill", "tkill")
"""The calls in which a program sends a signal."""


def sig_of(call: CallView) -> Sig:
    """The signal that the call is asked to send."""
    return call.argument("sig", Sig)


def is_sent(old: Kernel, new: Kernel, process: Process, sig: Sig) -> Bool:
    """The signal waits for the process afterwards, or for a thread, and did not."""
    before, after = old.process[process], new.process[process]
    return (after.pending.has(sig) & ~before.pending.has(sig)) | some_of(
        Task,
        lambda t: (
            (old.task[t].process == process)
            & new.task[t].pending.has(sig)
            & ~old.task[t].pending.has(sig)
        ),
    )


def is_signalled(old: Kernel, new: Kernel, process: Process) -> Bool:
    """Something waits for the process that did not, or it was let go."""
    let_go = new.process[process].is_resumed & ~old.process[process].is_resumed
    return let_go | some_of(Sig, lambda sig: is_sent(old, new, process, sig))


@every_step(
    claims=("facts C4",),
    source="kill(2) ERRORS ESRCH:1",
    systems=UNIX_LIKE,
    calls=("kill",),
)
def kill_finds_nobody_only_where_nobody_is(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """ESRCH, before all other errors, where no thread and no group is meant."""
    aim, number = call.argument("aim", Aim), call.argument("number", Number)
    has_thread = some_of(
        Task, lambda t: (old.task[t].run != ABSENT) & (old.task[t].tid == number)
    )
    has_member = some_of(
        Process, lambda q: exists(old, q) & (old.process[q].group == number)
    )
    is_meant = ((aim == ONE) & has_thread) | ((aim == GROUP) & has_member)
    asks_for_number = (aim == ONE) | (aim == GROUP)
    return implies(asks_for_number, outcome.failed_with(ESRCH) == ~is_meant)


@every_step(
    claims=("facts C4",),
    source="kill(2) ERRORS EINVAL:1",
    systems=UNIX_LIKE,
    calls=SENDS,
)
def no_number_that_is_no_signals_is_sent(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Such a call fails; and it is no matter of permission that it does."""
    is_bad = sig_of(call) == BAD
    return implies(is_bad, outcome.failed_with(ESRCH) | outcome.failed_with(EINVAL))


@every_step(
    claims=("H06",), source="kill(2) DESCRIPTION", systems=UNIX_LIKE, calls=SENDS
)
def signal_0_changes_nothing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It asks whether a signal could be sent, and sends none."""
    return implies(
        sig_of(call) == NULL, every_process(lambda q: ~is_signalled(old, new, q))
    )


@every_step(
    claims=("facts C5",),
    source="kill(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("kill",),
)
def kill_of_everybody_spares_init_and_the_caller(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """With -1 neither is sent anything."""
    mine = caller_of(old, call)
    return implies(
        call.argument("aim", Aim) == EVERYBODY,
        ~is_signalled(old, new, INIT) & ~is_signalled(old, new, mine),
    )


@every_step(
    claims=("facts C5",),
    source="kill(2) NOTES",
    systems=UNIX_LIKE,
    calls=("kill",),
)
def kill_of_everybody_is_never_refused(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It succeeds even if nobody may be signalled, unlike POSIX says."""
    to_all = call.argument("aim", Aim) == EVERYBODY
    refused = outcome.failed_with(EPERM) | outcome.failed_with(EACCES)
    return ~(to_all & refused)


@every_step(
    claims=("facts C11",),
    source="kill(2) NOTES",
    systems=UNIX_LIKE,
    calls=("kill",),
)
def kill_of_one_number_signals_nobody_else(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The only one reached is the process that has a thread of that number."""
    number = call.argument("number", Number)

    def has_it(process: Process) -> Bool:
        return some_of(
            Task,
            lambda t: (
                (old.task[t].run != ABSENT)
                & (old.task[t].process == process)
                & (old.task[t].tid == number)
            ),
        )

    return implies(
        call.argument("aim", Aim) == ONE,
        every_process(lambda q: implies(is_signalled(old, new, q), has_it(q))),
    )


@every_step(
    claims=("facts C11", "H16"),
    source="tgkill(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("tgkill", "tkill"),
)
def a_signal_to_a_thread_waits_for_that_thread_alone(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nothing new waits for its process or for another of its threads."""
    tid = call.argument("tid", Number)
    is_new = all_of(
        Process,
        lambda q: old.process[q].pending.includes(new.process[q].pending),
    )
    return is_new & all_of(
        Task,
        lambda t: (
            (old.task[t].tid == tid) | old.task[t].pending.includes(new.task[t].pending)
        ),
    )


@every_step(
    claims=("facts C11",),
    source="tgkill(2) ERRORS ESRCH:1",
    systems=UNIX_LIKE,
    calls=("tgkill",),
)
def tgkill_signals_no_thread_of_another_process(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What it reaches is of the process that was named."""
    tgid = call.argument("tgid", Number)
    return every_process(
        lambda q: implies(is_signalled(old, new, q), old.process[q].pid == tgid)
    )


@every_step(
    claims=("G20", "facts C7"),
    source="kill(2) DESCRIPTION",
    systems=("unix",),
    calls=("kill",),
)
def a_group_send_fails_only_if_nobody_may_be_signalled(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """One member with the sender's user id is enough, a zombie among them."""
    me = old.task[call.argument("caller", Task)]
    number = call.argument("number", Number)

    def is_mine(process: Process) -> Bool:
        leader = old.process[process].leader
        return (
            exists(old, process)
            & (old.process[process].group == number)
            & (old.task[leader].ruid == me.ruid)
        )

    to_group = call.argument("aim", Aim) == GROUP
    return implies(to_group & some_of(Process, is_mine), ~outcome.failed_with(EPERM))


def shares_an_id(s: Kernel, sender: Task, target: Task) -> Bool:
    """A real or effective id of the one is the real or the saved id of the other."""
    mine, its = s.task[sender], s.task[target]
    return (
        (mine.ruid == its.ruid)
        | (mine.ruid == its.suid)
        | (mine.euid == its.ruid)
        | (mine.euid == its.suid)
    )


def is_named(s: Kernel, call: CallView, task: Task) -> Bool:
    """The thread has the number that the call names."""
    number = call.argument("number" if call.name == "kill" else "tid", Number)
    return (s.task[task].run != ABSENT) & (s.task[task].tid == number)


def reached(s: Kernel, call: CallView) -> Task:
    """The first thread of the number that the call names."""
    return the_one(Task, lambda t: is_named(s, call, t))


@every_step(
    claims=("facts C1", "facts C16", "unix users:1"),
    source="kill(2) ERRORS EPERM:1",
    systems=("unix",),
    calls=SENDS,
)
def only_root_or_who_shares_an_id_signals_another(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The ids are those of the two threads, and SIGCONT is apart."""
    if call.name == "kill" and outcome.error is None:
        is_one = call.argument("aim", Aim) == ONE
    else:
        is_one = outcome.succeeded
    me = call.argument("caller", Task)

    def may(target: Task) -> Bool:
        is_own = old.task[target].process == old.task[me].process
        return is_own | shares_an_id(old, me, target)

    return implies(
        is_one & outcome.succeeded & (sig_of(call) != CONT),
        (old.task[me].euid == ROOT)
        | some_of(Task, lambda t: is_named(old, call, t) & may(t)),
    )


@every_step(
    claims=("facts C1", "facts C2"),
    source="kill(2) ERRORS EPERM:1",
    systems=("unix",),
    calls=SENDS,
)
def nobody_is_refused_who_may_signal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Not root, nor who shares an id, nor for SIGCONT one of the same session."""
    if call.name == "kill":
        is_one = call.argument("aim", Aim) == ONE
    else:
        is_one = ~outcome.succeeded
    me, target = call.argument("caller", Task), reached(old, call)
    mine, its = old.task[me].process, old.task[target].process
    same_session = old.process[mine].session == old.process[its].session
    return implies(
        is_one & outcome.failed_with(EPERM),
        (old.task[me].euid != ROOT)
        & ~shares_an_id(old, me, target)
        & ~((sig_of(call) == CONT) & same_session),
    )


@every_step(
    claims=("facts C2",),
    source="kill(2) ERRORS EPERM:1",
    systems=("unix",),
    calls=("kill",),
)
def sigcont_crosses_user_ids_within_a_session_only(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Across sessions it is a signal like any other."""
    me, target = call.argument("caller", Task), reached(old, call)
    mine, its = old.task[me].process, old.task[target].process
    return implies(
        outcome.succeeded
        & (call.argument("aim", Aim) == ONE)
        & (mine != its)
        & (old.process[mine].session != old.process[its].session),
        (old.task[me].euid == ROOT) | shares_an_id(old, me, target),
    )
