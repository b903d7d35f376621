"""Run the program as a user does: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAIN = "from checker.cli import main; main()"
TINY = ("--scope", "process=2,number=2,exit_code=1")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


def started(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """The program, started."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    environment.pop("PIDPROOF_DEBUG", None)
    given = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "stdin": subprocess.DEVNULL,
        "text": True,
        "env": environment,
        **options,
    }
    return subprocess.Popen([sys.executable, "-c", MAIN, *arguments], **given)  # type: ignore[call-overload, no-any-return]


def pidproof(*arguments: str, **options: object) -> Ran:
    """The program, run to its end."""
    process = started(*arguments, **options)
    out, err = process.communicate(timeout=300)
    return Ran(process.returncode, out or "", err or "")
