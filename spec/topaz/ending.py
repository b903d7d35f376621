"""Termination, and WaitForChild: a process ends, and its parent takes note.

Source   topaz 3:4, 7:3, 7:5
Modelled the end at one's own request; adoption by Init; the wait for any child
Not      being killed by a signal; which child a wait is for; the end of Init
"""

from __future__ import annotations

from spec.lang import CLEARED, Step, syscall, those
from spec.process.sorts import ECHILD, INIT, ExitCode, Process
from spec.process.state import ZOMBIE
from spec.process.status import ExitValue, exited
from spec.process.words import children_of, is_zombie, pid_of
from spec.topaz.state import Kernel


@syscall(source="topaz 3:4; topaz 7:5")
def terminate(
    step: Step, old: Kernel, new: Kernel, caller: Process, code: ExitCode
) -> None:
    """End the caller; its children become orphans, which Init adopts."""
    # ERRORS: none
    step.out_of_scope(when=caller == INIT, cite="topaz 4:5")

    # EFFECT
    new.family.move_children(children_of(old, caller), to=INIT)
    new.process[caller].phase = ZOMBIE
    new.process[caller].status = exited(ExitValue.from_term(code))

    # RESULT
    step.never_returns()


@syscall(source="topaz 7:3")
def wait_for_child(
    step: Step, old: Kernel, new: Kernel, caller: Process, child: Process
) -> None:
    """Sleep until a child has ended; it is then forgotten."""
    mine = children_of(old, caller)
    ended = those(Process, lambda q: mine.has(q) & is_zombie(old, q))

    # ERRORS
    step.fails(ECHILD, when=mine.is_empty(), cite="topaz 2:1")
    step.blocks(when=ended.is_empty(), cite="topaz 7:3")

    # CHOICE
    step.picks(child, among=ended)

    # EFFECT
    new.process[child] = CLEARED

    # RESULT
    step.returns(pid_of(old, child))
