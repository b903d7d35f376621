"""The family: one tree below init, whatever dies."""

from __future__ import annotations

from properties.words import ends, every_existing, every_process, every_survivor
from spec.lang import Bool, CallView, Outcome, always, every_step, implies
from spec.process.sorts import INIT
from spec.process.state import Processes
from spec.process.words import is_running, is_zombie


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
