"""clone: creation with a choice of what is shared, flag by flag.

`CloneFlags` lists every flag of a new process by itself, the smallest sets that others
require, and the sets that are refused: what a flag does, it does whatever is set
besides it, so a larger set is the sum of these. CLONE_THREAD is `clone_thread`,
CLONE_VFORK `vfork`; CLONE_PARENT and CLONE_PIDFD have calls of their own here. The exit
signal is clone3's argument.

Source   clone(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_process, kernel_clone
Modelled sharing; the family; the words; the refusals in the kernel's order
Not      namespaces and control groups, but for the refusals; CLONE_PTRACE, and so
         CLONE_UNTRACED sets nothing that the model has; the stack
"""

from __future__ import annotations

from spec.lang import FALSE, Bool, Enum, Step, syscall
from spec.process.creation import (
    Newborn,
    Sharing,
    make_process,
    pick_objects,
    refuse_creation,
)
from spec.process.handles import open_handle, unused_handles
from spec.process.memory import store_number
from spec.process.sorts import (
    EINVAL,
    EMFILE,
    INIT,
    Handle,
    Number,
    Pid,
    Process,
    Task,
)
from spec.process.state import Kernel
from spec.process.words import runs_in


class CloneFlags(Enum):
    """What a call of clone sets. The names are without CLONE_."""

    members = (
        "NONE",
        "VM",
        "VM_SIGHAND",
        "FILES",
        "FS",
        "SYSVSEM",
        "IO",
        "PARENT_SETTID",
        "CHILD_SETTID",
        "CHILD_CLEARTID",
        "UNTRACED",
        "DETACHED",
        "SIGHAND",
        "VM_THREAD",
        "NEWNS_FS",
        "PIDFD_DETACHED",
        "PIDFD_PARENT_SETTID",
    )


def is_set(flags: CloneFlags, *names: str) -> Bool:
    """The flags are one of these sets."""
    found = FALSE
    for name in names:
        found |= flags == CloneFlags.of(name)
    return found


def sharing_of(flags: CloneFlags) -> Sharing:
    """What creator and created have in common."""
    return Sharing(
        memory=is_set(flags, "VM", "VM_SIGHAND"),
        handlers=is_set(flags, "VM_SIGHAND"),
        files=is_set(flags, "FILES"),
        fs=is_set(flags, "FS"),
        undo=is_set(flags, "SYSVSEM"),
        io=is_set(flags, "IO"),
    )


@syscall(source="clone(2); linux@v6.18 kernel/fork.c copy_process")
def clone(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    flags: CloneFlags,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Create a process that shares with its creator what `flags` says."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS
    both = is_set(flags, "PIDFD_PARENT_SETTID")
    step.fails(EINVAL, when=both, cite="ERRORS EINVAL:20")
    for_files = is_set(flags, "NEWNS_FS")
    step.fails(EINVAL, when=for_files, cite="ERRORS EINVAL:5")
    no_handlers = is_set(flags, "VM_THREAD")
    step.fails(EINVAL, when=no_handlers, cite="ERRORS EINVAL:3; D05")
    no_memory = is_set(flags, "SIGHAND")
    step.fails(EINVAL, when=no_memory, cite="ERRORS EINVAL:2; D04; X24")
    detached = is_set(flags, "PIDFD_DETACHED")
    step.fails(EINVAL, when=detached, cite="ERRORS EINVAL:18")
    refuse_creation(step, old, caller)

    # CHOICE
    pick_objects(step, old, child, task, pid)

    # EFFECT
    newborn = Newborn(
        child,
        task,
        pid,
        parent=caller,
        parent_thread=thread,
        clears_word=is_set(flags, "CHILD_CLEARTID"),
        has_word=is_set(flags, "CHILD_SETTID"),
    )
    make_process(step, old, new, thread, newborn, sharing_of(flags), caller=caller)
    is_told = is_set(flags, "PARENT_SETTID")
    store_number(new, old.process[caller].memory, pid, is_told)

    # RESULT
    step.returns(Pid.from_term(pid))


@syscall(source="clone(2); linux@v6.18 kernel/fork.c copy_process")
def clone_parent(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Create a sibling with CLONE_PARENT: its parent is the caller's.

    It reports its end as the caller will, whatever signal the call asks for.
    """
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS
    step.fails(EINVAL, when=caller == INIT, cite="ERRORS EINVAL:9; B08; facts A14")
    refuse_creation(step, old, caller)

    # CHOICE
    pick_objects(step, old, child, task, pid)

    # EFFECT
    me = old.process[caller]
    newborn = Newborn(
        child,
        task,
        pid,
        parent=me.parent,
        parent_thread=me.parent_thread,
        exit_signal=me.exit_signal,
    )
    make_process(step, old, new, thread, newborn, caller=caller)

    # RESULT
    step.returns(Pid.from_term(pid))


@syscall(source="clone(2); linux@v6.18 kernel/fork.c copy_process")
def clone_pidfd(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    child: Process,
    task: Task,
    pid: Number,
    handle: Handle,
) -> None:
    """Create a child with CLONE_PIDFD: the caller has a pidfd of it from the start.

    Nobody is asked whether the caller may have it, and the child does not have it.
    """
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS: the descriptor's come after the number's
    refuse_creation(step, old, caller)
    step.fails(
        EMFILE,
        when=unused_handles(old).is_empty(),
        cite="pidfd_open(2) ERRORS EMFILE:1",
    )
    # CHOICE
    step.picks(handle, among=unused_handles(old))
    pick_objects(step, old, child, task, pid)

    # EFFECT
    newborn = Newborn(child, task, pid, parent=caller, parent_thread=thread)
    make_process(step, old, new, thread, newborn, caller=caller)
    open_handle(new, handle, old.task[thread].files, child, FALSE)

    # RESULT
    step.returns(Pid.from_term(pid))
