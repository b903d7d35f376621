"""Answers: a call that succeeds has done what it was asked, and one that may does."""

from __future__ import annotations

from properties.states import SETS_IDS
from properties.words import (
    CREATIONS,
    UNIX_LIKE,
    caller_of,
    every_process,
    every_thread,
)
from spec.lang import Bool, CallView, Outcome, every_step, implies, ite
from spec.process.groups import ZERO, Sign, process_numbered
from spec.process.shares import has_room
from spec.process.sigaction import HANDLE, IGNORE, Disposition
from spec.process.signals import UNCATCHABLE, Sig, Signals
from spec.process.sigprocmask import BLOCK, How
from spec.process.sorts import ENOMEM, EPERM, ROOT, Number, Process, Task, Uid
from spec.process.state import Kernel, Processes


@every_step(
    claims=("G04", "facts B3"),
    source="setpgid(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("setpgid",),
)
def setpgid_moves_whom_it_names_to_where_it_says(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """0 is the caller, and for the group whoever is moved."""
    asked, where = call.argument("pid", Number), call.argument("pgid", Number)
    me = old.process[caller_of(old, call)]
    number = ite(call.argument("pid_sign", Sign) == ZERO, me.pid, asked)
    group = ite(call.argument("pgid_sign", Sign) == ZERO, number, where)
    target = process_numbered(old, number)
    return implies(outcome.succeeded, new.process[target].group == group)


@every_step(
    claims=("unix users:1", "facts F4"),
    source="setresuid(2) DESCRIPTION; setreuid(2) DESCRIPTION; setuid(2) DESCRIPTION",
    systems=("unix",),
    calls=SETS_IDS,
)
def an_id_is_what_it_was_set_to(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """And what was not to be set is as it was, the saved id of setreuid apart."""
    me = call.argument("caller", Task)
    before, after = old.task[me], new.task[me]
    if call.name == "setuid":
        uid = call.argument("uid", Uid)
        others = (after.ruid == uid) & (after.suid == uid)
        kept = (after.ruid == before.ruid) & (after.suid == before.suid)
        rest = ite(before.euid == ROOT, others, kept)
        return implies(outcome.succeeded, (after.euid == uid) & rest)

    def asked(flag: str, name: str, now: Uid) -> Uid:
        return ite(call.argument(flag, Bool), call.argument(name, Uid), now)

    both = (after.ruid == asked("sets_real", "ruid", before.ruid)) & (
        after.euid == asked("sets_effective", "euid", before.euid)
    )
    if call.name == "setreuid":
        return implies(outcome.succeeded, both)
    saved = after.suid == asked("sets_saved", "suid", before.suid)
    return implies(outcome.succeeded, both & saved)


@every_step(
    claims=("unix users:4", "facts F3", "facts F4"),
    source="setresuid(2) ERRORS EPERM:1",
    systems=("unix",),
    calls=SETS_IDS,
)
def nobody_is_refused_an_id_that_it_may_take(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Root may take any; others what they have, as far as each call lets them."""
    me = old.task[call.argument("caller", Task)]

    def is_foreign(name: str, *mine: Uid) -> Bool:
        taken = call.argument(name, Uid)
        found = taken != mine[0]
        for uid in mine[1:]:
            found &= taken != uid
        return found

    if call.name == "setuid":
        refused = is_foreign("uid", me.ruid, me.suid)
    else:
        every = (me.ruid, me.euid, me.suid)
        real = every if call.name == "setresuid" else every[:2]
        refused = (call.argument("sets_real", Bool) & is_foreign("ruid", *real)) | (
            call.argument("sets_effective", Bool) & is_foreign("euid", *every)
        )
        if call.name == "setresuid":
            refused |= call.argument("sets_saved", Bool) & is_foreign("suid", *every)
    return implies(outcome.failed_with(EPERM), (me.euid != ROOT) & refused)


@every_step(
    claims=("unix fork:1",),
    source="fork(2) ERRORS ENOMEM:1; clone(2) ERRORS ENOMEM:1",
    systems=UNIX_LIKE,
    calls=CREATIONS,
)
def a_creation_is_refused_memory_only_where_there_is_none(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of some kind of table there is not one more."""
    return implies(outcome.failed_with(ENOMEM), ~has_room(old))


@every_step(claims=("E13", "facts B1"), source="execve(2) RETURN VALUE")
def what_is_refused_leaves_every_process_as_it_was(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A call that answers with an error has not done a part of its work."""

    def stays(process: Process) -> Bool:
        before, after = old.process[process], new.process[process]
        return (
            (before.phase == after.phase)
            & (before.pid == after.pid)
            & (before.parent == after.parent)
            & (before.group == after.group)
            & (before.status == after.status)
            & (before.image == after.image)
        )

    return implies(outcome.failed, every_process(stays))


@every_step(
    claims=("E13", "facts B1"), source="execve(2) RETURN VALUE", systems=UNIX_LIKE
)
def what_is_refused_leaves_every_thread_as_it_was(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What it has of its own, and what waits for it or for its process."""

    def stays(task: Task) -> Bool:
        before, after = old.task[task], new.task[task]
        return (
            (before.run == after.run)
            & (before.tid == after.tid)
            & (before.blocked == after.blocked)
            & (before.pending == after.pending)
            & (before.files == after.files)
            & (before.euid == after.euid)
        )

    queues = every_process(lambda p: old.process[p].pending == new.process[p].pending)
    return implies(outcome.failed, every_thread(stays) & queues)


@every_step(
    claims=("facts F3",),
    source="setreuid(2) DESCRIPTION",
    systems=("unix",),
    calls=("setreuid",),
)
def setreuid_saves_the_effective_id_that_it_sets(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """If it sets the real one as well, or another than the real one."""
    me = call.argument("caller", Task)
    before, after = old.task[me], new.task[me]
    sets_another = call.argument("sets_effective", Bool) & (
        call.argument("euid", Uid) != before.ruid
    )
    saved = ite(
        call.argument("sets_real", Bool) | sets_another, after.euid, before.suid
    )
    return implies(outcome.succeeded, after.suid == saved)


@every_step(
    claims=("C03", "D27"),
    source="sigaction(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("sigaction",),
)
def a_disposition_is_what_it_was_set_to(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of the signal that is named; of the others it is what it was."""
    share = old.process[caller_of(old, call)].handlers
    before, after = old.handling[share], new.handling[share]
    sig, asked = call.argument("sig", Sig), call.argument("disposition", Disposition)
    others = Signals.containing(sig)
    return implies(
        outcome.succeeded,
        (after.caught.has(sig) == (asked == HANDLE))
        & (after.ignored.has(sig) == (asked == IGNORE))
        & ((after.caught - others) == (before.caught - others))
        & ((after.ignored - others) == (before.ignored - others)),
    )


@every_step(
    claims=("D27", "H13"),
    source="sigprocmask(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("sigprocmask",),
)
def a_mask_changes_by_the_signal_that_is_named(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It is blocked, or not any more if it can be, and the others are as they were."""
    me, sig = call.argument("caller", Task), call.argument("sig", Sig)
    before, after = old.task[me].blocked, new.task[me].blocked
    others = Signals.containing(sig)
    is_asked = after.has(sig) == (call.argument("how", How) == BLOCK)
    return implies(
        outcome.succeeded,
        (UNCATCHABLE.has(sig) | is_asked) & ((after - others) == (before - others)),
    )
