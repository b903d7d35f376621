"""execveat and fexecve: exec of a file that a descriptor leads to.

The file is found from an open directory, or is the open file itself, which is what
fexecve asks for. AT_EXECVE_CHECK asks whether the caller might run the file, and runs
nothing: neither its format nor anything else that only running would show is looked at.

Source   execveat(2), fexecve(3) man-pages 6.9.1; linux@v6.18 fs/exec.c
         do_execveat_common
Modelled the flags; the check; the refusals of the descriptor
Not      paths that the descriptor leads to; scripts given as a descriptor
"""

from __future__ import annotations

from typing import Final

from spec.lang import Enum, Step, syscall
from spec.process.images import Image
from spec.process.running import refuse_file, refuse_program, run_program
from spec.process.sorts import EBADF, EINVAL, ELOOP, Process, Task
from spec.process.state import Kernel
from spec.process.words import runs_in


class Found(Enum):
    """How execveat is told of the file, and what goes wrong on the way."""

    members = ("BY_PATH", "OPEN_FILE", "BAD_DESCRIPTOR", "SYMLINK", "BAD_FLAGS")


BAD_DESCRIPTOR: Final = Found.of("BAD_DESCRIPTOR")
SYMLINK: Final = Found.of("SYMLINK")
"""The name is a symbolic link's, and AT_SYMLINK_NOFOLLOW is given."""
BAD_FLAGS: Final = Found.of("BAD_FLAGS")


def refuse_way(step: Step, found: Found) -> None:
    """The ERRORS of finding the file."""
    step.fails(EINVAL, when=found == BAD_FLAGS, cite="execveat(2) ERRORS EINVAL:1")
    step.fails(EBADF, when=found == BAD_DESCRIPTOR, cite="execveat(2) ERRORS EBADF:1")
    step.fails(ELOOP, when=found == SYMLINK, cite="execveat(2) ERRORS ELOOP:1")


@syscall(source="execveat(2); linux@v6.18 fs/exec.c do_execveat_common")
def execveat(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    thread: Task,
    found: Found,
    image: Image,
) -> None:
    """Run a file that is given by a descriptor."""
    step.blocks(when=~runs_in(old, thread, caller), cite="DESCRIPTION")

    # ERRORS
    refuse_way(step, found)
    refuse_program(step, old, caller, image)

    # EFFECT
    run_program(step, old, new, caller, thread, image)

    # RESULT: the new program starts
    step.never_returns()


@syscall(source="execveat(2); linux@v6.18 fs/exec.c do_execveat_common")
def execveat_check(
    step: Step, old: Kernel, new: Kernel, caller: Process, image: Image
) -> None:
    """Ask with AT_EXECVE_CHECK whether the caller might run the file."""
    # ERRORS
    refuse_file(step, image)

    # EFFECT: none (E38)
    # RESULT
    step.returns(0)


@syscall(source="fexecve(3); linux@v6.18 fs/exec.c do_execveat_common")
def fexecve(
    step: Step, old: Kernel, new: Kernel, caller: Process, thread: Task, image: Image
) -> None:
    """Run an open file: execveat with an empty path."""
    execveat(step, old, new, caller, thread, Found.of("OPEN_FILE"), image)
