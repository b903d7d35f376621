"""The family: one tree below init, whatever dies."""

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
    FALSE,
    TRUE,
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
    ite,
    some_of,
    sometimes,
)
from spec.process.sorts import INIT, Process
from spec.process.state import Kernel, Processes
from spec.process.words import adopts_orphans, exists, is_running, is_zombie


@always(claims=("B01", "F26", "facts A1", "topaz 7:5"), source="_exit(2) DESCRIPTION")
def every_process_has_a_living_parent(s: Processes) -> Bool:
    """The parent of every running process but init is another one that runs."""
    return every_process(
        lambda q: implies(
            is_running(s, q) & (q != INIT),
            is_running(s, s.process[q].parent) & (s.process[q].parent != q),
        )
    )


@always(claims=("F26", "facts A8"), source="wait(2) NOTES")
def no_zombie_is_left_without_a_reaper(s: Processes) -> Bool:
    """The parent of every zombie runs, so it can collect it."""
    return every_process(
        lambda q: implies(is_zombie(s, q), is_running(s, s.process[q].parent))
    )


@always(claims=("B01", "B02", "unix hierarchy:1", "topaz 6:1", "topaz 6:4"))
def the_family_is_one_tree_rooted_at_init(s: Processes) -> Bool:
    """Init is an ancestor of every other process."""
    return every_existing(s, lambda q: (q == INIT) | s.family.is_ancestor(INIT, q))


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


@every_step(claims=("B04", "E01", "facts E1"))
def a_parent_changes_only_when_it_ends(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A process gets another parent in no step but the one that ends its parent."""
    return every_survivor(
        old,
        new,
        lambda q: (
            (old.process[q].parent == new.process[q].parent)
            | ends(old, new, old.process[q].parent)
        ),
    )


@every_step(claims=("B03",), source="fork(2) DESCRIPTION", systems=UNIX_LIKE)
def a_new_process_is_a_child_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A process comes from the call of a process, which is its parent."""
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _p: FALSE)
    return every_newborn(old, new, lambda p: new.process[p].parent == caller_of(call))


@every_step(
    claims=("B03", "unix fork:1", "topaz 7:1"),
    source="fork(2) DESCRIPTION",
    calls=("fork", "start_process"),
)
def creation_makes_one_running_process(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """One process runs that did not exist; of the others none comes or goes."""
    child = call.argument("child", Process)
    return implies(
        outcome.succeeded,
        every_process(
            lambda p: ite(
                p == child,
                ~exists(old, p) & is_running(new, p),
                old.process[p].phase == new.process[p].phase,
            )
        ),
    )


@every_step(claims=("F10",), source="_exit(2) DESCRIPTION")
def nobody_calls_who_does_not_run(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A zombie makes no system call, and neither does an object that is no process."""
    if call.kind != "syscall":
        return TRUE
    return is_running(old, caller_of(call))


@every_step(claims=("topaz 7:1", "topaz 7:6"), systems=("topaz",))
def a_started_process_is_a_child_of_its_creator_or_of_init(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A template either makes a child of the caller or an orphan."""
    return every_newborn(
        old,
        new,
        lambda p: (
            (new.process[p].parent == caller_of(call)) | (new.process[p].parent == INIT)
        ),
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
            return process == caller_of(call)
        return ends(old, new, process)

    return every_survivor(
        old,
        new,
        lambda p: (
            (old.process[p].is_subreaper == new.process[p].is_subreaper) | may_change(p)
        ),
    )


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
