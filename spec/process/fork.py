"""fork: a process makes a copy of itself.

The child has one thread, a copy of the one that called. It shares nothing with its
parent: it has memory of its own with the same contents, handlers with the same
dispositions, a descriptor table with the same descriptors.

Source   fork(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_process
Modelled the new object, its number, its place in the family, inheritance field by
         field as `state` and `rows` declare it; the limits that make fork fail
Not      RLIMIT_NPROC and the pids controller; clone's flags (`clone`)
"""

from __future__ import annotations

from spec.lang import Step, syscall
from spec.process.creation import Newborn, make_process, pick_objects, refuse_creation
from spec.process.sorts import Number, Pid, Process, Task
from spec.process.state import Kernel
from spec.process.words import runs_in


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
    refuse_creation(step, old, caller)

    # CHOICE
    pick_objects(step, old, child, task, pid)

    # EFFECT
    newborn = Newborn(child, task, pid, parent=caller, parent_thread=thread)
    make_process(step, old, new, thread, newborn, caller=caller)

    # RESULT, in the parent; the child sees 0
    step.returns(Pid.from_term(pid))
