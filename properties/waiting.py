"""Waiting: what a wait hears of is what it asked for, and it hears it once."""

from __future__ import annotations

from properties.waits import (
    WAITS,
    asks_for_continues,
    asks_for_ends,
    asks_for_stops,
    is_kept,
)
from properties.words import UNIX_LIKE, caller_of, every_process
from spec.lang import (
    FALSE,
    TRUE,
    Bool,
    CallView,
    Outcome,
    every_step,
    implies,
    ite,
    some_of,
)
from spec.process.signals import CHLD
from spec.process.sorts import ECHILD, Pid, Process, Task
from spec.process.state import Kernel
from spec.process.status import CONTINUED, RUNS_ON, WIFSTOPPED
from spec.process.wait4 import BAD_ADDRESS, WALL, WCLONE, Option
from spec.process.words import (
    children_of,
    exists,
    is_dead,
    is_running,
    is_zombie,
    pid_of,
)


def heard_of(old: Kernel, call: CallView, outcome: Outcome) -> Process | None:
    """The child that a wait answers with; the caller when it answers with nobody."""
    if outcome.error is not None:
        return None
    return call.argument("child", Process)


@every_step(
    claims=("F14", "facts D3", "facts D14"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("waitid", "waitid_with", "waitid_pidfd"),
)
def a_wait_that_keeps_takes_nothing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """With WNOWAIT every process is afterwards as it was, and its news as well."""
    return every_process(
        lambda q: implies(
            is_kept(call),
            (old.process[q].phase == new.process[q].phase)
            & (old.process[q].status == new.process[q].status),
        )
    )


@every_step(
    claims=("F18", "facts D14", "facts D26"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=WAITS,
)
def a_wait_hears_of_what_it_asks_for(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The child has ended, stopped or gone on, whichever the wait is for."""
    child = heard_of(old, call, outcome)
    if child is None:
        return TRUE
    word = old.process[child].status
    runs = is_running(old, child)
    return (
        (child == caller_of(old, call))
        | (asks_for_ends(call) & is_zombie(old, child))
        | (asks_for_stops(call) & runs & WIFSTOPPED(word))
        | (asks_for_continues(call) & runs & (word == CONTINUED))
    )


@every_step(
    claims=("F18", "facts D14"), source="wait(2) DESCRIPTION", systems=UNIX_LIKE
)
def only_a_wait_takes_the_news_of_a_stop(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What a running process has to report is erased by a wait that hears it."""

    def is_heard(process: Process) -> Bool:
        if call.name not in WAITS or outcome.error is not None:
            return FALSE
        return call.argument("child", Process) == process

    return every_process(
        lambda q: implies(
            is_running(old, q)
            & is_running(new, q)
            & (old.process[q].status != RUNS_ON)
            & (new.process[q].status == RUNS_ON),
            is_heard(q),
        )
    )


@every_step(
    claims=("F18", "facts D14"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("wait4_with", "waitid_with"),
)
def news_that_is_heard_is_no_news_any_more(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A stop is reported once, and so is that the child goes on."""
    child = heard_of(old, call, outcome)
    if child is None:
        return TRUE
    return implies(
        (child != caller_of(old, call)) & ~is_kept(call),
        new.process[child].status == RUNS_ON,
    )


@every_step(
    claims=("F19", "facts A17", "facts A20"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=WAITS,
)
def only_wclone_and_wall_take_a_clone_child(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """__WCLONE takes those that do not end with SIGCHLD, any other wait the rest."""
    child = heard_of(old, call, outcome)
    if child is None:
        return TRUE
    is_plain = old.process[child].exit_signal == CHLD
    wanted = is_plain
    if call.name == "wait4_with":
        option = call.argument("option", Option)
        wanted = ite(option == WCLONE, ~is_plain, is_plain) | (option == WALL)
    return (child == caller_of(old, call)) | wanted


@every_step(
    claims=("F24", "facts D26"),
    source="wait(2) ERRORS ECHILD:2",
    systems=UNIX_LIKE,
    calls=("wait4_with", "waitid_with"),
)
def nobody_with_a_child_to_wait_for_is_told_that_there_is_none(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """ECHILD means that no child of the kind runs, or has ended if ends are asked for.

    Who waits for stops alone has nobody to wait for once all children have ended.
    """
    mine = children_of(old, caller_of(old, call))

    def is_of_the_kind(child: Process) -> Bool:
        is_plain = old.process[child].exit_signal == CHLD
        if call.name == "wait4_with":
            option = call.argument("option", Option)
            return ite(option == WCLONE, ~is_plain, is_plain) | (option == WALL)
        return is_plain

    may_have_news = some_of(
        Process,
        lambda q: (
            mine.has(q)
            & is_of_the_kind(q)
            & (is_running(old, q) | (is_zombie(old, q) & asks_for_ends(call)))
        ),
    )
    return implies(outcome.failed_with(ECHILD), ~may_have_news)


@every_step(
    claims=("facts D15", "facts A11"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("wait4_nothread",),
)
def a_thread_that_asks_takes_only_its_own_children(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """With __WNOTHREAD the other threads' children are not there."""
    child = heard_of(old, call, outcome)
    if child is None:
        return TRUE
    is_own = old.process[child].parent_thread == call.argument("caller", Task)
    return is_own | (child == caller_of(old, call))


@every_step(
    claims=("facts D18",),
    source="wait(2) ERRORS",
    systems=UNIX_LIKE,
    calls=("wait4_into_nowhere",),
)
def a_bad_address_costs_the_status(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The call answers EFAULT, and the child is gone."""
    if outcome.value is None:
        return outcome.failed
    child = call.argument("child", Process)
    is_lost = is_zombie(old, child) & ~exists(new, child)
    return is_lost & (Pid(outcome.value) == BAD_ADDRESS)


@every_step(
    claims=("F15", "F16"),
    source="wait(2) RETURN VALUE",
    systems=UNIX_LIKE,
    calls=("wait4_with", "wait4_nothread", "waitid_with", "waitid_pidfd"),
)
def a_wait_answers_with_the_number_of_a_child_or_0(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The number is the child's that has news; 0 needs WNOHANG."""
    if outcome.value is None:
        return outcome.failed
    child, caller = call.argument("child", Process), caller_of(old, call)
    is_childs = children_of(old, caller).has(child) & ~is_dead(old, child)
    answer = Pid(outcome.value)
    return ite(
        child == caller,
        (answer == 0) & call.argument("no_hang", Bool),
        is_childs & (answer == pid_of(old, child)),
    )
