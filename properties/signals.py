"""Signals: what waits, who takes it, and what it does then."""

from __future__ import annotations

from properties.words import UNIX_LIKE, caller_of, ends, every_process
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    always,
    every_step,
    implies,
    some_of,
)
from spec.process.rows import ABSENT, UNINTERRUPTIBLE
from spec.process.sigaction import IGNORE, Disposition
from spec.process.signals import (
    CHLD,
    KILL,
    NO_SIGNAL,
    NO_SIGNALS,
    SEGV,
    UNCATCHABLE,
    Sig,
    number_of,
)
from spec.process.sorts import INIT, Process, Task
from spec.process.state import Kernel
from spec.process.status import WIFSIGNALED, WTERMSIG, Status
from spec.process.taking import acts_by_default, awaits_vfork, sleeps_deeply
from spec.process.words import is_live, is_running, is_thread_of

TAKEN = ("run_handler", "discard")
"""The events in which one thread takes a signal and goes on."""


def taker_of(call: CallView) -> Task:
    """The thread that takes the signal."""
    return call.argument("taker", Task)


def sig_of(call: CallView) -> Sig:
    """The signal that is sent, set or taken."""
    return call.argument("sig", Sig)


def waits_for(s: Kernel, process: Process, sig: Sig) -> Bool:
    """The signal waits for the process, or for one of its threads."""
    return s.process[process].pending.has(sig) | some_of(
        Task, lambda t: is_thread_of(s, t, process) & s.task[t].pending.has(sig)
    )


@always(claims=("H12",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def no_thread_blocks_sigkill_or_sigstop(s: Kernel) -> Bool:
    """Neither is in any mask."""
    return all_of(Task, lambda t: (s.task[t].blocked & UNCATCHABLE) == NO_SIGNALS)


@always(claims=("H12",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def no_process_catches_or_ignores_sigkill_or_sigstop(s: Kernel) -> Bool:
    """Neither has a disposition of its own."""

    def is_default(process: Process) -> Bool:
        table = s.handling[s.process[process].handlers]
        return ((table.ignored | table.caught) & UNCATCHABLE) == NO_SIGNALS

    return every_process(lambda p: implies(is_running(s, p), is_default(p)))


@every_step(
    claims=("H13", "H15"),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=TAKEN,
)
def no_thread_takes_what_it_blocks(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A blocked signal waits, or another thread takes it."""
    return ~old.task[taker_of(call)].blocked.has(sig_of(call))


@every_step(
    claims=("H13", "H15"),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("die_of_signal",),
)
def a_signal_ends_no_process_whose_threads_all_block_it(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Some thread has the signal pending, and does not block it."""
    victim, sig = call.argument("victim", Process), sig_of(call)
    return some_of(
        Task,
        lambda t: (
            is_thread_of(old, t, victim)
            & ~old.task[t].blocked.has(sig)
            & (old.task[t].pending | old.process[victim].pending).has(sig)
        ),
    )


@every_step(
    claims=("H14", "facts C20"),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=TAKEN,
)
def the_lowest_signal_is_taken_first(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of what waits for the thread itself, apart from SIGSEGV and SIGKILL."""
    me, sig = old.task[taker_of(call)], sig_of(call)
    is_lower = all_of(
        Sig,
        lambda other: implies(
            (me.pending - me.blocked).has(other) & ~NO_SIGNAL.has(other),
            ~(number_of(other) < number_of(sig)),
        ),
    )
    in_order = (sig != SEGV) & (sig != KILL)
    return implies(in_order & me.pending.has(sig), is_lower)


@every_step(
    claims=("F03",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE,
    calls=("die_of_signal",),
)  # fmt: skip
def a_fatal_signal_ends_every_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whichever thread took it, no thread of the process lives on."""
    victim = call.argument("victim", Process)
    return ~is_running(new, victim) & ~some_of(
        Task, lambda t: is_thread_of(old, t, victim) & is_live(new, t)
    )


@every_step(
    claims=("F06", "facts C20"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("die_of_signal",),
)
def the_status_names_the_signal_that_killed(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The word of who dies of a signal decodes to that signal."""
    word = new.process[call.argument("victim", Process)].status
    number = Status.from_term(number_of(sig_of(call)))
    return WIFSIGNALED(word) & (WTERMSIG(word) == number)


@every_step(
    claims=("B07", "facts C8", "facts C19"),
    source="kill(2) NOTES",
    systems=UNIX_LIKE,
)
def a_signal_that_init_has_no_handler_for_never_reaches_it(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It does not even wait, unless a thread of init blocks it; SIGKILL included."""
    table = old.handling[old.process[INIT].handlers]
    leader = old.process[INIT].leader

    def may_wait(sig: Sig) -> Bool:
        return (
            table.caught.has(sig)
            | old.task[leader].blocked.has(sig)
            | some_of(
                Task,
                lambda t: (old.task[t].process == INIT) & old.task[t].blocked.has(sig),
            )
            | old.process[INIT].pending.has(sig)
        )

    return all_of(
        Sig,
        lambda sig: implies(
            new.process[INIT].pending.has(sig) & ~NO_SIGNAL.has(sig), may_wait(sig)
        ),
    )


@every_step(
    claims=("H13",),
    source="sigaction(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("sigaction",),
)
def what_is_set_to_be_ignored_does_not_wait(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It is thrown away, of the process and of all its threads."""
    asked = call.argument("disposition", Disposition) == IGNORE
    return implies(
        asked & outcome.succeeded,
        ~waits_for(new, caller_of(old, call), sig_of(call)),
    )


@every_step(
    claims=("F21", "facts D8"),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
    calls=("exit_group", "die_of_signal", "fatal_fault"),
)
def a_parent_with_a_handler_hears_of_the_end(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """With SA_NOCLDWAIT as well, though no zombie is left."""

    def hears(process: Process) -> Bool:
        parent = old.process[process].parent
        table = old.handling[old.process[parent].handlers]
        caught = table.caught.has(CHLD) & ~table.ignored.has(CHLD)
        tells = old.process[process].exit_signal == CHLD
        is_there = is_running(old, parent) & (parent != process)
        return implies(caught & tells & is_there, new.process[parent].pending.has(CHLD))

    return every_process(lambda p: implies(ends(old, new, p), hears(p)))


@every_step(
    claims=("F39",),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=(*TAKEN, "die_of_signal", "stop_of_signal"),
)
def no_signal_wakes_or_ends_who_sleeps_deeply(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """SIGKILL included; who waits for a vfork child is not meant."""
    return all_of(
        Task,
        lambda t: implies(
            (old.task[t].run == UNINTERRUPTIBLE) & ~awaits_vfork(old, t),
            new.task[t].run == UNINTERRUPTIBLE,
        ),
    )


@always(claims=("F41",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def a_sigkill_that_waits_can_be_taken(s: Kernel) -> Bool:
    """Nothing but a deep sleep keeps it from ending a process that is not init."""
    return every_process(
        lambda p: implies(
            is_running(s, p)
            & (p != INIT)
            & waits_for(s, p, KILL)
            & ~sleeps_deeply(s, p),
            acts_by_default(s, p, KILL),
        )
    )


@always(claims=("H13",), source="signal(7) DESCRIPTION", systems=UNIX_LIKE)
def nothing_waits_for_what_has_ended(s: Kernel) -> Bool:
    """Neither a zombie nor a thread that is gone has signals."""
    return every_process(
        lambda p: is_running(s, p) | (s.process[p].pending == NO_SIGNALS)
    ) & all_of(
        Task,
        lambda t: (
            is_live(s, t)
            | (
                (s.task[t].pending == NO_SIGNALS)
                & implies(s.task[t].run == ABSENT, s.task[t].blocked == NO_SIGNALS)
            )
        ),
    )
