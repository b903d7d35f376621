"""What a request for a certain number needs on Unix: root.

Source   clone(2) man-pages 6.9.1; facts I6
Not      CAP_CHECKPOINT_RESTORE and CAP_SYS_ADMIN apart from root's
"""

from __future__ import annotations

from spec.lang import Step
from spec.process.sorts import EPERM, ROOT, Task
from spec.process.state import Kernel


def require_root(step: Step, old: Kernel, thread: Task) -> None:
    """At set_tid: only root asks for a number."""
    step.fails(EPERM, when=old.task[thread].euid != ROOT, cite="facts I6")
