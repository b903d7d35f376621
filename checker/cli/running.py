"""Run a command; whatever goes wrong is one clear message and a documented code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from checker.cli.app import app

USAGE: Final = 1
INCONCLUSIVE: Final = 5
REPORT_LOST: Final = 74
EVALUATION_FAILED: Final = 75
SPEC_ERROR: Final = 150

KILLED_BY_CTRL_C: Final = 130
"""What typer makes of a Ctrl-C before a command has begun to listen."""

CODES: Final = {
    "UnknownName": USAGE,
    "BadScope": USAGE,
    "UnfitScope": USAGE,
    "TooManyElements": USAGE,
    "BadTrace": USAGE,
    "Unusable": USAGE,
    "CheckpointRefused": USAGE,
    "Refused": USAGE,
    "NoSecondSolver": USAGE,
    "NotInstalled": USAGE,
    "DoesNotHappen": EVALUATION_FAILED,
    "Disagreement": EVALUATION_FAILED,
    "EnginesDisagree": EVALUATION_FAILED,
    "MemoryShort": INCONCLUSIVE,
    "DiskTrouble": INCONCLUSIVE,
    "SearchError": INCONCLUSIVE,
    "Undecided": INCONCLUSIVE,
    "MemoryError": INCONCLUSIVE,
    "Interrupted": INCONCLUSIVE,
    "KeyboardInterrupt": INCONCLUSIVE,
    "ReportLost": REPORT_LOST,
    "SpecError": SPEC_ERROR,
    "BadLog": SPEC_ERROR,
}
"""By class name, most special first: what a message may end the process with."""

DEBUG: Final = "PIDPROOF_DEBUG"
"""Set in the environment, it shows where an internal error came from."""


def run(arguments: Sequence[str]) -> int:
    """Run the command and answer with the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    try:
        code = app(list(arguments), standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        return _reader_left()
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get(DEBUG):
            raise
        return _failed(error)
    if code == KILLED_BY_CTRL_C:
        _say("interrupted")
        return INCONCLUSIVE
    return code if isinstance(code, int) else 0


def _failed(error: BaseException) -> int:
    usage = getattr(error, "format_message", None)
    if usage is not None:
        _say(usage())
        return USAGE
    if type(error).__name__ in {"Exit", "Abort"}:
        return int(getattr(error, "exit_code", USAGE))
    names = [kind.__name__ for kind in type(error).__mro__]
    code = next((CODES[name] for name in names if name in CODES), None)
    if code is None and isinstance(error, OSError):
        _say(str(error))
        _discard_output()
        return REPORT_LOST
    if code is None:
        detail = f"{type(error).__name__}: {error}"
        _say(f"internal error ({detail}); set {DEBUG}=1 to see where it came from")
        return EVALUATION_FAILED
    _say(_words(error))
    return code


def _words(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) or type(error).__name__


def _say(message: str) -> None:
    try:
        print(f"pidproof: {message}", file=sys.stderr)
    except OSError:
        _discard_output()


def _reader_left() -> int:
    """Nobody reads what is printed: nothing more to say, but it was not all said."""
    _discard_output()
    return REPORT_LOST


def _discard_output() -> None:
    """What is still buffered cannot be written: do not try again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue
    os.close(nowhere)
