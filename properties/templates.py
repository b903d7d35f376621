"""Templates: what Topaz settles when a process is started."""

from __future__ import annotations

from properties.words import caller_of, every_newborn, every_process, every_survivor
from spec.lang import (
    TRUE,
    Bool,
    CallView,
    Outcome,
    every_step,
    implies,
    ite,
    some_of,
    sometimes,
)
from spec.process.images import Image
from spec.process.sorts import INIT, Number, Process
from spec.process.state import Processes
from spec.process.words import exists, is_running, members_of


@every_step(
    claims=("topaz 7:1", "topaz 7:6", "topaz 8:2"),
    systems=("topaz",),
    calls=("start_process",),
)
def a_started_process_is_an_orphan_only_if_asked(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A template makes a child of the caller, or an orphan: a child of Init."""
    parent = ite(call.argument("is_orphan", Bool), INIT, caller_of(old, call))
    return every_newborn(old, new, lambda p: new.process[p].parent == parent)


@every_step(
    claims=("topaz 5:1", "topaz 5:2", "topaz 8:2"),
    systems=("topaz",),
    calls=("start_process",),
)
def a_started_process_is_in_the_group_of_its_template(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """The template's group has a member, or is called by the new process's number."""
    if outcome.error is not None:
        return TRUE
    group = call.argument("group", Number)
    return every_newborn(
        old,
        new,
        lambda p: (
            (new.process[p].group == group)
            & ((group == new.process[p].pid) | ~members_of(old, group).is_empty())
        ),
    )


@every_step(claims=("topaz 8:2",), systems=("topaz",), calls=("start_process",))
def a_started_process_runs_the_image_of_its_template(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """The template says what the new process runs."""
    return every_newborn(
        old, new, lambda p: new.process[p].image == call.argument("image", Image)
    )


@every_step(claims=("topaz 8:2",), systems=("topaz",))
def a_process_runs_the_image_of_its_template_for_life(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Nothing that anybody does gives a process another program."""
    return every_survivor(
        old, new, lambda p: old.process[p].image == new.process[p].image
    )


@every_step(claims=("topaz 5:2", "topaz 8:1"), systems=("topaz",))
def a_process_stays_in_the_group_it_was_created_in(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A group is chosen at creation and not later."""
    return every_survivor(
        old, new, lambda p: old.process[p].group == new.process[p].group
    )


@every_step(claims=("topaz 5:1", "topaz 5:2"), systems=("topaz",))
def only_an_ancestor_moves_a_process_to_another_group(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """If a group changes at all, it is an ancestor who changes it."""
    return every_survivor(
        old,
        new,
        lambda p: (
            (old.process[p].group == new.process[p].group)
            | old.family.is_ancestor(caller_of(old, call), p)
        ),
    )


@every_step(claims=("topaz 5:2",), systems=("topaz",), calls=("start_process",))
def a_group_of_ones_own_has_no_other_member(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A process that starts a group is alone in it."""
    return every_newborn(
        old,
        new,
        lambda p: implies(
            new.process[p].group == new.process[p].pid,
            every_process(
                lambda q: implies(
                    exists(new, q) & (q != p),
                    new.process[q].group != new.process[p].group,
                )
            ),
        ),
    )


@sometimes(claims=("topaz 5:2",), systems=("topaz",))
def a_process_leads_a_group_of_its_own(s: Processes) -> Bool:
    """Init's group is not the only one: a template can ask for a new one."""
    return some_of(
        Process,
        lambda p: (
            is_running(s, p) & (p != INIT) & (s.process[p].group == s.process[p].pid)
        ),
    )


@sometimes(claims=("topaz 5:2",), systems=("topaz",))
def a_process_joined_the_group_of_another(s: Processes) -> Bool:
    """A template can name a group that exists, and not only that of Init."""
    return some_of(
        Process,
        lambda p: (
            is_running(s, p)
            & some_of(
                Process,
                lambda q: (
                    is_running(s, q)
                    & (q != p)
                    & (q != INIT)
                    & (s.process[p].group == s.process[q].pid)
                ),
            )
        ),
    )
