"""The words the pages use: they return values and never write."""

from __future__ import annotations

from spec.lang import Bool, SetOf, some_of, those
from spec.process.sorts import INIT, Number, Pid, Process
from spec.process.state import FREE, RUNNING, ZOMBIE, Kernel, Processes


def exists(s: Processes, process: Process) -> Bool:
    """The process has been created and not been collected."""
    return s.process[process].phase != FREE


def is_running(s: Processes, process: Process) -> Bool:
    """The process exists and has not ended."""
    return s.process[process].phase == RUNNING


def is_zombie(s: Processes, process: Process) -> Bool:
    """The process has ended and has not been collected."""
    return s.process[process].phase == ZOMBIE


def unused_processes(s: Processes) -> SetOf[Process]:
    """The process objects that a new process can take."""
    return those(Process, lambda p: ~exists(s, p))


def children_of(s: Processes, parent: Process) -> SetOf[Process]:
    """The existing children of `parent`, zombies included."""
    return those(
        Process,
        lambda q: exists(s, q) & (s.process[q].parent == parent) & (q != parent),
    )


def members_of(s: Processes, group: Number) -> SetOf[Process]:
    """The existing processes in the group of this number, zombies included."""
    return those(Process, lambda q: exists(s, q) & (s.process[q].group == group))


def adopts_orphans(s: Kernel, process: Process) -> Bool:
    """The process takes in what its dying descendants leave behind."""
    return (process == INIT) | s.process[process].is_subreaper


def adopter_of(s: Kernel, dying: Process) -> Process:
    """The nearest ancestor of `dying` that adopts; init if there is no nearer one."""
    return s.family.nearest_ancestor(dying, such_that=lambda a: adopts_orphans(s, a))


def is_numbered(s: Processes, number: Number) -> Bool:
    """Some existing process has this number."""
    return some_of(Process, lambda q: exists(s, q) & (s.process[q].pid == number))


def pid_of(s: Processes, process: Process) -> Pid:
    """The process's number, as a program reads it."""
    return Pid.from_term(s.process[process].pid)
