"""Posting: a signal becomes pending, or is thrown away at once.

What a signal does, it does when the receiver takes it. Two things happen at once all
the same: a stop and a continue take each other out of the queues, and a continue lets a
stopped process go on, whether the process ignores or blocks it or not.

Source   signal(7) man-pages 6.9.1; linux@v6.18 kernel/signal.c prepare_signal;
         facts C8, C13, C14
Modelled sending to processes and to threads; init's immunity
Not      the queue of real-time signals; SIGKILL to init from outside its namespace
"""

from __future__ import annotations

from collections.abc import Callable

from spec.lang import TRUE, Bool, ite, those
from spec.process.signals import (
    ALL_SIGNALS,
    CONT,
    HARMLESS,
    NO_SIGNALS,
    STOPPERS,
    Sig,
    Signals,
)
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel
from spec.process.words import is_live, is_running


def is_left_to_default(s: Kernel, process: Process, sig: Sig) -> Bool:
    """The process neither ignores the signal nor has a handler for it."""
    handling = s.handling[s.process[process].handlers]
    return ~handling.ignored.has(sig) & ~handling.caught.has(sig)


def thrown_away_by(s: Kernel, process: Process) -> Signals:
    """The signals that the process ignores: it says so, by default, or as init.

    Init takes only what it has a handler for, SIGKILL and SIGSTOP included (facts C8).
    """
    handling = s.handling[s.process[process].handlers]
    by_default = ite(process == INIT, ALL_SIGNALS, HARMLESS)
    return handling.ignored | (by_default - handling.caught)


def ignores(s: Kernel, process: Process, sig: Sig) -> Bool:
    """The process throws the signal away."""
    return thrown_away_by(s, process).has(sig)


def arriving(s: Kernel, process: Process, sent: Signals, first: Task) -> Signals:
    """Of the signals sent to a process, those that become pending.

    What the thread that it is sent to, `first`, blocks is kept even if it is ignored:
    the process may have changed its mind when the thread unblocks it. Of a stop and a
    continue that are sent together the continue comes last, and takes the stop away.
    """
    left = sent - ite(sent.has(CONT), STOPPERS, NO_SIGNALS)
    return left - (thrown_away_by(s, process) - s.task[first].blocked)


def stops(sent: Signals) -> Bool:
    """One of the signals is one that stops."""
    return (sent & STOPPERS) != NO_SIGNALS


def cancelled(sent: Signals) -> Signals:
    """The pending signals that these take out of the queues."""
    return ite(sent.has(CONT), STOPPERS, NO_SIGNALS) | ite(
        stops(sent), Signals.containing(CONT), NO_SIGNALS
    )


def is_let_go(s: Kernel, process: Process, sent: Signals) -> Bool:
    """The process is stopped, and may go on now that these signals are sent to it."""
    it = s.process[process]
    return it.is_resumed | (it.is_stopped & sent.has(CONT))


def post(
    old: Kernel,
    new: Kernel,
    sent: Callable[[Process], Signals],
    *,
    to: Callable[[Process], Bool] = lambda _: TRUE,
    besides: Process | None = None,
    first: Callable[[Process], Task] | None = None,
) -> None:
    """The EFFECT of sending each running process `to` which it goes what `sent` says.

    `first` is the thread of a process whose number was given: its leader by default.
    """

    def receives(q: Process) -> Bool:
        is_other = TRUE if besides is None else q != besides
        return is_running(old, q) & is_other & to(q) & (sent(q) != NO_SIGNALS)

    def process_of(task: Task) -> Process:
        return old.task[task].process

    def first_of(q: Process) -> Task:
        return old.process[q].leader if first is None else first(q)

    receivers = those(Process, receives)
    new.process[receivers].pending = lambda q: (
        (old.process[q].pending - cancelled(sent(q)))
        | arriving(old, q, sent(q), first_of(q))
    )
    new.process[receivers].is_resumed = lambda q: is_let_go(old, q, sent(q))
    new.task[
        those(Task, lambda t: is_live(old, t) & receives(process_of(t)))
    ].pending = lambda t: old.task[t].pending - cancelled(sent(process_of(t)))


def notify(
    old: Kernel, new: Kernel, told: Signals, *, to: Callable[[Process], Bool]
) -> None:
    """The EFFECT of telling processes, with signals that neither stop nor continue."""
    receivers = those(Process, lambda q: is_running(old, q) & to(q))
    new.process[receivers].pending = lambda q: (
        old.process[q].pending | arriving(old, q, told, old.process[q].leader)
    )


def post_to_thread(old: Kernel, new: Kernel, task: Task, sent: Signals) -> None:
    """The EFFECT of sending signals to one thread, which has not ended.

    They wait for this thread alone; what they do to the queues, and to a stop, they do
    to the whole process.
    """
    process = old.task[task].process
    lost = cancelled(sent)
    kept = arriving(old, process, sent, task)
    new.process[process].pending = old.process[process].pending - lost
    new.process[process].is_resumed = is_let_go(old, process, sent)
    siblings = those(
        Task, lambda t: is_live(old, t) & (old.task[t].process == process) & (t != task)
    )
    new.task[siblings].pending = lambda t: old.task[t].pending - lost
    new.task[task].pending = (old.task[task].pending - lost) | kept
