"""A small model with threads: what ends a process depends on far more than its phase.

A process ends with its last thread, and becomes a zombie unless its parent does not
care. That decides about the phase, and is no part of it: the shape of a real system in
the fewest fields.
"""

from __future__ import annotations

from spec.lang import (
    FALSE,
    Bool,
    Enum,
    Forest,
    Model,
    Row,
    Sort,
    State,
    Step,
    Table,
    all_of,
    always,
    event,
    every_step,
    field,
    implies,
    ite,
    some_of,
    those,
    trace_model,
)
from spec.lang.declare import CallView, Outcome


class Process(Sort):
    """A process."""


class Task(Sort):
    """A thread of a process."""


class Phase(Enum):
    """What has become of a process."""

    members = ("FREE", "RUNNING", "ZOMBIE")


FREE, RUNNING, ZOMBIE = (Phase.of(name) for name in Phase.members)
FIRST, MAIN = Process.element(0), Task.element(0)


class ProcessRow(Row[Process]):
    """One process."""

    phase = field(Phase, initial=FREE)
    parent = field(Process, initial=lambda row: row)
    is_careless = field(Bool, initial=FALSE)
    is_marked = field(Bool, initial=FALSE)


class TaskRow(Row[Task]):
    """One thread."""

    is_live = field(Bool, initial=FALSE)
    process = field(Process, initial=FIRST)


class House(State):
    """The processes and their threads."""

    process = Table(Process, ProcessRow)
    task = Table(Task, TaskRow)
    family = Forest(Process, "process.parent")


def boot(new: House) -> None:
    """The first process runs, with one thread."""
    new.process[FIRST].phase = RUNNING
    new.task[MAIN].is_live = True


@event()
def fork(
    step: Step, old: House, new: House, me: Task, child: Process, thread: Task
) -> None:
    """A thread makes a process with a thread."""
    step.blocks(when=~old.task[me].is_live)
    step.picks(child, among=those(Process, lambda p: old.process[p].phase == FREE))
    step.picks(thread, among=those(Task, lambda t: ~old.task[t].is_live))
    new.process[child].phase = RUNNING
    new.process[child].is_marked = FALSE
    new.process[child].is_careless = FALSE
    new.family.attach(child, old.task[me].process)
    new.task[thread].is_live = True
    new.task[thread].process = child
    step.returns()


@event()
def start_thread(step: Step, old: House, new: House, me: Task, thread: Task) -> None:
    """A thread makes a thread."""
    step.blocks(when=~old.task[me].is_live)
    step.picks(thread, among=those(Task, lambda t: ~old.task[t].is_live))
    new.task[thread].is_live = True
    new.task[thread].process = old.task[me].process
    step.returns()


@event()
def stop_caring(step: Step, old: House, new: House, me: Task) -> None:
    """The process does not want to know how its children end."""
    step.blocks(when=~old.task[me].is_live)
    new.process[old.task[me].process].is_careless = True
    step.returns()


@event()
def end_thread(step: Step, old: House, new: House, me: Task) -> None:
    """A thread ends, and with the last one its process; the zombies it leaves go."""
    mine = old.task[me].process
    step.blocks(when=~old.task[me].is_live | (mine == FIRST))
    last = ~some_of(
        Task,
        lambda t: old.task[t].is_live & (t != me) & (old.task[t].process == mine),
    )
    unwanted = old.process[old.process[mine].parent].is_careless
    orphans = old.family.children_of(mine)
    step.out_of_scope(
        when=~last & some_of(Process, lambda p: (p == mine) & old.process[p].is_marked),
        cite="",
    )
    new.task[me].is_live = FALSE
    new.process[mine].phase = ite(last, ite(unwanted, FREE, ZOMBIE), RUNNING)
    with_zombies = those(
        Process,
        lambda p: last & orphans.has(p) & (old.process[p].phase == ZOMBIE),
    )
    new.process[with_zombies].phase = FREE
    step.returns()


@event()
def mark(step: Step, old: House, new: House, me: Task) -> None:
    """A process is marked unless it is the only one."""
    step.blocks(when=~old.task[me].is_live)
    mine = old.task[me].process
    new.process[mine].is_marked = some_of(
        Process, lambda p: (p != mine) & (old.process[p].phase != FREE)
    )
    step.returns()


def house() -> Model:
    """The model."""
    calls = (fork, start_thread, stop_caring, end_thread, mark)
    return trace_model("house", House, calls, boot=boot)


@always()
def the_first_process_runs(s: House) -> Bool:
    """It never ends; holds whatever the conditions."""
    return s.process[FIRST].phase == RUNNING


@always()
def nothing_is_ever_a_zombie(s: House) -> Bool:
    """Fails after a process has ended."""
    return all_of(Process, lambda p: s.process[p].phase != ZOMBIE)


@always()
def a_live_thread_has_a_running_process(s: House) -> Bool:
    """Holds only because a process ends with its last thread."""
    return all_of(
        Task,
        lambda t: implies(
            s.task[t].is_live, s.process[s.task[t].process].phase == RUNNING
        ),
    )


@always()
def nothing_is_marked(s: House) -> Bool:
    """Fails as soon as there are two processes."""
    return all_of(Process, lambda p: ~s.process[p].is_marked)


@always()
def a_lone_process_is_not_marked(s: House) -> Bool:
    """Fails when the process goes that a mark was made for."""
    return implies(
        all_of(Process, lambda p: (p == FIRST) | (s.process[p].phase == FREE)),
        ~s.process[FIRST].is_marked,
    )


@every_step()
def a_zombie_comes_of_a_running_process(
    old: House, new: House, call: CallView, outcome: Outcome
) -> Bool:
    """Nothing goes from FREE to ZOMBIE."""
    del call, outcome
    return all_of(
        Process,
        lambda p: implies(new.process[p].phase == ZOMBIE, old.process[p].phase != FREE),
    )


@every_step()
def a_process_never_goes_without_a_trace(
    old: House, new: House, call: CallView, outcome: Outcome
) -> Bool:
    """Fails: nobody waits for the child of a careless parent."""
    del call, outcome
    return all_of(
        Process,
        lambda p: implies(
            old.process[p].phase == RUNNING, new.process[p].phase != FREE
        ),
    )


PROPERTIES = (
    the_first_process_runs,
    nothing_is_ever_a_zombie,
    a_live_thread_has_a_running_process,
    nothing_is_marked,
    a_lone_process_is_not_marked,
    a_zombie_comes_of_a_running_process,
    a_process_never_goes_without_a_trace,
)
