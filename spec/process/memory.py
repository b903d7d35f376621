"""The one word of memory that the model follows: where a thread's number is kept.

A program gives the kernel an address where the number of a new thread is stored, and
where zero is stored when the thread ends; who wants to know of the end sleeps on that
word (`join`). One word in each address space stands for all that a program can name.

Source   clone(2), set_tid_address(2), futex(2) man-pages 6.9.1; linux@v6.18
         kernel/fork.c mm_release
Modelled the copy that a new address space starts with; the word that is cleared, and
         the single wake that goes with it, when somebody is left to see it
Not      a word for each thread; a second wake before the first has been felt
"""

from __future__ import annotations

from spec.lang import FALSE, TRUE, Bool, ite, some_of, those
from spec.process.rows import ASLEEP
from spec.process.sorts import NUMBER_OF_INIT, Number, Process, Share, Task
from spec.process.state import Kernel
from spec.process.words import is_running, is_thread_of


def memory_of(s: Kernel, task: Task) -> Share:
    """The address space that the thread is in."""
    return s.process[s.task[task].process].memory


def is_waiting(s: Kernel, task: Task) -> Bool:
    """The thread sleeps until the word of its memory is cleared."""
    return (s.task[task].run == ASLEEP) & s.task[task].awaits_word


def has_waiters(s: Kernel, memory: Share, besides: Process | Task) -> Bool:
    """Somebody sleeps on the word, other than what is about to end."""

    def stays(task: Task) -> Bool:
        if isinstance(besides, Task):
            return task != besides
        return s.task[task].process != besides

    return some_of(
        Task,
        lambda t: is_waiting(s, t) & stays(t) & (memory_of(s, t) == memory),
    )


def is_shared_by_others(s: Kernel, process: Process) -> Bool:
    """Another process runs in the same memory."""
    return some_of(
        Process,
        lambda q: (
            (q != process)
            & is_running(s, q)
            & (s.process[q].memory == s.process[process].memory)
        ),
    )


def copy_memory(
    old: Kernel, new: Kernel, mine: Share, fresh: Share, told: tuple[Bool, Number]
) -> None:
    """The EFFECT of a copy: where it is another address space, it starts the same.

    `told` says whether the new thread's number is stored in the copy, and which it is.
    """
    is_told, number = told
    copied = new.memory[those(Share, lambda x: (x == fresh) & (x != mine))]
    copied.has_number = is_told | old.memory[mine].has_number
    copied.number = ite(is_told, number, old.memory[mine].number)


def store_number(new: Kernel, memory: Share, number: Number, when: Bool) -> None:
    """The EFFECT of CLONE_PARENT_SETTID: the creator finds the number in its memory."""
    word = new.memory[those(Share, lambda x: (x == memory) & when)]
    word.has_number = TRUE
    word.number = number


def clear_word(old: Kernel, new: Kernel, ending: Task) -> None:
    """The EFFECT of the end of a thread in a process that goes on."""
    memory = memory_of(old, ending)
    is_asked = old.task[ending].clears_word
    word = new.memory[those(Share, lambda x: (x == memory) & is_asked)]
    word.has_number = FALSE
    word.number = NUMBER_OF_INIT
    word.wakes = old.memory[memory].wakes | has_waiters(old, memory, ending)


def leave_memory(old: Kernel, new: Kernel, leaving: Process) -> None:
    """The EFFECT on a process's memory when it leaves it: the last one clears it.

    If others stay in it, the threads that end with the leaver clear the word for them.
    """
    memory = old.process[leaving].memory
    stays = is_shared_by_others(old, leaving)
    is_asked = some_of(
        Task, lambda t: is_thread_of(old, t, leaving) & old.task[t].clears_word
    )
    left = new.memory[those(Share, lambda x: (x == memory) & ~stays)]
    left.has_number = FALSE
    left.number = NUMBER_OF_INIT
    left.wakes = FALSE
    word = new.memory[those(Share, lambda x: (x == memory) & stays & is_asked)]
    word.has_number = FALSE
    word.number = NUMBER_OF_INIT
    word.wakes = old.memory[memory].wakes | has_waiters(old, memory, leaving)
