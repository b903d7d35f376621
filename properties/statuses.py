"""Statuses: how a process ended, and how long that is known."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_newborn,
    every_process,
    every_survivor,
)
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
from spec.process.sorts import ExitCode, Process
from spec.process.state import Processes
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
from spec.process.words import exists, is_running, is_zombie


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
    dying = call.argument("victim", Process) if by_signal else caller_of(old, call)
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


@every_step(claims=("F09", "unix exit:4"), source="wait(2) NOTES")
def a_zombie_keeps_its_status_until_it_is_collected(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """What a zombie has to report does not change, and it does not run again.

    It may be that the one who adopts it does not want to know.
    """
    return every_survivor(
        old,
        new,
        lambda q: implies(
            is_zombie(old, q),
            ~is_running(new, q) & (old.process[q].status == new.process[q].status),
        ),
    )


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


@always(claims=("F07", "F09"), source="wait(2) NOTES")
def a_running_process_has_no_status_but_of_a_stop(s: Processes) -> Bool:
    """While it runs a process has no news, or that it stopped, or that it goes on."""

    def is_of_a_stop(status: Status) -> Bool:
        return WIFSTOPPED(status) | WIFCONTINUED(status)

    return every_process(
        lambda q: implies(
            is_running(s, q),
            (s.process[q].status == RUNS_ON) | is_of_a_stop(s.process[q].status),
        )
    )


@always(claims=("F13",), source="wait(2) NOTES")
def no_status_is_left_behind(s: Processes) -> Bool:
    """A row that nothing uses has no news."""
    return every_process(lambda q: exists(s, q) | (s.process[q].status == RUNS_ON))


@every_step(claims=("F09",), source="fork(2) DESCRIPTION")
def a_new_process_has_no_status(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Whatever its object was used for before, a new process has no news."""
    return every_newborn(old, new, lambda p: new.process[p].status == RUNS_ON)


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
