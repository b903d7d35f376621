"""Groups and sessions: the words for who leads, and which groups are orphaned.

A group is orphaned when no member has a parent that could look after it as a shell
does: one in another group of the same session. Linux does not count init as one, nor
members that have ended.

Source   setpgid(2), credentials(7) man-pages 6.9.1; linux@v6.18 kernel/exit.c
         will_become_orphaned_pgrp; facts H1, H3, H13
Modelled the state of being orphaned; the step of becoming it is `ending`'s
"""

from __future__ import annotations

from spec.lang import Bool, some_of
from spec.process.sorts import INIT, Number, Process, Task
from spec.process.state import Kernel
from spec.process.words import exists, is_live, is_running


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


def is_looked_after_by(s: Kernel, child: Process, parent: Process) -> Bool:
    """Such a parent keeps the child's group from being orphaned."""
    it, above = s.process[child], s.process[parent]
    return (parent != INIT) & (above.group != it.group) & (above.session == it.session)


def is_orphaned_group(s: Kernel, group: Number) -> Bool:
    """No running member has a parent in another group of its session."""
    return ~some_of(
        Process,
        lambda q: (
            is_running(s, q)
            & (s.process[q].group == group)
            & is_looked_after_by(s, q, s.process[q].parent)
        ),
    )


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
