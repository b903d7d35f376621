"""The end: of a thread, of a process by exit_group, and of one by a fault.

A process that ends becomes a zombie, which keeps its number and its status until its
parent collects it (wait4). Its children change hands at once (`orphans`). If the
parent does not want to know, the process is dead at once, and only its release is still
to come.

A thread that is not the last one goes without a trace; of a leader its row stays until
the process goes, since the process's number is the leader's (facts G1, G4).

Source   _exit(2), wait(2) NOTES man-pages 6.9.1; linux@v6.18 kernel/exit.c do_exit
Modelled the endings; whose code counts; adoption; the status word; the parent's signal;
         parents that leave no zombies; the release of a vfork parent; orphaned groups;
         the end of a session leader
Not      the end of init; what exit(3) does before: the handlers of atexit run in the
         process like any other code of its program, and _exit runs none
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
from spec.process.groups import group_news
from spec.process.handles import close_handles, detach_handles
from spec.process.memory import clear_word, leave_memory
from spec.process.orphans import (
    adoption_news,
    end_news,
    give_away_children,
    is_unwanted,
    orphan_news,
    pass_children,
)
from spec.process.posting import post
from spec.process.rows import (
    ENDED,
    NO_SHARE,
    NOWHERE,
    READY,
    UNINTERRUPTIBLE,
    TaskRow,
)
from spec.process.signals import NO_SIGNALS, NULL, SEGV, Signals
from spec.process.sorts import INIT, ExitCode, Process, Share, Task
from spec.process.state import DEAD, ZOMBIE, Kernel
from spec.process.status import SIGSEGV, ExitValue, Status, exited, signaled
from spec.process.terminal import end_session, terminal_news
from spec.process.words import (
    children_of,
    is_dead,
    is_running,
    is_thread_of,
    threads_of,
)


def news_of(s: Kernel, dying: Process, receiver: Process) -> Signals:
    """The signals that the end of a process brings others.

    Its parent, its heir and its children hear of it; so does a group that it orphans,
    and the foreground group of the terminal of a session that it led.
    """
    return (
        end_news(s, dying, receiver)
        | adoption_news(s, dying, receiver)
        | orphan_news(s, children_of(s, dying).has, receiver)
        | group_news(s, dying, receiver)
        | terminal_news(s, dying, receiver)
    )


def end(old: Kernel, new: Kernel, dying: Process, status: Status) -> None:
    """The EFFECT of every ending of a process."""
    give_away_children(old, new, dying)

    it = new.process[dying]
    it.phase = ite(is_unwanted(old, dying), DEAD, ZOMBIE)
    it.status = status
    it.is_subreaper = FALSE
    it.has_terminal = FALSE
    it.is_stopped = FALSE
    it.is_resumed = FALSE
    it.pending = NO_SIGNALS
    it.memory = NO_SHARE
    it.handlers = NO_SHARE
    drop_handlers(old, new, dying)
    leave_memory(old, new, dying)
    close_handles(old, new, threads_of(old, dying).has)
    end_threads(old, new, dying)
    end_session(old, new, dying)
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
    left = new.handling[those(Share, lambda x: (x == with_handlers) & ~keeps)]
    left.ignored = NO_SIGNALS
    left.caught = NO_SIGNALS
    left.restarting = NO_SIGNALS
    left.leaves_no_zombies = FALSE
    left.tells_no_stops = FALSE


def end_threads(old: Kernel, new: Kernel, dying: Process) -> None:
    """The EFFECT on the threads when their process ends: the leader's row stays."""
    leader = old.process[dying].leader
    threads = threads_of(old, dying)
    last = new.task[those(Task, lambda t: threads.has(t) & (t == leader))]
    last.run = ENDED
    last.blocked = NO_SIGNALS
    last.pending = NO_SIGNALS
    last.death_signal = NULL
    last.vfork_child = INIT
    drop_shares(last)
    new.task[those(Task, lambda t: threads.has(t) & (t != leader))] = CLEARED


def drop_shares(ended: TaskRow) -> None:
    """The EFFECT on what an ended leader had: its row stays, and holds nothing."""
    ended.files = NO_SHARE
    ended.fs = NO_SHARE
    ended.undo = NO_SHARE
    ended.io = NO_SHARE
    ended.tls = NOWHERE
    ended.clears_word = FALSE
    ended.awaits_word = FALSE


def end_thread(step: Step, old: Kernel, new: Kernel, task: Task) -> None:
    """The EFFECT when a thread ends and its process goes on."""
    process = old.task[task].process
    is_leader = old.process[process].leader == task
    with step.given(is_leader):
        new.task[task].run = ENDED
        new.task[task].blocked = NO_SIGNALS
        new.task[task].pending = NO_SIGNALS
        drop_shares(new.task[task])
    with step.given(~is_leader):
        new.task[task] = CLEARED
    clear_word(old, new, task)
    close_handles(old, new, lambda t: t == task)
    pass_children(old, new, process, lambda t: t != task)


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
    detach_handles(old, new, body)


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
        end_thread(step, old, new, caller)

    # RESULT
    step.never_returns()


def has_fatal_fault(s: Kernel, process: Process) -> Bool:
    """The process has a thread that runs, and that no handler saves from a fault."""
    caught = s.handling[s.process[process].handlers].caught.has(SEGV)
    return some_of(
        Task,
        lambda t: (
            is_thread_of(s, t, process)
            & (s.task[t].run == READY)
            & (~caught | s.task[t].blocked.has(SEGV))
        ),
    )


@event(source="signal(7); linux@v6.18 kernel/signal.c force_sig_fault")
def fatal_fault(
    step: Step, old: Kernel, new: Kernel, victim: Process, core: Bool
) -> None:
    """A thread does what none may, and the kernel's signal ends its process.

    If the process has a handler for it, and the thread does not block it, the handler
    runs instead, and nothing else happens.
    """
    # ERRORS: none
    step.blocks(when=~is_running(old, victim), cite="kernel/signal.c force_sig_fault")
    step.blocks(when=old.process[victim].is_stopped, cite="F40")
    step.blocks(
        when=~has_fatal_fault(old, victim), cite="kernel/signal.c force_sig_fault"
    )
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
