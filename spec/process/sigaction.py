"""sigaction: say what is to happen on a signal.

All threads of a process have one table of dispositions, and so has whoever was created
with CLONE_SIGHAND.

Source   sigaction(2), signal(7) man-pages 6.9.1
         linux@v6.18 kernel/signal.c do_sigaction
Modelled the three dispositions; the two flags of SIGCHLD; pending signals thrown away
Not      the mask while a handler runs; SA_NODEFER, SA_RESETHAND and the stack;
         SA_RESTART, which is off afterwards (`siginterrupt`); the old disposition as a
         result; a bad address
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, Step, ite, syscall, those
from spec.process.signals import (
    CHLD,
    HARMLESS,
    NO_SIGNAL,
    NO_SIGNALS,
    UNCATCHABLE,
    Sig,
    Signals,
)
from spec.process.sorts import EINVAL, Process, Task
from spec.process.state import Kernel
from spec.process.words import is_thread_of


class Disposition(Enum):
    """What a process asks for on a signal."""

    members = ("DEFAULT", "IGNORE", "HANDLE")


DEFAULT: Final = Disposition.of("DEFAULT")
IGNORE: Final = Disposition.of("IGNORE")
HANDLE: Final = Disposition.of("HANDLE")


@syscall(source="sigaction(2); linux@v6.18 kernel/signal.c do_sigaction")
def sigaction(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    sig: Sig,
    disposition: Disposition,
    no_zombies: Bool,
    no_stops: Bool,
) -> None:
    """Set the disposition of one signal; of SIGCHLD with its two flags."""
    one = Signals.containing(sig)
    mine = old.process[caller].handlers
    table, changed = old.handling[mine], new.handling[mine]
    is_thrown_away = (disposition == IGNORE) | (
        (disposition == DEFAULT) & HARMLESS.has(sig)
    )
    lost = ite(is_thrown_away, one, NO_SIGNALS)

    # ERRORS; the flags say something of SIGCHLD only
    step.blocks(when=(sig != CHLD) & (no_zombies | no_stops), cite="SA_NOCLDWAIT")
    step.fails(
        EINVAL, when=NO_SIGNAL.has(sig) | UNCATCHABLE.has(sig), cite="ERRORS EINVAL:1"
    )

    # EFFECT
    changed.ignored = ite(
        disposition == IGNORE, table.ignored | one, table.ignored - one
    )
    changed.caught = ite(disposition == HANDLE, table.caught | one, table.caught - one)
    changed.restarting = table.restarting - one
    with step.given(sig == CHLD):
        changed.leaves_no_zombies = no_zombies
        changed.tells_no_stops = no_stops
    new.process[caller].pending = old.process[caller].pending - lost
    threads = those(Task, lambda t: is_thread_of(old, t, caller))
    new.task[threads].pending = lambda t: old.task[t].pending - lost

    # RESULT
    step.returns(0)
