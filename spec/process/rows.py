"""The tables beside that of processes: tasks, and the dispositions that they share.

Source   clone(2), sigaction(2), signal(7), credentials(7) man-pages 6.9.1
Modelled what a thread has of its own, and what each creation and exec makes of it
Not      scheduling, registers, stacks, limits, namespaces
"""

from __future__ import annotations

from typing import Final

from spec.lang import (
    COMPUTED,
    COPIED,
    FALSE,
    FRESH,
    KEPT,
    RESET,
    Bool,
    Enum,
    Row,
    SetOf,
    field,
)
from spec.process.signals import NO_SIGNALS, NULL, Sig, Signals
from spec.process.sorts import (
    INIT,
    NUMBER_OF_INIT,
    ROOT,
    Handle,
    Number,
    Process,
    Share,
    Task,
    Terminal,
    Uid,
)
from spec.process.status import RUNS_ON, Status


class Run(Enum):
    """What a task is doing. A stop is its process's: all its tasks stand still."""

    members = ("ABSENT", "READY", "ASLEEP", "UNINTERRUPTIBLE", "TRACED", "ENDED")


ABSENT: Final = Run.of("ABSENT")
READY: Final = Run.of("READY")
"""It runs, or waits for a processor."""
ASLEEP: Final = Run.of("ASLEEP")
"""It waits, and a signal wakes it."""
UNINTERRUPTIBLE: Final = Run.of("UNINTERRUPTIBLE")
"""It waits, and nothing but what it waits for wakes it."""
TRACED: Final = Run.of("TRACED")
"""Its tracer holds it."""
ENDED: Final = Run.of("ENDED")
"""Only of a leader: it has ended, and its row goes with its process."""

NO_SHARE: Final = Share.element(0)


class Address(Enum):
    """A place for a thread's own data; OUTSIDE is none that a program can have."""

    members = ("NOWHERE", "HERE", "THERE", "OUTSIDE")


NOWHERE: Final = Address.of("NOWHERE")
OUTSIDE: Final = Address.of("OUTSIDE")


class TaskRow(Row[Task]):
    """What a thread has of its own."""

    run = field(
        Run,
        initial=ABSENT,
        fork=FRESH(READY),
        thread=FRESH(READY),
        exec=KEPT,
        cite="clone(2) DESCRIPTION",
    )
    process = field(
        Process,
        initial=INIT,
        fork=COMPUTED,
        thread=COPIED,
        exec=KEPT,
        cite="clone(2) CLONE_THREAD",
    )
    tid = field(
        Number,
        initial=NUMBER_OF_INIT,
        fork=COMPUTED,
        thread=COMPUTED,
        exec=COMPUTED,
        cite="gettid(2) DESCRIPTION; execve(2) DESCRIPTION",
    )
    blocked = field(
        Signals,
        initial=NO_SIGNALS,
        fork=COPIED,
        thread=COPIED,
        exec=KEPT,
        cite="signal(7) DESCRIPTION; facts E1",
    )
    pending = field(
        Signals,
        initial=NO_SIGNALS,
        fork=FRESH(NO_SIGNALS),
        thread=FRESH(NO_SIGNALS),
        exec=KEPT,
        cite="signal(7) DESCRIPTION; C04; E08",
    )
    death_signal = field(
        Sig,
        initial=NULL,
        fork=FRESH(NULL),
        thread=FRESH(NULL),
        exec=KEPT,
        cite="prctl(2) PR_SET_PDEATHSIG; facts A13",
    )
    vfork_child = field(
        Process,
        initial=INIT,
        fork=FRESH(INIT),
        thread=FRESH(INIT),
        exec=KEPT,
        cite="vfork(2) DESCRIPTION",
    )
    files = field(
        Share,
        initial=NO_SHARE,
        fork=COMPUTED,
        thread=COMPUTED,
        exec=COMPUTED,
        cite="clone(2) CLONE_FILES; execve(2) DESCRIPTION",
    )
    fs = field(
        Share,
        initial=NO_SHARE,
        fork=COMPUTED,
        thread=COMPUTED,
        exec=KEPT,
        cite="clone(2) CLONE_FS; E07",
    )
    undo = field(
        Share,
        initial=NO_SHARE,
        fork=COMPUTED,
        thread=COMPUTED,
        exec=KEPT,
        cite="clone(2) CLONE_SYSVSEM; semop(2) NOTES",
    )
    io = field(
        Share,
        initial=NO_SHARE,
        fork=COMPUTED,
        thread=COMPUTED,
        exec=KEPT,
        cite="clone(2) CLONE_IO",
    )
    tls = field(
        Address,
        initial=NOWHERE,
        fork=COPIED,
        thread=COMPUTED,
        exec=RESET(NOWHERE),
        cite="clone(2) CLONE_SETTLS; arch_prctl(2) DESCRIPTION",
    )
    clears_word = field(
        Bool,
        initial=FALSE,
        fork=COMPUTED,
        thread=COMPUTED,
        exec=RESET(FALSE),
        cite="clone(2) CLONE_CHILD_CLEARTID; set_tid_address(2) DESCRIPTION",
    )
    """When it ends, the word of its memory is cleared (`memory`)."""
    awaits_word = field(
        Bool,
        initial=FALSE,
        fork=FRESH(FALSE),
        thread=FRESH(FALSE),
        exec=KEPT,
        cite="futex(2) DESCRIPTION",
    )
    """What it sleeps for is that the word of its memory is cleared."""
    ruid = field(
        Uid,
        initial=ROOT,
        fork=COPIED,
        thread=COPIED,
        exec=KEPT,
        cite="credentials(7) DESCRIPTION; facts C16",
    )
    euid = field(
        Uid,
        initial=ROOT,
        fork=COPIED,
        thread=COPIED,
        exec=KEPT,
        cite="credentials(7) DESCRIPTION; facts C16",
    )
    suid = field(
        Uid,
        initial=ROOT,
        fork=COPIED,
        thread=COPIED,
        exec=COMPUTED,
        cite="credentials(7) DESCRIPTION; facts E4",
    )


class Line(Enum):
    """What a terminal is to a session."""

    members = ("FREE", "HELD", "LOST", "GONE")


FREE_LINE: Final = Line.of("FREE")
HELD: Final = Line.of("HELD")
"""It is the controlling terminal of a session."""
LOST: Final = Line.of("LOST")
"""It was hung up, and the leader of its session has not ended since."""
GONE: Final = Line.of("GONE")
"""It was hung up, and no leader thinks of it any more."""


class TerminalRow(Row[Terminal]):
    """A terminal: whose it is, and who may read from it and write to it."""

    line = field(Line, initial=FREE_LINE, cite="ioctl_tty(2) TIOCSCTTY; facts H9")
    session = field(Number, initial=NUMBER_OF_INIT, cite="ioctl_tty(2) TIOCSCTTY; G09")
    foreground = field(
        Number, initial=NUMBER_OF_INIT, cite="ioctl_tty(2) TIOCSPGRP; G11"
    )
    is_stale = field(
        Bool, initial=FALSE, cite="linux@v6.18 drivers/tty/tty_jobctrl.c tiocspgrp"
    )
    """The foreground's number has become another process's; nobody is in it."""
    stops_writers = field(Bool, initial=FALSE, cite="termios(3) TOSTOP")


class Tables(SetOf[Share], element=Share):
    """The descriptor tables in which something open has a descriptor."""


NO_TABLES: Final = Tables.containing()


class HandleRow(Row[Handle]):
    """A pidfd. It is closed when no table has a descriptor of it."""

    tables = field(Tables, initial=NO_TABLES, cite="pidfd_open(2) DESCRIPTION")
    target = field(Process, initial=INIT, cite="pidfd_open(2) DESCRIPTION; F34")
    is_stale = field(Bool, initial=FALSE, cite="facts J1; F37")
    """The process has been collected, and the pidfd stands for nothing any more."""
    status = field(Status, initial=RUNS_ON, cite="F36")
    """How the process ended, once it has been collected."""
    is_nonblocking = field(Bool, initial=FALSE, cite="pidfd_open(2) PIDFD_NONBLOCK")


class HandlingRow(Row[Share]):
    """What is to happen on each signal: a table of handlers, often of one process."""

    ignored = field(Signals, initial=NO_SIGNALS, cite="sigaction(2) DESCRIPTION")
    caught = field(Signals, initial=NO_SIGNALS, cite="sigaction(2) DESCRIPTION")
    restarting = field(Signals, initial=NO_SIGNALS, cite="sigaction(2) SA_RESTART")
    leaves_no_zombies = field(Bool, initial=FALSE, cite="sigaction(2) SA_NOCLDWAIT")
    tells_no_stops = field(Bool, initial=FALSE, cite="sigaction(2) SA_NOCLDSTOP")


class MemoryRow(Row[Share]):
    """An address space: the word of it that a thread's number is kept in."""

    has_number = field(Bool, initial=FALSE, cite="set_tid_address(2) DESCRIPTION")
    number = field(
        Number, initial=NUMBER_OF_INIT, cite="clone(2) CLONE_PARENT_SETTID; D19"
    )
    wakes = field(Bool, initial=FALSE, cite="set_tid_address(2) DESCRIPTION; D17")
    """The word has been cleared, and one of those who sleep on it is to wake."""
