"""getpgid, getsid: which group and which session a process is in.

Anybody may ask about anybody, across sessions too, and about a zombie; a thread's
number stands for its process (facts B9).

Source   getpgid(2), getsid(2) man-pages 6.9.1; linux@v6.18 kernel/sys.c do_getpgid;
         facts B9
Modelled both, of oneself and of others
Not      getpgrp, which is getpgid of oneself
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, some_of, syscall, the_one
from spec.process.groups import NEGATIVE, ZERO, Sign, is_in_form, is_tid
from spec.process.sorts import ESRCH, Number, Pid, Process, Task
from spec.process.state import Kernel
from spec.process.words import exists, is_numbered, is_thread_of


def is_nobody(s: Kernel, sign: Sign, number: Number) -> Bool:
    """The argument is neither the caller nor the number of a process or a thread."""
    is_known = is_numbered(s, number) | is_tid(s, number)
    return (sign == NEGATIVE) | ((sign != ZERO) & ~is_known)


def meant_by(s: Kernel, caller: Process, sign: Sign, number: Number) -> Process:
    """Whom the argument means: the process of this number, or with such a thread."""

    def has_thread(process: Process) -> Bool:
        return some_of(
            Task,
            lambda t: is_thread_of(s, t, process) & (s.task[t].tid == number),
        )

    found = the_one(
        Process,
        lambda q: exists(s, q) & ((s.process[q].pid == number) | has_thread(q)),
    )
    return ite(sign == ZERO, caller, found)


@syscall(source="getpgid(2); linux@v6.18 kernel/sys.c do_getpgid")
def getpgid(
    step: Step, old: Kernel, new: Kernel, caller: Process, sign: Sign, number: Number
) -> None:
    """Learn the group of a process; 0 is the caller."""
    target = meant_by(old, caller, sign, number)
    step.blocks(when=~is_in_form(sign, number), cite="DESCRIPTION")

    # ERRORS
    step.fails(ESRCH, when=is_nobody(old, sign, number), cite="ERRORS ESRCH")
    step.hook("task_getpgid", caller=caller, target=target)

    # EFFECT: none
    # RESULT
    step.returns(Pid.from_term(old.process[target].group))


@syscall(source="getsid(2); linux@v6.18 kernel/sys.c getsid")
def getsid(
    step: Step, old: Kernel, new: Kernel, caller: Process, sign: Sign, number: Number
) -> None:
    """Learn the session of a process; 0 is the caller."""
    target = meant_by(old, caller, sign, number)
    step.blocks(when=~is_in_form(sign, number), cite="DESCRIPTION")

    # ERRORS
    step.fails(ESRCH, when=is_nobody(old, sign, number), cite="ERRORS ESRCH")
    step.hook("task_getsid", caller=caller, target=target)

    # EFFECT: none
    # RESULT
    step.returns(Pid.from_term(old.process[target].session))
