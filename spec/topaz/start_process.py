"""StartProcess: make a process that runs a program, as its template says.

The section names no errors; it calls a Topaz process very similar to an Ultrix one
(topaz 2:1), so the errors here are those of the Ultrix calls that do this work.

Source   topaz 5:2, 7:1, 7:6, 8:2
Modelled the image; the group, one that exists or a new one; orphans
Not      the rest of the template: files, user, signals, the time limit
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, syscall
from spec.process.images import Image, has_known_format, is_executable, is_present
from spec.process.sorts import (
    EACCES,
    EAGAIN,
    ENOENT,
    ENOEXEC,
    INIT,
    Number,
    Pid,
    Process,
)
from spec.process.state import RUNNING
from spec.process.words import unused_processes
from spec.topaz.state import Kernel, groups_to_join


@syscall(source="topaz 5:2; topaz 7:1; topaz 7:6; topaz 8:2")
def start_process(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    image: Image,
    is_orphan: Bool,
    child: Process,
    pid: Number,
    group: Number,
) -> None:
    """Start `image` in a new process: a child of the caller, or an orphan."""
    # ERRORS
    step.fails(ENOENT, when=~is_present(image), cite="topaz 2:1")
    step.fails(EACCES, when=~is_executable(image), cite="topaz 2:1")
    step.fails(ENOEXEC, when=~has_known_format(image), cite="topaz 2:1")
    step.fails(EAGAIN, when=unused_processes(old).is_empty(), cite="topaz 2:1")

    # CHOICE; the group is the template's: one that exists, or the child's own
    step.hook("alloc_pid", number=pid)
    step.picks(child, among=unused_processes(old))
    step.picks(group, among=groups_to_join(old, pid))

    # EFFECT
    new.process[child].phase = RUNNING
    new.process[child].pid = pid
    new.process[child].image = image
    new.process[child].group = group
    new.family.attach(child, ite(is_orphan, INIT, caller))

    # RESULT
    step.returns(Pid.from_term(pid))
