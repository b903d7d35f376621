"""kill: send a signal to a process, to a group, or to everybody.

The number may be that of any thread: the signal goes to its process all the same, and
it is the thread's user ids that are asked (facts C11, C16). Whether a sender may signal
a target is the system's to say, at the points `task_kill` and `task_kill_refused`, and
`group_kill_refused` when no member of a group may be.

Source   kill(2) man-pages 6.9.1; linux@v6.18 kernel/signal.c kill_something_info
Modelled every form of the target; signal 0; the order of the errors (facts C4, C5, C7)
Not      the information that comes with a signal
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, SetOf, Step, ite, some_of, syscall, the_one, those
from spec.process.posting import post
from spec.process.rows import ABSENT
from spec.process.signals import BAD, NO_SIGNAL, NO_SIGNALS, Sig, Signals
from spec.process.sorts import (
    EINVAL,
    ESRCH,
    INIT,
    NUMBER_OF_INIT,
    Number,
    Process,
    Task,
)
from spec.process.state import Kernel


class Aim(Enum):
    """What kill's pid argument says: > 0, 0, -1, < -1, and the lowest number of all."""

    members = ("ONE", "OWN_GROUP", "EVERYBODY", "GROUP", "LOWEST")


ONE: Final = Aim.of("ONE")
OWN_GROUP: Final = Aim.of("OWN_GROUP")
EVERYBODY: Final = Aim.of("EVERYBODY")
"""Everybody but init and the caller's own process (facts C5)."""
GROUP: Final = Aim.of("GROUP")
LOWEST: Final = Aim.of("LOWEST")
"""The number that has no opposite, so that no group is meant."""


def has_number(s: Kernel, task: Task, number: Number) -> Bool:
    """The thread is called by this number; an ended one too, if it is there."""
    return (s.task[task].run != ABSENT) & (s.task[task].tid == number)


def task_numbered(s: Kernel, number: Number) -> Task:
    """The thread of this number; ask only where there is one."""
    return the_one(Task, lambda t: has_number(s, t, number))


def targets_of(s: Kernel, caller: Task, aim: Aim, number: Number) -> SetOf[Task]:
    """Whom the pid argument names, each process by its leader; zombies included."""
    mine = s.task[caller].process

    def is_meant(target: Task) -> Bool:
        process = s.task[target].process
        group = s.process[process].group
        stands_for_it = (s.task[target].run != ABSENT) & (
            s.process[process].leader == target
        )
        return ((aim == ONE) & has_number(s, target, number)) | (
            stands_for_it
            & (
                ((aim == OWN_GROUP) & (group == s.process[mine].group))
                | ((aim == GROUP) & (group == number))
                | ((aim == EVERYBODY) & (process != INIT) & (process != mine))
            )
        )

    return those(Task, is_meant)


def may_signal(step: Step, sender: Task, target: Task, sig: Sig) -> Bool:
    """The system lets the sender send the target this signal."""
    return step.asks("task_kill", sender=sender, target=target, sig=sig)


def to_send(sig: Sig) -> Signals:
    """What there is to send: nothing of signal 0."""
    return ite(NO_SIGNAL.has(sig), NO_SIGNALS, Signals.containing(sig))


@syscall(source="kill(2); linux@v6.18 kernel/signal.c kill_something_info")
def kill(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    aim: Aim,
    number: Number,
    sig: Sig,
) -> None:
    """Send `sig` to whomever the caller means and may signal."""
    has_none = (aim != ONE) & (aim != GROUP)
    targets = targets_of(old, caller, aim, number)

    def is_permitted(target: Task) -> Bool:
        return targets.has(target) & may_signal(step, caller, target, sig)

    def reaches(process: Process) -> Bool:
        return some_of(
            Task, lambda t: is_permitted(t) & (old.task[t].process == process)
        )

    def first(process: Process) -> Task:
        named = task_numbered(old, number)
        return ite(aim == ONE, named, old.process[process].leader)

    nobody = ~some_of(Task, is_permitted)

    # ERRORS: whether anybody is there comes before what is sent (facts C4); to
    # everybody, that nobody may be signalled is no error (facts C5)
    step.blocks(when=has_none & (number != NUMBER_OF_INIT), cite="DESCRIPTION")
    step.fails(ESRCH, when=targets.is_empty(), cite="ERRORS ESRCH:1")
    step.fails(EINVAL, when=sig == BAD, cite="ERRORS EINVAL:1")
    step.hook("task_kill_refused", is_refused=nobody & (aim == ONE))
    is_group = (aim == OWN_GROUP) | (aim == GROUP)
    step.hook("group_kill_refused", is_refused=nobody & is_group)

    # EFFECT
    post(old, new, lambda _: to_send(sig), to=reaches, first=first)

    # RESULT
    step.returns(0)
