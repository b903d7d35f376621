"""Leftovers of threads, and of what threads and processes had: nothing stays behind.

As in `leftovers`, one property for each thing that means something by itself. Of a
leader that has ended the row stays until its process goes, since the process's number
is its own; what it had does not stay.
"""

from __future__ import annotations

from collections.abc import Callable

from properties.leftovers import every_unused
from properties.words import UNIX_LIKE, every_process, every_thread
from spec.lang import Bool, all_of, always, implies
from spec.process.rows import ABSENT, NO_SHARE, NOWHERE, UNINTERRUPTIBLE
from spec.process.shares import handlers_in_use, memory_in_use
from spec.process.signals import CHLD, NO_SIGNALS, NULL
from spec.process.sorts import (
    FIRST_TASK,
    INIT,
    NUMBER_OF_INIT,
    ROOT,
    Share,
    Task,
)
from spec.process.state import Kernel
from spec.process.words import is_live, is_running


def every_ended(s: Kernel, holds: Callable[[Task], Bool]) -> Bool:
    """`holds` for every thread that has ended, and every row that none uses."""
    return every_thread(lambda t: is_live(s, t) | holds(t))


def every_absent(s: Kernel, holds: Callable[[Task], Bool]) -> Bool:
    """`holds` for every row that no thread uses."""
    return every_thread(lambda t: (s.task[t].run != ABSENT) | holds(t))


@always(claims=("facts G4",), source="_exit(2) NOTES", systems=UNIX_LIKE)
def no_user_id_is_left_behind(s: Kernel) -> Bool:
    """The next thread in the row is not taken for the user of the last one."""
    return every_absent(
        s,
        lambda t: (
            (s.task[t].ruid == ROOT)
            & (s.task[t].euid == ROOT)
            & (s.task[t].suid == ROOT)
        ),
    )


@always(
    claims=("D17", "facts G4"),
    source="set_tid_address(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def no_word_is_left_behind(s: Kernel) -> Bool:
    """What has ended has no word to clear, and sleeps on none."""
    return every_ended(s, lambda t: ~s.task[t].clears_word & ~s.task[t].awaits_word)


@always(claims=("F31", "facts G4"), source="_exit(2) NOTES", systems=UNIX_LIKE)
def no_directory_and_no_adjustment_is_left_behind(s: Kernel) -> Bool:
    """What has ended has no root, no adjustments of semaphores and no I/O context."""
    return every_ended(
        s,
        lambda t: (
            (s.task[t].fs == NO_SHARE)
            & (s.task[t].undo == NO_SHARE)
            & (s.task[t].io == NO_SHARE)
        ),
    )


@always(
    claims=("D20", "facts G4"), source="arch_prctl(2) DESCRIPTION", systems=UNIX_LIKE
)
def no_data_of_a_thread_is_left_behind(s: Kernel) -> Bool:
    """What has ended has no place for its own data."""
    return every_ended(s, lambda t: s.task[t].tls == NOWHERE)


@always(
    claims=("facts A13", "facts G4"),
    source="prctl(2) PR_SET_PDEATHSIG",
    systems=UNIX_LIKE,
)
def no_death_signal_is_left_behind(s: Kernel) -> Bool:
    """A row that no thread uses asks for no signal."""
    return every_absent(s, lambda t: s.task[t].death_signal == NULL)


@always(claims=("C27", "facts K1"), source="vfork(2) DESCRIPTION", systems=UNIX_LIKE)
def no_wait_for_a_vfork_child_is_left_behind(s: Kernel) -> Bool:
    """What has ended waits for nobody."""
    return every_absent(s, lambda t: s.task[t].vfork_child == INIT)


@always(claims=("F18", "facts G4"), source="_exit(2) NOTES", systems=UNIX_LIKE)
def no_number_of_a_thread_is_left_behind(s: Kernel) -> Bool:
    """A row that no thread uses has no number, and is in no process."""
    return every_absent(
        s,
        lambda t: (s.task[t].tid == NUMBER_OF_INIT) & (s.task[t].process == INIT),
    )


@always(claims=("F31",), source="sigaction(2) DESCRIPTION", systems=UNIX_LIKE)
def no_handler_is_left_behind(s: Kernel) -> Bool:
    """A table that no running process has says nothing of any signal."""

    def is_unset(share: Share) -> Bool:
        table = s.handling[share]
        return (
            (table.ignored == NO_SIGNALS)
            & (table.caught == NO_SIGNALS)
            & (table.restarting == NO_SIGNALS)
            & ~table.leaves_no_zombies
            & ~table.tells_no_stops
        )

    return all_of(Share, lambda x: handlers_in_use(s, x) | is_unset(x))


@always(claims=("F31",), source="set_tid_address(2) DESCRIPTION", systems=UNIX_LIKE)
def no_word_of_a_memory_is_left_behind(s: Kernel) -> Bool:
    """In memory that no running process has there is no number, and no wake is due."""

    def is_blank(share: Share) -> Bool:
        word = s.memory[share]
        return ~word.has_number & (word.number == NUMBER_OF_INIT) & ~word.wakes

    return all_of(Share, lambda x: memory_in_use(s, x) | is_blank(x))


@always(claims=("F10", "F13"), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_stop_is_left_behind(s: Kernel) -> Bool:
    """What has ended is not stopped, and is not about to go on."""
    return every_process(
        lambda p: (
            is_running(s, p) | (~s.process[p].is_stopped & ~s.process[p].is_resumed)
        )
    )


@always(claims=("F13",), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_thread_is_left_to_what_is_collected(s: Kernel) -> Bool:
    """It has no leader, and is no thread's child."""
    return every_unused(
        s,
        lambda p: (
            (s.process[p].leader == FIRST_TASK)
            & (s.process[p].parent_thread == FIRST_TASK)
        ),
    )


@always(claims=("F13",), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_exit_signal_is_left_behind(s: Kernel) -> Bool:
    """The next process in the row reports as others do."""
    return every_unused(s, lambda p: s.process[p].exit_signal == CHLD)


@always(claims=("C27", "facts K1"), source="vfork(2) DESCRIPTION", systems=UNIX_LIKE)
def only_who_sleeps_deeply_waits_for_a_vfork_child(s: Kernel) -> Bool:
    """Who goes on does not wait any more."""
    return every_thread(
        lambda t: implies(
            is_live(s, t) & (s.task[t].vfork_child != INIT),
            s.task[t].run == UNINTERRUPTIBLE,
        )
    )
