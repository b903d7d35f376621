"""tgkill, tkill: send a signal to one thread.

It waits for that thread alone; but what ends or stops a process does so to all of it,
whichever thread takes it (facts C11).

Source   tgkill(2) man-pages 6.9.1; linux@v6.18 kernel/signal.c do_send_specific
Modelled both calls; a thread in another process than the one named; signal 0
Not      the information that comes with a signal
"""

from __future__ import annotations

from spec.lang import Bool, Step, some_of, syscall
from spec.process.kill import has_number, may_signal, task_numbered, to_send
from spec.process.posting import post_to_thread
from spec.process.signals import BAD, NULL, Sig
from spec.process.sorts import EINVAL, ESRCH, NUMBER_OF_INIT, Number, Task
from spec.process.state import Kernel
from spec.process.words import is_live


def send(
    step: Step, old: Kernel, new: Kernel, sender: Task, tid: Number, sig: Sig
) -> None:
    """The rest of both calls, once the thread of number `tid` is known to exist."""
    target = task_numbered(old, tid)
    is_permitted = may_signal(step, sender, target, sig)

    # ERRORS
    step.fails(EINVAL, when=sig == BAD, cite="ERRORS EINVAL:1")
    step.hook("task_kill_refused", is_refused=~is_permitted)

    # EFFECT
    with step.given(is_live(old, target) & (sig != NULL)):
        post_to_thread(old, new, target, to_send(sig))

    # RESULT
    step.returns(0)


@syscall(source="tgkill(2); linux@v6.18 kernel/signal.c do_send_specific")
def tgkill(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    tgid: Number,
    tid: Number,
    sig: Sig,
    positive: Bool,
) -> None:
    """Send `sig` to the thread `tid` of the process `tgid`, if both are positive."""
    is_there = some_of(
        Task,
        lambda t: (
            has_number(old, t, tid) & (old.process[old.task[t].process].pid == tgid)
        ),
    )
    names_one = (tgid == NUMBER_OF_INIT) & (tid == NUMBER_OF_INIT)

    # ERRORS
    step.blocks(when=~positive & ~names_one, cite="DESCRIPTION")
    step.fails(EINVAL, when=~positive, cite="ERRORS EINVAL:1; facts C11")
    step.fails(ESRCH, when=~is_there, cite="ERRORS ESRCH:1; facts C11")
    send(step, old, new, caller, tid, sig)


@syscall(source="tgkill(2); linux@v6.18 kernel/signal.c do_send_specific")
def tkill(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    tid: Number,
    sig: Sig,
    positive: Bool,
) -> None:
    """Send `sig` to the thread `tid`, whatever its process, if it is positive."""
    # ERRORS
    step.blocks(when=~positive & (tid != NUMBER_OF_INIT), cite="DESCRIPTION")
    step.fails(EINVAL, when=~positive, cite="ERRORS EINVAL:1; facts C11")
    step.fails(
        ESRCH,
        when=~some_of(Task, lambda t: has_number(old, t, tid)),
        cite="ERRORS ESRCH:1; facts C11",
    )
    send(step, old, new, caller, tid, sig)
