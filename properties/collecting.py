"""Collecting: what a dead child leaves behind reaches its parent, once."""

from __future__ import annotations

from properties.waits import WAITS, is_kept
from properties.words import UNIX_LIKE, caller_of, every_existing, every_process
from spec.lang import (
    FALSE,
    Bool,
    CallView,
    Outcome,
    SetOf,
    always,
    every_step,
    implies,
    some_of,
)
from spec.process.eligible import Whom, eligible_children_of
from spec.process.sorts import ECHILD, Number, Pid, Process
from spec.process.state import Kernel, Processes
from spec.process.words import children_of, exists, is_running, is_zombie, pid_of


@every_step(
    claims=("F11", "F13", "F14", "facts D3", "facts D18", "unix exit:3", "topaz 7:3"),
    source="wait(2) NOTES",
)
def a_status_is_collected_exactly_once(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """An ended child that a wait takes is gone; and no zombie goes otherwise."""
    if call.name not in (*WAITS, "wait_for_child"):
        return every_process(lambda q: implies(is_zombie(old, q), exists(new, q)))
    child = call.argument("child", Process)
    taken = outcome.succeeded & (child != caller_of(old, call)) & ~is_kept(call)
    return every_process(
        lambda q: implies(
            is_zombie(old, q),
            ~exists(new, q) == (taken & (q == child)),
        )
    )


@every_step(claims=("F12", "facts D2"), source="wait(2) ERRORS ECHILD:2")
def only_the_parent_collects(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A zombie vanishes only by a call of its parent."""

    def collected(process: Process) -> Bool:
        if call.kind != "syscall":
            return FALSE
        return old.process[process].parent == caller_of(old, call)

    return every_process(
        lambda q: implies(is_zombie(old, q) & ~exists(new, q), collected(q))
    )


@every_step(claims=("F09", "unix exit:3"), source="_exit(2) DESCRIPTION")
def no_running_process_vanishes(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """What runs becomes a zombie before it is gone."""
    return every_process(lambda q: implies(is_running(old, q), exists(new, q)))


@every_step(
    claims=("F15", "F16", "facts D3", "facts D6", "facts D23", "unix wait:1"),
    source="wait(2) RETURN VALUE",
    systems=UNIX_LIKE,
    calls=("wait4", "waitid"),
)
def wait_returns_the_number_of_a_selected_child(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It is an ended child that the arguments select; 0 while there are only others."""
    if outcome.value is None:
        return outcome.failed
    answer = Pid(outcome.value)
    mine = _selected(old, call)
    return some_of(
        Process,
        lambda q: mine.has(q) & is_zombie(old, q) & (answer == pid_of(old, q)),
    ) | (
        (answer == 0)
        & some_of(Process, lambda q: mine.has(q) & is_running(old, q))
        & ~some_of(Process, lambda q: mine.has(q) & is_zombie(old, q))
        & call.argument("no_hang", Bool)
    )


@every_step(
    claims=("F24", "facts D2"),
    source="wait(2) ERRORS ECHILD:2",
    systems=UNIX_LIKE,
    calls=("wait4", "waitid"),
)
def no_parent_is_told_that_it_has_no_child(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """ECHILD means that no child, running or ended, is the one asked for."""
    return implies(outcome.failed_with(ECHILD), _selected(old, call).is_empty())


@every_step(claims=("topaz 7:3",), systems=("topaz",), calls=("wait_for_child",))
def no_topaz_parent_is_told_that_it_has_no_child(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """WaitForChild refuses only a process without children."""
    mine = children_of(old, caller_of(old, call))
    return implies(outcome.failed_with(ECHILD), mine.is_empty())


@always(claims=("topaz 7:3",), systems=("topaz",))
def a_topaz_process_runs_or_waits_for_its_parent(s: Processes) -> Bool:
    """What exists has not ended, or has a status that its parent can take."""
    return every_existing(s, lambda p: is_running(s, p) | is_zombie(s, p))


@every_step(claims=("topaz 7:3",), systems=("topaz",), calls=("wait_for_child",))
def a_topaz_wait_answers_which_child_it_took(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """WaitForChild returns the number of an ended child of the caller, now gone."""
    if outcome.value is None:
        return outcome.failed
    answer, mine = Pid(outcome.value), children_of(old, caller_of(old, call))
    return some_of(
        Process,
        lambda q: (
            mine.has(q)
            & is_zombie(old, q)
            & ~exists(new, q)
            & (answer == pid_of(old, q))
        ),
    )


def _selected(old: Kernel, call: CallView) -> SetOf[Process]:
    """The children that the arguments of wait4 or waitid select."""
    whom, number = call.argument("whom", Whom), call.argument("number", Number)
    return eligible_children_of(old, caller_of(old, call), whom, number)
