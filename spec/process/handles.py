"""Handles: pidfds, as what has them is created, runs a program and ends.

A pidfd stands for one process for ever. When that has been collected its number may
pass to another process; the pidfd stands for nothing from then on, and only knows how
its process ended (facts J1).

Source   pidfd_open(2), fork(2), execve(2) man-pages 6.9.1; linux@v6.18 fs/pidfs.c
         pidfs_exit; facts J1, J4
Modelled who has a descriptor; close-on-exec; what is left after the process
Not      several descriptors of one process for one pidfd; fcntl, so that every pidfd is
         closed on exec; descriptor tables that processes share
"""

from __future__ import annotations

from spec.lang import CLEARED, TRUE, Bool, SetOf, those
from spec.process.rows import NO_HOLDERS, Holders
from spec.process.sorts import INIT, Handle, Process
from spec.process.state import Kernel


def is_open(s: Kernel, handle: Handle) -> Bool:
    """Some process has a descriptor of the pidfd."""
    return s.handle[handle].holders != NO_HOLDERS


def holds(s: Kernel, process: Process, handle: Handle) -> Bool:
    """The process has a descriptor of the pidfd."""
    return s.handle[handle].holders.has(process)


def stands_for(s: Kernel, handle: Handle, process: Process) -> Bool:
    """The pidfd is open, and its process is this one, which is still there."""
    it = s.handle[handle]
    return is_open(s, handle) & ~it.is_stale & (it.target == process)


def unused_handles(s: Kernel) -> SetOf[Handle]:
    """The pidfd objects that a new one can take."""
    return those(Handle, lambda h: ~is_open(s, h))


def open_handle(
    new: Kernel, handle: Handle, holder: Process, target: Process, nonblocking: Bool
) -> None:
    """The EFFECT of making a pidfd: `holder` has its one descriptor."""
    it = new.handle[handle]
    it.holders = Holders.containing(holder)
    it.target = target
    it.is_nonblocking = nonblocking


def inherit_handles(old: Kernel, new: Kernel, parent: Process, child: Process) -> None:
    """The EFFECT of a copy of the descriptors: the child has what its parent has."""
    held = those(Handle, lambda h: holds(old, parent, h))
    new.handle[held].holders = lambda h: (
        old.handle[h].holders | Holders.containing(child)
    )


def close_handles(old: Kernel, new: Kernel, leaver: Process) -> None:
    """The EFFECT of closing all that a process has; what nobody has is gone."""
    own = Holders.containing(leaver)

    def is_shared(h: Handle) -> Bool:
        return old.handle[h].holders != own

    left = those(Handle, lambda h: holds(old, leaver, h) & is_shared(h))
    new.handle[left].holders = lambda h: old.handle[h].holders - own
    gone = those(Handle, lambda h: holds(old, leaver, h) & ~is_shared(h))
    new.handle[gone] = CLEARED


def close_one(old: Kernel, new: Kernel, leaver: Process, handle: Handle) -> None:
    """The EFFECT of closing one descriptor; a pidfd that nobody has is gone."""
    own = Holders.containing(leaver)
    is_last = old.handle[handle].holders == own
    left = those(Handle, lambda h: (h == handle) & ~is_last)
    new.handle[left].holders = lambda h: old.handle[h].holders - own
    new.handle[those(Handle, lambda h: (h == handle) & is_last)] = CLEARED


def detach_handles(old: Kernel, new: Kernel, body: Process) -> None:
    """The EFFECT on the pidfds of a process that is collected: they go stale."""
    stale = new.handle[those(Handle, lambda h: stands_for(old, h, body))]
    stale.is_stale = TRUE
    stale.status = old.process[body].status
    stale.target = INIT
