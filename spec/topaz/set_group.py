"""Setting the group of a descendant: in the reading `groups=parent_may_set` only.

The section says both that a process's group is specified when it is created (5:2) and
that a parent may set the group of any of its descendants (7:4). Where the second is
meant, this call is what it means.

Source   topaz 7:4
Modelled whose group may be set, and to which
Not      the name that the procedure has in the interface
"""

from __future__ import annotations

from spec.lang import Step, syscall
from spec.process.sorts import EPERM, ESRCH, Number, Process
from spec.process.words import is_numbered, is_zombie
from spec.topaz.state import Kernel, groups_to_join, process_identified


@syscall(source="topaz 7:4")
def set_process_group(
    step: Step, old: Kernel, new: Kernel, caller: Process, pid: Number, group: Number
) -> None:
    """Move a descendant into a group that exists, or into one of its own."""
    target = process_identified(old, pid)
    is_gone = ~is_numbered(old, pid) | is_zombie(old, target)

    # ERRORS
    step.fails(ESRCH, when=is_gone, cite="topaz 4:3")
    step.fails(EPERM, when=~old.family.is_ancestor(caller, target), cite="topaz 7:4")
    step.fails(ESRCH, when=~groups_to_join(old, pid).has(group), cite="topaz 5:2")

    # EFFECT
    new.process[target].group = group

    # RESULT
    step.returns(0)
