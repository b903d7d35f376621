"""Groups and sessions: the words for who leads, and which groups are orphaned.

A group is orphaned when no member has a parent that could look after it as a shell
does: one in another group of the same session. Linux does not count init as one, nor
members that have ended.

Source   setpgid(2), credentials(7) man-pages 6.9.1; linux@v6.18 kernel/exit.c
         will_become_orphaned_pgrp, kill_orphaned_pgrp; facts H1, H3, H13
Modelled being orphaned, and which ends of a process orphan a group
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, ite, some_of, the_one
from spec.process.signals import CONT, HUP, NO_SIGNALS, Signals
from spec.process.sorts import INIT, NUMBER_OF_INIT, Number, Process, Task
from spec.process.state import Kernel
from spec.process.words import (
    adopter_of,
    children_of,
    exists,
    is_dead,
    is_live,
    is_running,
)


class Sign(Enum):
    """The sign of a number that a program gives to say whom it means."""

    members = ("ZERO", "POSITIVE", "NEGATIVE")


ZERO: Final = Sign.of("ZERO")
"""The caller, or what is the target's own."""
POSITIVE: Final = Sign.of("POSITIVE")
NEGATIVE: Final = Sign.of("NEGATIVE")


def is_in_form(sign: Sign, number: Number) -> Bool:
    """A number that is not looked at is the first one: each meaning is said once."""
    return (sign == POSITIVE) | (number == NUMBER_OF_INIT)


def process_numbered(s: Kernel, number: Number) -> Process:
    """The existing process of this number; any when there is none."""
    return the_one(Process, lambda q: exists(s, q) & (s.process[q].pid == number))


def is_session_leader(s: Kernel, process: Process) -> Bool:
    """The process founded the session that it is in."""
    return s.process[process].session == s.process[process].pid


def has_members_in(s: Kernel, group: Number, session: Number) -> Bool:
    """The group has a member, a zombie perhaps, and is in this session."""
    return some_of(
        Process,
        lambda q: (
            exists(s, q)
            & (s.process[q].group == group)
            & (s.process[q].session == session)
        ),
    )


def ties(s: Kernel, child: Process, parent: Process) -> Bool:
    """The parent is outside the child's group and inside its session."""
    it, above = s.process[child], s.process[parent]
    return (above.group != it.group) & (above.session == it.session)


def is_looked_after_by(s: Kernel, child: Process, parent: Process) -> Bool:
    """Such a parent keeps the child's group from being orphaned."""
    return (parent != INIT) & ties(s, child, parent)


def is_orphaned_group(s: Kernel, group: Number) -> Bool:
    """No running member has a parent that looks after it."""
    return ~some_of(
        Process,
        lambda q: (
            is_running(s, q)
            & (s.process[q].group == group)
            & is_looked_after_by(s, q, s.process[q].parent)
        ),
    )


def is_orphaned_without(s: Kernel, group: Number, dying: Process) -> Bool:
    """The same, once `dying` has ended and its children are its heir's."""
    heir = adopter_of(s, dying)

    def parent_of(child: Process) -> Process:
        above = s.process[child].parent
        return ite(above == dying, heir, above)

    return ~some_of(
        Process,
        lambda q: (
            is_running(s, q)
            & (q != dying)
            & (s.process[q].group == group)
            & is_looked_after_by(s, q, parent_of(q))
        ),
    )


def is_untied_by(s: Kernel, group: Number, dying: Process) -> Bool:
    """With `dying` goes a tie of the group: its own to its parent, or one to a child.

    A child that has ended counts here, although it ties its group no more.
    """
    return (
        (group == s.process[dying].group) & ties(s, dying, s.process[dying].parent)
    ) | (
        some_of(
            Process,
            lambda q: (
                children_of(s, dying).has(q)
                & ~is_dead(s, q)
                & (s.process[q].group == group)
                & ties(s, q, dying)
            ),
        )
    )


def is_left_stopped_by(s: Kernel, group: Number, dying: Process) -> Bool:
    """The end of `dying` orphans the group, of which a member is stopped (facts H1)."""
    return (
        is_untied_by(s, group, dying)
        & is_orphaned_without(s, group, dying)
        & has_stopped_member(s, group, besides=dying)
    )


def group_news(s: Kernel, dying: Process, receiver: Process) -> Signals:
    """What an end brings a member of a group that it orphans with a stopped member."""
    orphaned = is_left_stopped_by(s, s.process[receiver].group, dying)
    return ite(orphaned, Signals.containing(HUP, CONT), NO_SIGNALS)


def has_stopped_member(s: Kernel, group: Number, besides: Process) -> Bool:
    """A member of the group, not counting `besides`, is stopped."""
    return some_of(
        Process,
        lambda q: (
            is_running(s, q)
            & (q != besides)
            & (s.process[q].group == group)
            & s.process[q].is_stopped
        ),
    )


def is_tid(s: Kernel, number: Number) -> Bool:
    """A thread that has not ended has this number."""
    return some_of(Task, lambda t: is_live(s, t) & (s.task[t].tid == number))
