"""Small models whose exact state counts are known, written in the notation."""

from __future__ import annotations

from spec.lang import (
    CLEARED,
    FALSE,
    Bool,
    Enum,
    Forest,
    Int,
    Model,
    Row,
    SetOf,
    Sort,
    State,
    Step,
    Table,
    all_of,
    always,
    event,
    field,
    implies,
    ite,
    some_of,
    those,
    trace_model,
)


class Pid(Sort, first=1):
    """A pid of Model P: a process and its number are one thing there."""


class Code(Sort):
    """An exit code, 0 or 1."""


class Status(Enum):
    """What a pid is."""

    members = ("FREE", "RUNNING", "ZOMBIE")


FREE, RUNNING, ZOMBIE = (Status.of(name) for name in Status.members)
INIT = Pid.element(0)


class PidRow(Row[Pid]):
    """One pid."""

    status = field(Status, initial=FREE)
    parent = field(Pid, initial=lambda row: row)
    is_subreaper = field(Bool, initial=FALSE)
    code = field(Code, initial=Code.element(0))


class Processes(State):
    """The state of Model P."""

    pid = Table(Pid, PidRow)
    family = Forest(Pid, "pid.parent")


def boot_p(new: Processes) -> None:
    """Init runs; every other pid is free."""
    new.pid[INIT].status = RUNNING


def free_pids(old: Processes) -> SetOf[Pid]:
    """The pids that nothing uses."""
    return those(Pid, lambda p: old.pid[p].status == FREE)


def lowest_free(old: Processes) -> SetOf[Pid]:
    """The free pid below which none is free."""
    return those(
        Pid,
        lambda p: (
            (old.pid[p].status == FREE)
            & all_of(Pid, lambda q: implies(q < p, old.pid[q].status != FREE))
        ),
    )


@event()
def fork(step: Step, old: Processes, new: Processes, p: Pid, c: Pid) -> None:
    """A running pid makes a child at the lowest free pid."""
    step.blocks(when=old.pid[p].status != RUNNING)
    step.picks(c, among=lowest_free(old))
    new.pid[c].status = RUNNING
    new.family.attach(c, p)
    step.returns()


@event()
def fork_any(step: Step, old: Processes, new: Processes, p: Pid, c: Pid) -> None:
    """A running pid makes a child at any free pid."""
    step.blocks(when=old.pid[p].status != RUNNING)
    step.picks(c, among=free_pids(old))
    new.pid[c].status = RUNNING
    new.family.attach(c, p)
    step.returns()


@event()
def set_subreaper(step: Step, old: Processes, new: Processes, p: Pid) -> None:
    """A running pid other than init becomes a subreaper."""
    step.blocks(when=(p == INIT) | (old.pid[p].status != RUNNING))
    step.blocks(when=old.pid[p].is_subreaper)
    new.pid[p].is_subreaper = True
    step.returns()


@event()
def end(step: Step, old: Processes, new: Processes, p: Pid, code: Code) -> None:
    """A running pid ends; its children pass to the nearest subreaper, or to init."""
    step.blocks(when=(p == INIT) | (old.pid[p].status != RUNNING))
    heir = old.family.nearest_ancestor(
        p, such_that=lambda a: (a == INIT) | old.pid[a].is_subreaper
    )
    new.family.move_children(old.family.children_of(p), to=heir)
    new.pid[p].status = ZOMBIE
    new.pid[p].is_subreaper = FALSE
    new.pid[p].code = code
    step.never_returns()


@event()
def reap(step: Step, old: Processes, new: Processes, c: Pid) -> None:
    """The running parent of a zombie collects it."""
    step.blocks(when=(c == INIT) | (old.pid[c].status != ZOMBIE))
    step.blocks(when=old.pid[old.pid[c].parent].status != RUNNING)
    new.pid[c] = CLEARED
    step.returns()


def model_p(numbers: str = "lowest") -> Model:
    """Model P, the yardstick: pids are handed out `lowest` free first, or `any`."""
    fork_call = {"lowest": fork, "any": fork_any}[numbers]
    calls = (fork_call, set_subreaper, end, reap)
    return trace_model(f"model-p-{numbers}", Processes, calls, boot=boot_p)


@always()
def every_parent_runs(s: Processes) -> Bool:
    """The parent of every existing process but init is running."""
    return all_of(
        Pid,
        lambda q: implies(
            (s.pid[q].status != FREE) & (q != INIT),
            s.pid[s.pid[q].parent].status == RUNNING,
        ),
    )


@always()
def the_pids_are_one_tree(s: Processes) -> Bool:
    """Init is an ancestor of every other existing process."""
    return all_of(
        Pid,
        lambda q: implies(
            (s.pid[q].status != FREE) & (q != INIT), s.family.is_ancestor(INIT, q)
        ),
    )


@always()
def exit_codes_are_recorded(s: Processes) -> Bool:
    """Init runs, only zombies have a code, and a free pid has nothing."""
    zero = Code.element(0)
    return (s.pid[INIT].status == RUNNING) & all_of(
        Pid,
        lambda q: (
            implies(
                s.pid[q].status == FREE,
                (s.pid[q].parent == q)
                & ~s.pid[q].is_subreaper
                & (s.pid[q].code == zero),
            )
            & implies(s.pid[q].status == RUNNING, s.pid[q].code == zero)
            & implies(s.pid[q].status == ZOMBIE, ~s.pid[q].is_subreaper)
        ),
    )


MODEL_P_INVARIANTS = (every_parent_runs, the_pids_are_one_tree, exit_codes_are_recorded)


class Gallons(Int, bits=3):
    """What a jug holds."""


class Jugs(State):
    """Die Hard: a jug of three gallons and one of five."""

    small = field(Gallons, initial=0)
    big = field(Gallons, initial=0)


@event()
def fill_small(step: Step, old: Jugs, new: Jugs) -> None:
    """The small jug is full."""
    new.small = 3
    step.returns()


@event()
def fill_big(step: Step, old: Jugs, new: Jugs) -> None:
    """The big jug is full."""
    new.big = 5
    step.returns()


@event()
def empty_small(step: Step, old: Jugs, new: Jugs) -> None:
    """The small jug is empty."""
    new.small = 0
    step.returns()


@event()
def empty_big(step: Step, old: Jugs, new: Jugs) -> None:
    """The big jug is empty."""
    new.big = 0
    step.returns()


@event()
def small_to_big(step: Step, old: Jugs, new: Jugs) -> None:
    """Pour until the big jug is full or the small one empty."""
    room = Gallons.lift(5) - old.big
    poured = ite(old.small < room, old.small, room)
    new.big = old.big + poured
    new.small = old.small - poured
    step.returns()


@event()
def big_to_small(step: Step, old: Jugs, new: Jugs) -> None:
    """Pour until the small jug is full or the big one empty."""
    room = Gallons.lift(3) - old.small
    poured = ite(old.big < room, old.big, room)
    new.small = old.small + poured
    new.big = old.big - poured
    step.returns()


def die_hard() -> Model:
    """The jugs: 16 states; 4 gallons are reached in 6 steps."""
    calls = (fill_small, fill_big, empty_small, empty_big, small_to_big, big_to_small)
    return trace_model("die-hard", Jugs, calls)


@always()
def the_big_jug_never_holds_four(s: Jugs) -> Bool:
    """Refuted: that is the puzzle's solution."""
    return s.big != 4


class Manager(Sort, first=1):
    """A resource manager of TwoPhase."""


class Phase(Enum):
    """What a resource manager, or the transaction manager, has decided."""

    members = ("WORKING", "PREPARED", "COMMITTED", "ABORTED")


WORKING, PREPARED, COMMITTED, ABORTED = (Phase.of(name) for name in Phase.members)


class ManagerRow(Row[Manager]):
    """One resource manager, what it sent, and what the others know of it."""

    phase = field(Phase, initial=WORKING)
    has_sent = field(Bool, initial=FALSE)
    is_known_prepared = field(Bool, initial=FALSE)


class Commit(State):
    """Lamport's TwoPhase (Gray and Lamport, Consensus on Transaction Commit)."""

    manager = Table(Manager, ManagerRow)
    decision = field(Phase, initial=WORKING)
    commit_sent = field(Bool, initial=FALSE)
    abort_sent = field(Bool, initial=FALSE)


@event()
def receive_prepared(step: Step, old: Commit, new: Commit, r: Manager) -> None:
    """The transaction manager notes that `r` is prepared."""
    step.blocks(when=(old.decision != WORKING) | ~old.manager[r].has_sent)
    new.manager[r].is_known_prepared = True
    step.returns()


@event()
def decide_commit(step: Step, old: Commit, new: Commit) -> None:
    """All are prepared: commit."""
    step.blocks(when=old.decision != WORKING)
    step.blocks(when=some_of(Manager, lambda r: ~old.manager[r].is_known_prepared))
    new.decision = COMMITTED
    new.commit_sent = True
    step.returns()


@event()
def decide_abort(step: Step, old: Commit, new: Commit) -> None:
    """The transaction manager gives up."""
    step.blocks(when=old.decision != WORKING)
    new.decision = ABORTED
    new.abort_sent = True
    step.returns()


@event()
def prepare(step: Step, old: Commit, new: Commit, r: Manager) -> None:
    """`r` is prepared and says so."""
    step.blocks(when=old.manager[r].phase != WORKING)
    new.manager[r].phase = PREPARED
    new.manager[r].has_sent = True
    step.returns()


@event()
def choose_to_abort(step: Step, old: Commit, new: Commit, r: Manager) -> None:
    """`r` aborts of its own accord."""
    step.blocks(when=old.manager[r].phase != WORKING)
    new.manager[r].phase = ABORTED
    step.returns()


@event()
def receive_commit(step: Step, old: Commit, new: Commit, r: Manager) -> None:
    """`r` is told to commit."""
    step.blocks(when=~old.commit_sent)
    new.manager[r].phase = COMMITTED
    step.returns()


@event()
def receive_abort(step: Step, old: Commit, new: Commit, r: Manager) -> None:
    """`r` is told to abort."""
    step.blocks(when=~old.abort_sent)
    new.manager[r].phase = ABORTED
    step.returns()


def two_phase() -> Model:
    """TwoPhase: N = 3 has 288 states and 1 146 generated ones."""
    calls = (
        receive_prepared,
        decide_commit,
        decide_abort,
        prepare,
        choose_to_abort,
        receive_commit,
        receive_abort,
    )
    return trace_model("two-phase", Commit, calls)


@always()
def no_two_managers_disagree(s: Commit) -> Bool:
    """No manager commits while another has aborted."""
    return ~(
        some_of(Manager, lambda r: s.manager[r].phase == COMMITTED)
        & some_of(Manager, lambda r: s.manager[r].phase == ABORTED)
    )
