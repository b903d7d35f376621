"""getpid, getppid: a process learns its own number and its parent's.

Source   getpid(2) man-pages 6.9.1; linux@v6.18 kernel/sys.c getppid
Modelled both numbers, after adoption too
Not      parents in another namespace
"""

from __future__ import annotations

from spec.lang import Step, ite, syscall
from spec.process.sorts import INIT, Pid, Process
from spec.process.state import Kernel
from spec.process.words import pid_of


@syscall(source="getpid(2); linux@v6.18 kernel/sys.c getpid")
def getpid(step: Step, old: Kernel, new: Kernel, caller: Process) -> None:
    """Learn one's own number."""
    # ERRORS: none
    # EFFECT: none
    # RESULT
    step.returns(pid_of(old, caller))


@syscall(source="getpid(2); linux@v6.18 kernel/sys.c getppid")
def getppid(step: Step, old: Kernel, new: Kernel, caller: Process) -> None:
    """Learn the number of one's parent, who may have adopted one; init's is 0."""
    # ERRORS: none
    # EFFECT: none
    # RESULT
    number = pid_of(old, old.family.parent_of(caller))
    step.returns(ite(caller == INIT, Pid.lift(0), number))
