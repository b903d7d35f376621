"""Answers: a call that succeeds has done what it was asked, and one that may does."""

from __future__ import annotations

from properties.states import SETS_IDS
from properties.words import UNIX_LIKE, caller_of
from spec.lang import Bool, CallView, Outcome, every_step, implies, ite
from spec.process.groups import ZERO, Sign, process_numbered
from spec.process.sorts import EPERM, ROOT, Number, Task, Uid
from spec.process.state import Kernel


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
