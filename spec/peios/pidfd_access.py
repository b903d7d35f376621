"""Who may open a pidfd, and get at a descriptor through one, on Peios: a dominator.

Source   Peios v0.20, claims K08, K09, K32; readings X15, X17
Modelled PIP dominance; the two errors and that the documents have them otherwise
Not      the security descriptor's half of the check: all processes are of one user,
         whom the default descriptor grants everything
"""

from __future__ import annotations

from spec.lang import Errno, Step
from spec.lang.step import Hook
from spec.peios.state import Kernel
from spec.peios.words import dominates
from spec.process.sorts import EACCES, Process, Task


def refuse_to_open(step: Step, old: Kernel, caller: Task, target: Process) -> None:
    """Whom the caller does not dominate it gets no pidfd of; of itself it does."""
    mine = old.task[caller].process
    is_refused = (mine != target) & ~dominates(old, mine, target)
    step.fails(EACCES, when=is_refused, cite="K08; K32")


def refuse_to_duplicate(denial: Errno) -> Hook:
    """A descriptor is refused with the error of the reading `denial`."""

    def pidfd_getfd(step: Step, old: Kernel, caller: Task, target: Process) -> None:
        """Whom the caller does not dominate it takes nothing from."""
        mine = old.task[caller].process
        is_refused = (mine != target) & ~dominates(old, mine, target)
        step.fails(denial, when=is_refused, cite="K09; K32; X17")

    return pidfd_getfd
