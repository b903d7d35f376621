"""pidfds: make one, ask it, send through it, wait through it, hand it on, close it.

Source   pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), wait(2), poll(2)
         man-pages 6.9.1; linux@v6.18 kernel/pid.c pidfd_create; facts J1, J2, J4
Modelled the errors in the kernel's order; PIDFD_NONBLOCK; P_PIDFD; readiness; what is
         known after the end; duplicating a descriptor, where all descriptors are pidfds
Not      PIDFD_THREAD; the scopes of pidfd_send_signal; the information that comes with
         a signal; ENFILE and ENOMEM
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, Int, Step, ite, syscall, the_one, those
from spec.process.eligible import (
    or_caller,
    reports_by_sigchld,
    that_end,
    waitable_children_of,
)
from spec.process.ending import forget
from spec.process.handles import (
    close_in,
    holds,
    open_handle,
    stands_for,
    unused_handles,
)
from spec.process.kill import may_signal, to_send
from spec.process.numbers import names_a_thread
from spec.process.posting import post
from spec.process.rows import Tables
from spec.process.siginterrupt import interrupts
from spec.process.signals import BAD, NO_SIGNALS, Sig
from spec.process.sorts import (
    EAGAIN,
    EBADF,
    ECHILD,
    EINTR,
    EINVAL,
    EMFILE,
    ENOENT,
    ESRCH,
    Handle,
    Number,
    Pid,
    Process,
    Task,
)
from spec.process.state import Kernel
from spec.process.wait4 import number_heard_of
from spec.process.words import exists, is_live, is_numbered, is_running


class Request(Enum):
    """What pidfd_open is asked: its flags, or a pid below 1, or an unknown flag."""

    members = ("PLAIN", "NONBLOCK", "NO_PID", "NO_FLAG")


PLAIN: Final = Request.of("PLAIN")
NONBLOCK: Final = Request.of("NONBLOCK")
NO_PID: Final = Request.of("NO_PID")
NO_FLAG: Final = Request.of("NO_FLAG")


class ExitInfo(Int, bits=17):
    """What is known of an end: 0 nothing yet, else the status word and a bit above."""


KNOWN: Final = ExitInfo.lift(0x10000)


def process_numbered(s: Kernel, number: Number) -> Process:
    """The process of this number; ask only where there is one."""
    return the_one(Process, lambda q: exists(s, q) & (s.process[q].pid == number))


def is_readable(s: Kernel, handle: Handle) -> Bool:
    """The process has ended, all its threads have, or it is not even there any more."""
    it = s.handle[handle]
    return it.is_stale | ~is_running(s, it.target)


@syscall(source="pidfd_open(2); linux@v6.18 kernel/pid.c pidfd_create")
def pidfd_open(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    number: Number,
    request: Request,
    handle: Handle,
) -> None:
    """Make a pidfd for the process of this number; a zombie has one too (facts J1)."""
    target = process_numbered(old, number)

    # ERRORS
    step.fails(EINVAL, when=request == NO_FLAG, cite="ERRORS EINVAL:1")
    step.fails(EINVAL, when=request == NO_PID, cite="ERRORS EINVAL:2; facts J2")
    step.fails(ESRCH, when=~names_a_thread(old, number), cite="ERRORS ESRCH:1")
    step.fails(ENOENT, when=~is_numbered(old, number), cite="facts J2; facts C11")
    step.hook("pidfd_open", caller=caller, target=target)
    step.fails(EMFILE, when=unused_handles(old).is_empty(), cite="ERRORS EMFILE:1")

    # CHOICE
    step.picks(handle, among=unused_handles(old))

    # EFFECT
    mine = old.task[caller].files
    open_handle(new, handle, mine, target, request == NONBLOCK)

    # RESULT: the descriptor, which the pidfd object stands for
    step.returns()


@syscall(
    source="pidfd_send_signal(2); linux@v6.18 kernel/signal.c do_pidfd_send_signal"
)
def pidfd_send_signal(
    step: Step, old: Kernel, new: Kernel, caller: Task, handle: Handle, sig: Sig
) -> None:
    """Send `sig` to the process of the pidfd, and never to another (facts J1)."""
    it = old.handle[handle]
    first = old.process[it.target].leader

    # ERRORS
    step.fails(EBADF, when=~holds(old, caller, handle), cite="ERRORS EBADF:1")
    step.fails(ESRCH, when=it.is_stale, cite="ERRORS ESRCH:1")
    step.fails(EINVAL, when=sig == BAD, cite="ERRORS EINVAL:1")
    is_permitted = may_signal(step, caller, first, sig)
    step.hook("task_kill_refused", is_refused=~is_permitted)

    # EFFECT
    post(old, new, lambda q: ite(q == it.target, to_send(sig), NO_SIGNALS))

    # RESULT
    step.returns(0)


@syscall(source="wait(2); linux@v6.18 kernel/exit.c kernel_waitid")
def waitid_pidfd(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    handle: Handle,
    keeps: Bool,
    no_hang: Bool,
    child: Process,
) -> None:
    """Wait with P_PIDFD: for the end of the child that the pidfd stands for."""
    it = old.handle[handle]
    process = old.task[caller].process
    waitable = waitable_children_of(old, process)
    eligible = those(
        Process,
        lambda q: (
            waitable.has(q) & reports_by_sigchld(old, q) & stands_for(old, handle, q)
        ),
    )
    ended = that_end(old, eligible)
    is_early = ended.is_empty() & ~no_hang

    # ERRORS: what another may wait for, and what nobody may any more, are one
    step.fails(
        EBADF, when=~holds(old, caller, handle), cite="pidfd_open(2) DESCRIPTION"
    )
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2; facts J1")
    step.fails(EAGAIN, when=is_early & it.is_nonblocking, cite="ERRORS EAGAIN:1")
    step.fails(EINTR, when=is_early & interrupts(old, caller), cite="ERRORS EINTR:1")
    step.blocks(when=is_early, cite="DESCRIPTION")

    # CHOICE: there is none, but that nobody may have ended
    step.picks(child, among=those(Process, or_caller(process, ended)))

    # EFFECT
    with step.given((child != process) & ~keeps):
        forget(old, new, child)

    # RESULT
    step.returns(number_heard_of(old, process, child))


@syscall(source="pidfd_getfd(2); linux@v6.18 kernel/pid.c pidfd_getfd")
def pidfd_getfd(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    handle: Handle,
    wanted: Handle,
) -> None:
    """Get a descriptor of something that the process of the pidfd has open."""
    it = old.handle[handle]
    holder = old.process[it.target].leader

    # ERRORS; an end is seen before what is no longer open
    step.fails(EBADF, when=~holds(old, caller, handle), cite="ERRORS EBADF:1")
    step.fails(ESRCH, when=it.is_stale, cite="ERRORS ESRCH:1; F37")
    step.hook("pidfd_getfd", caller=caller, target=it.target)
    step.fails(ESRCH, when=~is_live(old, holder), cite="ERRORS ESRCH:1; F37")
    step.fails(EBADF, when=~holds(old, holder, wanted), cite="ERRORS EBADF:2")

    # EFFECT
    mine = Tables.containing(old.task[caller].files)
    new.handle[wanted].tables = old.handle[wanted].tables | mine

    # RESULT: the descriptor
    step.returns()


@syscall(source="poll(2); linux@v6.18 fs/pidfs.c pidfd_poll")
def poll(step: Step, old: Kernel, new: Kernel, caller: Task, handle: Handle) -> None:
    """Ask whether the process of the pidfd has ended; 1 if so, and 0 if it runs."""
    # ERRORS: to poll, a number that is no descriptor is news as well: POLLNVAL
    step.blocks(when=~holds(old, caller, handle), cite="DESCRIPTION")

    # EFFECT: none
    # RESULT
    step.returns(ite(is_readable(old, handle), Pid.lift(1), Pid.lift(0)))


@syscall(source="ioctl(2); linux@v6.18 fs/pidfs.c pidfd_info")
def pidfd_get_info(
    step: Step, old: Kernel, new: Kernel, caller: Task, handle: Handle
) -> None:
    """Ask how the process of the pidfd ended: known once it has been collected."""
    it = old.handle[handle]

    # ERRORS
    step.fails(EBADF, when=~holds(old, caller, handle), cite="ERRORS EBADF:1")

    # EFFECT: none
    # RESULT
    known = KNOWN | ExitInfo.from_term(it.status)
    step.returns(ite(it.is_stale, known, ExitInfo.lift(0)))


@syscall(source="close(2)")
def close(step: Step, old: Kernel, new: Kernel, caller: Task, handle: Handle) -> None:
    """Give up one's descriptor of a pidfd; others keep theirs."""
    # ERRORS
    step.fails(EBADF, when=~holds(old, caller, handle), cite="ERRORS EBADF:1")

    # EFFECT
    mine = Tables.containing(old.task[caller].files)
    close_in(old, new, those(Handle, lambda h: h == handle), mine)

    # RESULT
    step.returns(0)
