"""sigprocmask: a thread blocks a signal, or takes it again.

Source   sigprocmask(2), signal(7) man-pages 6.9.1
         linux@v6.18 kernel/signal.c sigprocmask
Modelled one signal at a time; SIGKILL and SIGSTOP, which nobody blocks
Not      SIG_SETMASK, which is so many blocks and unblocks at once; the old mask as a
         result; a bad address
"""

from __future__ import annotations

from typing import Final

from spec.lang import Enum, Step, ite, syscall
from spec.process.signals import NO_SIGNAL, UNCATCHABLE, Sig, Signals
from spec.process.sorts import EINVAL, Task
from spec.process.state import Kernel


class How(Enum):
    """What is to become of the mask; NEITHER is a number that says nothing."""

    members = ("BLOCK", "UNBLOCK", "NEITHER")


BLOCK: Final = How.of("BLOCK")
NEITHER: Final = How.of("NEITHER")


@syscall(source="sigprocmask(2); linux@v6.18 kernel/signal.c sigprocmask")
def sigprocmask(
    step: Step, old: Kernel, new: Kernel, caller: Task, how: How, sig: Sig
) -> None:
    """Add one signal to the calling thread's mask, or take it away."""
    mask = old.task[caller].blocked
    one = Signals.containing(sig) - UNCATCHABLE

    # ERRORS
    step.blocks(when=NO_SIGNAL.has(sig), cite="DESCRIPTION")
    step.fails(EINVAL, when=how == NEITHER, cite="ERRORS EINVAL:1")

    # EFFECT
    new.task[caller].blocked = ite(how == BLOCK, mask | one, mask - one)

    # RESULT
    step.returns(0)
