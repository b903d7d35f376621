"""StartProcess: make a process that runs a program, as its template says.

The section names no errors; it calls a Topaz process very similar to an Ultrix one
(topaz 2:1), so the errors here are those of the Ultrix calls that do this work.

Source   topaz 5:2, 7:1, 7:6, 8:2
Modelled the image, the group (the caller's, a new one, one that exists), orphans
Not      the rest of the template: files, user, signals, the time limit
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, Step, ite, syscall
from spec.process.images import Image, has_known_format, is_executable, is_present
from spec.process.sorts import (
    EACCES,
    EAGAIN,
    ENOENT,
    ENOEXEC,
    ESRCH,
    INIT,
    NUMBER_OF_INIT,
    Number,
    Pid,
    Process,
)
from spec.process.state import RUNNING
from spec.process.words import members_of, unused_processes
from spec.topaz.state import Kernel, free_identifiers


class Grouping(Enum):
    """The group that a template asks for."""

    members = ("OF_CALLER", "OF_ITS_OWN", "NAMED")


OF_CALLER: Final = Grouping.of("OF_CALLER")
OF_ITS_OWN: Final = Grouping.of("OF_ITS_OWN")
NAMED: Final = Grouping.of("NAMED")


@syscall(source="topaz 5:2; topaz 7:1; topaz 7:6; topaz 8:2")
def start_process(  # noqa: PLR0913  (a template is its arguments)
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    image: Image,
    grouping: Grouping,
    group: Number,
    is_orphan: Bool,
    child: Process,
    pid: Number,
) -> None:
    """Start `image` in a new process, a child of the caller or, as an orphan, of Init."""
    me = old.process[caller]

    # ERRORS; `group` says something only when it is named
    step.blocks(
        when=(grouping != NAMED) & (group != NUMBER_OF_INIT), cite="topaz 8:2"
    )
    step.fails(ENOENT, when=~is_present(image), cite="topaz 2:1")
    step.fails(EACCES, when=~is_executable(image), cite="topaz 2:1")
    step.fails(ENOEXEC, when=~has_known_format(image), cite="topaz 2:1")
    step.fails(
        ESRCH,
        when=(grouping == NAMED) & members_of(old, group).is_empty(),
        cite="topaz 5:2",
    )
    step.fails(EAGAIN, when=unused_processes(old).is_empty(), cite="topaz 2:1")
    step.fails(EAGAIN, when=free_identifiers(old).is_empty(), cite="topaz 4:4")

    # CHOICE
    step.picks(child, among=unused_processes(old))
    step.picks(pid, among=free_identifiers(old))

    # EFFECT
    new.process[child].phase = RUNNING
    new.process[child].pid = pid
    new.process[child].image = image
    new.process[child].group = ite(
        grouping == OF_ITS_OWN, pid, ite(grouping == NAMED, group, me.group)
    )
    new.family.attach(child, ite(is_orphan, INIT, caller))

    # RESULT
    step.returns(Pid.from_term(pid))
