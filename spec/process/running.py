"""What every exec does: the old program goes, and the new one has the process.

Whichever thread calls, the others end and it becomes the leader, with the process's
number (facts E3). Memory, handlers and descriptors that others share are left to them;
the root, the working directory and the umask stay shared, and so do the adjustments of
semaphores.

Source   execve(2) man-pages 6.9.1; linux@v6.18 fs/exec.c begin_new_exec
Modelled what survives, field by field as `state` and `rows` declare it; the release of
         a vfork parent
Not      arguments and environment; set-user-id; scripts; E2BIG, ETXTBSY and the like
"""

from __future__ import annotations

from spec.lang import CLEARED, Step, execed, ite, those
from spec.process.ending import drop_handlers, resume_vfork_parents
from spec.process.handles import close_handles
from spec.process.images import (
    Image,
    has_known_format,
    is_executable,
    is_present,
)
from spec.process.memory import leave_memory
from spec.process.orphans import pass_children
from spec.process.shares import (
    has_files_of_others,
    has_room_for_program,
    new_files,
    new_handlers,
    new_memory,
)
from spec.process.sorts import (
    EACCES,
    ENOENT,
    ENOEXEC,
    ENOMEM,
    Process,
    Share,
    Task,
)
from spec.process.state import Kernel
from spec.process.words import threads_of


def refuse_file(step: Step, image: Image) -> None:
    """The ERRORS of opening the file."""
    step.fails(ENOENT, when=~is_present(image), cite="execve(2) ERRORS ENOENT:1")
    step.fails(EACCES, when=~is_executable(image), cite="execve(2) ERRORS EACCES:3")


def refuse_image(step: Step, image: Image) -> None:
    """The ERRORS of a file that is no program."""
    refuse_file(step, image)
    step.fails(
        ENOEXEC, when=~has_known_format(image), cite="execve(2) ERRORS ENOEXEC:1"
    )


def refuse_program(step: Step, old: Kernel, caller: Process, image: Image) -> None:
    """The ERRORS of an exec, in the order in which the kernel opens, checks, loads."""
    refuse_image(step, image)
    step.fails(
        ENOMEM, when=~has_room_for_program(old), cite="execve(2) ERRORS ENOMEM:1"
    )
    step.hook("bprm_check", caller=caller, image=image)


def run_program(
    step: Step, old: Kernel, new: Kernel, caller: Process, thread: Task, image: Image
) -> None:
    """The EFFECT of every exec."""
    me, mine = old.process[caller], old.task[thread]
    new.process[caller] = execed(me).but(
        image=image,
        leader=thread,
        handlers=new_handlers(old),
        memory=new_memory(old),
    )
    is_shared = has_files_of_others(old, thread)
    new.task[thread] = execed(mine).but(
        tid=me.pid,
        suid=mine.euid,
        files=ite(is_shared, new_files(old), mine.files),
    )
    threads = threads_of(old, caller)
    new.task[those(Task, lambda t: threads.has(t) & (t != thread))] = CLEARED
    fresh = new_handlers(old)
    others = those(Share, lambda x: (x == fresh) & (x != me.handlers))
    new.handling[others].ignored = old.handling[me.handlers].ignored
    drop_handlers(old, new, caller)
    leave_memory(old, new, caller)
    close_handles(old, new, threads_of(old, caller).has)
    pass_children(old, new, caller, lambda t: t == thread)
    resume_vfork_parents(old, new, caller)
    step.hook("bprm_committed", caller=caller, image=image)
