"""The words the properties use, of one state or of the two sides of a step."""

from __future__ import annotations

from collections.abc import Callable

from spec.lang import FALSE, Bool, CallView, all_of, implies
from spec.process.sorts import Process, Task
from spec.process.state import Kernel, Processes
from spec.process.words import exists, is_running

UNIX_LIKE = ("unix", "peios")
"""The systems with sessions, subreapers and exec."""
PEIOS = ("peios",)
CREATIONS = (
    "fork",
    "vfork",
    "clone",
    "clone_parent",
    "clone_pidfd",
    "clone3",
    "clone3_set_tid",
    "posix_spawn",
)
"""The calls that create a process."""
EXECS = ("execve", "execveat", "fexecve")
"""The calls that run another program in a process."""


def every_process(holds: Callable[[Process], Bool]) -> Bool:
    """`holds` for every process object."""
    return all_of(Process, holds)


def every_thread(holds: Callable[[Task], Bool]) -> Bool:
    """`holds` for every thread object."""
    return all_of(Task, holds)


def every_existing(s: Processes, holds: Callable[[Process], Bool]) -> Bool:
    """`holds` for every process that exists."""
    return every_process(lambda p: implies(exists(s, p), holds(p)))


def every_newborn(
    old: Processes, new: Processes, holds: Callable[[Process], Bool]
) -> Bool:
    """`holds` for every process that the step creates."""
    return every_process(lambda p: implies(~exists(old, p) & exists(new, p), holds(p)))


def every_survivor(
    old: Processes, new: Processes, holds: Callable[[Process], Bool]
) -> Bool:
    """`holds` for every process that exists before and after the step."""
    return every_process(lambda p: implies(exists(old, p) & exists(new, p), holds(p)))


def ends(old: Processes, new: Processes, process: Process) -> Bool:
    """The process runs before the step and not after it."""
    return is_running(old, process) & ~is_running(new, process)


def caller_of(old: Processes, call: CallView) -> Process:
    """The process that makes the call, by any thread; ask only of system calls."""
    if call.type_of("caller") == Task.type:
        caller = call.argument("caller", Task)
        assert isinstance(old, Kernel)  # who has threads has their table
        return old.task[caller].process
    return call.argument("caller", Process)


def every_child_of_the_caller(
    old: Processes,
    new: Processes,
    call: CallView,
    holds: Callable[[Process, Process], Bool],
) -> Bool:
    """`holds(child, creator)` for every process that the step creates.

    Who created it makes a call; its parent can be somebody else (CLONE_PARENT).
    """
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _: FALSE)
    creator = caller_of(old, call)
    return every_newborn(old, new, lambda p: holds(p, creator))
