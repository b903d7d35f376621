"""Handles: pidfds, as what has them is created, runs a program and ends.

A pidfd stands for one process for ever. When that has been collected its number may
pass to another process; the pidfd stands for nothing from then on, and only knows how
its process ended (facts J1).

Source   pidfd_open(2), fork(2), execve(2), clone(2) man-pages 6.9.1; linux@v6.18
         fs/pidfs.c pidfs_exit; facts J1, J4
Modelled which descriptor tables have one; close-on-exec; tables that nobody has any
         more; what is left after the process
Not      several descriptors in one table for one pidfd; fcntl, so that every pidfd is
         closed on exec
"""

from __future__ import annotations

from collections.abc import Callable

from spec.lang import CLEARED, TRUE, Bool, SetOf, some_of, those
from spec.process.rows import NO_TABLES, Tables
from spec.process.sorts import INIT, Handle, Process, Share, Task
from spec.process.state import Kernel
from spec.process.words import is_live


def is_open(s: Kernel, handle: Handle) -> Bool:
    """Some table has a descriptor of the pidfd."""
    return s.handle[handle].tables != NO_TABLES


def holds(s: Kernel, task: Task, handle: Handle) -> Bool:
    """The thread, which has not ended, has a descriptor of the pidfd."""
    return s.handle[handle].tables.has(s.task[task].files)


def stands_for(s: Kernel, handle: Handle, process: Process) -> Bool:
    """The pidfd is open, and its process is this one, which is still there."""
    it = s.handle[handle]
    return is_open(s, handle) & ~it.is_stale & (it.target == process)


def unused_handles(s: Kernel) -> SetOf[Handle]:
    """The pidfd objects that a new one can take."""
    return those(Handle, lambda h: ~is_open(s, h))


def open_handle(
    new: Kernel, handle: Handle, table: Share, target: Process, nonblocking: Bool
) -> None:
    """The EFFECT of making a pidfd: it has one descriptor, in this table."""
    it = new.handle[handle]
    it.tables = Tables.containing(table)
    it.target = target
    it.is_nonblocking = nonblocking


def copy_descriptors(old: Kernel, new: Kernel, mine: Share, fresh: Share) -> None:
    """The EFFECT of a copy of a table; of the same table it is none."""
    held = those(Handle, lambda h: old.handle[h].tables.has(mine) & is_open(old, h))
    new.handle[held].tables = lambda h: old.handle[h].tables | Tables.containing(fresh)


def lost_tables(s: Kernel, leaves: Callable[[Task], Bool]) -> Tables:
    """The tables that nobody has once the threads that leave have left them."""

    def has(task: Task, table: Share) -> Bool:
        return is_live(s, task) & (s.task[task].files == table)

    lost = those(
        Share,
        lambda x: (
            some_of(Task, lambda t: has(t, x) & leaves(t))
            & ~some_of(Task, lambda t: has(t, x) & ~leaves(t))
        ),
    )
    return Tables(lost.node)


def close_handles(old: Kernel, new: Kernel, leaves: Callable[[Task], Bool]) -> None:
    """The EFFECT of leaving tables: what is in none any more is closed."""
    lost = lost_tables(old, leaves)
    close_in(old, new, those(Handle, lambda _h: TRUE), lost)


def close_in(old: Kernel, new: Kernel, some: SetOf[Handle], lost: Tables) -> None:
    """The EFFECT of closing some pidfds in these tables; another table keeps them."""

    def left(h: Handle) -> Tables:
        return old.handle[h].tables - lost

    def is_left(h: Handle) -> Bool:
        return left(h) != NO_TABLES

    new.handle[those(Handle, lambda h: some.has(h) & is_left(h))].tables = left
    new.handle[those(Handle, lambda h: some.has(h) & ~is_left(h))] = CLEARED


def detach_handles(old: Kernel, new: Kernel, body: Process) -> None:
    """The EFFECT on the pidfds of a process that is collected: they go stale."""
    stale = new.handle[those(Handle, lambda h: stands_for(old, h, body))]
    stale.is_stale = TRUE
    stale.status = old.process[body].status
    stale.target = INIT
