"""What the log says of ends: exits, deaths by a signal, and the end of a namespace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.log import Call, Happening, Record
from checker.audit.strace_line import Exited, Killed
from checker.cli.auditing.people import LOW_BYTE, Life, exit_code
from checker.cli.auditing.scene import Scene
from checker.cli.auditing.sending import dying, word

HAS_ENDED: Final = ("ZOMBIE", "DEAD")
EXITING: Final = frozenset({"exit", "exit_group"})


def exited(code: int) -> int:
    """The status word of a process that exited."""
    return (code & LOW_BYTE) << 8


def ends(scene: Scene) -> None:
    """A demand for each end in the log, the end of a namespace's others first."""
    groups, alone = _exit_calls(scene)
    exits = {owner: _threads_end(scene, calls) for owner, calls in alone.items()}
    done: dict[int, int] = {}
    for record in scene.log.records:
        if not isinstance(record, Happening):
            continue
        life = scene.people.at(record.pid, record.line)
        if life is None or life.ended != record.line or life.process is not None:
            continue
        group = groups.get(id(life))
        after: list[int] = []
        if life.is_first_of_space:
            after += _emptied(scene, life, group, done)
        threads = exits.get(id(life), [])
        if isinstance(record.what, Killed):
            done[id(life)] = _is_killed(scene, life, record, after, record.what)
        elif group is None and threads:
            done[id(life)] = _last_exits(scene, life, record, [*after, *threads])
        else:
            done[id(life)] = _exits(scene, life, record, group, after)


def _exit_calls(scene: Scene) -> tuple[dict[int, Call], dict[int, list[Call]]]:
    """By process: the first call that ends all of it, and those that end a thread."""
    groups: dict[int, Call] = {}
    alone: dict[int, list[Call]] = {}
    for record in scene.log.records:
        if isinstance(record, Call) and record.name in EXITING:
            owner = id(scene.caller(record).owner)
            if record.name == "exit_group":
                groups.setdefault(owner, record)
            else:
                alone.setdefault(owner, []).append(record)
    return groups, alone


def _threads_end(scene: Scene, calls: Iterable[Call]) -> list[int]:
    """A demand for each thread that ends by itself, perhaps as the last one.

    If it was about to, and its process ended first, it is gone all the same.
    """
    found: list[int] = []
    for call in calls:
        life = scene.caller(call)
        over = life.ended or life.owner.ended
        if over is None:
            continue
        code = exit_code(call)
        step = scene.step("exit_thread", call.began, caller=life, code=code)
        span = (call.began, over)
        gone = scene.task_cell("task.run", life, call.began, "ABSENT", "ENDED")
        attempts = [scene.attempt(step), scene.told(gone)]
        found.append(scene.demand(call, attempts, span=span))
    return found


def _last_exits(scene: Scene, life: Life, record: Happening, after: list[int]) -> int:
    """A process ends with its last thread, and with the code of that one."""
    began = min(scene.demands[number].began for number in after)
    told = [scene.told(*_left(scene, life, record))]
    return scene.demand(record, told, span=(began, record.line), after=after)


def _exits(
    scene: Scene, life: Life, record: Happening, group: Call | None, after: list[int]
) -> int:
    """A process exits, all of it at once."""
    assert isinstance(record.what, Exited)
    began = scene.last_act(life, record.line) if group is None else group.began
    given = record.what.code
    if group is not None:
        given = exit_code(group)
    step = scene.step("exit_group", began, caller=life, code=given)
    return scene.demand(
        group or record,
        [scene.attempt(step, leaves=_left(scene, life, record))],
        span=(began, record.line),
        after=after,
        pid=life.pid,
    )


def _left(scene: Scene, life: Life, record: Happening) -> tuple[Cell, ...]:
    """What an exit leaves of a process."""
    assert isinstance(record.what, Exited)
    return (
        scene.cell("process.phase", life, *HAS_ENDED),
        scene.cell("process.status", life, exited(record.what.code)),
    )


def _is_killed(
    scene: Scene, life: Life, record: Happening, after: Iterable[int], what: Killed
) -> int:
    number = values.signal_number(what.signal)
    began = scene.last_act(life, record.line)
    return scene.demand(
        record,
        dying(scene, life, number, core=what.core, line=began),
        span=(began, record.line),
        after=after,
        in_order=True,
    )


def _emptied(
    scene: Scene, first: Life, call: Call | None, done: dict[int, int]
) -> Iterator[int]:
    """Before the first process of a namespace ends, it collects all that is left."""
    assert first.ended is not None
    began = first.began if call is None else call.began
    for life in scene.people.lives:
        if life.space != first.space or life is first or life.process is not None:
            continue
        if id(life) in scene.people.collected or life.ended is None:
            continue
        yield collect(scene, first, life, (max(began, life.ended), first.ended), done)


def collect(
    scene: Scene, by: Life, life: Life, span: tuple[int, int], done: dict[int, int]
) -> int:
    """The kernel itself collects a process on behalf of another."""
    number = scene.people.elements[life.pid]
    step = scene.step(
        "wait4", span[0], caller=by, whom="ONE_CHILD", number=number,
        no_hang=False, child=life,
    )  # fmt: skip
    gone = scene.cell("process.phase", life, "FREE")
    record: Record = Happening(life.pid, span[1], None, Exited(0))
    return scene.demand(
        record,
        [
            scene.attempt(step, values={number + 1}),
            scene.told(gone),
        ],
        span=span,
        after=[done[id(life)]] if id(life) in done else [],
    )


def status_cells(
    scene: Scene, child: Life, status: values.WaitStatus
) -> tuple[Cell, ...]:
    """What happened to the child is what its status says."""
    told = scene.cell("process.status", child, word(scene, status))
    if status.kind == "stopped":
        return told, scene.cell("process.is_stopped", child, 1)
    if status.kind == "continued":
        return told, scene.cell("process.is_stopped", child, 0)
    return told, scene.cell("process.phase", child, *HAS_ENDED)
