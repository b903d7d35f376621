"""Job control: whom the terminal's keys, its end and orphaned groups concern."""

from __future__ import annotations

from properties.terminals import is_foreground
from properties.words import PEIOS, UNIX_LIKE, caller_of, ends, every_process
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    all_of,
    every_step,
    implies,
    ite,
    some_of,
)
from spec.process.groups import has_stopped_member, is_orphaned_group
from spec.process.job_control import INTR, READ, SUSP, Key, Use, is_deaf
from spec.process.posting import ignores
from spec.process.rows import HELD
from spec.process.signals import HUP, INT, QUIT, TSTP, TTIN, TTOU, Sig
from spec.process.sorts import Process, Task, Terminal
from spec.process.state import Kernel
from spec.process.words import is_running


def hears(old: Kernel, new: Kernel, process: Process, sig: Sig) -> Bool:
    """The signal waits for the process afterwards, unless it throws it away."""
    return new.process[process].pending.has(sig) | ignores(old, process, sig)


def hears_more(old: Kernel, new: Kernel, process: Process) -> Bool:
    """A signal waits for the process that did not."""
    return some_of(
        Sig,
        lambda sig: (
            new.process[process].pending.has(sig)
            & ~old.process[process].pending.has(sig)
        ),
    )


def is_background(s: Kernel, terminal: Terminal, process: Process) -> Bool:
    """It is the process's own terminal, and another group is in the foreground."""
    it = s.process[process]
    return (
        it.has_terminal
        & (s.terminal[terminal].line == HELD)
        & (s.terminal[terminal].session == it.session)
        & ~is_foreground(s, terminal, process)
    )


def leads_with(s: Kernel, terminal: Terminal, process: Process) -> Bool:
    """The process leads the session that holds the terminal."""
    it, at = s.process[process], s.terminal[terminal]
    return (at.line == HELD) & (at.session == it.session) & (it.session == it.pid)


@every_step(
    claims=("G13", "facts H10"),
    source="termios(3) ISIG",
    systems=UNIX_LIKE,
    calls=("press",),
)
def the_foreground_group_hears_every_key(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """They are SIGINT, SIGQUIT and SIGTSTP for each of its members."""
    terminal, key = call.argument("terminal", Terminal), call.argument("key", Key)
    sig = ite(key == INTR, INT, ite(key == SUSP, TSTP, QUIT))
    return every_process(
        lambda p: implies(
            is_running(old, p) & is_foreground(old, terminal, p),
            hears(old, new, p, sig),
        )
    )


@every_step(
    claims=("G13", "facts H10"),
    source="termios(3) ISIG",
    systems=UNIX_LIKE,
    calls=("press",),
)
def the_keys_are_for_the_foreground_group_alone(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nobody else hears them."""
    terminal = call.argument("terminal", Terminal)
    return every_process(
        lambda p: is_foreground(old, terminal, p) | ~hears_more(old, new, p)
    )


@every_step(
    claims=("G17",), source="termios(3) ISIG", systems=UNIX_LIKE, calls=("press",)
)
def no_session_hears_the_keys_of_anothers_terminal(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Who hears a key is in the session that holds the terminal."""
    at = old.terminal[call.argument("terminal", Terminal)]
    return every_process(
        lambda p: (old.process[p].session == at.session) | ~hears_more(old, new, p)
    )


@every_step(
    claims=("G15", "facts H7"),
    source="termios(3) TOSTOP",
    systems=UNIX_LIKE,
    calls=("stop_background",),
)
def a_background_group_is_stopped_by_its_terminal_as_a_whole(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """All of it and nobody else hears SIGTTIN for a read, or SIGTTOU."""
    user = old.process[old.task[call.argument("user", Task)].process]
    sig = ite(call.argument("use", Use) == READ, TTIN, TTOU)
    return every_process(
        lambda p: ite(
            old.process[p].group == user.group,
            implies(is_running(old, p), hears(old, new, p, sig)),
            ~hears_more(old, new, p),
        )
    )


@every_step(
    claims=("G15", "facts H3", "facts H6"),
    source="termios(3) TOSTOP",
    systems=UNIX_LIKE,
    calls=("stop_background",),
)
def only_a_background_that_somebody_looks_after_is_stopped(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Not the foreground group, not an orphaned one, not who has another terminal."""
    process = old.task[call.argument("user", Task)].process
    return is_background(
        old, call.argument("terminal", Terminal), process
    ) & ~is_orphaned_group(old, old.process[process].group)


@every_step(
    claims=("G15",),
    source="termios(3) NOTES",
    systems=UNIX_LIKE,
    calls=("read_terminal",),
)
def nobody_reads_in_the_background(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whoever can read has another terminal, or is in the foreground of this one."""
    terminal = call.argument("terminal", Terminal)
    return implies(
        outcome.succeeded, ~is_background(old, terminal, caller_of(old, call))
    )


@every_step(
    claims=("G15",),
    source="termios(3) TOSTOP",
    systems=UNIX_LIKE,
    calls=("write_terminal",),
)
def with_tostop_the_background_writes_only_unheard(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whoever can write blocks or ignores SIGTTOU, or is in the foreground."""
    terminal = call.argument("terminal", Terminal)
    return implies(
        outcome.succeeded & old.terminal[terminal].stops_writers,
        ~is_background(old, terminal, caller_of(old, call))
        | is_deaf(old, call.argument("caller", Task), TTOU),
    )


@every_step(
    claims=("facts H7",),
    source="tcsetpgrp(3) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("tcsetpgrp", "tcsetattr"),
)
def the_background_changes_its_terminal_only_unheard(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It must block or ignore SIGTTOU."""
    terminal = call.argument("terminal", Terminal)
    return implies(
        outcome.succeeded,
        ~is_background(old, terminal, caller_of(old, call))
        | is_deaf(old, call.argument("caller", Task), TTOU),
    )


def of_a_leaders_end(
    old: Kernel, new: Kernel, terminal: Terminal, process: Process
) -> Bool:
    """A leader that held the terminal ends in this step, and the process goes on."""
    leader_ends = some_of(
        Process,
        lambda p: (p != process) & ends(old, new, p) & leads_with(old, terminal, p),
    )
    return leader_ends & is_running(old, process) & is_running(new, process)


@every_step(
    claims=("G14", "facts H4"), source="credentials(7) NOTES", systems=UNIX_LIKE
)
def the_foreground_group_hears_of_the_leaders_end(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """SIGHUP goes to the group that is in the foreground of the session's terminal."""
    return all_of(
        Terminal,
        lambda t: every_process(
            lambda q: implies(
                of_a_leaders_end(old, new, t, q) & is_foreground(old, t, q),
                hears(old, new, q, HUP),
            )
        ),
    )


@every_step(claims=("G14",), source="credentials(7) NOTES", systems=PEIOS)
def the_whole_session_hears_of_its_leaders_end(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """SIGHUP goes to every process of the session, as one document has it."""
    return all_of(
        Terminal,
        lambda t: every_process(
            lambda q: implies(
                of_a_leaders_end(old, new, t, q)
                & (old.process[q].session == old.terminal[t].session),
                hears(old, new, q, HUP),
            )
        ),
    )


@every_step(
    claims=("G14", "facts H9"),
    source="credentials(7) NOTES",
    systems=UNIX_LIKE,
    calls=("hang_up",),
)
def the_leader_and_nobody_else_hears_of_a_hangup(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """SIGHUP goes to the leader of the session that held the terminal."""
    terminal = call.argument("terminal", Terminal)
    return every_process(
        lambda p: ite(
            leads_with(old, terminal, p),
            implies(is_running(old, p), hears(old, new, p, HUP)),
            ~hears_more(old, new, p),
        )
    )


@every_step(
    claims=("facts H1",),
    source="_exit(2) NOTES; linux@v6.18 kernel/exit.c kill_orphaned_pgrp",
    systems=UNIX_LIKE,
)
def a_stopped_group_that_an_end_orphans_hears_of_it(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """When an end leaves a group orphaned, and a member is stopped, all hear SIGHUP."""

    def is_orphaned_by(dying: Process, process: Process) -> Bool:
        group = old.process[process].group
        return (
            ends(old, new, dying)
            & ~is_orphaned_group(old, group)
            & is_orphaned_group(new, group)
            & has_stopped_member(old, group, besides=dying)
        )

    return every_process(
        lambda q: implies(
            is_running(old, q)
            & is_running(new, q)
            & some_of(Process, lambda p: is_orphaned_by(p, q)),
            hears(old, new, q, HUP),
        )
    )


@every_step(
    claims=("facts H13",),
    source="setpgid(2) NOTES",
    systems=UNIX_LIKE,
    calls=("setpgid", "setsid"),
)
def a_group_that_is_orphaned_by_a_move_hears_nothing(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Only an end sends signals for it."""
    return every_process(lambda p: ~hears_more(old, new, p))
