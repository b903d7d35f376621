"""Who may get at another's descriptors on Unix: whoever may trace it.

Source   pidfd_getfd(2), ptrace(2) man-pages 6.9.1; linux@v6.18 kernel/ptrace.c
         __ptrace_may_access
Not      processes that are not dumpable; CAP_SYS_PTRACE apart from root's
"""

from __future__ import annotations

from spec.lang import Step
from spec.process.sorts import EPERM, ROOT, Process, Task
from spec.process.state import Kernel


def refuse(step: Step, old: Kernel, caller: Task, target: Process) -> None:
    """One's own process, root, or a real id that is all three ids of the target."""
    me, its = old.task[caller], old.task[old.process[target].leader]
    is_alike = (me.ruid == its.ruid) & (me.ruid == its.euid) & (me.ruid == its.suid)
    is_refused = (me.process != target) & (me.euid != ROOT) & ~is_alike
    step.fails(EPERM, when=is_refused, cite="ERRORS EPERM:1")
