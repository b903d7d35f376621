"""clone3: creation by a structure of arguments, which grows from kernel to kernel.

A kernel takes a longer structure than it knows if what it does not know is zero, and a
shorter one down to the first version. `CloneArgs` lists what a call can ask for beside
clone's flags, each by itself, and what is refused. Requested numbers are a call of
their own, `clone3_set_tid`.

Source   clone(2) man-pages 6.9.1; linux@v6.18 kernel/fork.c copy_clone_args_from_user,
         clone3_args_valid; facts I6
Modelled the size; the exit signal; CLONE_CLEAR_SIGHAND; set_tid and its privilege
Not      several numbers at once, one for each namespace; CLONE_INTO_CGROUP
"""

from __future__ import annotations

from spec.lang import Bool, Enum, Step, ite, syscall, those
from spec.process.creation import (
    Newborn,
    make_process,
    pick_objects,
    refuse_creation,
    refuse_objects,
)
from spec.process.numbers import free_numbers
from spec.process.signals import CHLD, NULL, USR1, Sig
from spec.process.sorts import (
    E2BIG,
    EEXIST,
    EINVAL,
    Number,
    Pid,
    Process,
    Task,
)
from spec.process.state import Kernel
from spec.process.words import runs_in, unused_processes, unused_tasks


class CloneArgs(Enum):
    """What the structure of arguments says, or how it is laid out."""

    members = (
        "PLAIN",
        "FIRST_VERSION",
        "LONGER_WITH_ZEROES",
        "LONGER_WITH_MORE",
        "SHORTER",
        "LARGER_THAN_A_PAGE",
        "NO_SIGNAL",
        "SIGNAL_USR1",
        "NO_SUCH_SIGNAL",
        "SIGNAL_AND_PARENT",
        "SIGNAL_AND_THREAD",
        "CLEAR_SIGHAND",
        "CLEAR_AND_SIGHAND",
        "DETACHED",
        "UNKNOWN_FLAG",
        "TOO_MANY_NUMBERS",
    )


def asks(request: CloneArgs, *names: str) -> Bool:
    """The request is one of these."""
    found = request == CloneArgs.of(names[0])
    for name in names[1:]:
        found |= request == CloneArgs.of(name)
    return found


def exit_signal_of(request: CloneArgs) -> Sig:
    """The signal that tells the parent of the end."""
    other = ite(asks(request, "SIGNAL_USR1"), USR1, CHLD)
    return ite(asks(request, "NO_SIGNAL"), NULL, other)


@syscall(source="clone(2); linux@v6.18 kernel/fork.c copy_clone_args_from_user")
def clone3(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    request: CloneArgs,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Create a child as the structure of arguments says."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS: first of the structure, then of what it says, then those of fork
    large = asks(request, "LARGER_THAN_A_PAGE")
    step.fails(E2BIG, when=large, cite="kernel/fork.c copy_clone_args_from_user")
    short = asks(request, "SHORTER")
    step.fails(EINVAL, when=short, cite="kernel/fork.c copy_clone_args_from_user")
    more = asks(request, "LONGER_WITH_MORE")
    step.fails(E2BIG, when=more, cite="kernel/fork.c copy_clone_args_from_user; D13")
    many = asks(request, "TOO_MANY_NUMBERS")
    step.fails(EINVAL, when=many, cite="ERRORS EINVAL:21")
    signal = asks(request, "NO_SUCH_SIGNAL")
    step.fails(EINVAL, when=signal, cite="kernel/fork.c copy_clone_args_from_user")
    flag = asks(request, "UNKNOWN_FLAG")
    step.fails(EINVAL, when=flag, cite="kernel/fork.c clone3_args_valid")
    detached = asks(request, "DETACHED")
    step.fails(EINVAL, when=detached, cite="ERRORS EINVAL:17")
    both = asks(request, "CLEAR_AND_SIGHAND")
    step.fails(EINVAL, when=both, cite="ERRORS EINVAL:1")
    told = asks(request, "SIGNAL_AND_PARENT", "SIGNAL_AND_THREAD")
    step.fails(EINVAL, when=told, cite="ERRORS EINVAL:23")
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
        exit_signal=exit_signal_of(request),
    )
    clears = asks(request, "CLEAR_SIGHAND")
    make_process(step, old, new, thread, newborn, caller=caller, clears_handlers=clears)

    # RESULT
    step.returns(Pid.from_term(pid))


@syscall(source="clone(2); linux@v6.18 kernel/pid.c alloc_pid")
def clone3_set_tid(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    number: Number,
    in_range: Bool,
    child: Process,
    task: Task,
    pid: Number,
) -> None:
    """Create a child that has the number `number`.

    The number that fork would give next does not change (facts I6). A number below 1 or
    beyond the largest is `in_range` false.
    """
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS: the number is looked at after everything else has been copied
    refuse_objects(step, old, caller)
    step.fails(EINVAL, when=~in_range, cite="ERRORS EINVAL:22; facts I6")
    step.hook("checkpoint_restore", thread=thread)
    taken = ~free_numbers(old).has(number)
    step.fails(EEXIST, when=taken, cite="ERRORS EEXIST:1; facts I6; facts B10")

    # CHOICE: none of the number
    step.picks(child, among=unused_processes(old))
    step.picks(task, among=unused_tasks(old))
    step.picks(pid, among=those(Number, lambda n: n == number))
    step.hook("given_pid", number=pid)

    # EFFECT
    newborn = Newborn(child, task, pid, parent=caller, parent_thread=thread)
    make_process(step, old, new, thread, newborn, caller=caller)

    # RESULT
    step.returns(Pid.from_term(pid))
