"""Job control: who may use the terminal, what its keys do, and what its end does.

A process in the background of its own terminal that reads from it, or changes it, or
with TOSTOP writes to it, makes the kernel send its whole group SIGTTIN or SIGTTOU. Not
when the process blocks or ignores the signal: then it reads nothing, and the rest
succeeds. And not when its group is orphaned, since nobody could continue it: then the
call fails. Other people's terminals have no such rules.

Source   credentials(7), termios(3) man-pages 6.9.1; linux@v6.18
         drivers/tty/tty_jobctrl.c __tty_check_change; facts H7, H9, H10
Modelled reading, writing; the keys for SIGINT, SIGQUIT and SIGTSTP; the line's end
Not      what is read and written, so a call that may proceed succeeds; NOFLSH, and
         terminals without ISIG
"""

from __future__ import annotations

from typing import Final

from spec.lang import FALSE, Bool, Enum, Step, event, ite, syscall
from spec.process.groups import is_orphaned_group, is_session_leader
from spec.process.posting import post
from spec.process.rows import GONE, HELD, LOST
from spec.process.signals import (
    CONT,
    HUP,
    INT,
    NO_SIGNALS,
    QUIT,
    TSTP,
    TTIN,
    TTOU,
    Sig,
    Signals,
)
from spec.process.sorts import EIO, Task, Terminal
from spec.process.state import Kernel
from spec.process.terminal import (
    holders_of,
    is_held_by,
    is_hung_up,
    is_in_background_of,
    is_in_foreground_of,
)
from spec.process.words import runs_in


def is_deaf(s: Kernel, thread: Task, sig: Sig) -> Bool:
    """The thread blocks the signal, or its process ignores it."""
    handlers = s.process[s.task[thread].process].handlers
    return s.task[thread].blocked.has(sig) | s.handling[handlers].ignored.has(sig)


def is_refused(s: Kernel, thread: Task, terminal: Terminal, sig: Sig) -> Bool:
    """A use that the signal would stop fails instead, since the group is orphaned."""
    process = s.task[thread].process
    return (
        is_in_background_of(s, process, terminal)
        & ~is_deaf(s, thread, sig)
        & is_orphaned_group(s, s.process[process].group)
    )


def is_stopped_by(s: Kernel, thread: Task, terminal: Terminal, sig: Sig) -> Bool:
    """A use of the terminal makes the kernel send the thread's group the signal."""
    process = s.task[thread].process
    return (
        is_in_background_of(s, process, terminal)
        & ~is_deaf(s, thread, sig)
        & ~is_orphaned_group(s, s.process[process].group)
    )


@syscall(source="termios(3); linux@v6.18 drivers/tty/n_tty.c n_tty_read")
def read_terminal(
    step: Step, old: Kernel, new: Kernel, caller: Task, terminal: Terminal
) -> None:
    """Read what was typed; what was hung up reads as an end of file."""
    process = old.task[caller].process
    is_deaf_there = is_in_background_of(old, process, terminal) & is_deaf(
        old, caller, TTIN
    )

    # ERRORS
    step.fails(
        EIO,
        when=is_deaf_there | is_refused(old, caller, terminal, TTIN),
        cite="linux@v6.18 drivers/tty/n_tty.c job_control; G15",
    )
    step.blocks(
        when=is_stopped_by(old, caller, terminal, TTIN),
        cite="linux@v6.18 drivers/tty/n_tty.c job_control; G15",
    )

    # EFFECT: none
    # RESULT
    step.returns()


@syscall(source="termios(3); linux@v6.18 drivers/tty/n_tty.c n_tty_write")
def write_terminal(
    step: Step, old: Kernel, new: Kernel, caller: Task, terminal: Terminal
) -> None:
    """Write to the terminal, from the background too unless TOSTOP is set."""
    stops = old.terminal[terminal].stops_writers

    # ERRORS
    step.fails(EIO, when=is_hung_up(old, terminal), cite="facts H9")
    step.fails(
        EIO,
        when=stops & is_refused(old, caller, terminal, TTOU),
        cite="termios(3) TOSTOP; G15",
    )
    step.blocks(
        when=stops & is_stopped_by(old, caller, terminal, TTOU),
        cite="termios(3) TOSTOP; G15",
    )

    # EFFECT: none
    # RESULT
    step.returns()


class Use(Enum):
    """What a background process does with its terminal that it may not do."""

    members = ("READ", "WRITE", "CHANGE")


READ: Final = Use.of("READ")
WRITE: Final = Use.of("WRITE")
CHANGE: Final = Use.of("CHANGE")
"""It sets the foreground group, or a mode."""


@event(source="termios(3); linux@v6.18 drivers/tty/tty_jobctrl.c __tty_check_change")
def stop_background(
    step: Step, old: Kernel, new: Kernel, user: Task, terminal: Terminal, use: Use
) -> None:
    """A background process uses its terminal, and its group is told to stop."""
    process = old.task[user].process
    sig = ite(use == READ, TTIN, TTOU)

    # ERRORS: none; without a signal the call takes place
    step.blocks(when=~runs_in(old, user, process), cite="termios(3) DESCRIPTION")
    step.blocks(
        when=~is_stopped_by(old, user, terminal, sig)
        | ((use == WRITE) & ~old.terminal[terminal].stops_writers),
        cite="termios(3) TOSTOP; facts H7",
    )

    # EFFECT
    group = old.process[process].group
    heard = Signals.containing(sig)
    post(
        old,
        new,
        lambda q: ite(old.process[q].group == group, heard, NO_SIGNALS),
    )

    # RESULT: the call is made again when the process goes on
    step.never_returns()


class Key(Enum):
    """A key that stands for a signal."""

    members = ("INTR", "QUIT", "SUSP")


INTR: Final = Key.of("INTR")
"""Usually ^C."""
SUSP: Final = Key.of("SUSP")
"""Usually ^Z; the third is VQUIT, usually ^\\."""


@event(source="termios(3); linux@v6.18 drivers/tty/n_tty.c isig")
def press(step: Step, old: Kernel, new: Kernel, terminal: Terminal, key: Key) -> None:
    """Somebody types a key that signals: the terminal's foreground group hears it."""
    # ERRORS: none; what no session holds has nobody in the foreground
    step.blocks(
        when=old.terminal[terminal].line != HELD, cite="termios(3) ISIG; facts H10"
    )

    # EFFECT
    sent = ite(
        key == INTR,
        Signals.containing(INT),
        ite(key == SUSP, Signals.containing(TSTP), Signals.containing(QUIT)),
    )
    post(
        old,
        new,
        lambda q: ite(is_in_foreground_of(old, q, terminal), sent, NO_SIGNALS),
    )

    # RESULT
    step.never_returns()


@event(source="linux@v6.18 drivers/tty/tty_io.c __tty_hangup")
def hang_up(step: Step, old: Kernel, new: Kernel, terminal: Terminal) -> None:
    """The line of a terminal is cut: its session loses it, and its leader hears HUP.

    The foreground group hears of it when the leader ends (`end_session`).
    """
    it = old.terminal[terminal]

    # ERRORS: none; a line is cut once
    step.blocks(
        when=is_hung_up(old, terminal),
        cite="linux@v6.18 drivers/tty/tty_io.c tty_vhangup",
    )

    # EFFECT
    new.terminal[terminal].line = ite(it.line == HELD, LOST, GONE)
    new.terminal[terminal].stops_writers = FALSE
    new.process[holders_of(old, terminal)].has_terminal = FALSE
    heard = Signals.containing(HUP, CONT)
    post(
        old,
        new,
        lambda q: ite(
            is_session_leader(old, q)
            & is_held_by(old, terminal, old.process[q].session),
            heard,
            NO_SIGNALS,
        ),
    )

    # RESULT
    step.never_returns()
