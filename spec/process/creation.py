"""What every creation does: fork, vfork, clone and the others are settings of it.

The new process is a copy of its creator field by field, as `state` and `rows` declare
it; what the two share is a setting. What is not shared is a copy that nobody else has.

Source   clone(2), fork(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_process
Modelled the limits that make a creation fail; the copy; what is shared
Not      RLIMIT_NPROC and the pids controller; namespaces and control groups
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spec.lang import FALSE, Bool, Step, forked, ite, those, threaded
from spec.process.handles import copy_descriptors
from spec.process.memory import copy_memory
from spec.process.numbers import free_numbers
from spec.process.rows import Address
from spec.process.shares import (
    has_room,
    new_files,
    new_fs,
    new_handlers,
    new_io,
    new_memory,
    new_undo,
)
from spec.process.signals import CHLD, NO_SIGNALS, Sig
from spec.process.sorts import EAGAIN, ENOMEM, Number, Process, Share, Task
from spec.process.state import Kernel
from spec.process.words import unused_processes, unused_tasks


@dataclass(frozen=True, slots=True)
class Sharing:
    """What creator and created have in common, each by a flag of clone."""

    memory: Bool = FALSE
    handlers: Bool = FALSE
    files: Bool = FALSE
    fs: Bool = FALSE
    undo: Bool = FALSE
    io: Bool = FALSE


NOTHING: Final = Sharing()


@dataclass(frozen=True, slots=True)
class Newborn:
    """The new process: its object, its thread, its number, and its place."""

    child: Process
    task: Task
    pid: Number
    parent: Process
    parent_thread: Task
    exit_signal: Sig = CHLD
    clears_word: Bool = FALSE
    has_word: Bool = FALSE
    """Its number is stored in its memory, which is a copy (CLONE_CHILD_SETTID)."""


def refuse_creation(step: Step, old: Kernel, caller: Process) -> None:
    """The ERRORS that every creation of a process can have, in the kernel's order."""
    refuse_objects(step, old, caller)
    refuse_number(step, old)


def refuse_number(step: Step, old: Kernel) -> None:
    """The ERRORS of looking for a number."""
    none = free_numbers(old).is_empty()
    step.fails(EAGAIN, when=none, cite="fork(2) ERRORS EAGAIN:3")


def refuse_objects(step: Step, old: Kernel, caller: Process) -> None:
    """The ERRORS that come before a number is looked for."""
    nobody = unused_processes(old).is_empty()
    step.fails(EAGAIN, when=nobody, cite="fork(2) ERRORS EAGAIN:2")
    step.fails(
        EAGAIN, when=unused_tasks(old).is_empty(), cite="fork(2) ERRORS EAGAIN:2"
    )
    step.hook("task_alloc", caller=caller)
    step.fails(ENOMEM, when=~has_room(old), cite="fork(2) ERRORS ENOMEM:1")


def pick_objects(
    step: Step, old: Kernel, child: Process, task: Task, pid: Number
) -> None:
    """The CHOICE of a creation: objects that nobody uses, and a number."""
    step.picks(child, among=unused_processes(old))
    step.picks(task, among=unused_tasks(old))
    step.hook("alloc_pid", number=pid)


def make_process(
    step: Step,
    old: Kernel,
    new: Kernel,
    thread: Task,
    newborn: Newborn,
    sharing: Sharing = NOTHING,
    *,
    caller: Process,
    clears_handlers: Bool = FALSE,
) -> None:
    """The EFFECT of every creation of a process."""
    me = old.process[caller]
    handlers = ite(sharing.handlers, me.handlers, new_handlers(old))
    memory = ite(sharing.memory, me.memory, new_memory(old))
    new.process[newborn.child] = forked(me).but(
        pid=newborn.pid,
        parent=newborn.parent,
        parent_thread=newborn.parent_thread,
        leader=newborn.task,
        handlers=handlers,
        memory=memory,
        exit_signal=newborn.exit_signal,
    )
    make_task(old, new, thread, newborn, sharing)
    copy_handlers(old, new, me.handlers, handlers, clears_handlers)
    copy_memory(old, new, me.memory, memory, (newborn.has_word, newborn.pid))
    step.hook("task_newtask", caller=caller, child=newborn.child)


def make_task(
    old: Kernel, new: Kernel, thread: Task, newborn: Newborn, sharing: Sharing
) -> None:
    """The EFFECT on the thread that a new process starts with."""
    mine = old.task[thread]
    files = ite(sharing.files, mine.files, new_files(old))
    new.task[newborn.task] = forked(mine).but(
        process=newborn.child,
        tid=newborn.pid,
        files=files,
        fs=ite(sharing.fs, mine.fs, new_fs(old)),
        undo=ite(sharing.undo, mine.undo, new_undo(old)),
        io=ite(sharing.io, mine.io, new_io(old)),
        clears_word=newborn.clears_word,
    )
    copy_descriptors(old, new, mine.files, files)


def make_thread(
    old: Kernel,
    new: Kernel,
    creator: Task,
    task: Task,
    tid: Number,
    sharing: Sharing,
    *,
    tls: Address,
    clears_word: Bool,
) -> None:
    """The EFFECT of a creation with CLONE_THREAD: a thread more in the same process."""
    mine = old.task[creator]
    files = ite(sharing.files, mine.files, new_files(old))
    new.task[task] = threaded(mine).but(
        tid=tid,
        files=files,
        fs=ite(sharing.fs, mine.fs, new_fs(old)),
        undo=ite(sharing.undo, mine.undo, new_undo(old)),
        io=ite(sharing.io, mine.io, new_io(old)),
        tls=tls,
        clears_word=clears_word,
    )
    copy_descriptors(old, new, mine.files, files)


def copy_handlers(
    old: Kernel, new: Kernel, mine: Share, fresh: Share, clears: Bool = FALSE
) -> None:
    """The EFFECT of a copy of handlers; CLONE_CLEAR_SIGHAND keeps what is ignored."""
    it = old.handling[mine]
    copied = new.handling[those(Share, lambda x: (x == fresh) & (x != mine))]
    copied.ignored = it.ignored
    copied.caught = ite(clears, NO_SIGNALS, it.caught)
    copied.restarting = ite(clears, NO_SIGNALS, it.restarting)
    copied.leaves_no_zombies = it.leaves_no_zombies & ~clears
    copied.tells_no_stops = it.tells_no_stops & ~clears
