"""Exec: another program in the same process, or nothing at all."""

from __future__ import annotations

from properties.words import (
    EXECS,
    UNIX_LIKE,
    caller_of,
    every_newborn,
    every_process,
    every_thread,
)
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
from spec.process.signals import NO_SIGNALS
from spec.process.sorts import Process, Task
from spec.process.state import Kernel, Processes
from spec.process.words import is_live, is_running


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


@every_step(
    claims=("E11",),
    source="execve(2) DESCRIPTION; linux@v6.18 fs/exec.c begin_new_exec",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_ends_sharing_with_other_processes(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Memory, handlers and descriptors are the caller's alone afterwards."""
    caller, thread = caller_of(old, call), call.argument("thread", Task)

    def is_alone(q: Process) -> Bool:
        mine, its = new.process[caller], new.process[q]
        return (mine.memory != its.memory) & (mine.handlers != its.handlers)

    alone = every_process(
        lambda q: implies(is_running(new, q) & (q != caller), is_alone(q))
    )
    files = every_thread(
        lambda t: implies(
            is_live(new, t) & (t != thread), new.task[t].files != new.task[thread].files
        )
    )
    return implies(outcome.succeeded, alone & files)


@every_step(
    claims=("E07", "D02"),
    source="execve(2) DESCRIPTION; clone(2) CLONE_FS",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_keeps_directories_adjustments_and_their_sharing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Who shared them with the caller still does."""
    thread = call.argument("thread", Task)
    before, after = old.task[thread], new.task[thread]
    return (
        (before.fs == after.fs) & (before.undo == after.undo) & (before.io == after.io)
    )


@every_step(
    claims=("E08", "facts E1"),
    source="execve(2) DESCRIPTION; signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_keeps_the_mask_and_what_is_pending(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of the process and of the thread that called."""
    caller, thread = caller_of(old, call), call.argument("thread", Task)
    return (
        (old.process[caller].pending == new.process[caller].pending)
        & (old.task[thread].pending == new.task[thread].pending)
        & (old.task[thread].blocked == new.task[thread].blocked)
    )


@every_step(
    claims=("E09", "facts E1"),
    source="execve(2) DESCRIPTION; sigaction(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_keeps_what_is_ignored_and_forgets_handlers(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What was caught has its default action again."""
    caller = caller_of(old, call)
    mine = old.handling[old.process[caller].handlers]
    its = new.handling[new.process[caller].handlers]
    return implies(
        outcome.succeeded,
        (its.ignored == mine.ignored)
        & (its.caught == NO_SIGNALS)
        & ~its.leaves_no_zombies
        & ~its.tells_no_stops,
    )


@every_step(
    claims=("E38", "E13"),
    source="execveat(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("execveat_check",),
)
def a_check_before_an_exec_changes_nothing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """No process has another program, memory or leader for it."""

    def is_same(p: Process) -> Bool:
        before, after = old.process[p], new.process[p]
        return (
            (before.image == after.image)
            & (before.has_execed == after.has_execed)
            & (before.memory == after.memory)
            & (before.leader == after.leader)
        )

    return every_process(is_same) & every_thread(
        lambda t: old.task[t].run == new.task[t].run
    )


@every_step(
    claims=("C28",),
    source="posix_spawn(3) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("posix_spawn",),
)
def a_spawn_leaves_a_child_that_runs_its_program_or_none(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """After a failure no process is there that was not there before."""
    child = call.argument("child", Process)
    none = every_newborn(old, new, lambda _p: FALSE)
    has_execed = is_running(new, child) & new.process[child].has_execed
    return ite(outcome.succeeded, has_execed, none)


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
