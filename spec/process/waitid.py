"""waitid: hear of a child's news of chosen kinds, and leave it as it is if asked to.

Unlike wait4 it is told what to wait for: ends, stops, continues. With WNOWAIT the news
is there to be heard again. `waitid` says whom it waits for, `waitid_with` for what.

The result is the number in the siginfo, which says 0 when nobody has news; the call
itself returns 0 then, and 0 when somebody has.

Source   wait(2) man-pages 6.9.1; linux@v6.18 kernel/exit.c kernel_waitid
Modelled P_ALL, P_PID, P_PGID; WEXITED, WSTOPPED, WCONTINUED, WNOWAIT, WNOHANG
Not      P_PIDFD (`pidfd`); kinds of news together with a number; resource usage
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, Step, syscall, those
from spec.process.eligible import (
    ANY_CHILD,
    NOBODY,
    Whom,
    eligible_children_of,
    or_caller,
    that_end,
    with_news,
)
from spec.process.ending import forget
from spec.process.siginterrupt import is_interrupted
from spec.process.sorts import ECHILD, EINTR, EINVAL, NUMBER_OF_INIT, Number, Process
from spec.process.state import Kernel
from spec.process.wait4 import hear, number_heard_of
from spec.process.words import is_running


class News(Enum):
    """What waitid waits for; of what is KEPT it takes nothing away (WNOWAIT)."""

    members = (
        "STOPS",
        "CONTINUES",
        "EVERYTHING",
        "STOPS_KEPT",
        "EVERYTHING_KEPT",
        "NOTHING",
        "NO_NEWS",
    )


STOPS: Final = News.of("STOPS")
CONTINUES: Final = News.of("CONTINUES")
EVERYTHING: Final = News.of("EVERYTHING")
"""WEXITED, WSTOPPED and WCONTINUED."""
STOPS_KEPT: Final = News.of("STOPS_KEPT")
EVERYTHING_KEPT: Final = News.of("EVERYTHING_KEPT")
NOTHING: Final = News.of("NOTHING")
"""None of the three is asked for."""
NO_NEWS: Final = News.of("NO_NEWS")
"""An option that waitid does not know."""


def are_kept(news: News) -> Bool:
    """WNOWAIT is given."""
    return (news == STOPS_KEPT) | (news == EVERYTHING_KEPT)


@syscall(source="wait(2); linux@v6.18 kernel/exit.c kernel_waitid")
def waitid(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    whom: Whom,
    number: Number,
    keeps: Bool,
    no_hang: Bool,
    child: Process,
) -> None:
    """Hear of one ended child, and collect it unless WNOWAIT is given."""
    eligible = eligible_children_of(old, caller, whom, number)
    ended = that_end(old, eligible)

    # ERRORS
    step.fails(EINVAL, when=whom == NOBODY, cite="ERRORS EINVAL:1")
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2")
    step.fails(
        EINTR,
        when=ended.is_empty() & ~no_hang & is_interrupted(old, caller),
        cite="ERRORS EINTR:1",
    )
    step.blocks(when=ended.is_empty() & ~no_hang, cite="DESCRIPTION")

    # CHOICE
    step.picks(child, among=those(Process, or_caller(caller, ended)))

    # EFFECT
    with step.given((child != caller) & ~keeps):
        forget(old, new, child)

    # RESULT
    step.returns(number_heard_of(old, caller, child))


@syscall(source="wait(2); linux@v6.18 kernel/exit.c kernel_waitid")
def waitid_with(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Process,
    news: News,
    no_hang: Bool,
    child: Process,
) -> None:
    """Hear of any child's news of some kinds; of others nothing is said (facts D14)."""
    every = (news == EVERYTHING) | (news == EVERYTHING_KEPT)
    stops = every | (news == STOPS) | (news == STOPS_KEPT)
    children = eligible_children_of(old, caller, ANY_CHILD, NUMBER_OF_INIT)
    ready = with_news(old, children, every, stops, every | (news == CONTINUES))
    eligible = those(Process, lambda q: children.has(q) & (every | is_running(old, q)))

    # ERRORS: who waits for stops alone waits for no zombie (facts D26)
    step.fails(EINVAL, when=news == NO_NEWS, cite="ERRORS EINVAL:1")
    step.fails(EINVAL, when=news == NOTHING, cite="ERRORS EINVAL:1")
    step.fails(ECHILD, when=eligible.is_empty(), cite="ERRORS ECHILD:2")
    step.fails(
        EINTR,
        when=ready.is_empty() & ~no_hang & is_interrupted(old, caller),
        cite="ERRORS EINTR:1",
    )
    step.blocks(when=ready.is_empty() & ~no_hang, cite="DESCRIPTION")

    # CHOICE
    step.picks(child, among=those(Process, or_caller(caller, ready)))

    # EFFECT
    with step.given(~are_kept(news)):
        hear(step, old, new, caller, child)

    # RESULT
    step.returns(number_heard_of(old, caller, child))
