"""Stop and continue: a process stands still, all of it, until it is let go.

While it is stopped it takes no signal but SIGKILL; others wait until it goes on (facts
C13). Its parent is told of both by SIGCHLD, unless it wants to hear of ends only (facts
D20), and `wait` tells it which.

Source   signal(7), sigaction(2), wait(2) man-pages 6.9.1
         linux@v6.18 kernel/signal.c do_signal_stop, do_notify_parent_cldstop
Modelled the four signals that stop; the three that an orphaned group throws away; the
         word of status; the parent's signal; a stop of all threads as one
Not      a stop that has reached some of the threads and not all
"""

from __future__ import annotations

from spec.lang import FALSE, TRUE, Bool, Step, event, some_of, those
from spec.process.groups import is_orphaned_group
from spec.process.posting import notify
from spec.process.signals import (
    CANCELLABLE,
    CHLD,
    STOPPERS,
    Sig,
    Signals,
    number_of,
)
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel
from spec.process.status import CONTINUED, stopped
from spec.process.taking import acts_by_default, is_at_hand
from spec.process.words import is_running, is_thread_of


def wants_to_hear(s: Kernel, parent: Process) -> Bool:
    """The process is sent a signal when a child stops or goes on."""
    handling = s.handling[s.process[parent].handlers]
    return ~handling.tells_no_stops & ~handling.ignored.has(CHLD)


def tell_parent(old: Kernel, new: Kernel, child: Process) -> None:
    """The EFFECT on the parent of a process that stops or goes on."""
    parent = old.process[child].parent

    def is_told(q: Process) -> Bool:
        return (q == parent) & (q != child) & wants_to_hear(old, q)

    notify(old, new, Signals.containing(CHLD), to=is_told)


def is_all_at_hand(s: Kernel, process: Process) -> Bool:
    """Every thread of the process is where a stop reaches it."""
    return ~some_of(Task, lambda t: is_thread_of(s, t, process) & ~is_at_hand(s, t))


@event(source="signal(7); wait(2); linux@v6.18 kernel/signal.c do_signal_stop")
def stop_of_signal(
    step: Step, old: Kernel, new: Kernel, victim: Process, sig: Sig
) -> None:
    """One thread takes a signal that stops the process, and all of it stops."""
    is_orphaned = is_orphaned_group(old, old.process[victim].group)

    # ERRORS: none
    step.blocks(
        when=~is_running(old, victim) | (victim == INIT), cite="facts C8; facts C19"
    )
    step.blocks(when=~STOPPERS.has(sig), cite="signal(7) DESCRIPTION")
    step.blocks(when=old.process[victim].is_stopped, cite="F40; facts C13")
    step.blocks(when=~acts_by_default(old, victim, sig), cite="signal(7) DESCRIPTION")
    step.blocks(when=CANCELLABLE.has(sig) & is_orphaned, cite="facts H3")
    step.blocks(when=~is_all_at_hand(old, victim), cite="facts G7; F39")

    # EFFECT: other stop signals that wait can do no more; what continues drops them
    it = new.process[victim]
    it.is_stopped = TRUE
    it.status = stopped(number_of(sig))
    it.pending = old.process[victim].pending - STOPPERS
    threads = those(Task, lambda t: is_thread_of(old, t, victim))
    new.task[threads].pending = lambda t: old.task[t].pending - STOPPERS
    tell_parent(old, new, victim)

    # RESULT
    step.never_returns()


@event(source="signal(7); wait(2); linux@v6.18 kernel/signal.c prepare_signal")
def resume(step: Step, old: Kernel, new: Kernel, stopped_one: Process) -> None:
    """A stopped process that was sent SIGCONT goes on."""
    it = old.process[stopped_one]

    # ERRORS: none
    step.blocks(when=~is_running(old, stopped_one), cite="signal(7) DESCRIPTION")
    step.blocks(when=~it.is_stopped | ~it.is_resumed, cite="facts C14")

    # EFFECT
    new.process[stopped_one].is_stopped = FALSE
    new.process[stopped_one].is_resumed = FALSE
    new.process[stopped_one].status = CONTINUED
    tell_parent(old, new, stopped_one)

    # RESULT
    step.never_returns()
