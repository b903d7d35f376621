"""wait4: learn that a child has ended, and release what is left of it.

A zombie keeps its number until it is waited for; this call is the only way to free it.

Source   wait(2), wait4(2) man-pages 6.9.1; linux@v6.18 kernel/exit.c do_wait
Modelled pid -1, pid > 0 and pid < -1 (0 is the caller's own group); WNOHANG
Not      stops and continues; WNOWAIT; resource usage; a bad status address
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, SetOf, Step, ite, syscall, those
from spec.process.ending import forget
from spec.process.sorts import ECHILD, NUMBER_OF_INIT, Number, Pid, Process
from spec.process.state import Kernel
from spec.process.words import children_of, is_zombie, pid_of


class Whom(Enum):
    """What the sign of wait4's pid argument says: whom to wait for."""

    members = ("ANY_CHILD", "ONE_CHILD", "GROUP_MEMBER")


ANY_CHILD: Final = Whom.of("ANY_CHILD")
ONE_CHILD: Final = Whom.of("ONE_CHILD")
GROUP_MEMBER: Final = Whom.of("GROUP_MEMBER")


def eligible_children_of(
    s: Kernel, parent: Process, whom: Whom, number: Number
) -> SetOf[Process]:
    """The children that the pid argument selects."""
    return those(
        Process,
        lambda q: (
            children_of(s, parent).has(q)
            & (
                (whom == ANY_CHILD)
                | ((whom == ONE_CHILD) & (s.process[q].pid == number))
                | ((whom == GROUP_MEMBER) & (s.process[q].group == number))
            )
        ),
    )


@syscall(source="wait(2); wait4(2); linux@v6.18 kernel/exit.c do_wait")
def wait4(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    whom: Whom,
    number: Number,
    no_hang: Bool,
    child: Process,
) -> None:
    """Collect one ended child; sleep until there is one, unless WNOHANG is given."""
    eligible = eligible_children_of(old, caller, whom, number)
    ended = those(Process, lambda q: eligible.has(q) & is_zombie(old, q))
    nobody = ended.is_empty()

    # ERRORS
    step.blocks(
        when=(whom == ANY_CHILD) & (number != NUMBER_OF_INIT),
        cite="DESCRIPTION",
    )
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2")
    step.blocks(when=nobody & ~no_hang, cite="DESCRIPTION")

    # CHOICE: any of them (Linux takes the eldest, facts D5, but promises nothing);
    # the caller itself stands for "nobody"
    step.picks(
        child, among=those(Process, lambda q: ended.has(q) | nobody & (q == caller))
    )

    # EFFECT
    with step.given(child != caller):
        forget(old, new, child)

    # RESULT
    step.returns(ite(child == caller, Pid.lift(0), pid_of(old, child)))
