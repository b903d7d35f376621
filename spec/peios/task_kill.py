"""Who may signal whom on Peios: the sender must dominate the target.

It is the same for every signal, 0 and SIGCONT among them, within a session as across
(claims H06, H08, H20); no user id and no privilege stands in for it (H19). What the
kernel itself sends is not asked about (H10).

Source   Peios v0.20, claims H06 to H11, H16, H19, H20, G19, G20; readings X13, X17, X18
Modelled PIP dominance, thread by thread and member by member of a group; the error
Not      the security descriptor's half of the check: all processes are of one user,
         whom the default descriptor grants everything
"""

from __future__ import annotations

from spec.lang import Bool, Errno, Step
from spec.lang.step import Hook
from spec.peios.state import Kernel
from spec.peios.words import dominates
from spec.process.sorts import Task


def permits(old: Kernel, sender: Task, target: Task) -> Bool:
    """The sender's process dominates the target's, as every process does itself."""
    return dominates(old, old.task[sender].process, old.task[target].process)


def refuse(denial: Errno) -> Hook:
    """A send that reaches nobody fails, with the error of the reading `denial`."""

    def task_kill_refused(step: Step, is_refused: Bool) -> None:
        """No one whom the call means is dominated."""
        step.fails(denial, when=is_refused, cite="H07; H09")

    return task_kill_refused
