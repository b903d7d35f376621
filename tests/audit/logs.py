"""The recorded logs: Linux 6.18, strace 6.1, each started by unshare in a namespace."""

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
)
LEAKING: Final = frozenset({"leak_exec_sleep_pid1", "leak_never_waits"})
"""What the recorder saw: zombies that stayed while their parent did other things."""


def path_of(name: str) -> Path:
    return LOGS / f"{name}.strace"


def lines_of(name: str) -> list[str]:
    return path_of(name).read_text(encoding="utf-8").splitlines()
