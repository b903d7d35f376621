"""gettid, set_tid_address, and the sleep that a join is made of.

A thread that another wants to hear of gives the kernel the address of a word. When it
ends, and somebody is left who can see that memory, the kernel stores zero there and
wakes one of those who sleep on it. A join is no more than that sleep: `futex_wait`
returns at once when the word is zero already.

Source   gettid(2), set_tid_address(2), futex(2), pthread_join(3) man-pages 6.9.1;
         linux@v6.18 kernel/fork.c mm_release, kernel/futex/waitwake.c futex_wait
Modelled one word in each address space (`memory`); the single wake
Not      robust lists; wakes that programs ask for; timeouts
"""

from __future__ import annotations

from spec.lang import FALSE, TRUE, Bool, Step, event, syscall
from spec.process.memory import is_waiting, memory_of
from spec.process.rows import ASLEEP, READY
from spec.process.sorts import EAGAIN, Pid, Task
from spec.process.state import Kernel


def tid_of(s: Kernel, task: Task) -> Pid:
    """The thread's number, as a program reads it."""
    return Pid.from_term(s.task[task].tid)


@syscall(source="gettid(2); linux@v6.18 kernel/sys.c gettid")
def gettid(step: Step, old: Kernel, new: Kernel, caller: Task) -> None:
    """Learn the number of the calling thread."""
    # ERRORS: none
    # EFFECT: none
    # RESULT
    step.returns(tid_of(old, caller))


@syscall(source="set_tid_address(2); linux@v6.18 kernel/fork.c set_tid_address")
def set_tid_address(
    step: Step, old: Kernel, new: Kernel, caller: Task, has_address: Bool
) -> None:
    """Ask that the word be cleared when the thread ends, or no longer ask."""
    # ERRORS: none, whatever the address (D18)
    # EFFECT
    new.task[caller].clears_word = has_address

    # RESULT
    step.returns(tid_of(old, caller))


@syscall(source="futex(2); linux@v6.18 kernel/futex/waitwake.c futex_wait")
def futex_wait(step: Step, old: Kernel, new: Kernel, caller: Task) -> None:
    """Sleep until the word is cleared, unless it is zero already."""
    # ERRORS
    is_zero = ~old.memory[memory_of(old, caller)].has_number
    step.fails(EAGAIN, when=is_zero, cite="ERRORS EAGAIN:1")

    # EFFECT
    new.task[caller].run = ASLEEP
    new.task[caller].awaits_word = TRUE

    # RESULT, when the caller is awake again
    step.returns(0)


@event(source="futex(2); linux@v6.18 kernel/futex/waitwake.c futex_wake")
def futex_wake(step: Step, old: Kernel, new: Kernel, sleeper: Task) -> None:
    """One of those who sleep on a word that has been cleared goes on."""
    memory = memory_of(old, sleeper)

    # ERRORS: none
    step.blocks(when=~is_waiting(old, sleeper), cite="DESCRIPTION")
    step.blocks(when=~old.memory[memory].wakes, cite="set_tid_address(2); D17")

    # EFFECT
    new.task[sleeper].run = READY
    new.task[sleeper].awaits_word = FALSE
    new.memory[memory].wakes = FALSE

    # RESULT
    step.never_returns()
