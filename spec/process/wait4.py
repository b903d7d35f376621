"""wait4: learn that a child has changed state; one that has ended is then gone.

A zombie keeps its number until it is waited for, and a wait is the only way to free
it. `wait4` says whom it waits for; `wait4_with` has the options that say for what; both
can have WNOHANG. wait and waitpid are wait4 without resource usage.

What is heard is the word that the child has as its `status`.

Source   wait(2), wait4(2) man-pages 6.9.1; linux@v6.18 kernel/exit.c kernel_wait4
Modelled every form of the pid argument; WNOHANG, WUNTRACED, WCONTINUED, __WCLONE,
         __WALL, __WNOTHREAD; a bad status address
Not      options of `wait4_with` together with a pid: the kernel asks the two one after
         the other; resource usage
"""

from __future__ import annotations

from typing import Final

from spec.lang import FALSE, TRUE, Bool, Enum, Step, ite, syscall, those
from spec.process.eligible import (
    NOBODY,
    Whom,
    eligible_children_of,
    or_caller,
    reports_by_sigchld,
    that_end,
    waitable_children_of,
    with_news,
)
from spec.process.ending import forget
from spec.process.siginterrupt import interrupts, is_interrupted
from spec.process.sorts import (
    ECHILD,
    EFAULT,
    EINTR,
    EINVAL,
    ESRCH,
    Number,
    Pid,
    Process,
    Task,
)
from spec.process.state import Kernel
from spec.process.status import RUNS_ON
from spec.process.words import is_zombie, pid_of


class Option(Enum):
    """An option of wait4; NO_OPTION is one that it does not know, such as WNOWAIT."""

    members = (
        "WUNTRACED",
        "WCONTINUED",
        "WUNTRACED_WCONTINUED",
        "WCLONE",
        "WALL",
        "NO_OPTION",
    )


WUNTRACED: Final = Option.of("WUNTRACED")
WCONTINUED: Final = Option.of("WCONTINUED")
WUNTRACED_WCONTINUED: Final = Option.of("WUNTRACED_WCONTINUED")
WCLONE: Final = Option.of("WCLONE")
WALL: Final = Option.of("WALL")
NO_OPTION: Final = Option.of("NO_OPTION")

BAD_ADDRESS: Final = Pid.lift(0x10000 - EFAULT.number)
"""What a raw call returns that answers EFAULT."""


def number_heard_of(s: Kernel, caller: Process, child: Process) -> Pid:
    """The number of the child that has news; 0 when the caller stands for nobody."""
    return ite(child == caller, Pid.lift(0), pid_of(s, child))


def hear(step: Step, old: Kernel, new: Kernel, caller: Process, child: Process) -> None:
    """The EFFECT of hearing a child's news: it is gone, or has no news any more."""
    is_heard = child != caller
    with step.given(is_heard & is_zombie(old, child)):
        forget(old, new, child)
    with step.given(is_heard & ~is_zombie(old, child)):
        new.process[child].status = RUNS_ON


@syscall(source="wait(2); wait4(2); linux@v6.18 kernel/exit.c kernel_wait4")
def wait4(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    whom: Whom,
    number: Number,
    no_hang: Bool,
    child: Process,
) -> None:
    """Collect one ended child; sleep until there is one, unless WNOHANG is given."""
    eligible = eligible_children_of(old, caller, whom, number)
    ended = that_end(old, eligible)

    # ERRORS
    step.fails(ESRCH, when=whom == NOBODY, cite="ERRORS ESRCH:1; facts D2")
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2")
    step.fails(
        EINTR,
        when=ended.is_empty() & ~no_hang & is_interrupted(old, caller),
        cite="ERRORS EINTR:1",
    )
    step.blocks(when=ended.is_empty() & ~no_hang, cite="DESCRIPTION")

    # CHOICE: any of them (Linux takes the eldest, facts D5, but promises nothing)
    step.picks(child, among=those(Process, or_caller(caller, ended)))

    # EFFECT
    with step.given(child != caller):
        forget(old, new, child)

    # RESULT
    step.returns(number_heard_of(old, caller, child))


@syscall(source="wait(2); wait4(2); linux@v6.18 kernel/exit.c kernel_wait4")
def wait4_with(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    option: Option,
    no_hang: Bool,
    child: Process,
) -> None:
    """Wait for any child with an option: also for stops, or for clone children."""
    is_clone = option == WCLONE
    waitable = waitable_children_of(old, caller)
    eligible = those(
        Process,
        lambda q: (
            waitable.has(q)
            & ((option == WALL) | (reports_by_sigchld(old, q) == ~is_clone))
        ),
    )
    both = option == WUNTRACED_WCONTINUED
    stops, continues = (option == WUNTRACED) | both, (option == WCONTINUED) | both
    ready = with_news(old, eligible, TRUE, stops, continues)

    # ERRORS
    step.fails(EINVAL, when=option == NO_OPTION, cite="ERRORS EINVAL:1; facts D2")
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2; facts A17")
    step.fails(
        EINTR,
        when=ready.is_empty() & ~no_hang & is_interrupted(old, caller),
        cite="ERRORS EINTR:1",
    )
    step.blocks(when=ready.is_empty() & ~no_hang, cite="DESCRIPTION")

    # CHOICE
    step.picks(child, among=those(Process, or_caller(caller, ready)))

    # EFFECT
    hear(step, old, new, caller, child)

    # RESULT
    step.returns(number_heard_of(old, caller, child))


@syscall(source="wait(2); linux@v6.18 kernel/exit.c do_wait")
def wait4_nothread(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    no_hang: Bool,
    child: Process,
) -> None:
    """Wait with __WNOTHREAD: only children of the calling thread (facts D15)."""
    process = old.task[caller].process
    waitable = waitable_children_of(old, process)
    eligible = those(
        Process,
        lambda q: (
            waitable.has(q)
            & reports_by_sigchld(old, q)
            & (old.process[q].parent_thread == caller)
        ),
    )
    ended = that_end(old, eligible)

    # ERRORS
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2; facts A11")
    step.fails(
        EINTR,
        when=ended.is_empty() & ~no_hang & interrupts(old, caller),
        cite="ERRORS EINTR:1",
    )
    step.blocks(when=ended.is_empty() & ~no_hang, cite="DESCRIPTION")

    # CHOICE
    step.picks(child, among=those(Process, or_caller(process, ended)))

    # EFFECT
    with step.given(child != process):
        forget(old, new, child)

    # RESULT
    step.returns(number_heard_of(old, process, child))


@syscall(source="wait(2); wait4(2); linux@v6.18 kernel/exit.c kernel_wait4")
def wait4_into_nowhere(
    step: Step, old: Kernel, new: Kernel, caller: Process, child: Process
) -> None:
    """Wait, with a bad address for the status: the child is gone all the same.

    It is the one call that answers with an error and has done its work (facts D18).
    """
    eligible = with_news(old, waitable_children_of(old, caller), TRUE, FALSE, FALSE)
    ended = those(Process, lambda q: eligible.has(q) & reports_by_sigchld(old, q))

    # ERRORS: none but those of `wait4`
    step.blocks(when=ended.is_empty(), cite="DESCRIPTION")

    # CHOICE
    step.picks(child, among=ended)

    # EFFECT
    forget(old, new, child)

    # RESULT
    step.returns(BAD_ADDRESS)
