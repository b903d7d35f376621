"""The recorded logs: Linux 6.18, strace 6.1.

The first ones were started by unshare, each in a PID namespace. The last five are small
programs in C that make the calls of one theme: handlers, masks and the calls that swap
them; root who gives up its ids, and signals that it may not send any more; pidfds of
children, of a process that is collected, and inherited; a session on a pseudo-terminal
with ^C, SIGTTOU and TIOCNOTTY; and kill(-1) and kill(0) by members of a namespace.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

LOGS: Final = Path(__file__).parent / "logs"

NAMES: Final = (
    "bash_jobcontrol_pty",
    "catatonit_pid1",
    "daemon_double_fork",
    "leak_exec_sleep_pid1",
    "leak_never_waits",
    "make_j4",
    "subreaper_supervisor",
    "threads_exec",
    "tini_pid1",
    "kill_everybody",
    "masks",
    "pidfds",
    "terminal_session",
    "user_ids",
)
LEAKING: Final = frozenset({"leak_exec_sleep_pid1", "leak_never_waits"})
"""What the recorder saw: zombies that stayed while their parent did other things."""


def path_of(name: str) -> Path:
    return LOGS / f"{name}.strace"


def lines_of(name: str) -> list[str]:
    return path_of(name).read_text(encoding="utf-8").splitlines()
