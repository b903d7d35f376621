"""Sharing: what creator and created have in common, and what exec gives up."""

from __future__ import annotations

from properties.words import (
    CREATIONS,
    UNIX_LIKE,
    caller_of,
    every_newborn,
    every_process,
    every_thread,
)
from spec.lang import (
    FALSE,
    TRUE,
    Bool,
    CallView,
    Outcome,
    always,
    every_step,
    implies,
    ite,
    some_of,
    sometimes,
)
from spec.process.clone import CloneFlags, sharing_of
from spec.process.clone3 import CloneArgs, asks, exit_signal_of
from spec.process.rows import TaskRow
from spec.process.signals import CHLD, NO_SIGNALS, NULL
from spec.process.sorts import E2BIG, EINVAL, INIT, ROOT, Number, Process, Task
from spec.process.state import Kernel
from spec.process.words import is_live, is_running


@always(claims=("D04", "D05"), source="clone(2) CLONE_SIGHAND; X24", systems=UNIX_LIKE)
def who_shares_handlers_shares_memory(s: Kernel) -> Bool:
    """A handler is an address, which means nothing in other memory."""
    return every_process(
        lambda p: every_process(
            lambda q: implies(
                is_running(s, p)
                & is_running(s, q)
                & (s.process[p].handlers == s.process[q].handlers),
                s.process[p].memory == s.process[q].memory,
            )
        )
    )


@sometimes(claims=("D01", "D04"), source="clone(2) CLONE_SIGHAND", systems=UNIX_LIKE)
def two_processes_share_memory_and_handlers(s: Kernel) -> Bool:
    """They are two processes all the same, with two numbers."""
    return some_of(
        Process,
        lambda p: some_of(
            Process,
            lambda q: (
                (p != q)
                & is_running(s, p)
                & is_running(s, q)
                & (s.process[p].memory == s.process[q].memory)
                & (s.process[p].handlers == s.process[q].handlers)
            ),
        ),
    )


@every_step(
    claims=("A09", "C01", "C23", "C26", "D01", "D04", "D15", "D22"),
    source="clone(2) CLONE_VM; fork(2) DESCRIPTION",
    systems=UNIX_LIKE,
)
def memory_and_handlers_are_shared_on_request_only(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A new process has its creator's if the call says so, and else nobody's."""
    with_memory, with_handlers = FALSE, FALSE
    if call.name == "clone":
        asked = sharing_of(call.argument("flags", CloneFlags))
        with_memory, with_handlers = asked.memory, asked.handlers
    elif call.name == "vfork":
        with_memory = call.argument("with_memory", Bool)
    if call.kind != "syscall":
        return every_newborn(old, new, lambda _p: FALSE)
    me = old.process[caller_of(old, call)]

    def is_nobody_s(p: Process, *, memory: bool) -> Bool:
        def differs(q: Process) -> Bool:
            mine, its = new.process[p], old.process[q]
            return (
                mine.memory != its.memory if memory else mine.handlers != its.handlers
            )

        return every_process(lambda q: implies(is_running(old, q), differs(q)))

    return every_newborn(
        old,
        new,
        lambda p: (
            ite(
                with_memory,
                new.process[p].memory == me.memory,
                is_nobody_s(p, memory=True),
            )
            & ite(
                with_handlers,
                new.process[p].handlers == me.handlers,
                is_nobody_s(p, memory=False),
            )
        ),
    )


@every_step(
    claims=("D02", "D03", "D15", "D21", "D22"),
    source="clone(2) CLONE_FILES; clone(2) CLONE_FS; clone(2) CLONE_SYSVSEM",
    systems=UNIX_LIKE,
    calls=("clone",),
)
def clone_shares_what_its_flags_say(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Of descriptors, directories, adjustments and I/O context, and nothing else."""
    asked = sharing_of(call.argument("flags", CloneFlags))
    mine = old.task[call.argument("thread", Task)]
    its = new.task[call.argument("task", Task)]
    return implies(
        outcome.succeeded,
        ((its.files == mine.files) == asked.files)
        & ((its.fs == mine.fs) == asked.fs)
        & ((its.undo == mine.undo) == asked.undo)
        & ((its.io == mine.io) == asked.io),
    )


@every_step(
    claims=("C02", "C05", "C09", "C23"),
    source="fork(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("fork", "vfork", "clone3", "posix_spawn"),
)
def a_child_has_tables_of_its_own(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A new process shares neither descriptors nor directories nor adjustments."""
    task = call.argument("task", Task)
    return implies(
        outcome.succeeded,
        every_thread(
            lambda t: implies(
                is_live(old, t), shares_nothing(new.task[task], old.task[t])
            )
        ),
    )


def shares_nothing(one: TaskRow, other: TaskRow) -> Bool:
    """Two threads have no table and no context in common."""
    return (
        (one.files != other.files)
        & (one.fs != other.fs)
        & (one.undo != other.undo)
        & (one.io != other.io)
    )


@every_step(
    claims=("D08", "A07"),
    source="clone(2) CLONE_THREAD; pthread_create(3)",
    systems=UNIX_LIKE,
    calls=("clone_thread",),
)
def a_thread_of_a_program_shares_its_tables(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Who asks for the word to be cleared is such a thread: it has its creator's."""
    mine = old.task[call.argument("caller", Task)]
    its = new.task[call.argument("task", Task)]
    same = (its.files == mine.files) & (its.fs == mine.fs) & (its.undo == mine.undo)
    return implies(outcome.succeeded & its.clears_word, same)


@sometimes(claims=("A07",), source="clone(2) CLONE_FILES", systems=UNIX_LIKE)
def two_threads_of_a_process_have_two_descriptor_tables(s: Kernel) -> Bool:
    """CLONE_THREAD asks for memory and handlers in common, and for no more."""
    return some_of(
        Task,
        lambda t: some_of(
            Task,
            lambda u: (
                is_live(s, t)
                & is_live(s, u)
                & (s.task[t].process == s.task[u].process)
                & (s.task[t].files != s.task[u].files)
            ),
        ),
    )


@every_step(
    claims=("C03", "facts E1"),
    source="fork(2) DESCRIPTION; sigaction(2) DESCRIPTION",
    systems=UNIX_LIKE,
    calls=("fork", "vfork", "clone", "clone_parent", "clone_pidfd", "clone3_set_tid"),
)
def a_child_handles_signals_as_its_creator_does(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """What is ignored and what is caught is the same, shared or copied."""
    child = call.argument("child", Process)
    mine = old.handling[old.process[caller_of(old, call)].handlers]
    its = new.handling[new.process[child].handlers]
    return implies(
        outcome.succeeded,
        (its.ignored == mine.ignored)
        & (its.caught == mine.caught)
        & (its.leaves_no_zombies == mine.leaves_no_zombies)
        & (its.tells_no_stops == mine.tells_no_stops),
    )


@every_step(
    claims=("D12", "C14"),
    source="clone(2) CLONE_CLEAR_SIGHAND",
    systems=UNIX_LIKE,
    calls=("clone3",),
)
def a_child_of_clone3_reports_and_handles_as_asked(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Cleared, nothing is caught, and what was ignored still is."""
    child, said = call.argument("child", Process), call.argument("request", CloneArgs)
    mine = old.handling[old.process[caller_of(old, call)].handlers]
    its = new.handling[new.process[child].handlers]
    caught = ite(asks(said, "CLEAR_SIGHAND"), NO_SIGNALS, mine.caught)
    return implies(
        outcome.succeeded,
        (new.process[child].exit_signal == exit_signal_of(said))
        & (its.ignored == mine.ignored)
        & (its.caught == caught),
    )


@every_step(
    claims=("C14", "D09", "facts A14"),
    source="clone(2) CLONE_PARENT",
    systems=UNIX_LIKE,
    calls=CREATIONS,
)
def a_child_reports_with_sigchld_unless_told_otherwise(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A sibling reports as its creator does; clone3 says which signal."""
    if call.name == "clone3":
        return TRUE
    told = CHLD
    if call.name == "clone_parent":
        told = old.process[caller_of(old, call)].exit_signal
    return every_newborn(old, new, lambda p: new.process[p].exit_signal == told)


@every_step(
    claims=("C04", "C12"),
    source="fork(2) DESCRIPTION; prctl(2) PR_SET_PDEATHSIG",
    systems=UNIX_LIKE,
)
def a_new_process_has_no_signals_pending_and_asks_for_none(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Neither it nor its thread, and nobody's death is told to it."""
    return every_newborn(
        old,
        new,
        lambda p: (
            (new.process[p].pending == NO_SIGNALS)
            & (new.task[new.process[p].leader].pending == NO_SIGNALS)
            & (new.task[new.process[p].leader].death_signal == NULL)
        ),
    )


@every_step(
    claims=("B08", "facts A14"),
    source="clone(2) ERRORS EINVAL:9",
    systems=UNIX_LIKE,
    calls=("clone_parent",),
)
def init_has_no_siblings(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """Init cannot create with CLONE_PARENT, and is told that it is invalid."""
    return implies(caller_of(old, call) == INIT, outcome.failed_with(EINVAL))


@every_step(
    claims=("D13",),
    source="linux@v6.18 kernel/fork.c copy_clone_args_from_user",
    systems=UNIX_LIKE,
    calls=("clone3",),
)
def a_structure_with_more_than_zeroes_is_refused(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """A longer structure is refused if more than zeroes is there, and only then."""
    said = call.argument("request", CloneArgs)
    refused = outcome.failed_with(E2BIG)
    return refused == asks(said, "LONGER_WITH_MORE", "LARGER_THAN_A_PAGE")


@every_step(
    claims=("facts I6", "D14"),
    source="linux@v6.18 kernel/pid.c alloc_pid",
    systems=UNIX_LIKE,
    calls=("clone3_set_tid",),
)
def set_tid_gives_the_number_that_was_asked_for(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """And the next number that fork gives is the one it would have given."""
    child, number = call.argument("child", Process), call.argument("number", Number)
    given = implies(outcome.succeeded, new.process[child].pid == number)
    return given & (new.last_number == old.last_number)


@every_step(
    claims=("facts I6", "D14"),
    source="clone(2) ERRORS EPERM:1",
    systems=("unix",),
    calls=("clone3_set_tid",),
)
def only_root_asks_for_a_number(
    old: Kernel, new: Kernel, call: CallView, outcome: Outcome
) -> Bool:
    """The effective id of the calling thread decides."""
    thread = call.argument("thread", Task)
    return implies(outcome.succeeded, old.task[thread].euid == ROOT)
