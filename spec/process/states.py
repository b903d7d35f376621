"""The states that a process is seen in, and how a thread falls asleep and wakes.

What `ps` shows of a process is what its leader does; a leader that has ended is shown
as a zombie though the process goes on (facts G1). Why a thread sleeps is not said here:
it may wait for anything.

Source   signal(7) man-pages 6.9.1; linux@v6.18 fs/proc/array.c get_task_state;
         Peios F38, F39
Modelled the seven states; sleeps that a signal ends and sleeps that it does not; a
         tracer's hold on a thread
Not      who traces, what it is told and what it may do: only that it holds a thread
         and lets it go
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum, Step, event, ite
from spec.process.rows import ASLEEP, ENDED, READY, TRACED, UNINTERRUPTIBLE
from spec.process.sorts import Process, Task
from spec.process.state import Kernel
from spec.process.taking import awaits_vfork
from spec.process.words import can_run, exists, is_running


class Seen(Enum):
    """The state of a process, as others see it."""

    members = (
        "GONE",
        "RUNS",
        "SLEEPS",
        "SLEEPS_DEEPLY",
        "IS_STOPPED",
        "IS_TRACED",
        "IS_ZOMBIE",
    )


GONE: Final = Seen.of("GONE")
RUNS: Final = Seen.of("RUNS")
SLEEPS: Final = Seen.of("SLEEPS")
SLEEPS_DEEPLY: Final = Seen.of("SLEEPS_DEEPLY")
IS_STOPPED: Final = Seen.of("IS_STOPPED")
IS_TRACED: Final = Seen.of("IS_TRACED")
IS_ZOMBIE: Final = Seen.of("IS_ZOMBIE")


def seen_of(s: Kernel, process: Process) -> Seen:
    """The one state that the process is in."""
    run = s.task[s.process[process].leader].run
    awake = ite(run == ASLEEP, SLEEPS, RUNS)
    by_leader = ite(run == UNINTERRUPTIBLE, SLEEPS_DEEPLY, awake)
    at_rest = ite(s.process[process].is_stopped, IS_STOPPED, by_leader)
    lives = ite(run == TRACED, IS_TRACED, at_rest)
    has_ended = ~is_running(s, process) | (run == ENDED)
    return ite(exists(s, process), ite(has_ended, IS_ZOMBIE, lives), GONE)


def is_stopped(s: Kernel, task: Task) -> Bool:
    """The thread stands still with its process."""
    return s.process[s.task[task].process].is_stopped


@event(source="signal(7); linux@v6.18 kernel/sched/core.c schedule")
def fall_asleep(
    step: Step, old: Kernel, new: Kernel, sleeper: Task, deeply: Bool
) -> None:
    """A thread waits for something; if deeply, no signal wakes it."""
    # ERRORS: none
    step.blocks(when=~can_run(old, sleeper), cite="DESCRIPTION")

    # EFFECT
    new.task[sleeper].run = ite(deeply, UNINTERRUPTIBLE, ASLEEP)

    # RESULT
    step.never_returns()


@event(source="signal(7); linux@v6.18 kernel/sched/core.c try_to_wake_up")
def wake(step: Step, old: Kernel, new: Kernel, sleeper: Task) -> None:
    """What a thread waited for has come; a vfork child's end is told by its page."""
    run = old.task[sleeper].run

    # ERRORS: none
    step.blocks(when=(run != ASLEEP) & (run != UNINTERRUPTIBLE), cite="F39")
    step.blocks(when=awaits_vfork(old, sleeper), cite="vfork(2) DESCRIPTION")
    step.blocks(when=old.task[sleeper].awaits_word, cite="futex(2) DESCRIPTION")
    step.blocks(when=is_stopped(old, sleeper), cite="F40")

    # EFFECT
    new.task[sleeper].run = READY

    # RESULT
    step.never_returns()


@event(source="signal(7); linux@v6.18 kernel/signal.c ptrace_stop")
def hold(step: Step, old: Kernel, new: Kernel, tracee: Task) -> None:
    """Its tracer stops a thread."""
    # ERRORS: none
    step.blocks(when=~can_run(old, tracee), cite="kernel/signal.c ptrace_stop")

    # EFFECT
    new.task[tracee].run = TRACED

    # RESULT
    step.never_returns()


@event(source="signal(7); linux@v6.18 kernel/ptrace.c ptrace_resume")
def let_go(step: Step, old: Kernel, new: Kernel, tracee: Task) -> None:
    """Its tracer lets a thread go on."""
    # ERRORS: none
    step.blocks(
        when=old.task[tracee].run != TRACED, cite="kernel/ptrace.c ptrace_resume"
    )

    # EFFECT
    new.task[tracee].run = READY

    # RESULT
    step.never_returns()
