"""`pidproof audit`: does the model allow what a real system did."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

REJECTED = 12
INCONCLUSIVE = 5

RECORDING = """Hold a log of strace against the Unix model.

Record the log like this; -f, -o and the calls listed are needed, -ttt is needed to say
how long a zombie stayed, --decode-pids=pidns (strace 5.10) where PID namespaces are.
What --decode-fds=pidfd,dev tells of pidfds and terminals is held against the model;
what only the number of a descriptor tells is not.

\b
  strace -f -ttt -o LOG -s 48 --decode-pids=pidns --decode-fds=pidfd,dev \\
    -e trace=%process,%signal,%creds,setpgid,getpgid,getpgrp,setsid,getsid,getppid,\\
gettid,prctl,unshare,setns,ioctl,pidfd_open,pidfd_send_signal,pidfd_getfd,\\
set_tid_address \\
    PROGRAM ...

strace has to start the first process (no -p), and the log has to be whole. A zombie
LEAKS when a parent lived with it longer than --leak-after and never collected it.

Exit codes: 0 accepted, 5 too many states to know, 12 rejected (or --fail-on leaks and
a zombie leaks), 150 the log cannot be read.
"""


class Failing(StrEnum):
    """What makes an accepted log fail."""

    LEAKS = "leaks"


def audit(
    log: Annotated[Path, typer.Argument(help="The file that strace -o wrote.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    fail_on: Annotated[
        Failing | None, typer.Option(help="Exit with 12 when a zombie leaks.")
    ] = None,
    leak_after: Annotated[
        float,
        typer.Option(min=0.0, help="Seconds that a parent has to collect a zombie."),
    ] = 0.1,
    tree: Annotated[bool, typer.Option(help="Draw the processes over time.")] = True,
) -> int:
    """Hold a log of strace against the Unix model."""
    from checker.cli.auditing import report, running
    from checker.cli.naming import system_named

    read = running.read(log)
    done = running.audit(system_named("unix").model(), read)
    leaks = done.findings.leaks(leak_after)
    if json:
        print(report.as_json(done, leaks))
    else:
        report.show(done, leaks, log.name, tree=tree)
    if done.verdict == "inconclusive":
        return INCONCLUSIVE
    if done.verdict == "rejected" or (leaks and fail_on is Failing.LEAKS):
        return REJECTED
    return 0
