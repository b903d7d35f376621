"""Posting: a signal becomes pending, or is thrown away at once.

What a signal does, it does when the receiver takes it. Two things happen at once all
the same: a stop and a continue take each other out of the queues, and a continue lets a
stopped process go on, whether the process ignores or blocks it or not.

Source   signal(7) man-pages 6.9.1; linux@v6.18 kernel/signal.c prepare_signal;
         facts C8, C13, C14
Modelled sending to processes; init's immunity
Not      the queue of real-time signals; SIGKILL to init from outside its namespace
"""

from __future__ import annotations

from collections.abc import Callable

from spec.lang import Bool, ite, those
from spec.process.signals import CONT, HARMLESS, NO_SIGNALS, STOPPERS, Sig, Signals
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel
from spec.process.words import is_live, is_running


def ignores(s: Kernel, process: Process, sig: Sig) -> Bool:
    """The process throws the signal away: it says so, by default, or as init.

    Init takes only what it has a handler for, SIGKILL and SIGSTOP included (facts C8).
    """
    handling = s.handling[s.process[process].handlers]
    by_default = ~handling.ignored.has(sig) & ~handling.caught.has(sig)
    return handling.ignored.has(sig) | (
        by_default & (HARMLESS.has(sig) | (process == INIT))
    )


def is_blocked_in(s: Kernel, process: Process, sig: Sig) -> Bool:
    """The leader of the process blocks the signal, so it waits even if ignored."""
    return s.task[s.process[process].leader].blocked.has(sig)


def arriving(s: Kernel, process: Process, sent: Signals) -> Signals:
    """Of the signals sent to a process, those that become pending."""
    kept = those(
        Sig,
        lambda sig: (
            sent.has(sig) & (~ignores(s, process, sig) | is_blocked_in(s, process, sig))
        ),
    )
    return Signals(kept.node)


def stops(sent: Signals) -> Bool:
    """One of the signals is one that stops."""
    return (sent & STOPPERS) != NO_SIGNALS


def cancelled(sent: Signals) -> Signals:
    """The pending signals that these take out of the queues."""
    return ite(sent.has(CONT), STOPPERS, NO_SIGNALS) | ite(
        stops(sent), Signals.containing(CONT), NO_SIGNALS
    )


def post(
    old: Kernel, new: Kernel, sent: Callable[[Process], Signals], besides: Process
) -> None:
    """The EFFECT of sending each running process but one the signals `sent` says."""

    def receives(q: Process) -> Bool:
        return is_running(old, q) & (q != besides) & (sent(q) != NO_SIGNALS)

    def process_of(task: Task) -> Process:
        return old.task[task].process

    receivers = those(Process, receives)
    new.process[receivers].pending = lambda q: (
        (old.process[q].pending - cancelled(sent(q))) | arriving(old, q, sent(q))
    )
    new.process[receivers].is_resumed = lambda q: (
        ~stops(sent(q))
        & (old.process[q].is_resumed | (old.process[q].is_stopped & sent(q).has(CONT)))
    )
    new.task[
        those(Task, lambda t: is_live(old, t) & receives(process_of(t)))
    ].pending = lambda t: old.task[t].pending - cancelled(sent(process_of(t)))
