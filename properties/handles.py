"""Handles: a pidfd stands for one process, and for no other ever."""

from __future__ import annotations

from collections.abc import Callable

from properties.words import UNIX_LIKE
from spec.lang import (
    TRUE,
    Bool,
    CallView,
    Outcome,
    all_of,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.handles import holds, is_open
from spec.process.pidfd import ExitInfo
from spec.process.rows import NO_TABLES
from spec.process.sorts import (
    EBADF,
    ECHILD,
    ESRCH,
    INIT,
    Handle,
    Pid,
    Process,
    Share,
    Task,
)
from spec.process.state import Kernel
from spec.process.status import RUNS_ON, Status
from spec.process.words import exists, is_live, is_running, is_zombie


def every_handle(holds_of: Callable[[Handle], Bool]) -> Bool:
    """It holds of every pidfd object."""
    return all_of(Handle, holds_of)


def stays_open(old: Kernel, new: Kernel, handle: Handle) -> Bool:
    """The pidfd is open before the step and after it."""
    return is_open(old, handle) & is_open(new, handle)


@every_step(
    claims=("F34", "H18", "facts J1"),
    source="pidfd_open(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def a_pidfd_never_denotes_another_process(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It stands for the process that it stood for, or for none any more."""
    return every_handle(
        lambda h: implies(
            stays_open(old, new, h) & ~new.handle[h].is_stale,
            ~old.handle[h].is_stale & (old.handle[h].target == new.handle[h].target),
        )
    )


@always(
    claims=("F34", "facts J1"), source="pidfd_open(2) DESCRIPTION", systems=UNIX_LIKE
)
def a_pidfd_stands_for_a_process_that_is_there_or_for_none(s: Kernel) -> Bool:
    """One that is not stale has a process that has not been collected."""
    return every_handle(
        lambda h: implies(
            is_open(s, h) & ~s.handle[h].is_stale, exists(s, s.handle[h].target)
        )
    )


@every_step(
    claims=("F34", "facts J1"), source="pidfd_open(2) DESCRIPTION", systems=UNIX_LIKE
)
def a_pidfd_goes_stale_when_its_process_is_collected(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Then, and not before: a zombie still has its pidfd."""
    return every_handle(
        lambda h: implies(
            stays_open(old, new, h) & ~old.handle[h].is_stale,
            new.handle[h].is_stale == ~exists(new, old.handle[h].target),
        )
    )


@every_step(
    claims=("D11",),
    source="clone(2) CLONE_PIDFD",
    systems=UNIX_LIKE,
    calls=("clone_pidfd",),
)
def a_creator_that_asks_has_a_pidfd_of_its_child_from_the_start(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """At no time has it the child and not the pidfd; the child itself has none."""
    if outcome.error is not None:
        return TRUE
    handle = call.argument("handle", Handle)
    it, child = new.handle[handle], call.argument("child", Process)
    has_it = holds(new, call.argument("thread", Task), handle)
    child_has_it = holds(new, call.argument("task", Task), handle)
    return has_it & ~child_has_it & ~it.is_stale & (it.target == child)


@every_step(
    claims=("F35",),
    source="pidfd_open(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("poll",),
)
def a_pidfd_is_readable_once_its_process_has_ended(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """And it stays so when the process has been collected."""
    if outcome.value is None:
        return outcome.failed
    it = old.handle[call.argument("handle", Handle)]
    has_ended = it.is_stale | is_zombie(old, it.target) | ~is_running(old, it.target)
    return (Pid(outcome.value) == 1) == has_ended


@every_step(claims=("F36",), source="wait(2) NOTES", systems=UNIX_LIKE)
def a_pidfd_keeps_how_its_process_ended(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """When it goes stale it has the status word, and from then on it keeps it."""

    def knows(h: Handle) -> Bool:
        was, is_now = old.handle[h], new.handle[h]
        ended = old.process[was.target].status
        return implies(
            is_now.is_stale & ~was.is_stale, is_now.status == ended
        ) & implies(was.is_stale, is_now.status == was.status)

    return every_handle(lambda h: implies(stays_open(old, new, h), knows(h)))


@every_step(
    claims=("F36",),
    source="wait(2) NOTES",
    systems=UNIX_LIKE,
    calls=("pidfd_get_info",),
)
def a_pidfd_tells_how_its_process_ended(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It answers with the status word once it is stale, and with nothing before."""
    if outcome.value is None:
        return outcome.failed
    it = old.handle[call.argument("handle", Handle)]
    answer = ExitInfo(outcome.value)
    return ((answer != 0) == it.is_stale) & implies(
        it.is_stale, Status.from_term(answer) == it.status
    )


@every_step(
    claims=("F37", "facts J1", "facts J4"),
    source="pidfd_send_signal(2) ERRORS ESRCH:1",
    systems=UNIX_LIKE,
    calls=("pidfd_send_signal", "pidfd_getfd", "waitid_pidfd"),
)
def nothing_is_done_through_a_stale_pidfd(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What would act on its process fails: ESRCH, and ECHILD of a wait."""
    handle = call.argument("handle", Handle)
    error = ECHILD if call.name == "waitid_pidfd" else ESRCH
    return implies(
        old.handle[handle].is_stale & holds(old, call.argument("caller", Task), handle),
        outcome.failed_with(error),
    )


@every_step(
    claims=("H18", "facts J1"),
    source="pidfd_send_signal(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("pidfd_send_signal",),
)
def a_signal_through_a_pidfd_reaches_its_process_alone(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nobody else has a signal that it had not."""
    target = old.handle[call.argument("handle", Handle)].target
    return all_of(
        Process,
        lambda q: (q == target) | (old.process[q].pending == new.process[q].pending),
    )


@every_step(
    claims=("F17", "facts J1"),
    source="wait(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("waitid_pidfd",),
)
def a_wait_through_a_pidfd_takes_its_process(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The one child that it can hear of is the one that the pidfd stands for."""
    if outcome.error is not None:
        return TRUE
    it = old.handle[call.argument("handle", Handle)]
    child, caller = call.argument("child", Process), call.argument("caller", Task)
    is_nobody = child == old.task[caller].process
    is_it = ~it.is_stale & (it.target == child) & is_zombie(old, child)
    return is_nobody | is_it


@every_step(
    claims=("F43",),
    source="pidfd_getfd(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("pidfd_getfd",),
)
def a_duplicate_is_of_something_that_the_target_has_open(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The caller has it then, the target keeps it, and it stands for what it did."""
    wanted = call.argument("wanted", Handle)
    caller = call.argument("caller", Task)
    target = old.handle[call.argument("handle", Handle)].target
    holder = old.process[target].leader
    done = (
        holds(old, holder, wanted)
        & holds(new, caller, wanted)
        & holds(new, holder, wanted)
        & (old.handle[wanted].target == new.handle[wanted].target)
    )
    return outcome.failed | done


@every_step(
    claims=("facts J2",),
    source="pidfd_open(2) ERRORS",
    systems=UNIX_LIKE,
    calls=("pidfd_send_signal", "pidfd_getfd", "waitid_pidfd", "close"),
)
def nobody_uses_a_pidfd_that_it_does_not_have(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Without a descriptor of it in one's table there is EBADF and nothing else."""
    handle, caller = call.argument("handle", Handle), call.argument("caller", Task)
    return outcome.failed_with(EBADF) | holds(old, caller, handle)


@every_step(
    claims=("E06",),
    source="execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("execve",),
)
def a_program_starts_without_pidfds(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A pidfd is closed on exec."""
    if outcome.error is not None:
        return TRUE
    thread = call.argument("thread", Task)
    return every_handle(lambda h: ~holds(new, thread, h))


@always(claims=("F10", "F31"), source="_exit(2) DESCRIPTION", systems=UNIX_LIKE)
def what_is_open_is_open_for_a_thread_that_lives(s: Kernel) -> Bool:
    """An end closes what nobody else has."""

    def is_used(table: Share) -> Bool:
        return some_of(Task, lambda t: is_live(s, t) & (s.task[t].files == table))

    return every_handle(
        lambda h: all_of(
            Share, lambda x: implies(s.handle[h].tables.has(x), is_used(x))
        )
    )


@always(claims=("F13",), source="pidfd_open(2) DESCRIPTION", systems=UNIX_LIKE)
def nothing_of_a_pidfd_is_left_behind(s: Kernel) -> Bool:
    """What nobody has open is as it was at boot."""
    return every_handle(
        lambda h: implies(
            s.handle[h].tables == NO_TABLES,
            (s.handle[h].target == INIT)
            & (s.handle[h].status == RUNS_ON)
            & ~s.handle[h].is_stale
            & ~s.handle[h].is_nonblocking,
        )
    )


@sometimes(claims=("facts J1",), source="pidfd_open(2) NOTES", systems=UNIX_LIKE)
def a_stale_pidfd_is_held_while_another_process_runs(s: Kernel) -> Bool:
    """The process of a pidfd has been collected, and there are others."""
    return some_of(Handle, lambda h: is_open(s, h) & s.handle[h].is_stale) & some_of(
        Process, lambda q: (q != INIT) & is_running(s, q)
    )
