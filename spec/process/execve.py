"""execve: a process gives up its program and runs another in its place.

Source   execve(2) man-pages 6.9.1; linux@v6.18 fs/exec.c bprm_execve
Modelled the reasons to refuse that depend on the file; what survives, field by field
         as `state` declares it
Not      arguments and environment; descriptors; set-user-id; scripts; E2BIG, ENOMEM,
         ETXTBSY and the like
"""

from __future__ import annotations

from spec.lang import Step, execed, syscall
from spec.process.images import (
    Image,
    has_known_format,
    is_executable,
    is_present,
)
from spec.process.sorts import EACCES, ENOENT, ENOEXEC, Process
from spec.process.state import Kernel


@syscall(source="execve(2); linux@v6.18 fs/exec.c bprm_execve")
def execve(step: Step, old: Kernel, new: Kernel, caller: Process, image: Image) -> None:
    """Run the file `image` in the caller, which keeps its number and its family."""
    # ERRORS, in the order in which the kernel opens, checks and loads the file
    step.fails(ENOENT, when=~is_present(image), cite="ERRORS ENOENT:1")
    step.fails(EACCES, when=~is_executable(image), cite="ERRORS EACCES:3")
    step.fails(ENOEXEC, when=~has_known_format(image), cite="ERRORS ENOEXEC:1")
    step.hook("bprm_check", caller=caller, image=image)

    # EFFECT
    new.process[caller] = execed(old.process[caller]).but(image=image)
    step.hook("bprm_committed", caller=caller, image=image)

    # RESULT: the new program starts
    step.never_returns()
