"""The end: of a thread, of a process by exit_group, and of one by a fault.

A process that ends becomes a zombie, which keeps its number and its status until its
parent collects it (wait4). Its children, zombies too, pass at once to the nearest
ancestor that is a subreaper, or to init (facts A1, A2, A8). If the parent does not want
to know, the process is dead at once, and only its release is still to come.

A thread that is not the last one goes without a trace; of a leader its row stays until
the process goes, since the process's number is the leader's (facts G1, G4).

Source   _exit(2), wait(2) NOTES man-pages 6.9.1; linux@v6.18 kernel/exit.c do_exit
Modelled the endings; whose code counts; adoption; the status word; the parent's signal;
         parents that leave no zombies; the release of a vfork parent
Not      the end of init
"""

from __future__ import annotations

from spec.lang import (
    CLEARED,
    FALSE,
    Bool,
    Step,
    event,
    ite,
    some_of,
    syscall,
    those,
)
from spec.process.posting import post
from spec.process.rows import ENDED, NO_SHARE, READY, UNINTERRUPTIBLE
from spec.process.signals import CHLD, NO_SIGNALS, NULL, Signals
from spec.process.sorts import INIT, ExitCode, Process, Share, Task
from spec.process.state import DEAD, ZOMBIE, Kernel
from spec.process.status import SIGSEGV, ExitValue, Status, exited, signaled
from spec.process.words import (
    adopter_of,
    children_of,
    is_dead,
    is_running,
    is_thread_of,
    is_zombie,
    threads_of,
)


def leaves_no_zombies(s: Kernel, parent: Process) -> Bool:
    """The process does not want to know how its children end."""
    handling = s.handling[s.process[parent].handlers]
    return handling.ignored.has(CHLD) | handling.leaves_no_zombies


def is_unwanted(s: Kernel, dying: Process) -> Bool:
    """Nobody asks how the process ended: only a SIGCHLD can say so (facts A20)."""
    tells = s.process[dying].exit_signal == CHLD
    return tells & leaves_no_zombies(s, s.process[dying].parent)


def news_of(s: Kernel, dying: Process, receiver: Process) -> Signals:
    """The signals that the end of a process brings others: its parent's."""
    told = s.process[dying].exit_signal
    is_told = (receiver == s.process[dying].parent) & (told != NULL)
    return ite(is_told, Signals.containing(told), NO_SIGNALS)


def end(old: Kernel, new: Kernel, dying: Process, status: Status) -> None:
    """The EFFECT of every ending of a process."""
    heir = adopter_of(old, dying)
    orphans = children_of(old, dying)
    zombies = those(Process, lambda q: orphans.has(q) & is_zombie(old, q))
    new.family.move_children(orphans, to=heir)
    new.process[orphans].exit_signal = CHLD  # facts A16
    with_zombies = ite(leaves_no_zombies(old, heir), DEAD, ZOMBIE)  # facts A10
    new.process[zombies].phase = with_zombies

    it = new.process[dying]
    it.phase = ite(is_unwanted(old, dying), DEAD, ZOMBIE)
    it.status = status
    it.is_subreaper = FALSE
    it.is_stopped = FALSE
    it.is_resumed = FALSE
    it.pending = NO_SIGNALS
    it.memory = NO_SHARE
    it.handlers = NO_SHARE
    drop_handlers(old, new, dying)

    end_threads(old, new, dying)
    resume_vfork_parents(old, new, dying)
    post(old, new, lambda q: news_of(old, dying, q), besides=dying)


def drop_handlers(old: Kernel, new: Kernel, leaving: Process) -> None:
    """The EFFECT on a process's handlers when it leaves them: the last one clears."""
    with_handlers = old.process[leaving].handlers
    keeps = some_of(
        Process,
        lambda q: (
            (q != leaving)
            & is_running(old, q)
            & (old.process[q].handlers == with_handlers)
        ),
    )
    new.handling[those(Share, lambda x: (x == with_handlers) & ~keeps)] = CLEARED


def end_threads(old: Kernel, new: Kernel, dying: Process) -> None:
    """The EFFECT on the threads when their process ends: the leader's row stays."""
    leader = old.process[dying].leader
    threads = threads_of(old, dying)
    last = new.task[those(Task, lambda t: threads.has(t) & (t == leader))]
    last.run = ENDED
    last.blocked = NO_SIGNALS
    last.pending = NO_SIGNALS
    new.task[those(Task, lambda t: threads.has(t) & (t != leader))] = CLEARED


def end_thread(old: Kernel, new: Kernel, task: Task) -> None:
    """The EFFECT when a thread ends and its process goes on."""
    is_leader = old.process[old.task[task].process].leader == task
    it = new.task[those(Task, lambda t: (t == task) & is_leader)]
    it.run = ENDED
    it.blocked = NO_SIGNALS
    it.pending = NO_SIGNALS
    new.task[those(Task, lambda t: (t == task) & ~is_leader)] = CLEARED


def resume_vfork_parents(old: Kernel, new: Kernel, child: Process) -> None:
    """The EFFECT on whoever waits for a vfork child to end or to run a program."""
    waiting = new.task[
        those(
            Task,
            lambda t: (
                (old.task[t].run == UNINTERRUPTIBLE)
                & (old.task[t].vfork_child == child)
                & (old.task[t].process != child)
            ),
        )
    ]
    waiting.run = READY
    waiting.vfork_child = INIT


def forget(old: Kernel, new: Kernel, body: Process) -> None:
    """The EFFECT on a process that has ended when nothing is to be left of it."""
    new.process[body] = CLEARED
    new.task[old.process[body].leader] = CLEARED


@syscall(source="exit_group(2); _exit(2); linux@v6.18 kernel/exit.c do_exit")
def exit_group(
    step: Step, old: Kernel, new: Kernel, caller: Process, code: ExitCode
) -> None:
    """End the caller; its children pass to the nearest adopter."""
    # ERRORS: none
    step.out_of_scope(when=caller == INIT, cite="kernel/exit.c do_exit")

    # EFFECT
    end(old, new, caller, exited(ExitValue.from_term(code)))

    # RESULT
    step.never_returns()


@syscall(source="_exit(2); linux@v6.18 kernel/exit.c do_exit")
def exit_thread(
    step: Step, old: Kernel, new: Kernel, caller: Task, code: ExitCode
) -> None:
    """End one thread; with the last one the process ends, and with its code."""
    process = old.task[caller].process
    is_last = ~some_of(Task, lambda t: (t != caller) & is_thread_of(old, t, process))

    # ERRORS: none
    step.out_of_scope(when=is_last & (process == INIT), cite="kernel/exit.c do_exit")

    # EFFECT
    with step.given(is_last):
        end(old, new, process, exited(ExitValue.from_term(code)))
    with step.given(~is_last):
        end_thread(old, new, caller)

    # RESULT
    step.never_returns()


@event(source="signal(7); linux@v6.18 kernel/signal.c force_sig_fault")
def fatal_fault(
    step: Step, old: Kernel, new: Kernel, victim: Process, core: Bool
) -> None:
    """A process does what no process may, and the kernel's signal ends it."""
    # ERRORS: none
    step.blocks(when=~is_running(old, victim), cite="kernel/signal.c force_sig_fault")
    step.out_of_scope(when=victim == INIT, cite="kernel/exit.c do_exit")

    # EFFECT
    end(old, new, victim, signaled(SIGSEGV, core))

    # RESULT
    step.never_returns()


@event(source="wait(2) NOTES; linux@v6.18 kernel/exit.c release_task")
def release(step: Step, old: Kernel, new: Kernel, body: Process) -> None:
    """The kernel lets go of a process that nobody asks for."""
    # ERRORS: none
    step.blocks(when=~is_dead(old, body), cite="kernel/exit.c release_task")

    # EFFECT
    forget(old, new, body)

    # RESULT
    step.never_returns()
