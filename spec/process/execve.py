"""execve: a process gives up its program and runs another in its place.

Whichever thread calls, the others end and it becomes the leader, with the process's
number (facts E3). Handlers and memory that others share are left to them.

Source   execve(2) man-pages 6.9.1; linux@v6.18 fs/exec.c bprm_execve
Modelled the reasons to refuse that depend on the file; what survives, field by field
         as `state` declares it
Not      arguments and environment; descriptors; set-user-id; scripts; E2BIG, ENOMEM,
         ETXTBSY and the like
"""

from __future__ import annotations

from spec.lang import CLEARED, Step, execed, syscall, those
from spec.process.ending import drop_handlers, resume_vfork_parents
from spec.process.handles import close_handles
from spec.process.images import (
    Image,
    has_known_format,
    is_executable,
    is_present,
)
from spec.process.orphans import pass_children
from spec.process.sorts import EACCES, ENOENT, ENOEXEC, ENOMEM, Process, Share, Task
from spec.process.state import Kernel
from spec.process.words import has_room, new_handlers, new_memory, runs_in, threads_of


@syscall(source="execve(2); linux@v6.18 fs/exec.c bprm_execve")
def execve(
    step: Step, old: Kernel, new: Kernel, caller: Process, thread: Task, image: Image
) -> None:
    """Run the file `image` in the caller, which keeps its number and its family."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS, in the order in which the kernel opens, checks and loads the file
    step.fails(ENOENT, when=~is_present(image), cite="ERRORS ENOENT:1")
    step.fails(EACCES, when=~is_executable(image), cite="ERRORS EACCES:3")
    step.fails(ENOEXEC, when=~has_known_format(image), cite="ERRORS ENOEXEC:1")
    step.fails(ENOMEM, when=~has_room(old), cite="ERRORS ENOMEM:1")
    step.hook("bprm_check", caller=caller, image=image)

    # EFFECT
    new.process[caller] = execed(old.process[caller]).but(
        image=image,
        leader=thread,
        handlers=new_handlers(old),
        memory=new_memory(old),
    )
    new.task[thread] = execed(old.task[thread]).but(
        tid=old.process[caller].pid, suid=old.task[thread].euid
    )
    threads = threads_of(old, caller)
    new.task[those(Task, lambda t: threads.has(t) & (t != thread))] = CLEARED
    mine, fresh = old.process[caller].handlers, new_handlers(old)
    others = those(Share, lambda x: (x == fresh) & (x != mine))
    new.handling[others].ignored = old.handling[mine].ignored
    drop_handlers(old, new, caller)
    close_handles(old, new, caller)
    pass_children(old, new, caller, lambda t: t == thread)
    resume_vfork_parents(old, new, caller)
    step.hook("bprm_committed", caller=caller, image=image)

    # RESULT: the new program starts
    step.never_returns()
