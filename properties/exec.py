"""Exec: another program in the same process, or nothing at all."""

from __future__ import annotations

from properties.words import EXECS, UNIX_LIKE, caller_of, every_newborn, every_process
from spec.lang import (
    FALSE,
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
from spec.process.images import FIXED, Image, is_program
from spec.process.sorts import Process
from spec.process.state import Kernel, Processes
from spec.process.words import is_running


@every_step(
    claims=("E13", "facts B1"),
    source="execve(2) RETURN VALUE",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def a_failed_exec_changes_nothing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """After an error every process is what it was, has_execed included."""
    return implies(
        outcome.failed,
        every_process(lambda p: same_life(old, new, p) & same_program(old, new, p)),
    )


@every_step(
    claims=("E01", "E05", "G22", "facts E1", "unix exec:2"),
    source="execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_keeps_who_the_process_is(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Number, parent, group, session and the subreaper flag survive an exec."""
    return every_process(lambda p: same_life(old, new, p))


@every_step(
    claims=("E11", "unix exec:1"),
    source="execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_runs_the_file_it_names(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """After success the caller runs the file, and the others what they ran."""
    caller, image = caller_of(old, call), call.argument("image", Image)
    return every_process(
        lambda p: (
            new.process[p].image
            == ite(outcome.succeeded & (p == caller), image, old.process[p].image)
        )
    )


@every_step(claims=("facts B1",), source="setpgid(2) ERRORS EACCES", systems=UNIX_LIKE)
def has_execed_says_whether_the_process_has_execed(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of every living process the mark changes by its own successful exec only."""
    is_spawn = call.named("posix_spawn")

    def changes(process: Process) -> Bool:
        if call.name in EXECS:
            return outcome.succeeded & (process == caller_of(old, call))
        return FALSE

    return every_process(
        lambda p: implies(
            is_running(old, p) & is_running(new, p),
            new.process[p].has_execed == (old.process[p].has_execed | changes(p)),
        )
    ) & every_newborn(old, new, lambda p: new.process[p].has_execed == is_spawn)


@always(claims=("unix exec:1", "topaz 3:2"), source="execve(2) DESCRIPTION")
def every_process_runs_a_program(s: Processes) -> Bool:
    """No process runs a file that is absent, forbidden or no program."""
    return every_process(
        lambda p: implies(is_running(s, p), is_program(s.process[p].image))
    )


@every_step(
    claims=("C23", "unix fork:1"), source="fork(2) DESCRIPTION", systems=UNIX_LIKE
)
def a_new_process_runs_the_program_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Creation makes a copy, and the copy runs the same program, unless spawned."""
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _p: FALSE)
    program = old.process[caller_of(old, call)].image
    if call.name == "posix_spawn":
        program = call.argument("image", Image)
    return every_newborn(old, new, lambda p: new.process[p].image == program)


@sometimes(claims=("unix exec:1",), source="execve(2) DESCRIPTION")
def two_processes_run_different_programs(s: Processes) -> Bool:
    """One program starts another."""
    return some_of(
        Process,
        lambda p: (
            is_running(s, p)
            & (s.process[p].image == FIXED)
            & some_of(
                Process, lambda q: is_running(s, q) & (s.process[q].image != FIXED)
            )
        ),
    )


def same_life(old: Kernel, new: Kernel, process: Process) -> Bool:
    """What exec leaves alone is the same on both sides."""
    before, after = old.process[process], new.process[process]
    return (
        (before.phase == after.phase)
        & (before.pid == after.pid)
        & (before.parent == after.parent)
        & (before.group == after.group)
        & (before.session == after.session)
        & (before.status == after.status)
        & (before.is_subreaper == after.is_subreaper)
    )


def same_program(old: Kernel, new: Kernel, process: Process) -> Bool:
    """What exec is about is the same on both sides."""
    before, after = old.process[process], new.process[process]
    return (before.image == after.image) & (before.has_execed == after.has_execed)
