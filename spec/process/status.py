"""The status word: sixteen bits that say how a child ended, stopped or resumed.

    exited      code << 8            code is the low 8 bits of the value given
    signaled    signal, + 0x80       signal 1 to 126; 0x80 when a core was written
    stopped     signal << 8 | 0x7f
    continued   0xffff

Source   wait(2) man-pages 6.9.1, the W* macros; facts D11; Peios claims F05 to F08
Modelled the whole encoding and every macro of the manual
Not      the siginfo form of the same news (waitid)
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Int, ite


class Status(Int, bits=16):
    """A status word."""


class ExitValue(Int, bits=32):
    """What a program hands to exit: an int, of which eight bits are kept."""


class Signal(Int, bits=8):
    """A signal's number."""


SIGSEGV: Final = Signal.lift(11)

RUNS_ON: Final = Status.lift(0)
"""The word of a process that has no news; the same bits as an exit with code 0."""
CONTINUED: Final = Status.lift(0xFFFF)

LOW_BYTE: Final = 0xFF
SIGNAL_BITS: Final = 0x7F
CORE_BIT: Final = 0x80


def exited(value: ExitValue) -> Status:
    """The word of a process that exited with `value`."""
    return (Status.from_term(value) & LOW_BYTE) << 8


def signaled(signal: Signal, core: Bool) -> Status:
    """The word of a process that `signal` killed, with or without a core."""
    plain = Status.from_term(signal) & SIGNAL_BITS
    return ite(core, plain | CORE_BIT, plain)


def stopped(signal: Signal) -> Status:
    """The word of a process that `signal` stopped."""
    return (Status.from_term(signal) << 8) | SIGNAL_BITS


def WIFEXITED(status: Status) -> Bool:
    """The child ended of its own accord."""
    return (status & SIGNAL_BITS) == 0


def WEXITSTATUS(status: Status) -> Status:
    """The code it ended with."""
    return (status >> 8) & LOW_BYTE


def WIFSIGNALED(status: Status) -> Bool:
    """A signal killed the child."""
    return ((status & SIGNAL_BITS) != 0) & ((status & SIGNAL_BITS) != SIGNAL_BITS)


def WTERMSIG(status: Status) -> Status:
    """The signal that killed it."""
    return status & SIGNAL_BITS


def WCOREDUMP(status: Status) -> Bool:
    """A core was written."""
    return (status & CORE_BIT) != 0


def WIFSTOPPED(status: Status) -> Bool:
    """A signal stopped the child."""
    return (status & LOW_BYTE) == SIGNAL_BITS


def WSTOPSIG(status: Status) -> Status:
    """The signal that stopped it."""
    return WEXITSTATUS(status)


def WIFCONTINUED(status: Status) -> Bool:
    """The child runs again after a stop."""
    return status == CONTINUED
