"""States and user ids: how a process goes from one to the next."""

from __future__ import annotations

from properties.words import UNIX_LIKE, every_process
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.sorts import ROOT, Process, Task, Uid
from spec.process.state import Kernel
from spec.process.states import (
    GONE,
    IS_STOPPED,
    IS_TRACED,
    IS_ZOMBIE,
    RUNS,
    SLEEPS,
    SLEEPS_DEEPLY,
    Seen,
    seen_of,
)

SETS_IDS = ("setuid", "setreuid", "setresuid")
"""The calls that change a thread's user ids."""


def changes(old: Kernel, new: Kernel, process: Process) -> tuple[Seen, Seen]:
    """The states that the process is seen in before and afterwards."""
    return seen_of(old, process), seen_of(new, process)


@every_step(claims=("F38", "F09"), source="wait(2) NOTES", systems=UNIX_LIKE)
def only_a_zombie_goes_and_only_a_running_process_comes(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What is gone is created running, and what goes was a zombie."""

    def is_allowed(process: Process) -> Bool:
        before, after = changes(old, new, process)
        comes = implies((before == GONE) & (after != GONE), after == RUNS)
        return comes & implies((after == GONE) & (before != GONE), before == IS_ZOMBIE)

    return every_process(is_allowed)


@every_step(claims=("F38", "F40"), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_stop_ends_by_going_on_or_by_death(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A stopped process is next seen neither gone nor in the hands of a tracer."""

    def is_allowed(process: Process) -> Bool:
        before, after = changes(old, new, process)
        return implies(before == IS_STOPPED, (after != GONE) & (after != IS_TRACED))

    return every_process(is_allowed)


@every_step(claims=("F38", "F39"), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def who_falls_asleep_was_running(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Or was stopped while it slept; no sleep turns into one of the other kind."""

    def is_allowed(process: Process) -> Bool:
        before, after = changes(old, new, process)
        deeper = implies(
            after == SLEEPS_DEEPLY, (before == SLEEPS_DEEPLY) | (before == RUNS)
        )
        return deeper & implies(
            after == SLEEPS,
            (before == SLEEPS) | (before == RUNS) | (before == IS_STOPPED),
        )

    return every_process(is_allowed)


@sometimes(claims=("F38",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_process_is_seen_stopped(s: Kernel) -> Bool:
    """Job control works."""
    return some_of(Process, lambda p: seen_of(s, p) == IS_STOPPED)


@sometimes(claims=("F38",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_process_is_seen_held_by_its_tracer(s: Kernel) -> Bool:
    """A debugger is at work."""
    return some_of(Process, lambda p: seen_of(s, p) == IS_TRACED)


@sometimes(claims=("F38", "F39"), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_process_is_seen_in_a_deep_sleep(s: Kernel) -> Bool:
    """It waits for a disk."""
    return some_of(Process, lambda p: seen_of(s, p) == SLEEPS_DEEPLY)


@every_step(
    claims=("facts F3", "facts F4", "unix users:4"),
    source="setresuid(2) ERRORS EPERM:1",
    systems=("unix",),
    calls=SETS_IDS,
)
def who_is_not_root_gains_no_foreign_id(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Every id that it has afterwards, it had before."""
    me = call.argument("caller", Task)
    before, after = old.task[me], new.task[me]

    def is_old(uid: Uid) -> Bool:
        return (uid == before.ruid) | (uid == before.euid) | (uid == before.suid)

    return implies(
        before.euid != ROOT,
        is_old(after.ruid) & is_old(after.euid) & is_old(after.suid),
    )


@every_step(
    claims=("facts F1",),
    source="setresuid(2) DESCRIPTION",
    systems=("unix",),
    calls=("setresuid",),
)
def a_new_effective_id_alone_leaves_the_saved_one(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """So that who stepped down can step up again."""
    me = call.argument("caller", Task)
    saves = call.argument("sets_saved", Bool)
    return saves | (new.task[me].suid == old.task[me].suid)


@every_step(
    claims=("facts C16",),
    source="credentials(7) DESCRIPTION",
    systems=("unix",),
    calls=SETS_IDS,
)
def the_ids_of_one_thread_are_no_others(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A thread's ids change by its own call only."""
    me = call.argument("caller", Task)
    return all_of(
        Task,
        lambda t: (
            (t == me)
            | (
                (new.task[t].ruid == old.task[t].ruid)
                & (new.task[t].euid == old.task[t].euid)
                & (new.task[t].suid == old.task[t].suid)
            )
        ),
    )


@every_step(
    claims=("facts E4", "unix users:2"),
    source="execve(2) DESCRIPTION",
    systems=("unix",),
    calls=("execve", "execveat", "fexecve"),
)
def a_program_starts_with_its_effective_id_saved(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Exec copies the effective id of the thread that goes on."""
    me = call.argument("thread", Task)
    return implies(outcome.succeeded, new.task[me].suid == old.task[me].euid)


@every_step(
    claims=("unix users:3",),
    source="setresuid(2) DESCRIPTION",
    systems=("unix",),
    calls=("setresuid",),
)
def seteuid_saves_the_old_effective_id(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """So the notes have it, of setresuid with an effective id alone; Linux does not."""
    me = call.argument("caller", Task)
    is_seteuid = (
        call.argument("sets_effective", Bool)
        & ~call.argument("sets_real", Bool)
        & ~call.argument("sets_saved", Bool)
    )
    return implies(
        outcome.succeeded & is_seteuid, new.task[me].suid == old.task[me].euid
    )
