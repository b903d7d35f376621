"""The controlling terminal: how a session gets one, and how it gives it up.

A session has at most one, and only its leader can get it. The other members have it
when they were created after that, or not at all: it is inherited. A terminal remembers
its foreground group by the kernel's object for the number, so that a new process with
that number is not taken for the old group.

Source   ioctl_tty(2), credentials(7) man-pages 6.9.1; linux@v6.18
         drivers/tty/tty_jobctrl.c tiocsctty; facts H4, H9, H12
Modelled TIOCSCTTY, with its privilege to rob another session; TIOCNOTTY
Not      opening a terminal without O_NOCTTY, which does what TIOCSCTTY does;
         terminals that are not the program side of a pseudo-terminal
"""

from __future__ import annotations

from spec.lang import (
    FALSE,
    TRUE,
    Bool,
    SetOf,
    Step,
    ite,
    some_of,
    syscall,
    those,
)
from spec.process.credentials import is_root
from spec.process.groups import is_session_leader
from spec.process.posting import post
from spec.process.rows import FREE_LINE, GONE, HELD, LOST, Line
from spec.process.signals import CONT, HUP, NO_SIGNALS, Signals
from spec.process.sorts import (
    EIO,
    ENOTTY,
    EPERM,
    NUMBER_OF_INIT,
    Number,
    Process,
    Task,
    Terminal,
)
from spec.process.state import Kernel
from spec.process.words import exists


def is_hung_up(s: Kernel, terminal: Terminal) -> Bool:
    """The line of the terminal has been cut."""
    return (s.terminal[terminal].line == LOST) | (s.terminal[terminal].line == GONE)


def is_held_by(s: Kernel, terminal: Terminal, session: Number) -> Bool:
    """It is the controlling terminal of the session."""
    it = s.terminal[terminal]
    return (it.line == HELD) & (it.session == session)


def is_terminal_of(s: Kernel, terminal: Terminal, process: Process) -> Bool:
    """It is the process's controlling terminal."""
    it = s.process[process]
    return it.has_terminal & is_held_by(s, terminal, it.session)


def is_in_foreground_of(s: Kernel, process: Process, terminal: Terminal) -> Bool:
    """The process is in the group that the keys of the terminal are for."""
    it = s.terminal[terminal]
    return (
        (it.line == HELD) & ~it.is_stale & (s.process[process].group == it.foreground)
    )


def is_in_background_of(s: Kernel, process: Process, terminal: Terminal) -> Bool:
    """It is the process's own terminal, and another group is in its foreground."""
    return is_terminal_of(s, terminal, process) & ~is_in_foreground_of(
        s, process, terminal
    )


def holders_of(s: Kernel, terminal: Terminal) -> SetOf[Process]:
    """The processes that have the terminal as their controlling terminal."""
    return those(Process, lambda q: exists(s, q) & is_terminal_of(s, terminal, q))


def outdate(old: Kernel, new: Kernel, number: Number) -> None:
    """At the choice of a number: who has it now is not in anybody's old group."""
    new.terminal[
        those(
            Terminal,
            lambda t: (
                ((old.terminal[t].line == HELD) | (old.terminal[t].line == LOST))
                & (old.terminal[t].foreground == number)
            ),
        )
    ].is_stale = TRUE


@syscall(source="ioctl_tty(2); linux@v6.18 drivers/tty/tty_jobctrl.c tiocsctty")
def tiocsctty(
    step: Step, old: Kernel, new: Kernel, caller: Task, terminal: Terminal, steals: Bool
) -> None:
    """Make the terminal the caller's session's; `steals` is an argument of 1."""
    process = old.task[caller].process
    me, it = old.process[process], old.terminal[terminal]
    is_mine = is_session_leader(old, process) & is_held_by(old, terminal, me.session)

    # ERRORS
    step.fails(
        EIO,
        when=is_hung_up(old, terminal),
        cite="linux@v6.18 drivers/tty/tty_io.c hung_up_tty_ioctl",
    )
    step.fails(
        EPERM,
        when=~is_mine & (~is_session_leader(old, process) | me.has_terminal),
        cite="ERRORS EPERM; G10",
    )
    step.fails(
        EPERM,
        when=~is_mine & (it.line == HELD) & ~(steals & is_root(old, caller)),
        cite="ioctl_tty(2) TIOCSCTTY; G10",
    )

    # EFFECT: another session loses it, and the leader forgets the one it lost
    robbed = those(Process, lambda q: holders_of(old, terminal).has(q) & (q != process))
    with step.given(~is_mine):
        new.process[robbed].has_terminal = FALSE
        new.process[process].has_terminal = TRUE
        now = new.terminal[terminal]
        now.line = HELD
        now.session = me.session
        now.foreground = me.group
        now.is_stale = FALSE
        lost = lost_by(old, me.session)
        set_free(new, those(Terminal, lambda t: lost.has(t) & (t != terminal)), GONE)

    # RESULT
    step.returns(0)


@syscall(source="ioctl_tty(2); linux@v6.18 drivers/tty/tty_jobctrl.c disassociate_ctty")
def tiocnotty(
    step: Step, old: Kernel, new: Kernel, caller: Process, terminal: Terminal
) -> None:
    """Give up one's terminal; when the leader does, its whole session loses it."""
    leads = is_session_leader(old, caller)

    # ERRORS
    step.fails(
        EIO,
        when=is_hung_up(old, terminal),
        cite="linux@v6.18 drivers/tty/tty_io.c hung_up_tty_ioctl",
    )
    step.fails(
        ENOTTY, when=~is_terminal_of(old, terminal, caller), cite="ERRORS ENOTTY"
    )

    # EFFECT
    losers = those(
        Process,
        lambda q: (q == caller) | (leads & holders_of(old, terminal).has(q)),
    )
    new.process[losers].has_terminal = FALSE
    with step.given(leads):
        set_free(new, those(Terminal, lambda t: t == terminal))
    hung_up = Signals.containing(HUP, CONT)
    post(
        old,
        new,
        lambda q: ite(
            leads & is_in_foreground_of(old, q, terminal), hung_up, NO_SIGNALS
        ),
    )

    # RESULT
    step.returns(0)


def set_free(new: Kernel, terminals: SetOf[Terminal], line: Line = FREE_LINE) -> None:
    """The EFFECT on terminals that a session has no longer."""
    them = new.terminal[terminals]
    them.line = line
    them.session = NUMBER_OF_INIT
    them.foreground = NUMBER_OF_INIT
    them.is_stale = FALSE


def lost_by(s: Kernel, session: Number) -> SetOf[Terminal]:
    """The terminal whose line was cut while it was the session's."""
    return those(
        Terminal,
        lambda t: (s.terminal[t].line == LOST) & (s.terminal[t].session == session),
    )


def end_session(old: Kernel, new: Kernel, dying: Process) -> None:
    """The EFFECT on terminals when a process ends: of a leader, that it led.

    The dying process's own row is for the caller to write.
    """
    session = old.process[dying].session
    leads = is_session_leader(old, dying)
    held = those(Terminal, lambda t: leads & is_held_by(old, t, session))
    lost = those(Terminal, lambda t: leads & lost_by(old, session).has(t))
    set_free(new, held)
    set_free(new, lost, GONE)
    others = those(
        Process,
        lambda q: (
            (q != dying)
            & leads
            & (old.process[q].session == session)
            & old.process[q].has_terminal
        ),
    )
    new.process[others].has_terminal = FALSE


def terminal_news(s: Kernel, dying: Process, receiver: Process) -> Signals:
    """What a session leader's end brings: its terminal's foreground group hears HUP.

    When the line was cut before, HUP and CONT go to the group that was there then.
    """
    session = s.process[dying].session

    def is_or_was_in_foreground(terminal: Terminal, line: Line) -> Bool:
        it = s.terminal[terminal]
        return (
            (it.line == line)
            & (it.session == session)
            & ~it.is_stale
            & (s.process[receiver].group == it.foreground)
        )

    leads = is_session_leader(s, dying)
    in_held = some_of(Terminal, lambda t: is_or_was_in_foreground(t, HELD))
    in_lost = some_of(Terminal, lambda t: is_or_was_in_foreground(t, LOST))
    heard = ite(in_held, Signals.containing(HUP), NO_SIGNALS) | ite(
        in_lost, Signals.containing(HUP, CONT), NO_SIGNALS
    )
    return ite(leads, heard, NO_SIGNALS)
