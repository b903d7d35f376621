"""What the log says of ends: exits, deaths by a signal, and the end of a namespace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.log import Call, Happening, Record
from checker.audit.strace_line import Exited, Killed
from checker.cli.auditing.people import Life
from checker.cli.auditing.scene import LOW_BYTE, Scene
from checker.cli.auditing.sending import dying, word

HAS_ENDED: Final = ("ZOMBIE", "DEAD")
EXITING: Final = frozenset({"exit", "exit_group"})


def exited(code: int) -> int:
    """The status word of a process that exited."""
    return (code & LOW_BYTE) << 8


def ends(scene: Scene) -> None:
    """A demand for each end in the log, the end of a namespace's others first."""
    calls = _last_calls(scene)
    done: dict[int, int] = {}
    for record in scene.log.records:
        if not isinstance(record, Happening):
            continue
        life = scene.people.at(record.pid, record.line)
        if life is None or life.ended != record.line:
            continue
        if life.process is not None:
            _thread_ends(scene, life, record, calls.get(id(life)))
            continue
        after = (
            list(_emptied(scene, life, calls, done)) if life.is_first_of_space else []
        )
        done[id(life)] = _process_ends(scene, life, record, calls.get(id(life)), after)


def _last_calls(scene: Scene) -> dict[int, Call]:
    """For each life, the call that ends it; a process's may be any thread's."""
    found: dict[int, Call] = {}
    for record in scene.log.records:
        if isinstance(record, Call) and record.name in EXITING:
            life = scene.caller(record)
            whole = record.name == "exit_group"
            found.setdefault(id(life.owner if whole else life), record)
    return found


def _thread_ends(
    scene: Scene, life: Life, record: Happening, call: Call | None
) -> None:
    """A thread that ends alone; one whose process ends goes with it."""
    if call is None:
        return
    code = values.integer(call.arguments) & LOW_BYTE
    step = scene.step("exit_thread", call.began, caller=life, code=code)
    attempt = scene.attempt(step)
    scene.demand(call, [attempt], span=(call.began, record.line))


def _process_ends(
    scene: Scene,
    life: Life,
    record: Happening,
    call: Call | None,
    after: Iterable[int],
) -> int:
    what = record.what
    if isinstance(what, Exited):
        return _exits(scene, life, record, call, after, what.code)
    assert isinstance(what, Killed)
    return _is_killed(scene, life, record, after, what)


def _exits(
    scene: Scene,
    life: Life,
    record: Happening,
    call: Call | None,
    after: Iterable[int],
    code: int,
) -> int:
    began = scene.last_act(life, record.line) if call is None else call.began
    given = code if call is None else values.integer(call.arguments) & LOW_BYTE
    leaves = (
        scene.cell("process.phase", life, *HAS_ENDED),
        scene.cell("process.status", life, exited(code)),
    )
    by_thread = call is not None and call.name == "exit"
    name = "exit_thread" if by_thread else "exit_group"
    step = scene.step(name, began, caller=life, code=given)
    return scene.demand(
        call or record,
        [scene.attempt(step, leaves=leaves)],
        span=(began, record.line),
        after=after,
        pid=life.pid,
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
    )


def _emptied(
    scene: Scene, first: Life, calls: dict[int, Call], done: dict[int, int]
) -> Iterator[int]:
    """Before the first process of a namespace ends, it collects all that is left."""
    assert first.ended is not None
    call = calls.get(id(first))
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
