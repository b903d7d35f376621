"""Threads: numbers, membership, ends, and what each has for itself."""

from __future__ import annotations

from properties.words import (
    EXECS,
    UNIX_LIKE,
    caller_of,
    every_existing,
    every_newborn,
    every_process,
    every_thread,
)
from spec.lang import (
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
    some_of,
    sometimes,
)
from spec.process.memory import has_waiters, is_waiting, memory_of
from spec.process.rows import ABSENT, ENDED
from spec.process.signals import NO_SIGNALS
from spec.process.sorts import ExitCode, Pid, Process, Task
from spec.process.state import Kernel
from spec.process.status import ExitValue, exited
from spec.process.threads import tid_of
from spec.process.words import is_live, is_running, is_thread_of, threads_of


@always(claims=("A01",), source="clone(2) CLONE_THREAD", systems=UNIX_LIKE)
def every_running_process_has_a_thread(s: Kernel) -> Bool:
    """A process that has not ended has a thread that has not ended."""
    return every_process(
        lambda p: implies(
            is_running(s, p), some_of(Task, lambda t: is_thread_of(s, t, p))
        )
    )


@always(claims=("A02", "F17"), source="clone(2) CLONE_THREAD", systems=UNIX_LIKE)
def every_thread_is_of_a_running_process(s: Kernel) -> Bool:
    """A thread belongs to a process that runs."""
    return every_thread(
        lambda t: implies(is_live(s, t), is_running(s, s.task[t].process))
    )


@always(
    claims=("A18", "A11", "facts C11"),
    source="gettid(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def no_two_threads_share_a_tid(s: Kernel) -> Bool:
    """Two threads, an ended leader among them, never have one number."""
    return every_thread(
        lambda t: every_thread(
            lambda u: implies(
                (s.task[t].run != ABSENT)
                & (s.task[u].run != ABSENT)
                & (s.task[t].tid == s.task[u].tid),
                t == u,
            )
        )
    )


@always(
    claims=("A19", "A20", "facts E3"),
    source="gettid(2) DESCRIPTION; execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def a_leader_has_the_number_of_its_process(s: Kernel) -> Bool:
    """The number of a process is its leader's, for as long as it exists."""
    return every_existing(
        s, lambda p: s.task[s.process[p].leader].tid == s.process[p].pid
    )


@always(claims=("A19",), source="gettid(2) DESCRIPTION", systems=UNIX_LIKE)
def a_lone_thread_has_the_number_of_its_process(s: Kernel) -> Bool:
    """Where nothing else is left of a process, not even a leader, its number is one."""
    return every_thread(
        lambda t: implies(
            is_live(s, t)
            & every_thread(
                lambda u: implies(threads_of(s, s.task[t].process).has(u), u == t)
            ),
            s.task[t].tid == s.process[s.task[t].process].pid,
        )
    )


@always(claims=("F18", "facts G4"), source="_exit(2) NOTES", systems=UNIX_LIKE)
def only_a_leader_stays_after_its_end(s: Kernel) -> Bool:
    """Of another thread that has ended nothing is left: there are no zombie threads."""
    return every_thread(
        lambda t: implies(
            s.task[t].run == ENDED, s.process[s.task[t].process].leader == t
        )
    )


@sometimes(claims=("A19",), source="_exit(2) NOTES; facts G1", systems=UNIX_LIKE)
def a_process_outlives_its_leader(s: Kernel) -> Bool:
    """The leader has ended, and another thread goes on."""
    return some_of(
        Process,
        lambda p: is_running(s, p) & (s.task[s.process[p].leader].run == ENDED),
    )


@every_step(claims=("A03", "C15"), source="fork(2) DESCRIPTION", systems=UNIX_LIKE)
def a_new_process_has_one_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Its leader, and no copy of its creator's other threads."""
    return every_newborn(
        old,
        new,
        lambda p: (
            is_thread_of(new, new.process[p].leader, p)
            & every_thread(
                lambda t: implies(is_thread_of(new, t, p), new.process[p].leader == t)
            )
        ),
    )


@every_step(
    claims=("D06", "D07", "D08", "A16"),
    source="clone(2) CLONE_THREAD",
    systems=UNIX_LIKE,
    calls=("clone_thread",),
)
def a_new_thread_joins_the_process_of_its_creator(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """It is a thread more in the same process, of which nothing changes."""
    task = call.argument("task", Task)
    caller = call.argument("caller", Task)

    def stays(p: Process) -> Bool:
        before, after = old.process[p], new.process[p]
        return (
            (before.phase == after.phase)
            & (before.pid == after.pid)
            & (before.parent == after.parent)
            & (before.leader == after.leader)
            & (before.memory == after.memory)
            & (before.handlers == after.handlers)
        )

    joins = (
        ~is_live(old, task)
        & is_live(new, task)
        & (new.task[task].process == old.task[caller].process)
    )
    return every_process(stays) & implies(outcome.succeeded, joins)


@every_step(
    claims=("A17",),
    source="getpid(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("getpid",),
)
def getpid_answers_every_thread_with_the_number_of_the_leader(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Whichever thread asks, and whether the leader is still there or not."""
    leader = old.process[caller_of(old, call)].leader
    return Pid(outcome.value) == tid_of(old, leader)


@every_step(
    claims=("D18", "A18"),
    source="gettid(2) DESCRIPTION; set_tid_address(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("gettid", "set_tid_address"),
)
def gettid_answers_two_threads_with_two_numbers(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Nobody else has the number that a thread is told, by either call."""
    caller, told = call.argument("caller", Task), Pid(outcome.value)
    return every_thread(
        lambda t: implies(is_live(old, t) & (tid_of(old, t) == told), t == caller)
    )


@every_step(
    claims=("D28", "F17", "facts G4"),
    source="_exit(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("exit_thread",),
)
def the_end_of_one_thread_of_several_is_no_news(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """No process ends, and none has a new signal, while another thread goes on.

    A child that asked to hear of its creator's end does (facts A11): it is not meant.
    """
    caller = call.argument("caller", Task)
    process = old.task[caller].process
    is_last = ~some_of(Task, lambda t: (t != caller) & is_thread_of(old, t, process))

    def hears_nothing(p: Process) -> Bool:
        is_child = old.process[p].parent == process
        is_same = old.process[p].pending == new.process[p].pending
        return (old.process[p].phase == new.process[p].phase) & (is_child | is_same)

    return is_last | every_process(hears_nothing)


@every_step(
    claims=("D28", "facts G1", "facts G2"),
    source="_exit(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("exit_thread",),
)
def the_last_thread_says_how_the_process_ended(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The code of the last thread counts, whatever the leader's was."""
    process = caller_of(old, call)
    code = call.argument("code", ExitCode)
    return is_running(new, process) | (
        new.process[process].status == exited(ExitValue.from_term(code))
    )


@every_step(
    claims=("D17",),
    source="set_tid_address(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("exit_thread",),
)
def the_end_of_a_thread_clears_its_word_and_wakes_a_sleeper(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """While somebody is left in its memory: a wake is due if somebody sleeps."""
    caller = call.argument("caller", Task)
    memory = memory_of(old, caller)
    goes_on = is_running(new, old.task[caller].process)
    cleared = ~new.memory[memory].has_number & implies(
        has_waiters(old, memory, caller), new.memory[memory].wakes
    )
    return implies(goes_on & old.task[caller].clears_word, cleared)


@every_step(
    claims=("D17",),
    source="futex(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("futex_wake",),
)
def one_wake_wakes_one_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of those who sleep on the word one goes on, and the wake is spent."""
    sleeper = call.argument("sleeper", Task)
    memory = memory_of(old, sleeper)
    return ~new.memory[memory].wakes & every_thread(
        lambda t: is_waiting(new, t) == (is_waiting(old, t) & (t != sleeper))
    )


@sometimes(claims=("D17",), source="set_tid_address(2) DESCRIPTION", systems=UNIX_LIKE)
def a_joiner_is_about_to_wake(s: Kernel) -> Bool:
    """A thread slept until another ended, and the word is zero."""
    return some_of(
        Task,
        lambda t: (
            is_waiting(s, t)
            & s.memory[memory_of(s, t)].wakes
            & ~s.memory[memory_of(s, t)].has_number
        ),
    )


@every_step(
    claims=("D20",),
    source="arch_prctl(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("arch_prctl",),
)
def a_thread_moves_its_own_data_only(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The place of another thread's data stays, and after an error the caller's too."""
    caller = call.argument("caller", Task)
    return every_thread(
        lambda t: implies(
            (t != caller) | outcome.failed, old.task[t].tls == new.task[t].tls
        )
    )


@every_step(
    claims=("D19", "D20"),
    source="clone(2) CLONE_SETTLS; clone(2) CLONE_PARENT_SETTID",
    systems=UNIX_LIKE,
    calls=("clone_thread",),
)
def a_thread_of_a_program_is_found_by_its_word(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Who asks for the word to be cleared finds the new thread's number in it."""
    task = call.argument("task", Task)
    word = new.memory[memory_of(old, call.argument("caller", Task))]
    return implies(
        outcome.succeeded & new.task[task].clears_word,
        word.has_number & (word.number == new.task[task].tid),
    )


@every_step(
    claims=("D27", "C04"),
    source="signal(7) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("clone_thread",),
)
def a_new_thread_has_the_mask_of_its_creator_and_no_signals(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The mask is copied, the queue is empty."""
    it = new.task[call.argument("task", Task)]
    mine = old.task[call.argument("caller", Task)]
    return implies(
        outcome.succeeded,
        (it.blocked == mine.blocked) & (it.pending == NO_SIGNALS),
    )


@every_step(
    claims=("E10", "A20", "facts E3"),
    source="execve(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=EXECS,
)
def exec_leaves_one_thread(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The thread that called leads its process, and no other is left of it."""
    caller, thread = caller_of(old, call), call.argument("thread", Task)
    alone = every_thread(lambda t: threads_of(new, caller).has(t) == (t == thread))
    leads = (new.process[caller].leader == thread) & (
        new.task[thread].tid == new.process[caller].pid
    )
    return implies(outcome.succeeded, alone & leads)
