"""vfork: a child in one's own memory, while one waits.

The calling thread stands still until the child has another program or has ended; other
threads of its process go on. Nothing but a signal that ends the process reaches it
meanwhile (`taking`). The child is otherwise a fork's.

Source   vfork(2), clone(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c kernel_clone;
         facts K1
Modelled vfork, and clone's CLONE_VFORK without CLONE_VM
Not      what a child that shares its parent's memory should better not do
"""

from __future__ import annotations

from spec.lang import Bool, Step, syscall
from spec.process.creation import (
    Newborn,
    Sharing,
    make_process,
    pick_objects,
    refuse_creation,
)
from spec.process.rows import UNINTERRUPTIBLE
from spec.process.sorts import Number, Pid, Process, Task
from spec.process.state import Kernel
from spec.process.words import runs_in


@syscall(source="vfork(2); clone(2); linux@v6.18 kernel/fork.c kernel_clone")
def vfork(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    with_memory: Bool,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Create a child, and sleep until it has run another program or has ended."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS
    refuse_creation(step, old, caller)

    # CHOICE
    pick_objects(step, old, child, task, pid)

    # EFFECT
    newborn = Newborn(child, task, pid, parent=caller, parent_thread=thread)
    sharing = Sharing(memory=with_memory)
    make_process(step, old, new, thread, newborn, sharing, caller=caller)
    new.task[thread].run = UNINTERRUPTIBLE
    new.task[thread].vfork_child = child

    # RESULT, when the caller goes on
    step.returns(Pid.from_term(pid))
