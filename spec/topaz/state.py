"""The state of Topaz, and the words its pages use.

It is the shared state and nothing more: Topaz has no sessions, no subreapers, and no
exec, so the fates that the shared fields declare for exec are not used here.

Source   topaz 4 to 7
Modelled identifiers, groups, the tree
Not      threads; access control; open files; other machines
"""

from __future__ import annotations

from spec.lang import SetOf, the_one, those
from spec.process.sorts import INIT, Number, Process
from spec.process.state import RUNNING, Processes
from spec.process.words import exists, members_of


class Kernel(Processes):
    """The state of Topaz."""


def boot(new: Kernel) -> None:
    """Init runs, as process and group number one (topaz 4:5)."""
    new.process[INIT].phase = RUNNING


def process_identified(s: Kernel, number: Number) -> Process:
    """The process of this identifier, if there is one."""
    return the_one(Process, lambda q: exists(s, q) & (s.process[q].pid == number))


def groups_to_join(s: Kernel, own: Number) -> SetOf[Number]:
    """The groups that have a member, and the one that is called by the number `own`."""
    return those(Number, lambda n: (n == own) | ~members_of(s, n).is_empty())
