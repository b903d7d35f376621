"""Lemmas: what proofs for any number of processes lean on.

No document says these sentences, because nobody would doubt them; an induction cannot
do without them, since it starts from any state that satisfies what is assumed. They are
proved together with the properties, and checked like them.
"""

from __future__ import annotations

from typing import Final

from properties.words import (
    UNIX_LIKE,
    every_existing,
    every_process,
    every_thread,
)
from spec.lang import Bool, Property, all_of, always, implies
from spec.peios.state import Kernel as PeiosKernel
from spec.process.rows import ABSENT, ENDED, UNINTERRUPTIBLE
from spec.process.shares import handlers_in_use
from spec.process.signals import NO_SIGNALS
from spec.process.sorts import INIT, Share
from spec.process.state import Kernel, Processes
from spec.process.words import exists, is_running


@always(lemma=True)
def init_is_nobodys_child(s: Processes) -> Bool:
    """Init is its own parent."""
    return s.process[INIT].parent == INIT


@always(lemma=True)
def init_runs(s: Processes) -> Bool:
    """Init never ends."""
    return is_running(s, INIT)


@always(lemma=True)
def an_unused_row_is_in_nobodys_family(s: Processes) -> Bool:
    """A row that no process uses is its own parent."""
    return every_process(lambda p: exists(s, p) | (s.process[p].parent == p))


@always(lemma=True)
def only_running_processes_have_children(s: Processes) -> Bool:
    """Whose parent is another process, its parent runs."""
    return every_process(
        lambda p: (s.process[p].parent == p) | is_running(s, s.process[p].parent)
    )


@always(lemma=True)
def every_ancestor_runs(s: Processes) -> Bool:
    """Whoever is above a process, at whatever distance, runs."""
    return every_process(
        lambda p: every_process(
            lambda q: implies(s.family.is_ancestor(p, q), is_running(s, p))
        )
    )


@always(lemma=True, systems=UNIX_LIKE)
def no_unused_row_is_a_subreaper(s: Kernel) -> Bool:
    """The flag is down where there is no process."""
    return every_process(lambda p: exists(s, p) | ~s.process[p].is_subreaper)


@always(lemma=True, systems=("peios",))
def every_guid_in_use_is_noted(s: PeiosKernel) -> Bool:
    """The GUID of a process that exists is among those given out."""
    return every_existing(s, lambda p: s.guids_used.has(s.psb[p].guid))


@always(lemma=True, systems=UNIX_LIKE)
def every_process_has_its_leader(s: Kernel) -> Bool:
    """The leader's row is the process's own, from its creation to its collection."""
    return every_existing(
        s,
        lambda p: (
            (s.task[s.process[p].leader].run != ABSENT)
            & (s.task[s.process[p].leader].process == p)
        ),
    )


@always(lemma=True, systems=UNIX_LIKE)
def every_thread_is_of_a_process(s: Kernel) -> Bool:
    """Whatever is left of a thread, its process is there."""
    return every_thread(
        lambda t: implies(s.task[t].run != ABSENT, exists(s, s.task[t].process))
    )


@always(lemma=True, systems=UNIX_LIKE)
def only_the_leader_is_left_of_a_process_that_has_ended(s: Kernel) -> Bool:
    """Its other threads went when it ended."""
    return every_thread(
        lambda t: implies(
            (s.task[t].run != ABSENT) & ~is_running(s, s.task[t].process),
            s.process[s.task[t].process].leader == t,
        )
    )


@always(lemma=True, systems=UNIX_LIKE)
def no_ended_process_has_a_live_leader(s: Kernel) -> Bool:
    """What is left of a process that has ended takes no step."""
    return every_existing(
        s,
        lambda p: implies(~is_running(s, p), s.task[s.process[p].leader].run == ENDED),
    )


@always(lemma=True, systems=UNIX_LIKE)
def who_has_the_number_of_a_process_is_its_thread(s: Kernel) -> Bool:
    """No thread of another process is called as a process is."""
    return every_thread(
        lambda t: every_existing(
            s,
            lambda p: implies(
                (s.task[t].run != ABSENT) & (s.task[t].tid == s.process[p].pid),
                s.task[t].process == p,
            ),
        )
    )


@always(lemma=True, systems=UNIX_LIKE)
def only_who_waits_for_a_vfork_child_names_one(s: Kernel) -> Bool:
    """Whoever sleeps less deeply, or not at all, waits for no child."""
    return every_thread(
        lambda t: (s.task[t].run == UNINTERRUPTIBLE) | (s.task[t].vfork_child == INIT)
    )


@always(lemma=True, systems=UNIX_LIKE)
def no_thread_of_a_stopped_process_sleeps_deeply(s: Kernel) -> Bool:
    """A stop waits until each thread is where it reaches it."""
    return every_thread(
        lambda t: implies(
            s.process[s.task[t].process].is_stopped, s.task[t].run != UNINTERRUPTIBLE
        )
    )


@always(lemma=True, systems=UNIX_LIKE)
def handlers_that_nobody_has_say_nothing(s: Kernel) -> Bool:
    """A table that no process has is as at boot, but for what restarts."""
    return all_of(
        Share,
        lambda x: (
            handlers_in_use(s, x)
            | (
                (s.handling[x].ignored == NO_SIGNALS)
                & (s.handling[x].caught == NO_SIGNALS)
                & ~s.handling[x].leaves_no_zombies
                & ~s.handling[x].tells_no_stops
            )
        ),
    )


LEMMAS: Final[tuple[Property, ...]] = (
    init_is_nobodys_child,
    init_runs,
    an_unused_row_is_in_nobodys_family,
    only_running_processes_have_children,
    every_ancestor_runs,
    no_unused_row_is_a_subreaper,
    every_guid_in_use_is_noted,
    every_process_has_its_leader,
    every_thread_is_of_a_process,
    only_the_leader_is_left_of_a_process_that_has_ended,
    no_ended_process_has_a_live_leader,
    who_has_the_number_of_a_process_is_its_thread,
    only_who_waits_for_a_vfork_child_names_one,
    no_thread_of_a_stopped_process_sleeps_deeply,
    handlers_that_nobody_has_say_nothing,
)


def lemmas_for(name: str) -> tuple[Property, ...]:
    """The lemmas that are about the system of this name."""
    return tuple(p for p in LEMMAS if not p.systems or name in p.systems)
