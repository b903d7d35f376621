"""What can be shared: who uses it, and what nobody uses yet.

Memory and handlers are a process's, since its threads cannot but share them; the
descriptors, the directory context, the semaphore adjustments and the I/O context are a
thread's. To share is to have the same element; each kind counts for itself.

Source   clone(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_process
Not      what is inside them, but for the handlers (`rows`) and one word of memory
"""

from __future__ import annotations

from spec.lang import Bool, some_of, the_one
from spec.process.sorts import Process, Share, Task
from spec.process.state import Kernel
from spec.process.words import is_live, is_running


def handlers_in_use(s: Kernel, share: Share) -> Bool:
    """Some running process has these handlers."""
    return some_of(
        Process, lambda q: is_running(s, q) & (s.process[q].handlers == share)
    )


def memory_in_use(s: Kernel, share: Share) -> Bool:
    """Some running process has this memory."""
    return some_of(Process, lambda q: is_running(s, q) & (s.process[q].memory == share))


def files_in_use(s: Kernel, share: Share) -> Bool:
    """Some thread has this descriptor table."""
    return some_of(Task, lambda t: is_live(s, t) & (s.task[t].files == share))


def fs_in_use(s: Kernel, share: Share) -> Bool:
    """Some thread has this root, working directory and umask."""
    return some_of(Task, lambda t: is_live(s, t) & (s.task[t].fs == share))


def undo_in_use(s: Kernel, share: Share) -> Bool:
    """Some thread has this list of semaphore adjustments."""
    return some_of(Task, lambda t: is_live(s, t) & (s.task[t].undo == share))


def io_in_use(s: Kernel, share: Share) -> Bool:
    """Some thread has this I/O context."""
    return some_of(Task, lambda t: is_live(s, t) & (s.task[t].io == share))


def has_room_for_thread(s: Kernel) -> Bool:
    """There is one more of each kind that threads need not share."""
    return (
        some_of(Share, lambda x: ~files_in_use(s, x))
        & some_of(Share, lambda x: ~fs_in_use(s, x))
        & some_of(Share, lambda x: ~undo_in_use(s, x))
        & some_of(Share, lambda x: ~io_in_use(s, x))
    )


def has_room_for_program(s: Kernel) -> Bool:
    """There are handlers and memory for one more.

    Nothing else is needed: a descriptor table is only copied when two have it.
    """
    return some_of(Share, lambda x: ~handlers_in_use(s, x)) & some_of(
        Share, lambda x: ~memory_in_use(s, x)
    )


def has_room(s: Kernel) -> Bool:
    """There is one more of each kind."""
    return has_room_for_program(s) & has_room_for_thread(s)


def new_handlers(s: Kernel) -> Share:
    """A handler table that nobody has."""
    return the_one(Share, lambda x: ~handlers_in_use(s, x))


def new_memory(s: Kernel) -> Share:
    """An address space that nobody has."""
    return the_one(Share, lambda x: ~memory_in_use(s, x))


def new_files(s: Kernel) -> Share:
    """A descriptor table that nobody has."""
    return the_one(Share, lambda x: ~files_in_use(s, x))


def new_fs(s: Kernel) -> Share:
    """A directory context that nobody has."""
    return the_one(Share, lambda x: ~fs_in_use(s, x))


def new_undo(s: Kernel) -> Share:
    """A list of semaphore adjustments that nobody has."""
    return the_one(Share, lambda x: ~undo_in_use(s, x))


def new_io(s: Kernel) -> Share:
    """An I/O context that nobody has."""
    return the_one(Share, lambda x: ~io_in_use(s, x))


def has_files_of_others(s: Kernel, task: Task) -> Bool:
    """A thread of another process has the same descriptor table."""
    mine = s.task[task]
    return some_of(
        Task,
        lambda t: (
            is_live(s, t)
            & (s.task[t].process != mine.process)
            & (s.task[t].files == mine.files)
        ),
    )
