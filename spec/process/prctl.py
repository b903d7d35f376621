"""prctl: adopt one's descendants' orphans, and be told when one's parent ends.

A subreaper is a process; a death signal is a thread's own, and not its children's
(facts A13). It comes when the thread ends that created the caller, even if the process
of that thread goes on, and again whenever the caller changes hands (`orphans`).

Source   prctl(2) man-pages 6.9.1; linux@v6.18 kernel/sys.c prctl
Modelled setting, clearing and reading the flag; any non-zero value sets it (facts F7);
         the signal at a parent's death
Not      the other operations of prctl
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, syscall
from spec.process.signals import BAD, Sig, number_of
from spec.process.sorts import EINVAL, Pid, Process, Task
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


@syscall(source="prctl(2); linux@v6.18 kernel/sys.c prctl")
def prctl_set_pdeathsig(
    step: Step, old: Kernel, new: Kernel, caller: Task, sig: Sig
) -> None:
    """Ask for a signal at one's parent's death; 0 asks for none."""
    # ERRORS
    step.fails(EINVAL, when=sig == BAD, cite="PR_SET_PDEATHSIG; facts F7")

    # EFFECT
    new.task[caller].death_signal = sig

    # RESULT
    step.returns(0)


@syscall(source="prctl(2); linux@v6.18 kernel/sys.c prctl")
def prctl_get_pdeathsig(step: Step, old: Kernel, new: Kernel, caller: Task) -> None:
    """Learn which signal comes at one's parent's death; 0 is none."""
    # ERRORS: none
    # EFFECT: none
    # RESULT
    step.returns(Pid.from_term(number_of(old.task[caller].death_signal)))
