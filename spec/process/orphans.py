"""Orphans: who takes in the children of what ends, and who hears of it.

Children are a thread's. They stay in its process while another thread lives there
(facts A11); with the process they pass, zombies too, to the nearest living ancestor
that is a subreaper, or to init (facts A1, A2, A8). From then on they report their end
with SIGCHLD (facts A16). Every change of hands brings a child the signal that it asked
for with PR_SET_PDEATHSIG, and the adopter of a zombie hears of it as of any other.

Source   wait(2) NOTES, prctl(2) man-pages 6.9.1; linux@v6.18 kernel/exit.c
         forget_original_parent, reparent_leader; facts A1 to A22
Modelled the heir, process and thread; zombies that nobody wants; the signals
Not      the permission of the dying parent to send the death signal; namespaces
"""

from __future__ import annotations

from collections.abc import Callable

from spec.lang import Bool, ite, some_of, the_one, those
from spec.process.posting import post
from spec.process.signals import CHLD, NO_SIGNALS, NULL, Sig, Signals
from spec.process.sorts import Process, Task
from spec.process.state import DEAD, ZOMBIE, Kernel
from spec.process.words import (
    adopter_of,
    children_of,
    is_live,
    is_thread_of,
    is_zombie,
)


def leaves_no_zombies(s: Kernel, parent: Process) -> Bool:
    """The process does not want to know how its children end."""
    handling = s.handling[s.process[parent].handlers]
    return handling.ignored.has(CHLD) | handling.leaves_no_zombies


def is_unwanted(s: Kernel, dying: Process) -> Bool:
    """Nobody asks how the process ended: only a SIGCHLD can say so (facts A20)."""
    tells = s.process[dying].exit_signal == CHLD
    return tells & leaves_no_zombies(s, s.process[dying].parent)


def main_thread_of(s: Kernel, process: Process, stays: Callable[[Task], Bool]) -> Task:
    """The leader, or another thread of the process, of those that stay."""
    leader = s.process[process].leader
    return ite(
        is_live(s, leader) & stays(leader),
        leader,
        the_one(Task, lambda t: is_thread_of(s, t, process) & stays(t)),
    )


def end_news(s: Kernel, dying: Process, receiver: Process) -> Signals:
    """The signal that tells the parent of the end: none where it ignores SIGCHLD.

    A handler is told even if no zombie is left (facts D8).
    """
    told = s.process[dying].exit_signal
    is_told = (receiver == s.process[dying].parent) & (told != NULL)
    says = is_told & ~((told == CHLD) & ignores_children(s, receiver))
    return ite(says, Signals.containing(told), NO_SIGNALS)


def ignores_children(s: Kernel, parent: Process) -> Bool:
    """SIGCHLD is set to be ignored, so that none is even sent."""
    return s.handling[s.process[parent].handlers].ignored.has(CHLD)


def adoption_news(s: Kernel, dying: Process, receiver: Process) -> Signals:
    """The SIGCHLD of the one who adopts a zombie."""
    adopts_a_zombie = some_of(
        Process, lambda q: children_of(s, dying).has(q) & is_zombie(s, q)
    )
    is_told = (receiver == adopter_of(s, dying)) & adopts_a_zombie
    says = is_told & ~ignores_children(s, receiver)
    return ite(says, Signals.containing(CHLD), NO_SIGNALS)


def death_signals(s: Kernel, child: Process) -> Signals:
    """What the threads of a process asked to be told of their parent's end.

    A leader that has ended still asks: its row is there.
    """
    asked = those(
        Sig,
        lambda sig: (
            (sig != NULL)
            & some_of(
                Task,
                lambda t: is_thread_of(s, t, child) & (s.task[t].death_signal == sig),
            )
        ),
    )
    return Signals(asked.node)


def orphan_news(s: Kernel, children: Callable[[Process], Bool], q: Process) -> Signals:
    """The signals of a process that is one of those that change hands."""
    return ite(children(q), death_signals(s, q), NO_SIGNALS)


def give_away_children(old: Kernel, new: Kernel, dying: Process) -> None:
    """The EFFECT on the children of a process that ends."""
    heir = adopter_of(old, dying)
    orphans = children_of(old, dying)
    zombies = those(Process, lambda q: orphans.has(q) & is_zombie(old, q))
    new.family.move_children(orphans, to=heir)
    new.process[orphans].parent_thread = main_thread_of(old, heir, is_live_in(old))
    new.process[orphans].exit_signal = CHLD  # facts A16
    with_zombies = ite(leaves_no_zombies(old, heir), DEAD, ZOMBIE)  # facts A10
    new.process[zombies].phase = with_zombies


def is_live_in(s: Kernel) -> Callable[[Task], Bool]:
    """Every thread that has not ended stays."""
    return lambda t: is_live(s, t)


def pass_children(
    old: Kernel, new: Kernel, process: Process, stays: Callable[[Task], Bool]
) -> None:
    """The EFFECT on the children of the threads that do not stay in their process."""
    heir = main_thread_of(old, process, stays)
    passed = those(
        Process,
        lambda q: (
            children_of(old, process).has(q) & ~stays(old.process[q].parent_thread)
        ),
    )
    new.process[passed].parent_thread = heir
    post(old, new, lambda q: orphan_news(old, passed.has, q), besides=process)
