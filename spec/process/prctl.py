"""prctl, the subreaper flag: a process volunteers to adopt its descendants' orphans.

Source   prctl(2) man-pages 6.9.1; linux@v6.18 kernel/sys.c prctl
Modelled setting, clearing and reading the flag; any non-zero value sets it (facts F7)
Not      the other operations of prctl
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, syscall
from spec.process.sorts import Pid, Process
from spec.process.state import Kernel


@syscall(source="prctl(2); linux@v6.18 kernel/sys.c prctl")
def prctl_set_child_subreaper(
    step: Step, old: Kernel, new: Kernel, caller: Process, is_subreaper: Bool
) -> None:
    """Become a subreaper, or stop being one."""
    # ERRORS: none
    # EFFECT
    new.process[caller].is_subreaper = is_subreaper

    # RESULT
    step.returns(0)


@syscall(source="prctl(2); linux@v6.18 kernel/sys.c prctl")
def prctl_get_child_subreaper(
    step: Step, old: Kernel, new: Kernel, caller: Process
) -> None:
    """Learn whether one is a subreaper."""
    # ERRORS: none
    # EFFECT: none
    # RESULT
    step.returns(ite(old.process[caller].is_subreaper, Pid.lift(1), Pid.lift(0)))
