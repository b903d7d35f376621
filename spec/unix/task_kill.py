"""Who may signal whom on Unix: it is asked of the user ids of two threads.

Source   kill(2) man-pages 6.9.1; linux@v6.18 kernel/signal.c check_kill_permission;
         facts C1, C2, C16
Not      CAP_KILL apart from root's
"""

from __future__ import annotations

from spec.lang import Bool, Step
from spec.process.signals import CONT, Sig
from spec.process.sorts import EPERM, ROOT, Task
from spec.process.state import Kernel


def permits(old: Kernel, sender: Task, target: Task, sig: Sig) -> Bool:
    """One process, root, a sender's id that the target has, or SIGCONT in a session.

    The target's effective id counts for nothing: a set-user-id program that a user
    started is still the user's to signal.
    """
    mine, its = old.task[sender], old.task[target]
    is_alike = (
        (mine.euid == its.suid)
        | (mine.euid == its.ruid)
        | (mine.ruid == its.suid)
        | (mine.ruid == its.ruid)
    )
    in_session = old.process[mine.process].session == old.process[its.process].session
    return (
        (mine.process == its.process)
        | (mine.euid == ROOT)
        | is_alike
        | ((sig == CONT) & in_session)
    )


def refuse(step: Step, is_refused: Bool) -> None:
    """Nobody whom the call means may be signalled."""
    step.fails(EPERM, when=is_refused, cite="ERRORS EPERM:1")
