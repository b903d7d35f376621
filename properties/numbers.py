"""Numbers: each names one thing at a time."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_existing,
    every_newborn,
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
    some_of,
    sometimes,
)
from spec.process.numbers import names_a_session, names_something
from spec.process.sorts import INIT, NUMBER_OF_INIT, Number, Pid, Process
from spec.process.state import Kernel, Processes
from spec.process.words import exists, is_numbered, is_running, pid_of


@always(
    claims=("A11", "facts B10", "unix process:1", "topaz 4:4"),
    source="getpid(2) DESCRIPTION",
)
def no_two_processes_share_a_pid(s: Processes) -> Bool:
    """Two existing processes, zombies included, never have one number."""
    return every_existing(
        s,
        lambda p: every_existing(
            s, lambda q: implies(s.process[p].pid == s.process[q].pid, p == q)
        ),
    )


@every_step(claims=("A12", "facts B10", "topaz 4:4"), source="fork(2) DESCRIPTION")
def no_number_is_reused_while_in_use(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """A new process's number names no process, zombie or group before the step."""
    return every_newborn(old, new, lambda p: ~names_something(old, new.process[p].pid))


@every_step(claims=("facts B10",), source="fork(2) DESCRIPTION", systems=UNIX_LIKE)
def no_number_of_a_session_is_reused(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A new process's number names no session before the step."""
    return every_newborn(old, new, lambda p: ~names_a_session(old, new.process[p].pid))


@every_step(claims=("E01", "facts E1", "topaz 4:3"), source="execve(2) DESCRIPTION")
def a_process_keeps_its_number(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """From creation to collection a process has one number."""
    return every_survivor(old, new, lambda p: old.process[p].pid == new.process[p].pid)


@always(claims=("B06", "unix init:1", "topaz 4:5"))
def number_one_belongs_to_init(s: Processes) -> Bool:
    """Init runs, and its number is the first."""
    return is_running(s, INIT) & (s.process[INIT].pid == NUMBER_OF_INIT)


@every_step(
    claims=("C22", "unix fork:4"),
    source="fork(2) RETURN VALUE",
    calls=("fork", "start_process"),
)
def creation_returns_the_number_of_the_child(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """What the creator is told is what its child reads as its own number."""
    child = call.argument("child", Process)
    return implies(outcome.succeeded, returned(outcome) == pid_of(new, child))


@every_step(
    claims=("F25", "F26"),
    source="getpid(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("getppid",),
)
def getppid_names_a_running_process(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Every process but init is told the number of a process that runs."""
    return (caller_of(old, call) == INIT) | some_of(
        Process, lambda q: is_running(old, q) & (pid_of(old, q) == returned(outcome))
    )


@sometimes(claims=("facts B10",), systems=UNIX_LIKE)
def a_group_outlives_its_leader(s: Processes) -> Bool:
    """A group has a member while no process has its number any more."""
    return some_of(
        Process, lambda q: exists(s, q) & ~is_numbered(s, s.process[q].group)
    )


@sometimes(claims=("A23",), source="fork(2) ERRORS EAGAIN:3", systems=UNIX_LIKE)
def the_numbers_run_out_before_the_processes(s: Kernel) -> Bool:
    """Every number names something, and a process object is unused."""
    used_up = all_of(Number, lambda n: names_something(s, n) | names_a_session(s, n))
    return used_up & some_of(Process, lambda q: ~exists(s, q))


def returned(outcome: Outcome) -> Pid:
    """The number that the call returns."""
    return Pid.lift(0) if outcome.value is None else Pid(outcome.value)
