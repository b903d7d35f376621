"""Terminals: whose they are, and how sessions get them and give them up."""

from __future__ import annotations

from properties.words import (
    UNIX_LIKE,
    caller_of,
    every_existing,
    every_process,
    every_survivor,
)
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.rows import HELD, LOST
from spec.process.sorts import (
    EPERM,
    NUMBER_OF_INIT,
    ROOT,
    Number,
    Process,
    Task,
    Terminal,
)
from spec.process.state import Kernel
from spec.process.words import is_running


@always(claims=("G09",), source="credentials(7) DESCRIPTION", systems=UNIX_LIKE)
def a_session_has_at_most_one_terminal(s: Kernel) -> Bool:
    """Two terminals are never one session's."""
    return all_of(
        Terminal,
        lambda t: all_of(
            Terminal,
            lambda u: implies(
                (s.terminal[t].line == HELD)
                & (s.terminal[u].line == HELD)
                & (s.terminal[t].session == s.terminal[u].session),
                t == u,
            ),
        ),
    )


@always(claims=("G09", "facts H12"), source="credentials(7) NOTES", systems=UNIX_LIKE)
def who_has_a_terminal_has_its_sessions(s: Kernel) -> Bool:
    """There is one, and it is the controlling terminal of the process's session."""
    return every_existing(
        s,
        lambda p: implies(
            s.process[p].has_terminal,
            some_of(
                Terminal,
                lambda t: (
                    (s.terminal[t].line == HELD)
                    & (s.terminal[t].session == s.process[p].session)
                ),
            ),
        ),
    )


@always(claims=("G10", "facts H4"), source="ioctl_tty(2) TIOCSCTTY", systems=UNIX_LIKE)
def the_leader_of_its_session_has_the_terminal(s: Kernel) -> Bool:
    """A terminal that is held is held by a leader that runs: its end gives it up."""
    return all_of(
        Terminal,
        lambda t: implies(
            s.terminal[t].line == HELD,
            some_of(
                Process,
                lambda p: (
                    is_running(s, p)
                    & (s.process[p].pid == s.terminal[t].session)
                    & (s.process[p].session == s.terminal[t].session)
                    & s.process[p].has_terminal
                ),
            ),
        ),
    )


def is_foreground(s: Kernel, terminal: Terminal, process: Process) -> Bool:
    """The process is in the group that is in the foreground of the terminal."""
    it = s.terminal[terminal]
    return (
        (it.line == HELD) & ~it.is_stale & (s.process[process].group == it.foreground)
    )


def has_foreground_number(s: Kernel, terminal: Terminal, process: Process) -> Bool:
    """The group in the foreground of the terminal is named after the process."""
    it = s.terminal[terminal]
    return (it.line == HELD) & ~it.is_stale & (s.process[process].pid == it.foreground)


@always(claims=("G11",), source="tcsetpgrp(3) DESCRIPTION", systems=UNIX_LIKE)
def the_foreground_group_is_in_the_terminals_session(s: Kernel) -> Bool:
    """Everybody whom the keys are for is in the session that holds the terminal."""
    return all_of(
        Terminal,
        lambda t: every_existing(
            s,
            lambda p: implies(
                is_foreground(s, t, p),
                s.process[p].session == s.terminal[t].session,
            ),
        ),
    )


@always(claims=("G11",), source="tcsetpgrp(3) DESCRIPTION", systems=UNIX_LIKE)
def a_foreground_group_elsewhere_has_founded_a_session(s: Kernel) -> Bool:
    """It is in the terminal's session, or in one that has the group's own number."""
    return all_of(
        Terminal,
        lambda t: every_existing(
            s,
            lambda p: implies(
                is_foreground(s, t, p),
                (s.process[p].session == s.terminal[t].session)
                | (s.process[p].session == s.terminal[t].foreground),
            ),
        ),
    )


@always(claims=("G11",), source="tcsetpgrp(3) DESCRIPTION", systems=UNIX_LIKE)
def who_gave_the_foreground_its_number_stays_or_founds_a_session(s: Kernel) -> Bool:
    """Whose number it is, is in the terminal's session, or in one of its own number."""
    return all_of(
        Terminal,
        lambda t: every_existing(
            s,
            lambda p: implies(
                has_foreground_number(s, t, p),
                (s.process[p].session == s.terminal[t].session)
                | (s.process[p].session == s.terminal[t].foreground),
            ),
        ),
    )


@every_step(
    claims=("G10",),
    source="ioctl_tty(2) TIOCSCTTY",
    systems=UNIX_LIKE,
    calls=("tiocsctty",),
)
def only_a_session_leader_gets_a_terminal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """And only one that has none; nobody of its session gets it with it."""
    caller = caller_of(old, call)
    it = old.process[caller]
    return every_survivor(
        old,
        new,
        lambda p: (
            old.process[p].has_terminal
            | ~new.process[p].has_terminal
            | ((p == caller) & (it.session == it.pid))
        ),
    )


@every_step(claims=("G10",), source="ioctl_tty(2) TIOCSCTTY", systems=UNIX_LIKE)
def nothing_else_gives_a_process_a_terminal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """But being created by a process that has it."""
    return call.named("tiocsctty") | every_survivor(
        old,
        new,
        lambda p: old.process[p].has_terminal | ~new.process[p].has_terminal,
    )


@every_step(
    claims=("G10",),
    source="ioctl_tty(2) TIOCSCTTY",
    systems=UNIX_LIKE,
    calls=("tiocsctty",),
)
def only_root_takes_a_terminal_from_a_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Anybody else gets a free one only."""
    is_root = old.task[call.argument("caller", Task)].euid == ROOT
    return all_of(
        Terminal,
        lambda t: implies(
            (old.terminal[t].line == HELD)
            & (new.terminal[t].session != old.terminal[t].session),
            is_root & call.argument("steals", Bool),
        ),
    )


@every_step(
    claims=("G17",),
    source="ioctl_tty(2) TIOCNOTTY",
    systems=UNIX_LIKE,
    calls=("tiocnotty",),
)
def a_leader_gives_up_the_terminal_for_its_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Afterwards nobody of the session has one, and no session holds the terminal."""
    caller = caller_of(old, call)
    it = old.process[caller]
    terminal = call.argument("terminal", Terminal)
    nobody_has = every_existing(
        new,
        lambda p: (new.process[p].session != it.session) | ~new.process[p].has_terminal,
    )
    return implies(
        outcome.succeeded & (it.session == it.pid),
        nobody_has & (new.terminal[terminal].line != HELD),
    )


@every_step(
    claims=("G12", "facts H6"),
    source="tcsetpgrp(3) ERRORS ENOTTY",
    systems=UNIX_LIKE,
    calls=("tcsetpgrp",),
)
def the_foreground_is_set_from_within_the_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The caller has the terminal, and its session holds it."""
    it = old.process[caller_of(old, call)]
    terminal = call.argument("terminal", Terminal)
    at = old.terminal[terminal]
    return implies(
        outcome.succeeded,
        it.has_terminal & (at.line == HELD) & (at.session == it.session),
    )


@every_step(
    claims=("G12", "facts H6"),
    source="tcsetpgrp(3) ERRORS EPERM",
    systems=UNIX_LIKE,
    calls=("tcsetpgrp",),
)
def the_new_foreground_is_of_the_session(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whoever is in the group that is put there is of the terminal's session."""
    terminal = call.argument("terminal", Terminal)
    return implies(
        outcome.succeeded,
        every_existing(
            new,
            lambda p: implies(
                is_foreground(new, terminal, p),
                new.process[p].session == new.terminal[terminal].session,
            ),
        ),
    )


@every_step(
    claims=("G12", "facts H6"),
    source="tcsetpgrp(3) ERRORS EPERM",
    systems=UNIX_LIKE,
    calls=("tcsetpgrp",),
)
def no_group_of_the_session_is_refused_the_foreground(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """EPERM means that no member is of the caller's session: nobody else is asked."""
    it = old.process[caller_of(old, call)]
    number = call.argument("number", Number)
    return implies(
        outcome.failed_with(EPERM),
        every_existing(
            old,
            lambda p: (
                (old.process[p].group != number)
                | (old.process[p].session != it.session)
            ),
        ),
    )


@always(claims=("G17",), source="ioctl_tty(2) TIOCNOTTY", systems=UNIX_LIKE)
def what_no_session_holds_is_nobodys(s: Kernel) -> Bool:
    """A terminal that was given up has no session, and none in its foreground."""
    return all_of(
        Terminal,
        lambda t: implies(
            (s.terminal[t].line != HELD) & (s.terminal[t].line != LOST),
            (s.terminal[t].session == NUMBER_OF_INIT)
            & (s.terminal[t].foreground == NUMBER_OF_INIT)
            & ~s.terminal[t].is_stale,
        ),
    )


@always(claims=("F10", "facts H4"), source="_exit(2) NOTES", systems=UNIX_LIKE)
def only_who_runs_has_a_terminal(s: Kernel) -> Bool:
    """Neither a zombie nor what is left of a row has one."""
    return every_process(lambda p: is_running(s, p) | ~s.process[p].has_terminal)


@sometimes(claims=("facts H9",), systems=UNIX_LIKE)
def a_leader_outlives_the_line(s: Kernel) -> Bool:
    """A terminal was hung up, and the leader of its session still runs."""
    return some_of(
        Terminal,
        lambda t: (
            (s.terminal[t].line == LOST)
            & some_of(
                Process,
                lambda p: (
                    is_running(s, p)
                    & (s.process[p].pid == s.terminal[t].session)
                    & ~s.process[p].has_terminal
                ),
            )
        ),
    )


@sometimes(claims=("facts H12",), systems=UNIX_LIKE)
def a_member_has_not_its_sessions_terminal(s: Kernel) -> Bool:
    """It was created before the leader got one, or gave it up for itself."""
    return some_of(
        Process,
        lambda p: (
            is_running(s, p)
            & ~s.process[p].has_terminal
            & some_of(
                Terminal,
                lambda t: (
                    (s.terminal[t].line == HELD)
                    & (s.terminal[t].session == s.process[p].session)
                ),
            )
        ),
    )
