"""Endings: what goes with a process, and what its end brings others."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    ends,
    every_process,
)
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.rows import ENDED, NO_SHARE
from spec.process.signals import Signals
from spec.process.sorts import Process, Task
from spec.process.state import Kernel
from spec.process.words import is_live, is_running, is_thread_of


@every_step(
    claims=("F01",),
    source="exit_group(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("exit_group", "fatal_fault", "die_of_signal"),
)
def an_end_ends_every_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """No thread of a process that ends is left."""
    return every_process(
        lambda p: implies(
            ends(old, new, p),
            all_of(
                Task,
                lambda t: implies(is_thread_of(old, t, p), ~is_live(new, t)),
            ),
        )
    )


@every_step(
    claims=("F02", "F04", "facts G1", "facts G4"),
    source="_exit(2) NOTES",
    systems=UNIX_LIKE,
    calls=("exit_thread",),
)
def a_process_ends_with_its_last_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A thread that exits ends its process if there is no other, and not otherwise."""
    caller = call.argument("caller", Task)
    process = caller_of(old, call)
    has_others = some_of(Task, lambda t: (t != caller) & is_thread_of(old, t, process))
    return is_running(new, process) == has_others


@always(claims=("F10",), source="wait(2) NOTES", systems=UNIX_LIKE)
def no_thread_outlives_its_process(s: Kernel) -> Bool:
    """Whoever runs, its process has not ended."""
    return all_of(
        Task, lambda t: implies(is_live(s, t), is_running(s, s.task[t].process))
    )


@always(claims=("F10", "F31"), source="wait(2) NOTES", systems=UNIX_LIKE)
def what_has_ended_has_no_memory_and_no_handlers(s: Kernel) -> Bool:
    """They go with the process; a zombie has only its place and its status."""
    return every_process(
        lambda q: (
            is_running(s, q)
            | ((s.process[q].memory == NO_SHARE) & (s.process[q].handlers == NO_SHARE))
        )
    )


@always(claims=("F10", "F31"), source="wait(2) NOTES", systems=UNIX_LIKE)
def what_has_ended_has_no_descriptors(s: Kernel) -> Bool:
    """No ended thread has a table, and it waits for no signal."""
    return all_of(
        Task,
        lambda t: (
            is_live(s, t)
            | (
                (s.task[t].files == NO_SHARE)
                & (s.task[t].pending == Signals.containing())
            )
        ),
    )


@sometimes(claims=("F02",), source="_exit(2) NOTES", systems=UNIX_LIKE)
def a_leader_has_ended_and_its_process_goes_on(s: Kernel) -> Bool:
    """The zombie leader of a process that runs (facts G1)."""
    return some_of(
        Process,
        lambda q: is_running(s, q) & (s.task[s.process[q].leader].run == ENDED),
    )
