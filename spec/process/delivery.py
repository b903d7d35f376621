"""What a signal does when it is taken: it ends the process, runs a handler, or nothing.

These are events: when a thread takes what waits for it is nobody's choice. What stops
and what continues is in `stopping`.

Source   signal(7) man-pages 6.9.1; linux@v6.18 kernel/signal.c get_signal
Modelled the default end, with a core or without; handlers, as taken and returned from
         in one step, after which the mask is what it was; what is thrown away
Not      what a handler does; calls that a handler interrupts, other than a sleep's end
"""

from __future__ import annotations

from spec.lang import FALSE, Bool, Step, event, those
from spec.process.ending import end
from spec.process.groups import is_orphaned_group
from spec.process.posting import is_left_to_default
from spec.process.rows import ASLEEP, READY
from spec.process.signals import (
    CANCELLABLE,
    DUMPERS,
    HARMLESS,
    KILL,
    Sig,
    ends_by_default,
    number_of,
)
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel
from spec.process.status import signaled
from spec.process.taking import (
    acts_by_default,
    queue_without,
    require_taking,
    sleeps_deeply,
)
from spec.process.words import is_running


def is_thrown_away(s: Kernel, taker: Task, sig: Sig) -> Bool:
    """The signal does nothing when the thread takes it.

    It waited because it was blocked, or the process changed its mind since it came.
    """
    process = s.task[taker].process
    is_for_nothing = (
        HARMLESS.has(sig)
        | (process == INIT)
        | (CANCELLABLE.has(sig) & is_orphaned_group(s, s.process[process].group))
    )
    return s.handling[s.process[process].handlers].ignored.has(sig) | (
        is_left_to_default(s, process, sig) & is_for_nothing
    )


def unqueue(step: Step, old: Kernel, new: Kernel, taker: Task, sig: Sig) -> None:
    """The EFFECT of taking: the signal leaves the queue that it is in."""
    process = old.task[taker].process
    is_own = old.task[taker].pending.has(sig)
    with step.given(is_own):
        new.task[taker].pending = queue_without(old.task[taker].pending, sig)
    with step.given(~is_own):
        new.process[process].pending = queue_without(old.process[process].pending, sig)


@event(source="signal(7); linux@v6.18 kernel/signal.c get_signal")
def die_of_signal(
    step: Step, old: Kernel, new: Kernel, victim: Process, sig: Sig, core: Bool
) -> None:
    """One thread takes a signal that ends the process, and all of it ends."""
    # ERRORS: none
    step.blocks(
        when=~is_running(old, victim) | (victim == INIT), cite="facts C8; facts C19"
    )
    step.blocks(when=~ends_by_default(sig), cite="DESCRIPTION")
    step.blocks(
        when=old.process[victim].is_stopped & (sig != KILL), cite="F40; facts C13"
    )
    step.blocks(when=core & ~DUMPERS.has(sig), cite="DESCRIPTION; F06")
    step.blocks(when=~acts_by_default(old, victim, sig), cite="DESCRIPTION")
    step.blocks(when=sleeps_deeply(old, victim), cite="F39")

    # EFFECT
    end(old, new, victim, signaled(number_of(sig), core))

    # RESULT
    step.never_returns()


@event(source="signal(7); sigaction(2); linux@v6.18 kernel/signal.c get_signal")
def run_handler(step: Step, old: Kernel, new: Kernel, taker: Task, sig: Sig) -> None:
    """A thread takes a signal that its process has a handler for, and the handler runs.

    A thread that slept is awake afterwards: its call was interrupted.
    """
    handlers = old.process[old.task[taker].process].handlers

    # ERRORS: none
    require_taking(step, old, taker, sig)
    step.blocks(
        when=~old.handling[handlers].caught.has(sig), cite="sigaction(2) DESCRIPTION"
    )

    # EFFECT
    unqueue(step, old, new, taker, sig)
    slept = those(Task, lambda t: (t == taker) & (old.task[t].run == ASLEEP))
    new.task[slept].run = READY
    new.task[slept].awaits_word = FALSE

    # RESULT
    step.never_returns()


@event(source="signal(7); linux@v6.18 kernel/signal.c get_signal")
def discard(step: Step, old: Kernel, new: Kernel, taker: Task, sig: Sig) -> None:
    """A thread takes a signal that is for nothing, and goes on with what it did."""
    # ERRORS: none
    require_taking(step, old, taker, sig)
    step.blocks(when=~is_thrown_away(old, taker, sig), cite="facts H3; facts C8")

    # EFFECT
    unqueue(step, old, new, taker, sig)

    # RESULT
    step.never_returns()
