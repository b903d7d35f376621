"""fork: a process makes a copy of itself.

Source   fork(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_process
Modelled the new object, its number, its place in the family, inheritance field by
         field as `state` declares it; both limits that make fork fail
Not      RLIMIT_NPROC and the pids controller; memory; clone's sharing flags
"""

from __future__ import annotations

from spec.lang import Step, forked, syscall
from spec.process.numbers import free_numbers
from spec.process.sorts import EAGAIN, Number, Pid, Process
from spec.process.state import Kernel
from spec.process.words import unused_processes


@syscall(source="fork(2); linux@v6.18 kernel/fork.c copy_process")
def fork(
    step: Step, old: Kernel, new: Kernel, caller: Process, child: Process, pid: Number
) -> None:
    """Duplicate the caller; the kernel picks the child's object and its number."""
    # ERRORS, in the order of copy_process
    step.fails(EAGAIN, when=unused_processes(old).is_empty(), cite="ERRORS EAGAIN:2")
    step.hook("task_alloc", caller=caller)
    step.fails(EAGAIN, when=free_numbers(old).is_empty(), cite="ERRORS EAGAIN:3")

    # CHOICE
    step.picks(child, among=unused_processes(old))
    step.hook("alloc_pid", number=pid)

    # EFFECT
    new.process[child] = forked(old.process[caller]).but(pid=pid, parent=caller)
    step.hook("task_newtask", caller=caller, child=child)

    # RESULT, in the parent; the child sees 0
    step.returns(Pid.from_term(pid))
