"""Adoption: who takes in the children of the dead."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    ends,
    every_existing,
    every_newborn,
    every_process,
    every_survivor,
)
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    always,
    every_step,
    implies,
    ite,
    some_of,
    sometimes,
)
from spec.process.orphans import leaves_no_zombies
from spec.process.rows import ABSENT
from spec.process.signals import BAD, CHLD, NULL, Sig
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel, Processes
from spec.process.words import (
    adopts_orphans,
    exists,
    is_dead,
    is_running,
    is_thread_of,
    is_zombie,
)


@every_step(claims=("topaz 7:5",), systems=("topaz",))
def init_adopts_every_orphan(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """When a process ends, every child it had becomes a child of init."""
    return every_process(
        lambda p: implies(
            ends(old, new, p),
            every_existing(
                old,
                lambda q: implies(
                    (old.process[q].parent == p) & (q != p),
                    new.process[q].parent == INIT,
                ),
            ),
        )
    )


@every_step(
    claims=("F25", "F30", "facts A1", "facts A2", "facts A5"),
    source="prctl(2) PR_SET_CHILD_SUBREAPER",
    systems=UNIX_LIKE,
)
def the_nearest_subreaper_or_init_adopts_every_orphan(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """An orphan's new parent adopts, is above the old one, and none is nearer."""

    def is_nearest(heir: Process, dying: Process) -> Bool:
        return (
            adopts_orphans(old, heir)
            & old.family.is_ancestor(heir, dying)
            & every_process(
                lambda a: implies(
                    adopts_orphans(old, a) & old.family.is_ancestor(a, dying),
                    (a == heir) | old.family.is_ancestor(a, heir),
                )
            )
        )

    return every_process(
        lambda p: implies(
            ends(old, new, p),
            every_existing(
                old,
                lambda q: implies(
                    (old.process[q].parent == p) & (q != p),
                    is_nearest(new.process[q].parent, p),
                ),
            ),
        )
    )


@every_step(claims=("facts A4",), systems=UNIX_LIKE)
def the_subreaper_flag_is_not_inherited(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A new process is no subreaper, whatever its parent is."""
    return every_newborn(old, new, lambda p: ~new.process[p].is_subreaper)


@every_step(
    claims=("F28", "facts A4"),
    source="prctl(2) PR_SET_CHILD_SUBREAPER",
    systems=UNIX_LIKE,
)
def a_process_sets_no_subreaper_flag_but_its_own(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """While it runs, a process's flag changes by its own prctl only."""

    def may_change(process: Process) -> Bool:
        if call.name == "prctl_set_child_subreaper":
            return process == caller_of(old, call)
        return ends(old, new, process)

    return every_survivor(
        old,
        new,
        lambda p: (
            (old.process[p].is_subreaper == new.process[p].is_subreaper) | may_change(p)
        ),
    )


@every_step(
    claims=("F28", "facts F7"),
    source="prctl(2) PR_SET_CHILD_SUBREAPER",
    systems=UNIX_LIKE,
    calls=("prctl_set_child_subreaper",),
)
def prctl_sets_the_flag_as_asked(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Afterwards the caller is a subreaper if it asked to be one."""
    asked = call.argument("is_subreaper", Bool)
    return new.process[caller_of(old, call)].is_subreaper == asked


@always(claims=("facts A8",), systems=UNIX_LIKE)
def no_zombie_is_a_subreaper(s: Kernel) -> Bool:
    """What has ended adopts nobody."""
    return every_process(lambda p: implies(is_zombie(s, p), ~s.process[p].is_subreaper))


@sometimes(claims=("facts A2",), systems=UNIX_LIKE)
def a_subreaper_is_below_a_subreaper(s: Kernel) -> Bool:
    """Subreapers nest, so that "nearest" says something."""
    return some_of(
        Process,
        lambda a: (
            (a != INIT)
            & s.process[a].is_subreaper
            & some_of(
                Process,
                lambda b: (
                    s.process[b].is_subreaper
                    & s.family.is_ancestor(a, b)
                    & some_of(
                        Process,
                        lambda c: exists(s, c) & (s.process[c].parent == b) & (c != b),
                    )
                ),
            )
        ),
    )


@every_step(
    claims=("facts A16",),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
)
def adoption_resets_the_exit_signal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whoever is adopted reports its end with SIGCHLD from then on."""
    return every_survivor(
        old,
        new,
        lambda q: implies(
            old.process[q].parent != new.process[q].parent,
            new.process[q].exit_signal == CHLD,
        ),
    )


@always(claims=("facts A7", "facts A11"), source="wait(2) NOTES", systems=UNIX_LIKE)
def every_process_is_the_child_of_a_thread_that_lives(s: Kernel) -> Bool:
    """Its parent has a thread, not ended, whose child it is."""
    return every_existing(
        s,
        lambda q: (
            (q == INIT)
            | is_thread_of(s, s.process[q].parent_thread, s.process[q].parent)
        ),
    )


@every_step(
    claims=("facts A11",),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
    calls=("exit_thread", "execve"),
)
def threads_of_the_same_parent_come_first(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """While a thread of its parent lives, a child has the parent that it had."""
    return every_survivor(
        old,
        new,
        lambda q: implies(
            is_running(new, old.process[q].parent),
            old.process[q].parent == new.process[q].parent,
        ),
    )


@every_step(
    claims=("facts A10", "facts D9"),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
)
def a_zombie_is_let_go_only_by_an_heir_that_wants_none(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """To ignore SIGCHLD when the zombie is there is too late; to adopt it then is not.

    The zombie of a parent that ends passes to an heir that leaves no zombies.
    """
    return every_survivor(
        old,
        new,
        lambda q: implies(
            is_zombie(old, q) & ~is_zombie(new, q),
            is_dead(new, q)
            & ends(old, new, old.process[q].parent)
            & leaves_no_zombies(old, new.process[q].parent),
        ),
    )


@every_step(
    claims=("F22", "facts A20", "facts D8"),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
)
def an_unwanted_child_leaves_no_zombie(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A child that ends leaves a zombie unless SIGCHLD tells of it, in vain."""
    return every_process(
        lambda q: implies(
            ends(old, new, q),
            is_zombie(new, q)
            == ~(
                (old.process[q].exit_signal == CHLD)
                & leaves_no_zombies(old, old.process[q].parent)
            ),
        )
    )


@every_step(
    claims=("facts A13",), source="prctl(2) PR_SET_PDEATHSIG", systems=UNIX_LIKE
)
def a_new_thread_asks_for_no_death_signal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Neither a child nor another thread has what its creator asked for."""
    return all_of(
        Task,
        lambda t: implies(
            (old.task[t].run == ABSENT) & (new.task[t].run != ABSENT),
            new.task[t].death_signal == NULL,
        ),
    )


@every_step(
    claims=("facts F7",),
    source="prctl(2) PR_SET_PDEATHSIG",
    systems=UNIX_LIKE,
    calls=("prctl_set_pdeathsig",),
)
def prctl_sets_the_death_signal_as_asked(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What is no signal is refused, and changes nothing."""
    caller, sig = call.argument("caller", Task), call.argument("sig", Sig)
    was, is_now = old.task[caller].death_signal, new.task[caller].death_signal
    return ite(outcome.succeeded, (is_now == sig) & (sig != BAD), is_now == was)


@sometimes(claims=("facts A10",), source="wait(2) NOTES", systems=UNIX_LIKE)
def a_zombie_is_let_go(s: Kernel) -> Bool:
    """A process has ended that nobody asks for."""
    return some_of(Process, lambda q: is_dead(s, q))
