"""clone with CLONE_THREAD: one thread more in the caller's process.

Nothing of the process changes: no number, no parent, no signal at its end. Its threads
share memory and handlers whatever else they share; a thread of a program has the
descriptors, the directory context and the semaphore adjustments in common with the
others, which is what `PROGRAM` sets, with its place for its own data and the word that
tells of its end.

Source   clone(2), pthread_create(3) man-pages 6.9.1; linux@v6.18 kernel/fork.c
         copy_process
Modelled the flags one by one over the smallest set, and the set of pthread_create
Not      the stack; CLONE_PIDFD with a thread
"""

from __future__ import annotations

from typing import Final

from spec.lang import TRUE, Bool, Enum, Step, ite, syscall
from spec.process.creation import Sharing, make_thread
from spec.process.memory import memory_of, store_number
from spec.process.numbers import free_numbers
from spec.process.rows import Address
from spec.process.shares import has_room_for_thread
from spec.process.sorts import EAGAIN, ENOMEM, Number, Pid, Task
from spec.process.state import Kernel
from spec.process.words import unused_tasks


class ThreadFlags(Enum):
    """What a creation of a thread sets besides VM, SIGHAND and THREAD."""

    members = (
        "NOTHING_MORE",
        "WITH_FILES",
        "WITH_FS",
        "WITH_SYSVSEM",
        "WITH_IO",
        "WITH_SETTLS",
        "PROGRAM",
    )


WITH_FILES: Final = ThreadFlags.of("WITH_FILES")
WITH_FS: Final = ThreadFlags.of("WITH_FS")
WITH_SYSVSEM: Final = ThreadFlags.of("WITH_SYSVSEM")
WITH_IO: Final = ThreadFlags.of("WITH_IO")
WITH_SETTLS: Final = ThreadFlags.of("WITH_SETTLS")
PROGRAM: Final = ThreadFlags.of("PROGRAM")
"""FS, FILES, SYSVSEM, SETTLS, PARENT_SETTID and CHILD_CLEARTID."""
HERE: Final = Address.of("HERE")


def sharing_of(flags: ThreadFlags) -> Sharing:
    """What the new thread has in common with its creator; the rest is a copy."""
    is_program = flags == PROGRAM
    return Sharing(
        memory=TRUE,
        handlers=TRUE,
        files=is_program | (flags == WITH_FILES),
        fs=is_program | (flags == WITH_FS),
        undo=is_program | (flags == WITH_SYSVSEM),
        io=flags == WITH_IO,
    )


def own_data(s: Kernel, creator: Task, flags: ThreadFlags) -> Address:
    """The place of the new thread's own data: as given, or as the creator's."""
    is_given: Bool = (flags == PROGRAM) | (flags == WITH_SETTLS)
    return ite(is_given, HERE, s.task[creator].tls)


@syscall(source="clone(2); linux@v6.18 kernel/fork.c copy_process")
def clone_thread(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    flags: ThreadFlags,
    task: Task,
    tid: Number,
) -> None:
    """Create a thread in the caller's process."""
    # ERRORS, in the order of copy_process
    step.fails(EAGAIN, when=unused_tasks(old).is_empty(), cite="ERRORS EAGAIN:1")
    step.fails(ENOMEM, when=~has_room_for_thread(old), cite="ERRORS ENOMEM:1")
    step.fails(EAGAIN, when=free_numbers(old).is_empty(), cite="ERRORS EAGAIN:1")

    # CHOICE
    step.picks(task, among=unused_tasks(old))
    step.hook("alloc_tid", number=tid)

    # EFFECT
    is_program = flags == PROGRAM
    make_thread(
        old,
        new,
        caller,
        task,
        tid,
        sharing_of(flags),
        tls=own_data(old, caller, flags),
        clears_word=is_program,
    )
    store_number(new, memory_of(old, caller), tid, is_program)

    # RESULT
    step.returns(Pid.from_term(tid))
