"""Collecting: what a dead child leaves behind reaches its parent, once."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_newborn,
    every_process,
    every_survivor,
)
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
    sometimes,
)
from spec.process.sorts import (
    ECHILD,
    ExitCode,
    Number,
    Pid,
    Process,
)
from spec.process.state import Kernel, Processes
from spec.process.status import (
    CORE_BIT,
    LOW_BYTE,
    RUNS_ON,
    SIGSEGV,
    WCOREDUMP,
    WEXITSTATUS,
    WIFCONTINUED,
    WIFEXITED,
    WIFSIGNALED,
    WIFSTOPPED,
    WTERMSIG,
    Status,
)
from spec.process.wait4 import Whom, eligible_children_of
from spec.process.words import children_of, exists, is_running, is_zombie, pid_of


@every_step(
    claims=("F11", "F13", "facts D3", "unix exit:3", "topaz 7:3"),
    source="wait(2) NOTES",
)
def a_status_is_collected_exactly_once(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A collected child was a zombie and is gone; and no zombie goes otherwise."""
    if call.name not in ("wait4", "wait_for_child"):
        return every_process(lambda q: implies(is_zombie(old, q), exists(new, q)))
    child = call.argument("child", Process)
    taken = outcome.succeeded & (child != caller_of(call))
    return every_process(
        lambda q: (
            implies(taken & (q == child), is_zombie(old, q) & ~exists(new, q))
            & implies(is_zombie(old, q) & ~exists(new, q), taken & (q == child))
        )
    )


@every_step(claims=("F09", "unix exit:4"), source="wait(2) NOTES")
def a_zombie_keeps_its_status_until_it_is_collected(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """What a zombie has to report does not change, and it does not run again."""
    return every_survivor(
        old,
        new,
        lambda q: implies(
            is_zombie(old, q),
            is_zombie(new, q) & (old.process[q].status == new.process[q].status),
        ),
    )


@every_step(claims=("F12", "facts D2"), source="wait(2) ERRORS ECHILD:2")
def only_the_parent_collects(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A process vanishes only by a call of its parent."""

    def collected(process: Process) -> Bool:
        if call.kind != "syscall":
            return FALSE
        return old.process[process].parent == caller_of(call)

    return every_process(
        lambda q: implies(exists(old, q) & ~exists(new, q), collected(q))
    )


@every_step(claims=("F09", "unix exit:3"), source="_exit(2) DESCRIPTION")
def no_running_process_vanishes(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """What runs becomes a zombie before it is gone."""
    return every_process(lambda q: implies(is_running(old, q), exists(new, q)))


@always(claims=("F07", "F08", "facts D11"), source="wait(2) DESCRIPTION")
def a_zombies_status_says_how_it_ended(s: Processes) -> Bool:
    """Of the four kinds of news a zombie's word is one: exited, or signaled."""

    def is_of_one_kind(status: Status) -> Bool:
        ended = (WIFEXITED(status) & ~WIFSIGNALED(status)) | (
            ~WIFEXITED(status) & WIFSIGNALED(status)
        )
        return ended & ~WIFSTOPPED(status) & ~WIFCONTINUED(status)

    return every_process(
        lambda q: implies(is_zombie(s, q), is_of_one_kind(s.process[q].status))
    )


@always(claims=("F05", "F06", "facts D11"), source="wait(2) DESCRIPTION")
def a_status_carries_a_code_or_a_signal_and_not_both(s: Processes) -> Bool:
    """A word of an exit has no core bit; one of a signal has a signal and no code."""

    def is_clean(status: Status) -> Bool:
        of_exit = WIFEXITED(status) & ((status & CORE_BIT) == 0)
        return of_exit | ((WTERMSIG(status) != 0) & (WEXITSTATUS(status) == 0))

    return every_process(
        lambda q: implies(is_zombie(s, q), is_clean(s.process[q].status))
    )


@always(claims=("F09",), source="wait(2) NOTES")
def only_zombies_have_a_status(s: Processes) -> Bool:
    """A process that runs, or a row that nothing uses, has no news."""
    return every_process(lambda q: is_zombie(s, q) | (s.process[q].status == RUNS_ON))


@every_step(
    claims=("F15", "F16", "facts D3", "unix wait:1"),
    source="wait(2) RETURN VALUE",
    systems=UNIX_LIKE,
    calls=("wait4",),
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
    calls=("wait4",),
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
    mine = children_of(old, caller_of(call))
    return implies(outcome.failed_with(ECHILD), mine.is_empty())


@every_step(claims=("F09",), source="fork(2) DESCRIPTION")
def a_new_process_has_no_status(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Whatever its object was used for before, a new process has no news."""
    return every_newborn(old, new, lambda p: new.process[p].status == RUNS_ON)


@every_step(
    claims=("F05", "F06", "facts D11", "unix exit:1"),
    source="_exit(2) DESCRIPTION",
    calls=("exit_group", "terminate", "fatal_fault"),
)
def the_status_says_how_the_process_ended(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """The code that was given, or the signal and whether a core was written."""
    by_signal = call.name == "fatal_fault"
    dying = call.argument("victim", Process) if by_signal else caller_of(call)
    status = new.process[dying].status
    if by_signal:
        core = call.argument("core", Bool)
        return (
            WIFSIGNALED(status)
            & (WTERMSIG(status) == Status.from_term(SIGSEGV))
            & (WCOREDUMP(status) == core)
        )
    code = Status.from_term(call.argument("code", ExitCode)) & LOW_BYTE
    return WIFEXITED(status) & (WEXITSTATUS(status) == code)


@sometimes(claims=("F06",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_zombie_left_a_core(s: Processes) -> Bool:
    """A process died of a signal, and a core was written."""
    return some_of(
        Process,
        lambda q: (
            is_zombie(s, q)
            & WIFSIGNALED(s.process[q].status)
            & WCOREDUMP(s.process[q].status)
        ),
    )


def _selected(old: Kernel, call: CallView) -> SetOf[Process]:
    """The children that the arguments of wait4 select."""
    whom, number = call.argument("whom", Whom), call.argument("number", Number)
    return eligible_children_of(old, caller_of(call), whom, number)
