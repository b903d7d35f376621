"""Queues: what waits for a process or a thread stays until it is taken.

Only a stop and a continue take each other out (`stops`), and who comes to ignore a
signal loses it (`signals`).
"""

from __future__ import annotations

from properties.killing import SENDS
from properties.signals import TAKEN, sig_of, taker_of
from properties.words import UNIX_LIKE, caller_of, every_process, every_thread
from spec.lang import FALSE, Bool, CallView, Outcome, every_step, implies, ite
from spec.process.signals import CONT, NO_SIGNALS, STOPPERS, Signals, number_of
from spec.process.sorts import Process, Task
from spec.process.state import Kernel
from spec.process.status import CONTINUED, stopped
from spec.process.words import is_live, is_running


def leaves_room(call: CallView) -> Signals:
    """What the call itself takes out, of whoever takes or sets it."""
    named = call.name in {*TAKEN, "sigaction"}
    return Signals.containing(sig_of(call)) if named else NO_SIGNALS


def is_named(old: Kernel, call: CallView, process: Process) -> Bool:
    """It is the process of the thread that takes a signal, or sets what it does."""
    if call.name in TAKEN:
        return process == old.task[taker_of(call)].process
    return process == caller_of(old, call) if call.name == "sigaction" else FALSE


def excused(old: Kernel, call: CallView, process: Process) -> Signals:
    """What may be lost of what waits for the process or for one of its threads."""
    crossed = STOPPERS | Signals.containing(CONT)
    return crossed | ite(is_named(old, call, process), leaves_room(call), NO_SIGNALS)


@every_step(
    claims=("H13", "facts C14"), source="signal(7) DESCRIPTION", systems=UNIX_LIKE
)
def what_waits_for_a_process_waits_until_it_is_taken(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """While the process runs, and but for stops and continues."""
    return every_process(
        lambda p: implies(
            is_running(old, p) & is_running(new, p),
            (old.process[p].pending - excused(old, call, p) - new.process[p].pending)
            == NO_SIGNALS,
        )
    )


@every_step(
    claims=("H13", "facts C14"), source="signal(7) DESCRIPTION", systems=UNIX_LIKE
)
def what_waits_for_a_thread_waits_until_it_is_taken(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """While the thread lives, and but for stops and continues."""

    def lost(task: Task) -> Signals:
        may_go = excused(old, call, old.task[task].process)
        return old.task[task].pending - may_go - new.task[task].pending

    return every_thread(
        lambda t: implies(is_live(old, t) & is_live(new, t), lost(t) == NO_SIGNALS)
    )


@every_step(
    claims=("facts C4", "facts C11"),
    source="kill(2) DESCRIPTION; tgkill(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=(*SENDS, "pidfd_send_signal"),
)
def a_send_brings_its_signal_and_no_other(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whoever is reached: nothing else begins to wait for it."""
    sent = Signals.containing(sig_of(call))
    to_processes = every_process(
        lambda p: (new.process[p].pending - old.process[p].pending - sent) == NO_SIGNALS
    )
    return to_processes & every_thread(
        lambda t: (new.task[t].pending - old.task[t].pending - sent) == NO_SIGNALS
    )


@every_step(
    claims=("facts D11", "F08"),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
    calls=("stop_of_signal",),
)
def the_status_of_a_stop_names_the_signal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A parent that waits for stops learns which signal it was."""
    victim = call.argument("victim", Process)
    return implies(
        outcome.succeeded,
        new.process[victim].status == stopped(number_of(sig_of(call))),
    )


@every_step(
    claims=("facts D11", "F08"),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
    calls=("resume",),
)
def the_status_of_who_goes_on_says_so(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It does not say any more that the process is stopped, and it is not."""
    it = new.process[call.argument("stopped_one", Process)]
    return implies(outcome.succeeded, (it.status == CONTINUED) & ~it.is_stopped)
