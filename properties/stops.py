"""Stops: who stands still, who goes on, and who hears of it."""

from __future__ import annotations

from properties.signals import TAKEN, sig_of, taker_of
from properties.words import UNIX_LIKE, caller_of, every_process
from spec.lang import (
    TRUE,
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.groups import is_orphaned_group
from spec.process.kill import ONE, Aim
from spec.process.signals import (
    CANCELLABLE,
    CHLD,
    CONT,
    KILL,
    NO_SIGNALS,
    STOP,
    STOPPERS,
)
from spec.process.sorts import INIT, Number, Process
from spec.process.state import Kernel
from spec.process.words import is_running


@always(claims=("B07", "facts C8"), source="kill(2) NOTES", systems=UNIX_LIKE)
def no_signal_stops_init(s: Kernel) -> Bool:
    """Init is never stopped."""
    return ~s.process[INIT].is_stopped


@every_step(
    claims=("F40", "facts G7"), source="signal(7) DESCRIPTION", systems=UNIX_LIKE
)
def a_stopped_process_makes_no_call(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """None of its threads does anything of its own until it is let go."""
    if call.kind != "syscall":
        return TRUE
    return ~old.process[caller_of(old, call)].is_stopped


@every_step(
    claims=("F40", "facts C13"),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=(*TAKEN, "die_of_signal", "stop_of_signal"),
)
def a_stopped_process_takes_nothing_but_sigkill(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Everything else waits until it goes on."""
    if call.name in TAKEN:
        process = old.task[taker_of(call)].process
    else:
        process = call.argument("victim", Process)
    return implies(old.process[process].is_stopped, sig_of(call) == KILL)


@every_step(
    claims=("G16", "facts C14"),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("kill",),
)
def sigcont_lets_go_whoever_it_is_sent_to(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A stopped process goes on even if it blocks or ignores the signal."""
    is_cont = (sig_of(call) == CONT) & (call.argument("aim", Aim) == ONE)
    number = call.argument("number", Number)
    return every_process(
        lambda q: implies(
            outcome.succeeded
            & is_cont
            & is_running(old, q)
            & (old.process[q].pid == number)
            & old.process[q].is_stopped,
            new.process[q].is_resumed,
        )
    )


@always(claims=("facts C14",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_stop_and_a_continue_never_wait_together(s: Kernel) -> Bool:
    """Each takes the other out of the queues."""
    return every_process(
        lambda p: (
            ~(
                s.process[p].pending.has(CONT)
                & ((s.process[p].pending & STOPPERS) != NO_SIGNALS)
            )
        )
    )


@always(claims=("facts C14",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def only_a_stopped_process_is_let_go(s: Kernel) -> Bool:
    """SIGCONT to a process that runs leaves nothing behind but itself."""
    return every_process(
        lambda p: implies(s.process[p].is_resumed, s.process[p].is_stopped)
    )


@every_step(
    claims=("facts H3",),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("stop_of_signal",),
)
def an_orphaned_group_is_stopped_by_sigstop_only(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """SIGTSTP, SIGTTIN and SIGTTOU are thrown away: nobody could let it go on."""
    group = old.process[call.argument("victim", Process)].group
    return implies(is_orphaned_group(old, group), sig_of(call) == STOP)


@every_step(
    claims=("F23", "facts D20"),
    source="sigaction(2) SA_NOCLDSTOP",
    systems=UNIX_LIKE,
    calls=("stop_of_signal", "resume"),
)
def no_parent_that_declined_hears_of_a_stop(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """With SA_NOCLDSTOP neither a stop nor a continue sends SIGCHLD."""

    def declined(process: Process) -> Bool:
        return old.handling[old.process[process].handlers].tells_no_stops

    return every_process(
        lambda q: implies(
            is_running(old, q) & declined(q),
            implies(new.process[q].pending.has(CHLD), old.process[q].pending.has(CHLD)),
        )
    )


@every_step(
    claims=("F21", "facts D20"),
    source="sigaction(2) SA_NOCLDSTOP",
    systems=UNIX_LIKE,
    calls=("stop_of_signal", "resume"),
)
def a_parent_with_a_handler_hears_of_stops_and_continues(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """SIGCHLD waits for it, whatever it waited for before."""
    name = "victim" if call.name == "stop_of_signal" else "stopped_one"
    child = call.argument(name, Process)
    parent = old.process[child].parent
    is_there = is_running(old, parent) & (parent != child)
    table = old.handling[old.process[parent].handlers]
    return implies(
        is_there
        & table.caught.has(CHLD)
        & ~table.ignored.has(CHLD)
        & ~table.tells_no_stops,
        new.process[parent].pending.has(CHLD),
    )


@sometimes(claims=("facts C14", "F40"), systems=UNIX_LIKE)
def a_stopped_process_is_let_go(s: Kernel) -> Bool:
    """It is about to go on."""
    return some_of(Process, lambda p: s.process[p].is_resumed)


@sometimes(claims=("facts H3",), systems=UNIX_LIKE)
def a_stop_signal_waits_for_a_member_of_an_orphaned_group(s: Kernel) -> Bool:
    """Somebody presses ^Z where nobody could press for more."""
    return some_of(
        Process,
        lambda p: (
            (p != INIT)
            & ((s.process[p].pending & CANCELLABLE) != NO_SIGNALS)
            & is_orphaned_group(s, s.process[p].group)
        ),
    )
