"""tcsetpgrp, tcgetpgrp: which group of the session the terminal's keys are for.

Linux takes any number of the session, that of a process that leads no group too, and
then nobody is in the foreground. And it does not look again: once every member has left
a group, the process with its number may found a session, and the terminal of the old
session is that group's still. tcgetpgrp tells the number whoever may have it by then.

Source   tcsetpgrp(3) man-pages 6.9.1; linux@v6.18 drivers/tty/tty_jobctrl.c tiocspgrp;
         facts H6, H7
Modelled both calls, and TOSTOP (tcsetattr), each from the background too
Not      the other modes of a terminal; a bad address; a descriptor that is no terminal
"""

from __future__ import annotations

from spec.lang import FALSE, Bool, Step, some_of, syscall
from spec.process.groups import has_members_in
from spec.process.job_control import is_refused, is_stopped_by
from spec.process.numbers import free_numbers
from spec.process.signals import TTOU
from spec.process.sorts import (
    EINVAL,
    EIO,
    ENOTTY,
    EPERM,
    ESRCH,
    NUMBER_OF_INIT,
    Number,
    Pid,
    Process,
    Task,
    Terminal,
)
from spec.process.state import Kernel
from spec.process.terminal import is_hung_up, is_terminal_of
from spec.process.words import exists, is_thread_of, members_of


def is_of_session(s: Kernel, number: Number, session: Number) -> Bool:
    """The number is a group's of the session; or else a process's or a thread's."""

    def is_named(process: Process) -> Bool:
        return (s.process[process].pid == number) | some_of(
            Task,
            lambda t: is_thread_of(s, t, process) & (s.task[t].tid == number),
        )

    is_process_there = some_of(
        Process,
        lambda q: exists(s, q) & (s.process[q].session == session) & is_named(q),
    )
    return has_members_in(s, number, session) | (
        members_of(s, number).is_empty() & is_process_there
    )


@syscall(
    source="tcsetpgrp(3); ioctl_tty(2); linux@v6.18 drivers/tty/tty_jobctrl.c tiocspgrp"
)
def tcsetpgrp(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    terminal: Terminal,
    is_negative: Bool,
    number: Number,
) -> None:
    """Put a group of the caller's session into the foreground of its terminal."""
    process = old.task[caller].process
    session = old.process[process].session
    step.blocks(
        when=is_negative & (number != NUMBER_OF_INIT), cite="tcsetpgrp(3) DESCRIPTION"
    )

    # ERRORS
    step.fails(
        ENOTTY,
        when=is_hung_up(old, terminal),
        cite="linux@v6.18 drivers/tty/tty_io.c hung_up_tty_ioctl",
    )
    step.fails(
        ENOTTY,
        when=is_refused(old, caller, terminal, TTOU),
        cite="drivers/tty/tty_jobctrl.c tiocspgrp; facts H6",
    )
    step.blocks(when=is_stopped_by(old, caller, terminal, TTOU), cite="facts H7")
    step.fails(EINVAL, when=is_negative, cite="tcsetpgrp(3) ERRORS EINVAL; facts H6")
    step.fails(
        ENOTTY,
        when=~is_terminal_of(old, terminal, process),
        cite="tcsetpgrp(3) ERRORS ENOTTY; facts H6",
    )
    step.fails(
        ESRCH,
        when=free_numbers(old).has(number),
        cite="drivers/tty/tty_jobctrl.c tiocspgrp; facts H6",
    )
    step.fails(
        EPERM,
        when=~is_of_session(old, number, session),
        cite="tcsetpgrp(3) ERRORS EPERM; facts H6; G12",
    )

    # EFFECT
    new.terminal[terminal].foreground = number
    new.terminal[terminal].is_stale = FALSE

    # RESULT
    step.returns(0)


@syscall(
    source="tcsetpgrp(3); ioctl_tty(2); linux@v6.18 drivers/tty/tty_jobctrl.c tiocgpgrp"
)
def tcgetpgrp(
    step: Step, old: Kernel, new: Kernel, caller: Process, terminal: Terminal
) -> None:
    """Learn the number of the foreground group of one's terminal."""
    # ERRORS
    step.fails(
        EIO,
        when=is_hung_up(old, terminal),
        cite="linux@v6.18 drivers/tty/tty_io.c hung_up_tty_ioctl",
    )
    step.fails(
        ENOTTY,
        when=~is_terminal_of(old, terminal, caller),
        cite="tcsetpgrp(3) ERRORS ENOTTY; facts H6",
    )

    # EFFECT: none
    # RESULT
    step.returns(Pid.from_term(old.terminal[terminal].foreground))


@syscall(source="termios(3); linux@v6.18 drivers/tty/tty_jobctrl.c __tty_check_change")
def tcsetattr(
    step: Step, old: Kernel, new: Kernel, caller: Task, terminal: Terminal, tostop: Bool
) -> None:
    """Say whether the terminal stops those who write to it from the background."""
    # ERRORS
    step.fails(
        EIO,
        when=is_hung_up(old, terminal) | is_refused(old, caller, terminal, TTOU),
        cite="drivers/tty/tty_jobctrl.c __tty_check_change",
    )
    step.blocks(
        when=is_stopped_by(old, caller, terminal, TTOU),
        cite="drivers/tty/tty_jobctrl.c __tty_check_change",
    )

    # EFFECT
    new.terminal[terminal].stops_writers = tostop

    # RESULT
    step.returns(0)
