"""posix_spawn: a child that runs another program, in one call of the library.

It is a vfork and an exec: the caller waits while the child starts, and if the program
cannot be run the child ends, is collected, and its error is the caller's. Here the two
are one step, since nobody but the child does anything that the caller could see between
them; a failure leaves no trace.

Source   posix_spawn(3), vfork(2), execve(2) man-pages 6.9.1; linux@v6.18
         kernel/fork.c kernel_clone, fs/exec.c bprm_execve
Modelled the errors of both; what creation and exec together make of each field
Not      attributes and file actions; the number that a failed child had for a moment
"""

from __future__ import annotations

from spec.lang import Step, spawned, syscall, those
from spec.process.creation import pick_objects, refuse_creation
from spec.process.images import Image
from spec.process.running import refuse_image
from spec.process.shares import (
    new_files,
    new_fs,
    new_handlers,
    new_io,
    new_memory,
    new_undo,
)
from spec.process.sorts import Number, Pid, Process, Share, Task
from spec.process.state import Kernel
from spec.process.words import runs_in


@syscall(source="posix_spawn(3); linux@v6.18 kernel/fork.c kernel_clone")
def posix_spawn(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    image: Image,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Create a child that runs the file `image`, or none at all."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS: of the creation, then of the exec, which the library reports as its own;
    # the tables that the creation has found room for are those of the program
    refuse_creation(step, old, caller)
    refuse_image(step, image)
    step.hook("bprm_check", caller=caller, image=image)

    # CHOICE
    pick_objects(step, old, child, task, pid)

    # EFFECT
    new.process[child] = spawned(old.process[caller]).but(
        pid=pid,
        parent=caller,
        parent_thread=thread,
        leader=task,
        image=image,
        handlers=new_handlers(old),
        memory=new_memory(old),
    )
    new.task[task] = spawned(old.task[thread]).but(
        process=child,
        tid=pid,
        suid=old.task[thread].euid,
        files=new_files(old),
        fs=new_fs(old),
        undo=new_undo(old),
        io=new_io(old),
    )
    fresh, mine = new_handlers(old), old.process[caller].handlers
    copied = new.handling[those(Share, lambda x: x == fresh)]
    copied.ignored = old.handling[mine].ignored
    step.hook("task_newtask", caller=caller, child=child)
    step.hook("bprm_spawned", child=child, image=image)

    # RESULT
    step.returns(Pid.from_term(pid))
