"""setpgid: put a process, oneself or a child that has not run exec, into a group.

Only a group of the session can be joined, or one founded with the process's own number.
A zombie can be moved, and a zombie is enough for a group to be there (facts B6).

Source   setpgid(2) man-pages 6.9.1; linux@v6.18 kernel/sys.c setpgid; facts B1 to B6
Modelled every error in the kernel's order; both arguments' zero; negative numbers
Not      what becomes of groups that are orphaned by it: nothing does (facts H13)
"""

from __future__ import annotations

from spec.lang import Step, ite, syscall
from spec.process.groups import (
    NEGATIVE,
    ZERO,
    Sign,
    has_members_in,
    is_in_form,
    is_session_leader,
    is_tid,
    process_numbered,
)
from spec.process.sorts import EACCES, EINVAL, EPERM, ESRCH, Number, Process
from spec.process.state import Kernel
from spec.process.words import is_numbered


@syscall(source="setpgid(2); linux@v6.18 kernel/sys.c setpgid")
def setpgid(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    pid_sign: Sign,
    pid: Number,
    pgid_sign: Sign,
    pgid: Number,
) -> None:
    """Move the process numbered `pid` into group `pgid`.

    0 for `pid` is the caller; 0 for `pgid` is what is given for `pid`.
    """
    me = old.process[caller]
    number = ite(pid_sign == ZERO, me.pid, pid)
    group = ite(pgid_sign == ZERO, number, pgid)
    target = process_numbered(old, number)
    it = old.process[target]
    is_child = (it.parent == caller) & (target != caller)
    is_nobody = (pid_sign == NEGATIVE) | ~is_numbered(old, number)
    is_below_zero = (pgid_sign == NEGATIVE) | (
        (pgid_sign == ZERO) & (pid_sign == NEGATIVE)
    )
    step.blocks(
        when=~is_in_form(pid_sign, pid) | ~is_in_form(pgid_sign, pgid),
        cite="DESCRIPTION",
    )

    # ERRORS, in the order in which the kernel tests them
    step.fails(EINVAL, when=is_below_zero, cite="ERRORS EINVAL; facts B3")
    step.fails(
        EINVAL,
        when=(pid_sign != NEGATIVE) & is_nobody & is_tid(old, number),
        cite="kernel/sys.c setpgid",
    )
    step.fails(ESRCH, when=is_nobody, cite="ERRORS ESRCH; facts B3")
    step.fails(
        EPERM,
        when=is_child & (it.session != me.session),
        cite="ERRORS EPERM:1; facts B4",
    )
    step.fails(
        EACCES, when=is_child & it.has_execed, cite="ERRORS EACCES; facts B1; G05"
    )
    step.fails(
        ESRCH, when=~is_child & (target != caller), cite="ERRORS ESRCH; facts B3"
    )
    step.fails(
        EPERM, when=is_session_leader(old, target), cite="ERRORS EPERM:2; facts B3"
    )
    step.fails(
        EPERM,
        when=(group != it.pid) & ~has_members_in(old, group, me.session),
        cite="ERRORS EPERM:3; facts B4",
    )
    step.hook("task_setpgid", caller=caller, target=target)

    # EFFECT
    new.process[target].group = group

    # RESULT
    step.returns(0)
