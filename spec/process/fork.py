"""fork: a process makes a copy of itself.

The child has one thread, a copy of the one that called. It has handlers and memory of
its own, the handlers with the same dispositions.

Source   fork(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_process
Modelled the new object, its number, its place in the family, inheritance field by
         field as `state` and `rows` declare it; the limits that make fork fail
Not      RLIMIT_NPROC and the pids controller; clone's flags (`clone`)
"""

from __future__ import annotations

from spec.lang import Step, forked, syscall
from spec.process.handles import inherit_handles
from spec.process.numbers import free_numbers
from spec.process.signals import CHLD
from spec.process.sorts import EAGAIN, ENOMEM, Number, Pid, Process, Task
from spec.process.state import Kernel
from spec.process.words import (
    has_room,
    new_handlers,
    new_memory,
    runs_in,
    unused_processes,
    unused_tasks,
)


@syscall(source="fork(2); linux@v6.18 kernel/fork.c copy_process")
def fork(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Duplicate the caller; the kernel picks the child's objects and its number."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS, in the order of copy_process
    step.fails(EAGAIN, when=unused_processes(old).is_empty(), cite="ERRORS EAGAIN:2")
    step.fails(EAGAIN, when=unused_tasks(old).is_empty(), cite="ERRORS EAGAIN:2")
    step.hook("task_alloc", caller=caller)
    step.fails(ENOMEM, when=~has_room(old), cite="ERRORS ENOMEM:1")
    step.fails(EAGAIN, when=free_numbers(old).is_empty(), cite="ERRORS EAGAIN:3")

    # CHOICE
    step.picks(child, among=unused_processes(old))
    step.picks(task, among=unused_tasks(old))
    step.hook("alloc_pid", number=pid)

    # EFFECT
    new.process[child] = forked(old.process[caller]).but(
        pid=pid,
        parent=caller,
        parent_thread=thread,
        leader=task,
        handlers=new_handlers(old),
        memory=new_memory(old),
        exit_signal=CHLD,
    )
    new.task[task] = forked(old.task[thread]).but(process=child, tid=pid)
    copied, mine = new_handlers(old), old.process[caller].handlers
    new.handling[copied].ignored = old.handling[mine].ignored
    new.handling[copied].caught = old.handling[mine].caught
    new.handling[copied].restarting = old.handling[mine].restarting
    new.handling[copied].leaves_no_zombies = old.handling[mine].leaves_no_zombies
    new.handling[copied].tells_no_stops = old.handling[mine].tells_no_stops
    inherit_handles(old, new, caller, child)
    step.hook("task_newtask", caller=caller, child=child)

    # RESULT, in the parent; the child sees 0
    step.returns(Pid.from_term(pid))
