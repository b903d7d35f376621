"""Keeping: what a thread or a process has as its own changes by its own calls only.

Of a thread that lives before a step and after it, and of a process that runs before and
after it, each property names the few calls by which one thing changes, and for whom.
"""

from __future__ import annotations

from collections.abc import Callable

from properties.states import SETS_IDS
from properties.words import (
    EXECS,
    UNIX_LIKE,
    caller_of,
    every_process,
    every_survivor,
    every_thread,
)
from spec.lang import FALSE, Bool, CallView, Outcome, every_step, implies, some_of
from spec.process.rows import TaskRow
from spec.process.signals import CHLD
from spec.process.sorts import Process, Task
from spec.process.state import Kernel
from spec.process.words import is_live, is_running


def own(call: CallView, task: Task, *names: str) -> Bool:
    """The thread itself makes one of these calls."""
    return task == call.argument("caller", Task) if call.name in names else FALSE


def execs(call: CallView, task: Task) -> Bool:
    """The thread runs another program."""
    return task == call.argument("thread", Task) if call.name in EXECS else FALSE


def every_thread_keeps(
    old: Kernel,
    new: Kernel,
    keeps: Callable[[TaskRow, TaskRow], Bool],
    unless: Callable[[Task], Bool],
) -> Bool:
    """`keeps(before, after)` of every thread that lives on, `unless` it does it."""
    return every_thread(
        lambda t: implies(
            is_live(old, t) & is_live(new, t),
            keeps(old.task[t], new.task[t]) | unless(t),
        )
    )


@every_step(claims=("D27",), source="sigprocmask(2) DESCRIPTION", systems=UNIX_LIKE)
def only_its_own_call_changes_the_mask_of_a_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nobody else's calls do, and no signal does."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.blocked == after.blocked,
        lambda t: own(call, t, "sigprocmask"),
    )


@every_step(
    claims=("facts C16",), source="credentials(7) DESCRIPTION", systems=UNIX_LIKE
)
def only_its_own_call_changes_the_user_of_a_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Neither does an exec; it saves the effective id, and no more."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: (before.ruid == after.ruid) & (before.euid == after.euid),
        lambda t: own(call, t, *SETS_IDS),
    ) & every_thread_keeps(
        old,
        new,
        lambda before, after: before.suid == after.suid,
        lambda t: own(call, t, *SETS_IDS) | execs(call, t),
    )


@every_step(
    claims=("D02", "E07"), source="clone(2) CLONE_FS; semop(2) NOTES", systems=UNIX_LIKE
)
def a_thread_keeps_its_directories_and_adjustments(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """From its creation to its end they are the same."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: (
            (before.fs == after.fs)
            & (before.undo == after.undo)
            & (before.io == after.io)
        ),
        lambda _: FALSE,
    )


@every_step(claims=("D03", "E06"), source="execve(2) DESCRIPTION", systems=UNIX_LIKE)
def only_an_exec_gives_a_thread_another_descriptor_table(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its own exec, if others have the table as well."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.files == after.files,
        lambda t: execs(call, t),
    )


@every_step(claims=("D20",), source="arch_prctl(2) DESCRIPTION", systems=UNIX_LIKE)
def only_its_own_call_moves_the_data_of_a_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It asks for another place, or runs a program, which has none yet."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.tls == after.tls,
        lambda t: own(call, t, "arch_prctl") | execs(call, t),
    )


@every_step(claims=("D17",), source="set_tid_address(2) DESCRIPTION", systems=UNIX_LIKE)
def only_its_own_call_says_whether_the_word_of_a_thread_is_cleared(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It asks, or asks no longer; a program that it runs has not asked."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.clears_word == after.clears_word,
        lambda t: own(call, t, "set_tid_address") | execs(call, t),
    )


@every_step(claims=("A02",), source="clone(2) CLONE_THREAD", systems=UNIX_LIKE)
def a_thread_stays_in_its_process(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """From its creation to its end it is the same one."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.process == after.process,
        lambda _: FALSE,
    )


@every_step(claims=("A18", "A20"), source="gettid(2) DESCRIPTION", systems=UNIX_LIKE)
def only_an_exec_gives_a_thread_another_number(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It has the number of its process then."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.tid == after.tid,
        lambda t: execs(call, t),
    )


@every_step(
    claims=("facts A13",), source="prctl(2) PR_SET_PDEATHSIG", systems=UNIX_LIKE
)
def only_its_own_call_changes_the_death_signal_of_a_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It asks for another one, or becomes another user."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: before.death_signal == after.death_signal,
        lambda t: own(call, t, "prctl_set_pdeathsig", *SETS_IDS),
    )


@every_step(claims=("D17",), source="futex(2) DESCRIPTION", systems=UNIX_LIKE)
def a_thread_sleeps_on_a_word_by_its_own_call(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nothing else makes it wait for the word of its memory."""
    return every_thread_keeps(
        old,
        new,
        lambda before, after: implies(after.awaits_word, before.awaits_word),
        lambda t: own(call, t, "futex_wait"),
    )


@every_step(claims=("A09", "E11"), source="execve(2) DESCRIPTION", systems=UNIX_LIKE)
def only_an_exec_gives_a_process_other_memory_and_handlers(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its own: what others run makes no difference to it."""

    def keeps(process: Process) -> Bool:
        before, after = old.process[process], new.process[process]
        return (before.memory == after.memory) & (before.handlers == after.handlers)

    def is_the_caller(process: Process) -> Bool:
        return process == caller_of(old, call) if call.name in EXECS else FALSE

    return every_process(
        lambda p: implies(
            is_running(old, p) & is_running(new, p), keeps(p) | is_the_caller(p)
        )
    )


@every_step(claims=("D27", "F31"), source="sigaction(2) DESCRIPTION", systems=UNIX_LIKE)
def handlers_are_set_by_who_has_them(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What a process does on signals it says itself, or one that shares the table."""

    def keeps(process: Process) -> Bool:
        share = old.process[process].handlers
        before, after = old.handling[share], new.handling[share]
        return (
            (before.ignored == after.ignored)
            & (before.caught == after.caught)
            & (before.restarting == after.restarting)
            & (before.leaves_no_zombies == after.leaves_no_zombies)
            & (before.tells_no_stops == after.tells_no_stops)
        )

    def is_set(process: Process) -> Bool:
        if call.name not in {"sigaction", "siginterrupt"}:
            return FALSE
        mine = old.process[caller_of(old, call)].handlers
        return old.process[process].handlers == mine

    return every_process(
        lambda p: implies(
            is_running(old, p)
            & is_running(new, p)
            & (old.process[p].handlers == new.process[p].handlers),
            keeps(p) | is_set(p),
        )
    )


@every_step(
    claims=("facts A16", "facts A17"), source="clone(2) DESCRIPTION", systems=UNIX_LIKE
)
def only_an_exec_or_another_parent_changes_what_a_process_reports_with(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Then it is SIGCHLD."""

    def keeps(process: Process) -> Bool:
        before, after = old.process[process], new.process[process]
        return (before.exit_signal == after.exit_signal) | (
            (before.parent != after.parent) & (after.exit_signal == CHLD)
        )

    def is_the_caller(process: Process) -> Bool:
        return process == caller_of(old, call) if call.name in EXECS else FALSE

    return every_survivor(old, new, lambda p: keeps(p) | is_the_caller(p))


@every_step(
    claims=("D17", "C01"), source="set_tid_address(2) DESCRIPTION", systems=UNIX_LIKE
)
def the_word_of_a_memory_changes_by_who_is_in_it(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What others create, run and end makes no difference to it."""

    def acts(process: Process) -> Bool:
        for name in ("victim", "sleeper", "caller"):
            kind = call.type_of(name)
            if kind == Process.type:
                return process == call.argument(name, Process)
            if kind == Task.type:
                return process == old.task[call.argument(name, Task)].process
        return FALSE

    def is_kept(process: Process) -> Bool:
        share = old.process[process].memory
        before, after = old.memory[share], new.memory[share]
        return (
            (before.has_number == after.has_number)
            & (before.number == after.number)
            & (before.wakes == after.wakes)
        )

    def is_with_who_acts(process: Process) -> Bool:
        mine = old.process[process].memory
        return some_of(Process, lambda q: acts(q) & (old.process[q].memory == mine))

    return every_process(
        lambda p: implies(
            is_running(old, p)
            & is_running(new, p)
            & (old.process[p].memory == new.process[p].memory),
            is_kept(p) | is_with_who_acts(p),
        )
    )
