"""Dominance: whom a signal reaches on Peios, and whom it does not."""

from __future__ import annotations

from properties.killing import SENDS, is_named, is_signalled, reached, sig_of
from properties.words import PEIOS, caller_of, every_process
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.peios.state import NONE
from spec.peios.state import Kernel as PeiosKernel
from spec.peios.words import dominates
from spec.process.kill import GROUP, ONE, Aim
from spec.process.signals import BAD, CHLD, KILL
from spec.process.sorts import (
    EACCES,
    EPERM,
    INIT,
    Number,
    Process,
    Task,
)
from spec.process.words import exists, is_running, is_zombie


@every_step(
    claims=("H07", "H08", "H11", "H16", "H19", "G19"),
    source="kill(2) DESCRIPTION",
    systems=PEIOS,
    calls=SENDS,
)
def only_a_dominating_process_can_kill_a_protected_one(
    old: PeiosKernel, new: PeiosKernel, call: CallView, outcome: Outcome
) -> Bool:
    """What a program sends reaches a protected process from one that dominates it.

    Whatever the signal, whatever the form of the target: alone, in its group, as one of
    everybody, as a thread.
    """
    mine = caller_of(old, call)
    return every_process(
        lambda q: implies(
            (old.psb[q].pip_type != NONE) & is_signalled(old, new, q),
            dominates(old, mine, q),
        )
    )


@every_step(
    claims=("H06", "H08", "H20"),
    source="kill(2) ERRORS EPERM:1",
    systems=PEIOS,
    calls=SENDS,
)
def no_signal_to_one_target_succeeds_without_dominance(
    old: PeiosKernel, new: PeiosKernel, call: CallView, outcome: Outcome
) -> Bool:
    """Neither signal 0, which sends nothing, nor SIGCONT within a session."""
    mine = caller_of(old, call)
    is_one = outcome.succeeded
    if call.name == "kill":
        is_one &= call.argument("aim", Aim) == ONE
    return implies(
        is_one,
        some_of(
            Task,
            lambda t: (
                is_named(old, call, t) & dominates(old, mine, old.task[t].process)
            ),
        ),
    )


@every_step(
    claims=("H07", "H19"),
    source="kill(2) ERRORS EPERM:1",
    systems=PEIOS,
    calls=SENDS,
)
def no_dominating_process_is_refused(
    old: PeiosKernel, new: PeiosKernel, call: CallView, outcome: Outcome
) -> Bool:
    """A refusal says that the target is protected from the sender."""
    mine, its = caller_of(old, call), old.task[reached(old, call)].process
    refused = outcome.failed_with(EACCES) | outcome.failed_with(EPERM)
    if call.name == "kill":
        refused &= call.argument("aim", Aim) == ONE
    return implies(refused, ~dominates(old, mine, its))


@every_step(
    claims=("G19",),
    source="kill(2) DESCRIPTION",
    systems=PEIOS,
    calls=("kill",),
)
def a_group_send_reaches_every_member_that_is_dominated(
    old: PeiosKernel, new: PeiosKernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whether others are dominated or not; SIGKILL shows it, which nobody escapes."""
    mine, number = caller_of(old, call), call.argument("number", Number)
    to_group = call.argument("aim", Aim) == GROUP
    return every_process(
        lambda q: implies(
            to_group
            & (sig_of(call) == KILL)
            & is_running(old, q)
            & (q != INIT)
            & (old.process[q].group == number)
            & dominates(old, mine, q),
            new.process[q].pending.has(KILL),
        )
    )


@every_step(
    claims=("G20",),
    source="kill(2) DESCRIPTION",
    systems=PEIOS,
    calls=("kill",),
)
def a_group_send_succeeds_if_and_only_if_it_may_reach_a_member(
    old: PeiosKernel, new: PeiosKernel, call: CallView, outcome: Outcome
) -> Bool:
    """One dominated member is enough; without any the send is refused."""
    mine, number = caller_of(old, call), call.argument("number", Number)
    may = some_of(
        Process,
        lambda q: (
            exists(old, q) & (old.process[q].group == number) & dominates(old, mine, q)
        ),
    )
    asks = (call.argument("aim", Aim) == GROUP) & (sig_of(call) != BAD)
    return implies(asks, outcome.succeeded == may)


@every_step(
    claims=("H09",), source="kill(2) ERRORS EPERM:1", systems=PEIOS, calls=("kill",)
)
def a_refused_signal_is_a_matter_of_access(
    old: PeiosKernel, new: PeiosKernel, call: CallView, outcome: Outcome
) -> Bool:
    """To a target that is there, with a signal that is one, only EACCES is answered.

    As the kernel's tests have it; the documents say EPERM (reading `denial`).
    """
    is_one = call.argument("aim", Aim) == ONE
    is_there = some_of(Task, lambda t: is_named(old, call, t))
    return implies(
        outcome.failed & is_one & is_there & (sig_of(call) != BAD),
        outcome.failed_with(EACCES),
    )


@sometimes(claims=("H10",), systems=PEIOS)
def the_kernel_signals_a_protected_process(s: PeiosKernel) -> Bool:
    """The end of a child that does not dominate it is told to its parent."""
    return some_of(
        Process,
        lambda p: (
            s.process[p].pending.has(CHLD)
            & some_of(
                Process,
                lambda q: (
                    is_zombie(s, q) & (s.process[q].parent == p) & ~dominates(s, q, p)
                ),
            )
        ),
    )
