"""Inheritance: what a new process and a new thread have from who made them.

`sharing` has what the two go on having in common; here is what is copied once.
"""

from __future__ import annotations

from properties.words import (
    CREATIONS,
    EXECS,
    UNIX_LIKE,
    caller_of,
    every_newborn,
)
from spec.lang import FALSE, Bool, CallView, Outcome, all_of, every_step, implies
from spec.process.rows import NOWHERE, READY
from spec.process.signals import NULL
from spec.process.sorts import INIT, Handle, Process, Task
from spec.process.state import Kernel

PLAIN = ("fork", "vfork", "clone_parent", "clone3_set_tid")
"""Calls that copy a process, and neither share on request nor open anything."""


@every_step(
    claims=("unix fork:2", "facts C16"),
    source="credentials(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=CREATIONS,
)
def a_child_acts_for_the_user_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its ids are those of the thread that called; a spawned program's are saved."""
    mine = old.task[call.argument("thread", Task)]
    its = new.task[call.argument("task", Task)]
    saved = mine.euid if call.name == "posix_spawn" else mine.suid
    return implies(
        outcome.succeeded,
        (its.ruid == mine.ruid) & (its.euid == mine.euid) & (its.suid == saved),
    )


@every_step(
    claims=("D27",),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=CREATIONS,
)
def a_child_blocks_what_its_creator_blocks(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The mask is that of the thread that called."""
    mine = old.task[call.argument("thread", Task)]
    its = new.task[call.argument("task", Task)]
    return implies(outcome.succeeded, its.blocked == mine.blocked)


@every_step(claims=("C24",), source="credentials(7) DESCRIPTION", systems=UNIX_LIKE)
def a_new_process_has_the_terminal_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """If its creator has one; it is in the same session."""
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _: FALSE)
    creator = old.process[caller_of(old, call)]
    return every_newborn(
        old, new, lambda p: new.process[p].has_terminal == creator.has_terminal
    )


@every_step(
    claims=("D20", "unix fork:1"),
    source="arch_prctl(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=CREATIONS,
)
def a_child_has_its_data_where_its_creator_has(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its memory is a copy, or the same; a spawned program has no place yet."""
    mine = old.task[call.argument("thread", Task)]
    its = new.task[call.argument("task", Task)]
    place = NOWHERE if call.name == "posix_spawn" else mine.tls
    return implies(outcome.succeeded, its.tls == place)


@every_step(
    claims=("C15", "C25"),
    source="fork(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=CREATIONS,
)
def a_child_waits_for_nothing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its thread can run, whatever its creator is about to wait for."""
    its = new.task[call.argument("task", Task)]
    return implies(
        outcome.succeeded,
        (its.run == READY) & (its.vfork_child == INIT) & ~its.awaits_word,
    )


@every_step(
    claims=("C03",),
    source="sigaction(2) SA_RESTART",
    systems=UNIX_LIKE,
    calls=("fork", "vfork", "clone", "clone_parent", "clone_pidfd", "clone3_set_tid"),
)
def a_child_restarts_the_calls_that_its_creator_restarts(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whether a handler interrupts a call is a part of it."""
    child = call.argument("child", Process)
    mine = old.handling[old.process[caller_of(old, call)].handlers]
    its = new.handling[new.process[child].handlers]
    return implies(outcome.succeeded, its.restarting == mine.restarting)


@every_step(
    claims=("C01", "unix fork:1"),
    source="fork(2) DESCRIPTION; set_tid_address(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("fork", "clone_parent", "clone_pidfd", "clone3_set_tid"),
)
def a_childs_memory_starts_as_its_creators(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The word of it says the same, and no wake is due in it."""
    child = call.argument("child", Process)
    mine = old.memory[old.process[caller_of(old, call)].memory]
    its = new.memory[new.process[child].memory]
    return implies(
        outcome.succeeded,
        (its.has_number == mine.has_number) & (its.number == mine.number) & ~its.wakes,
    )


@every_step(
    claims=("C02", "unix fork:2"),
    source="fork(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=PLAIN,
)
def a_child_has_the_descriptors_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What its creator has open it has open too, and its creator keeps it."""
    mine = old.task[call.argument("thread", Task)].files
    its = new.task[call.argument("task", Task)].files

    def are_kept(handle: Handle) -> Bool:
        after = new.handle[handle].tables
        return implies(
            old.handle[handle].tables.has(mine), after.has(mine) & after.has(its)
        )

    return implies(outcome.succeeded, all_of(Handle, are_kept))


@every_step(
    claims=("facts C16", "facts A13"),
    source="credentials(7) DESCRIPTION; prctl(2) PR_SET_PDEATHSIG",
    systems=UNIX_LIKE,
    calls=("clone_thread",),
)
def a_new_thread_acts_for_the_user_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its ids are a copy, and no death is told to it."""
    mine = old.task[call.argument("caller", Task)]
    its = new.task[call.argument("task", Task)]
    return implies(
        outcome.succeeded,
        (its.ruid == mine.ruid)
        & (its.euid == mine.euid)
        & (its.suid == mine.suid)
        & (its.death_signal == NULL),
    )


@every_step(
    claims=("E11", "D17"),
    source="execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def a_program_starts_without_the_words_of_the_one_before(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It has no place for its thread's data, and no word that is to be cleared."""
    its = new.task[call.argument("thread", Task)]
    return implies(outcome.succeeded, (its.tls == NOWHERE) & ~its.clears_word)
