"""The state: a table of processes, and the family that their parents make.

A row that no process uses holds what it held at boot, so that two states that differ
only in what once was are one state.

Source   fork(2), execve(2), credentials(7) man-pages 6.9.1
Modelled life cycle, number, family, group, session, program, exit status, stops, what
         a process's threads have in common; `rows` has what each has of its own
Not      what is in memory and in files
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
    SHARED,
    TRUE,
    Bool,
    Enum,
    Forest,
    Row,
    State,
    Table,
    field,
)
from spec.process.images import PROGRAM, Image
from spec.process.rows import (
    NO_SHARE,
    READY,
    HandleRow,
    HandlingRow,
    MemoryRow,
    TaskRow,
    TerminalRow,
)
from spec.process.signals import CHLD, NO_SIGNALS, Sig, Signals
from spec.process.sorts import (
    FIRST_TASK,
    INIT,
    NUMBER_OF_INIT,
    Handle,
    Number,
    Process,
    Share,
    Task,
    Terminal,
)
from spec.process.status import RUNS_ON, Status


class Phase(Enum):
    """Where a process object is in its life."""

    members = ("FREE", "RUNNING", "ZOMBIE", "DEAD")


FREE: Final = Phase.of("FREE")
RUNNING: Final = Phase.of("RUNNING")
ZOMBIE: Final = Phase.of("ZOMBIE")
"""It has ended, and its parent has not yet asked how."""
DEAD: Final = Phase.of("DEAD")
"""It has ended, nobody will ask how, and the kernel is about to release it."""


class ProcessRow(Row[Process]):
    """What all three systems know of a process."""

    phase = field(
        Phase,
        initial=FREE,
        fork=FRESH(RUNNING),
        thread=SHARED,
        exec=KEPT,
        cite="fork(2) DESCRIPTION",
    )
    pid = field(
        Number,
        initial=NUMBER_OF_INIT,
        fork=COMPUTED,
        thread=SHARED,
        exec=KEPT,
        cite="fork(2) DESCRIPTION; execve(2) DESCRIPTION",
    )
    parent = field(
        Process,
        initial=lambda row: row,
        fork=COMPUTED,
        thread=SHARED,
        exec=KEPT,
        cite="fork(2) DESCRIPTION; facts E1",
    )
    group = field(
        Number,
        initial=NUMBER_OF_INIT,
        fork=COPIED,
        thread=SHARED,
        exec=KEPT,
        cite="setpgid(2) NOTES",
    )
    status = field(
        Status,
        initial=RUNS_ON,
        fork=FRESH(RUNS_ON),
        thread=SHARED,
        exec=KEPT,
        cite="wait(2) NOTES",
    )
    image = field(
        Image,
        initial=PROGRAM,
        fork=COPIED,
        thread=SHARED,
        exec=COMPUTED,
        cite="fork(2) DESCRIPTION; execve(2) DESCRIPTION",
    )


class Processes(State):
    """The state that all three systems have."""

    process = Table(Process, ProcessRow, inherits=True)
    family = Forest(Process, "process.parent")


class UnixRow(ProcessRow):
    """What a system with sessions, subreapers and exec knows besides."""

    session = field(
        Number,
        initial=NUMBER_OF_INIT,
        fork=COPIED,
        thread=SHARED,
        exec=KEPT,
        cite="setsid(2) NOTES",
    )
    has_terminal = field(
        Bool,
        initial=FALSE,
        fork=COPIED,
        thread=SHARED,
        exec=KEPT,
        cite="credentials(7) DESCRIPTION; E05; facts H12",
    )
    """Its controlling terminal is its session's."""
    is_subreaper = field(
        Bool,
        initial=FALSE,
        fork=FRESH(FALSE),
        thread=SHARED,
        exec=KEPT,
        cite="prctl(2) PR_SET_CHILD_SUBREAPER; facts A4",
    )
    has_execed = field(
        Bool,
        initial=FALSE,
        fork=FRESH(FALSE),
        thread=SHARED,
        exec=RESET(TRUE),
        cite="setpgid(2) ERRORS EACCES; facts B1",
    )
    parent_thread = field(
        Task,
        initial=FIRST_TASK,
        fork=COMPUTED,
        thread=SHARED,
        exec=KEPT,
        cite="wait(2) NOTES; prctl(2) PR_SET_PDEATHSIG; facts A11",
    )
    """Whose child it is, of its parent's threads: the one that made it, or its heir."""
    leader = field(
        Task,
        initial=FIRST_TASK,
        fork=COMPUTED,
        thread=SHARED,
        exec=COMPUTED,
        cite="clone(2) CLONE_THREAD; execve(2) DESCRIPTION",
    )
    handlers = field(
        Share,
        initial=NO_SHARE,
        fork=COMPUTED,
        thread=SHARED,
        exec=COMPUTED,
        cite="clone(2) CLONE_SIGHAND; execve(2) DESCRIPTION",
    )
    memory = field(
        Share,
        initial=NO_SHARE,
        fork=COMPUTED,
        thread=SHARED,
        exec=COMPUTED,
        cite="clone(2) CLONE_VM; E11",
    )
    exit_signal = field(
        Sig,
        initial=CHLD,
        fork=COMPUTED,
        thread=SHARED,
        exec=RESET(CHLD),
        cite="clone(2) DESCRIPTION; facts A17",
    )
    pending = field(
        Signals,
        initial=NO_SIGNALS,
        fork=FRESH(NO_SIGNALS),
        thread=SHARED,
        exec=KEPT,
        cite="signal(7) DESCRIPTION; facts E1",
    )
    is_stopped = field(
        Bool,
        initial=FALSE,
        fork=FRESH(FALSE),
        thread=SHARED,
        exec=KEPT,
        cite="signal(7) DESCRIPTION; facts G7",
    )
    is_resumed = field(
        Bool,
        initial=FALSE,
        fork=FRESH(FALSE),
        thread=SHARED,
        exec=KEPT,
        cite="signal(7) DESCRIPTION; facts C14",
    )


class Kernel(Processes):
    """The state that Unix and Peios have."""

    process = Table(Process, UnixRow, inherits=True)
    task = Table(Task, TaskRow, inherits=True)
    handling = Table(Share, HandlingRow)
    memory = Table(Share, MemoryRow)
    handle = Table(Handle, HandleRow)
    terminal = Table(Terminal, TerminalRow)
    last_number = field(
        Number,
        initial=NUMBER_OF_INIT,
        cite="linux@v6.18 kernel/pid.c alloc_pid; facts I3",
    )


def boot(new: Kernel) -> None:
    """Init runs, in one thread: process, group and session number one."""
    new.process[INIT].phase = RUNNING
    new.process[INIT].has_execed = TRUE
    new.task[FIRST_TASK].run = READY
