"""Process numbers: a pool that processes, threads, groups and sessions draw from.

A number stays taken while anything is called by it: a running process, a zombie, a
thread, a process group or a session with a member, zombies included (facts B10).

Which free number a new process gets is a reading. `any`: one that is free, which is
all that POSIX promises. `cyclic`: the first free one above the last one handed out,
from the bottom again when there is none above, which is what Linux does (facts I3).

Source   fork(2) DESCRIPTION; linux@v6.18 kernel/pid.c alloc_pid; facts B10, I3
Not      the numbers below 300 that Linux skips after the first round (facts I5);
         set_tid; namespaces
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Reading, SetOf, Step, all_of, implies, some_of, those
from spec.lang.step import Hook
from spec.process.rows import ABSENT
from spec.process.sorts import Number, Process, Task
from spec.process.state import Kernel, Processes
from spec.process.words import exists


def names_something(s: Processes, number: Number) -> Bool:
    """A process or a process group is called by this number."""
    return some_of(
        Process,
        lambda q: (
            exists(s, q)
            & ((s.process[q].pid == number) | (s.process[q].group == number))
        ),
    )


def names_a_session(s: Kernel, number: Number) -> Bool:
    """A session is called by this number."""
    return some_of(Process, lambda q: exists(s, q) & (s.process[q].session == number))


def names_a_thread(s: Kernel, number: Number) -> Bool:
    """A thread is called by this number."""
    return some_of(
        Task, lambda t: (s.task[t].run != ABSENT) & (s.task[t].tid == number)
    )


def free_numbers(s: Kernel) -> SetOf[Number]:
    """The numbers that name nothing."""
    return those(
        Number,
        lambda n: (
            ~names_something(s, n) & ~names_a_session(s, n) & ~names_a_thread(s, n)
        ),
    )


def next_numbers(s: Kernel) -> SetOf[Number]:
    """The first free number after the last one handed out, going round; or none."""
    free = free_numbers(s)
    last = s.last_number

    def comes_before(one: Number, other: Number) -> Bool:
        """Going up from `last` and round, `one` is met earlier than `other`."""
        both_sides = (last < one) & (other <= last)
        same_side = ~(one <= last) | (other <= last)
        return both_sides | (same_side & (one < other))

    return those(
        Number,
        lambda n: (
            free.has(n)
            & all_of(Number, lambda m: implies(free.has(m), ~comes_before(m, n)))
        ),
    )


def any_number(step: Step, old: Kernel, number: Number) -> None:
    """The reading `any`: a number that names nothing."""
    step.picks(number, among=free_numbers(old))


def cyclic_number(step: Step, old: Kernel, new: Kernel, number: Number) -> None:
    """The reading `cyclic`: the next number that names nothing."""
    step.picks(number, among=next_numbers(old))
    new.last_number = number


NUMBERS: Final = Reading(
    name="numbers",
    options=("any", "cyclic"),
    default="any",
    about="Which free number a new process gets: whichever, or the next one going up.",
    cites=("fork(2) DESCRIPTION", "facts I3", "A23"),
)

NUMBER_HOOKS: Final[dict[str, Hook]] = {"any": any_number, "cyclic": cyclic_number}
