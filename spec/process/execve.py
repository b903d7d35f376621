"""execve: a process gives up its program and runs another in its place.

Source   execve(2) man-pages 6.9.1; linux@v6.18 fs/exec.c bprm_execve
Modelled the reasons to refuse that depend on the file; what an exec does is `running`
Not      arguments and environment; set-user-id; scripts
"""

from __future__ import annotations

from spec.lang import Step, syscall
from spec.process.images import Image
from spec.process.running import refuse_program, run_program
from spec.process.sorts import Process, Task
from spec.process.state import Kernel
from spec.process.words import runs_in


@syscall(source="execve(2); linux@v6.18 fs/exec.c bprm_execve")
def execve(
    step: Step, old: Kernel, new: Kernel, caller: Process, thread: Task, image: Image
) -> None:
    """Run the file `image` in the caller, which keeps its number and its family."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS
    refuse_program(step, old, caller, image)

    # EFFECT
    run_program(step, old, new, caller, thread, image)

    # RESULT: the new program starts
    step.never_returns()
