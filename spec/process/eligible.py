"""Whom a wait is for, and which of them have news.

The kernel asks two things of each child, one after the other: is it one that is meant,
and has it done what the caller wants to hear of. If no child is meant, or none of them
ever will have such news, the wait fails; if some may have it later, it sleeps.

A child counts as ended when its last thread has ended: one whose leader has gone and
whose other threads go on is not ready (facts G1). The news of a stop or a continue is
the child's `status` word until somebody has heard it.

Source   wait(2) man-pages 6.9.1; linux@v6.18 kernel/exit.c wait_consider_task
Modelled the target forms; clone children; ended, stopped, continued
Not      what a tracer waits for
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from spec.lang import Bool, Enum, SetOf, those
from spec.process.signals import CHLD
from spec.process.sorts import Number, Process
from spec.process.state import Kernel
from spec.process.status import CONTINUED, WIFSTOPPED
from spec.process.words import children_of, is_dead, is_running, is_zombie


class Whom(Enum):
    """Whom a wait is for: a process or group by its number, or what needs no number."""

    members = ("ANY_CHILD", "ONE_CHILD", "GROUP_MEMBER", "OWN_GROUP", "NOBODY")


ANY_CHILD: Final = Whom.of("ANY_CHILD")
ONE_CHILD: Final = Whom.of("ONE_CHILD")
GROUP_MEMBER: Final = Whom.of("GROUP_MEMBER")
OWN_GROUP: Final = Whom.of("OWN_GROUP")
"""The caller's group, as it is when the children are looked at (facts D6, D23)."""
NOBODY: Final = Whom.of("NOBODY")
"""A number that nothing can have."""


def reports_by_sigchld(s: Kernel, child: Process) -> Bool:
    """The child is no clone child, which only __WCLONE and __WALL wait for."""
    return s.process[child].exit_signal == CHLD


def waitable_children_of(s: Kernel, parent: Process) -> SetOf[Process]:
    """The children of any kind that a wait can find."""
    children = children_of(s, parent)
    return those(Process, lambda q: children.has(q) & ~is_dead(s, q))


def eligible_children_of(
    s: Kernel, parent: Process, whom: Whom, number: Number
) -> SetOf[Process]:
    """The children that are meant; `number` says nothing where none is needed."""
    mine = s.process[parent].group
    waitable = waitable_children_of(s, parent)
    return those(
        Process,
        lambda q: (
            waitable.has(q)
            & reports_by_sigchld(s, q)
            & (
                (whom == ANY_CHILD)
                | ((whom == ONE_CHILD) & (s.process[q].pid == number))
                | ((whom == GROUP_MEMBER) & (s.process[q].group == number))
                | ((whom == OWN_GROUP) & (s.process[q].group == mine))
            )
        ),
    )


def has_stop_news(s: Kernel, child: Process) -> Bool:
    """The child is stopped, has not been told to go on, and nobody has heard of it."""
    it = s.process[child]
    is_still = it.is_stopped & ~it.is_resumed
    return is_running(s, child) & is_still & WIFSTOPPED(it.status)


def has_continue_news(s: Kernel, child: Process) -> Bool:
    """The child has gone on after a stop, and nobody has heard of it."""
    return is_running(s, child) & (s.process[child].status == CONTINUED)


def with_news(
    s: Kernel, children: SetOf[Process], exits: Bool, stops: Bool, continues: Bool
) -> SetOf[Process]:
    """Those of the children that have done what the caller wants to hear of."""
    return those(
        Process,
        lambda q: (
            children.has(q)
            & (
                (exits & is_zombie(s, q))
                | (stops & has_stop_news(s, q))
                | (continues & has_continue_news(s, q))
            )
        ),
    )


def that_end(s: Kernel, children: SetOf[Process]) -> SetOf[Process]:
    """Those of the children that have ended."""
    return those(Process, lambda q: children.has(q) & is_zombie(s, q))


def or_caller(caller: Process, ready: SetOf[Process]) -> Callable[[Process], Bool]:
    """What a wait picks among: who has news; the caller stands for "nobody has"."""
    nobody = ready.is_empty()
    return lambda q: ready.has(q) | nobody & (q == caller)
