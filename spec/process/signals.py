"""Signals: the ones that matter to the life of a process, and what each does.

Every signal whose default action, sender or reader differs has a member here; one that
behaves like another (SIGUSR2 like SIGUSR1, SIGWINCH like SIGURG) is not named again.

Source   signal(7) man-pages 6.9.1; linux@v6.18 include/linux/signal.h; Peios H01 to H05
Modelled the default actions; what cannot be caught; what stops and what continues
Not      real-time signals and their queues; the information that comes with a signal
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, SetOf, ite, the_one
from spec.process.status import Signal


class Sig(Enum):
    """A signal by name, in the order of the numbers; NULL is 0, BAD none at all."""

    members = (
        "NULL",
        "HUP",
        "INT",
        "QUIT",
        "KILL",
        "USR1",
        "SEGV",
        "TERM",
        "CHLD",
        "CONT",
        "STOP",
        "TSTP",
        "TTIN",
        "TTOU",
        "URG",
        "BAD",
    )


class Signals(SetOf[Sig], element=Sig):
    """A set of signals."""


NULL: Final = Sig.of("NULL")
"""Signal 0: it asks whether a signal could be sent, and sends none."""
HUP: Final = Sig.of("HUP")
INT: Final = Sig.of("INT")
QUIT: Final = Sig.of("QUIT")
KILL: Final = Sig.of("KILL")
USR1: Final = Sig.of("USR1")
SEGV: Final = Sig.of("SEGV")
TERM: Final = Sig.of("TERM")
CHLD: Final = Sig.of("CHLD")
CONT: Final = Sig.of("CONT")
STOP: Final = Sig.of("STOP")
TSTP: Final = Sig.of("TSTP")
TTIN: Final = Sig.of("TTIN")
TTOU: Final = Sig.of("TTOU")
URG: Final = Sig.of("URG")
BAD: Final = Sig.of("BAD")
"""A number that is no signal's."""

NUMBERED: Final[tuple[tuple[Sig, int], ...]] = (
    (HUP, 1),
    (INT, 2),
    (QUIT, 3),
    (KILL, 9),
    (USR1, 10),
    (SEGV, 11),
    (TERM, 15),
    (CHLD, 17),
    (CONT, 18),
    (STOP, 19),
    (TSTP, 20),
    (TTIN, 21),
    (TTOU, 22),
    (URG, 23),
)
"""The signals that can be sent, in the order in which Linux takes them."""

NO_SIGNALS: Final = Signals.containing()
ALL_SIGNALS: Final = Signals.containing(*(name for name, _ in NUMBERED))
STOPPERS: Final = Signals.containing(STOP, TSTP, TTIN, TTOU)
"""The default action stops the process."""
HARMLESS: Final = Signals.containing(CHLD, CONT, URG)
"""The default action is to ignore it; CONT has resumed the process by then."""
CANCELLABLE: Final = Signals.containing(TSTP, TTIN, TTOU)
"""It stops the process unless the process's group is orphaned."""
DUMPERS: Final = Signals.containing(QUIT, SEGV)
"""The default action ends the process and may write a core."""
UNCATCHABLE: Final = Signals.containing(KILL, STOP)
"""It cannot be caught, blocked or ignored."""
NO_SIGNAL: Final = Signals.containing(NULL, BAD)


def number_of(sig: Sig) -> Signal:
    """The number that the status word has for the signal."""
    found = Signal.lift(0)
    for name, number in NUMBERED:
        found = ite(sig == name, Signal.lift(number), found)
    return found


def ends_by_default(sig: Sig) -> Bool:
    """The default action ends the process, with a core or without."""
    return ~(NO_SIGNAL | HARMLESS | STOPPERS).has(sig)


def goes_first(waiting: Signals, sig: Sig) -> Bool:
    """Nothing that waits is taken before it: not SIGSEGV, and no lower number.

    A signal that a thread brings on itself goes before those that others send it
    (facts C20).
    """
    first = the_one(Sig, lambda other: waiting.has(other) | (other == sig))
    return (sig == SEGV) | (~waiting.has(SEGV) & (first == sig))
