"""setsid: leave one's group and session and found new ones, of one's own number.

Source   setsid(2) man-pages 6.9.1; linux@v6.18 kernel/sys.c ksys_setsid
Modelled the new group and session; the refusal while a group has the caller's number;
         the controlling terminal that only the caller loses (facts H12)
"""

from __future__ import annotations

from spec.lang import FALSE, Step, syscall
from spec.process.sorts import EPERM, Process
from spec.process.state import Kernel
from spec.process.words import members_of, pid_of


@syscall(source="setsid(2); linux@v6.18 kernel/sys.c ksys_setsid")
def setsid(step: Step, old: Kernel, new: Kernel, caller: Process) -> None:
    """Lead a new session and a new group; other members stay where they are."""
    number = old.process[caller].pid

    # ERRORS: one member is enough, and a zombie is a member (facts B7)
    step.fails(EPERM, when=~members_of(old, number).is_empty(), cite="ERRORS EPERM:1")

    # EFFECT
    new.process[caller].group = number
    new.process[caller].session = number
    new.process[caller].has_terminal = FALSE

    # RESULT
    step.returns(pid_of(old, caller))
