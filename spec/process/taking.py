"""Which signal a thread takes next, and whether it is in a state to take one.

A thread takes what waits for itself before what waits for its process, and of several
the lowest number; SIGKILL goes before them all. A stopped process takes only SIGKILL.

A thread that waits for its vfork child can be killed, though nothing else wakes it:
`ps` shows it as uninterruptible, and a signal that ends the process ends it all the
same.

Source   signal(7) man-pages 6.9.1; linux@v6.18 kernel/signal.c dequeue_signal,
         complete_signal; kernel/fork.c wait_for_vfork_done; facts C13, C20
Not      a fatal signal that arrives after a handler's and acts before it
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, some_of
from spec.process.posting import is_left_to_default
from spec.process.rows import ASLEEP, READY, TRACED, UNINTERRUPTIBLE
from spec.process.signals import (
    DUMPERS,
    KILL,
    NO_SIGNALS,
    Sig,
    Signals,
    ends_by_default,
    goes_first,
)
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel
from spec.process.words import is_thread_of


def is_next(s: Kernel, task: Task, sig: Sig) -> Bool:
    """The signal waits, and of what the thread does not block it is taken next."""
    it = s.task[task]
    shared = s.process[it.process].pending
    own_open, shared_open = it.pending - it.blocked, shared - it.blocked
    in_order = ite(
        own_open == NO_SIGNALS,
        shared.has(sig) & goes_first(shared_open, sig),
        it.pending.has(sig) & goes_first(own_open, sig),
    )
    has_kill = it.pending.has(KILL) | shared.has(KILL)
    return ite(sig == KILL, has_kill, in_order & ~has_kill)


def is_at_hand(s: Kernel, task: Task) -> Bool:
    """The thread runs or waits where a signal wakes it."""
    return (s.task[task].run == READY) | (s.task[task].run == ASLEEP)


def awaits_vfork(s: Kernel, task: Task) -> Bool:
    """The thread waits for its vfork child."""
    it = s.task[task]
    return (it.run == UNINTERRUPTIBLE) & (it.vfork_child != INIT)


def can_take(s: Kernel, task: Task, sig: Sig) -> Bool:
    """The thread is where the signal reaches it, if its process is not stopped."""
    is_fatal = ends_by_default(sig) & ~DUMPERS.has(sig)
    return (
        is_at_hand(s, task)
        | ((sig == KILL) & (s.task[task].run == TRACED))
        | (is_fatal & awaits_vfork(s, task))
    )


def takes(s: Kernel, task: Task, sig: Sig) -> Bool:
    """The thread takes the signal next, if its process is not stopped."""
    is_open = ~s.task[task].blocked.has(sig)
    return is_open & is_next(s, task, sig) & can_take(s, task, sig)


def is_taken(s: Kernel, process: Process, sig: Sig) -> Bool:
    """Some thread of the process takes the signal."""
    return some_of(Task, lambda t: is_thread_of(s, t, process) & takes(s, t, sig))


def require_taking(step: Step, old: Kernel, taker: Task, sig: Sig) -> None:
    """The ERRORS of a thread that takes a signal and goes on: when it does not."""
    it = old.task[taker]
    step.blocks(when=~is_at_hand(old, taker), cite="F39")
    step.blocks(when=old.process[it.process].is_stopped, cite="F40; facts C13")
    step.blocks(when=it.blocked.has(sig), cite="H13; H15")
    step.blocks(when=~is_next(old, taker, sig), cite="facts C20")


def sleeps_deeply(s: Kernel, process: Process) -> Bool:
    """A thread of the process is where no signal reaches it: nothing ends till then."""
    return some_of(
        Task,
        lambda t: (
            is_thread_of(s, t, process)
            & (s.task[t].run == UNINTERRUPTIBLE)
            & ~awaits_vfork(s, t)
        ),
    )


def acts_by_default(s: Kernel, process: Process, sig: Sig) -> Bool:
    """A thread takes the signal, and for want of a handler its default is done."""
    return (
        (process != INIT)
        & is_left_to_default(s, process, sig)
        & is_taken(s, process, sig)
    )


def queue_without(waiting: Signals, sig: Sig) -> Signals:
    """The queue once the signal has been taken."""
    return waiting - Signals.containing(sig)
