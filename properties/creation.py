"""Creation: where processes come from."""

from __future__ import annotations

from properties.words import (
    CREATIONS,
    UNIX_LIKE,
    caller_of,
    every_newborn,
    every_process,
)
from spec.lang import FALSE, TRUE, Bool, CallView, Outcome, every_step, implies, ite
from spec.process.sorts import Process
from spec.process.state import Kernel, Processes
from spec.process.words import exists, is_running


@every_step(
    claims=("B03", "D09", "facts A14"),
    source="fork(2) DESCRIPTION; clone(2) CLONE_PARENT",
    systems=UNIX_LIKE,
)
def a_new_process_is_a_child_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A process comes from the call of a process, which is its parent.

    With CLONE_PARENT it is its sibling.
    """
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _p: FALSE)
    caller = caller_of(old, call)
    parent = old.process[caller].parent if call.name == "clone_parent" else caller
    return every_newborn(old, new, lambda p: new.process[p].parent == parent)


@every_step(
    claims=("B03", "unix fork:1", "topaz 7:1"),
    source="fork(2) DESCRIPTION",
    calls=(*CREATIONS, "start_process"),
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
    return is_running(old, caller_of(old, call))
