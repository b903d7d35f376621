"""vfork: who waits, and for how long."""

from __future__ import annotations

from properties.words import UNIX_LIKE, every_thread
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
from spec.process.sorts import Process, Task
from spec.process.state import Kernel
from spec.process.taking import awaits_vfork
from spec.process.words import is_live, is_running, is_thread_of


@always(
    claims=("C25", "D16", "facts K1"), source="vfork(2) DESCRIPTION", systems=UNIX_LIKE
)
def who_waits_for_a_vfork_child_has_one(s: Kernel) -> Bool:
    """The child runs, and has not yet run a program of its own: the wait has an end."""
    return every_thread(
        lambda t: implies(
            awaits_vfork(s, t),
            is_running(s, s.task[t].vfork_child)
            & ~s.process[s.task[t].vfork_child].has_execed,
        )
    )


@every_step(
    claims=("C25", "C27", "D16", "facts K1"),
    source="vfork(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def a_vfork_caller_goes_on_when_its_child_does(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whoever waited and waits no more, its child has ended or has another program."""

    def is_free(child: Process) -> Bool:
        return ~is_running(new, child) | new.process[child].has_execed

    return every_thread(
        lambda t: implies(
            awaits_vfork(old, t) & is_live(new, t) & ~awaits_vfork(new, t),
            is_free(old.task[t].vfork_child),
        )
    )


@sometimes(claims=("C25",), source="vfork(2) DESCRIPTION", systems=UNIX_LIKE)
def a_thread_goes_on_while_another_waits_for_a_vfork_child(s: Kernel) -> Bool:
    """Only the thread that called stands still."""
    return some_of(
        Task,
        lambda t: (
            awaits_vfork(s, t)
            & some_of(Task, lambda u: (u != t) & is_thread_of(s, u, s.task[t].process))
        ),
    )
