"""siginterrupt, and what it decides: whether a handler interrupts a call that waits.

A call that waits and is interrupted by a handler is made again if SA_RESTART says so
for that signal, and fails with EINTR if not (facts D17). A signal without a handler
either ends or stops the process, or the wait goes on as if nothing had been.

Source   siginterrupt(3), sigaction(2), signal(7) man-pages 6.9.1; facts D17
Modelled the flag of each signal; what a thread would be interrupted by
Not      calls that a handler interrupts whatever the flag says
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, some_of, syscall
from spec.process.signals import NO_SIGNAL, UNCATCHABLE, Sig, Signals
from spec.process.sorts import EINVAL, Process, Task
from spec.process.state import Kernel
from spec.process.taking import is_next
from spec.process.words import is_thread_of


def interrupts(s: Kernel, task: Task) -> Bool:
    """The thread is about to run a handler that does not have its call made again."""
    handling = s.handling[s.process[s.task[task].process].handlers]
    return some_of(
        Sig,
        lambda sig: (
            handling.caught.has(sig)
            & ~handling.restarting.has(sig)
            & ~s.task[task].blocked.has(sig)
            & is_next(s, task, sig)
        ),
    )


def is_interrupted(s: Kernel, process: Process) -> Bool:
    """A thread of the process is about to run such a handler."""
    return some_of(Task, lambda t: is_thread_of(s, t, process) & interrupts(s, t))


@syscall(source="siginterrupt(3); linux@v6.18 kernel/signal.c do_sigaction")
def siginterrupt(
    step: Step, old: Kernel, new: Kernel, caller: Process, sig: Sig, interrupts: Bool
) -> None:
    """Say whether the handler of a signal interrupts calls; see SA_RESTART."""
    mine = old.process[caller].handlers
    restarting, one = old.handling[mine].restarting, Signals.containing(sig)

    # ERRORS
    step.fails(
        EINVAL, when=NO_SIGNAL.has(sig) | UNCATCHABLE.has(sig), cite="ERRORS EINVAL:1"
    )

    # EFFECT
    new.handling[mine].restarting = ite(interrupts, restarting - one, restarting | one)

    # RESULT
    step.returns(0)
