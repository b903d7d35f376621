"""The words the pages use: they return values and never write."""

from __future__ import annotations

from spec.lang import Bool, SetOf, some_of, those
from spec.process.rows import ABSENT, ENDED, READY
from spec.process.sorts import INIT, Number, Pid, Process, Task
from spec.process.state import DEAD, FREE, RUNNING, ZOMBIE, Kernel, Processes


def exists(s: Processes, process: Process) -> Bool:
    """The process has been created and not been collected."""
    return s.process[process].phase != FREE


def is_running(s: Processes, process: Process) -> Bool:
    """The process exists and has not ended."""
    return s.process[process].phase == RUNNING


def is_zombie(s: Processes, process: Process) -> Bool:
    """The process has ended and has not been collected."""
    return s.process[process].phase == ZOMBIE


def is_dead(s: Processes, process: Process) -> Bool:
    """The process has ended, and the kernel is about to release it."""
    return s.process[process].phase == DEAD


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


def is_live(s: Kernel, task: Task) -> Bool:
    """The thread exists and has not ended."""
    return (s.task[task].run != ABSENT) & (s.task[task].run != ENDED)


def unused_tasks(s: Kernel) -> SetOf[Task]:
    """The thread objects that a new thread can take."""
    return those(Task, lambda t: s.task[t].run == ABSENT)


def is_thread_of(s: Kernel, task: Task, process: Process) -> Bool:
    """The thread is one of the process's, and has not ended."""
    return is_live(s, task) & (s.task[task].process == process)


def threads_of(s: Kernel, process: Process) -> SetOf[Task]:
    """The process's threads, an ended leader among them."""
    return those(
        Task,
        lambda t: (s.task[t].run != ABSENT) & (s.task[t].process == process),
    )


def can_run(s: Kernel, task: Task) -> Bool:
    """The thread can take a step: it waits for nothing and is not stopped."""
    process = s.task[task].process
    return (
        (s.task[task].run == READY)
        & is_running(s, process)
        & ~s.process[process].is_stopped
    )


def runs_in(s: Kernel, task: Task, process: Process) -> Bool:
    """The thread is one of the process's, and can take a step."""
    return can_run(s, task) & (s.task[task].process == process)


def can_act(s: Kernel, caller: Process | Task) -> Bool:
    """Who may make a call: a thread that can run, or a process with such a thread.

    Most calls are the process's: which of its threads makes them makes no difference,
    so their caller is the process. What a thread does for itself is called by a Task.
    """
    if isinstance(caller, Task):
        return can_run(s, caller)
    return (
        is_running(s, caller)
        & ~s.process[caller].is_stopped
        & some_of(Task, lambda t: (s.task[t].run == READY) & is_thread_of(s, t, caller))
    )
