"""What the log says of signals: who sends them, who hears of them, whom they stop.

A signal that the model has no name for does to a process what a fault does: it ends
it. Its number in a status is then that of the fault, on both sides.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import Final

from checker.audit import values
from checker.audit.demands import Attempt, Cell
from checker.audit.log import Call, Happening
from checker.audit.strace_line import Paused, Signalled
from checker.cli.auditing.people import HOME, OUTSIDE, Life, arguments
from checker.cli.auditing.scene import Scene
from checker.evaluate import Invocation

FAULT: Final = int(signal.SIGSEGV)
CORE: Final = 0x80
STOPPED: Final = 0x7F
CONTINUED: Final = 0xFFFF
LOWEST: Final = -(1 << 31)
_CONTINUED: Final = re.compile(
    r"WIFCONTINUED\(s\).*\) = (?P<waited>[1-9].*)|CLD_CONTINUED, si_pid=(?P<told>\d.*)"
)
"""Where a wait or a siginfo says who goes on."""


def member(scene: Scene, number: int) -> str | None:
    """The model's name for a signal; None if it has none."""
    if number == 0:
        return "NULL"
    try:
        name = signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return None
    return name if name in scene.signals() else None


def known_number(scene: Scene, number: int) -> int:
    """The signal's number, or that of a fault if the model does not name it."""
    return FAULT if member(scene, number) is None else number


def word(scene: Scene, status: values.WaitStatus) -> int:
    """The status word, as the model has it."""
    if status.kind == "exited":
        return status.number << 8
    if status.kind == "continued":
        return CONTINUED
    number = known_number(scene, status.number)
    if status.kind == "stopped":
        return number << 8 | STOPPED
    return number | (CORE if status.core else 0)


def from_outside(scene: Scene, life: Life, name: str) -> Invocation:
    """Somebody whom the log does not show sends a signal."""
    return scene.step(
        "kill", 0, caller=OUTSIDE, aim="ONE", sig=name,
        number=scene.people.elements[life.owner.pid],
    )  # fmt: skip


def dying(
    scene: Scene, life: Life, number: int, *, core: bool, line: int
) -> list[Attempt]:
    """Ways in which a signal can have ended a process."""
    name = member(scene, number)
    status = values.WaitStatus("signaled", number, core)
    leaves = (
        scene.cell("process.phase", life, "ZOMBIE", "DEAD"),
        scene.cell("process.status", life, word(scene, status)),
    )
    found: list[Attempt] = []
    if name is not None:
        step = scene.step("die_of_signal", line, victim=life, sig=name, core=core)
        sent = from_outside(scene, life, name)
        taken = (
            *others_taken(scene, life, line, name),
            scene.holding("task.blocked", life, line, (), (name,)),
        )
        found.append(scene.attempt(step, leaves=leaves))
        found.append(scene.attempt(step, leaves=leaves, first=(sent,)))
        found.append(scene.attempt(step, leaves=leaves, first=(sent,), learns=taken))
    if name is None or number == FAULT:
        fault = scene.step("fatal_fault", line, victim=life, core=core)
        found.append(scene.attempt(fault, leaves=leaves))
    return found


def others_taken(scene: Scene, life: Life, line: int, but: str) -> tuple[Cell, ...]:
    """Nothing else waits: calls that no log shows may have taken it (signalfd(2))."""
    others = tuple(name for name in scene.signals() if name != but)
    return tuple(
        scene.holding(queue, life, line, (), others)
        for queue in ("process.pending", "task.pending")
    )


def stops(scene: Scene, record: Happening, what: Paused) -> None:
    """A signal stops a process; each of its threads says so."""
    life = scene.caller(record).owner
    name = member(scene, values.signal_number(what.signal))
    if name is None:
        return
    step = scene.step("stop_of_signal", record.line, victim=life, sig=name)
    sent = from_outside(scene, life, name)
    began = scene.last_act(life, record.line)
    scene.demand(
        record,
        [
            scene.attempt(step),
            scene.attempt(step, first=(sent,)),
            scene.told(scene.cell("process.is_stopped", life, 1)),
            scene.attempt(
                step,
                first=(sent,),
                learns=others_taken(scene, life, record.line, name),
            ),
        ],
        span=(began, record.line),
        in_order=True,
    )
    _goes_on(scene, record, life)


def _goes_on(scene: Scene, record: Happening, life: Life) -> None:
    """Before a stopped process does anything else, somebody has let it go on.

    Its next record shows that it has, or what somebody else is told of it.
    """
    later = next(scene.knowing.after(record), None)
    shown = [line for line in _told_to_go_on(scene, life) if line > record.line]
    if isinstance(later, Call):
        shown.append(later.began)
    elif later is not None and isinstance(later.what, Signalled):
        shown.append(later.line)
    if not shown or (life.ended is not None and life.ended <= min(shown)):
        return
    runs = scene.cell("process.is_stopped", life, 0)
    attempts = [scene.told(runs), scene.attempt(None, first=let_go_on(scene, life))]
    span = (min(shown) - 1, min(shown))
    scene.demand(record, attempts, span=span, in_order=True)


def _told_to_go_on(scene: Scene, life: Life) -> Iterator[int]:
    """The lines at which somebody is told that the process goes on."""
    for record in scene.log.records:
        if isinstance(record, Call):
            if "CONTINUED" not in record.arguments or record.ended is None:
                continue
            told = f"{record.arguments}) = {record.result}"
            line = record.ended
        elif isinstance(record.what, Signalled):
            told, line = record.what.info, record.line
        else:
            continue
        found = _CONTINUED.search(told)
        if found is not None:
            said = values.pid(found["waited"] or found["told"])
            if scene.people.meant(scene.caller(record), said, line) is life:
                yield line


def let_go_on(scene: Scene, life: Life) -> tuple[Invocation, ...]:
    """A stopped process goes on because of somebody or something that is not shown.

    The kernel itself does so to a session whose terminal is hung up.
    """
    return (
        from_outside(scene, life, "CONT"),
        scene.step("resume", 0, stopped_one=life.owner),
    )


# Calls


def kill(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A signal to a process or to a group, or to everybody."""
    parts = arguments(call, 2)
    said, caller = values.pid(parts[0]), scene.caller(call)
    name = member(scene, values.signal_number(parts[1]))
    if name is None:
        return False
    if said.inside == -1:
        return _to_everybody(scene, call, ending, name)
    number, whom = 0, None
    if said.inside:
        whom = scene.people.meant(caller, said, call.began)
        if whom is None and caller.space == HOME:
            return False
        number = scene.people.element(caller, said, call.began)
    by: dict[str, str | int] = {
        "aim": _aim(said.inside), "number": number, "sig": name,
    }  # fmt: skip
    is_shown = may_be_judged(scene, call, whom if said.inside > 0 else None)
    if ending.error not in ({None, "ESRCH", "EPERM"} if is_shown else {None, "ESRCH"}):
        return False
    attempts = [
        scene.attempt(
            scene.step("kill", call.began, caller=caller, **by), error=ending.error
        )
    ]
    if ending.error is None and said.inside and not is_shown:
        as_root = scene.step("kill", call.began, caller=OUTSIDE, **by)
        attempts.append(scene.attempt(as_root, cells=can_run(scene, caller)))
    scene.demand_perhaps(call, attempts, ending)
    return True


def can_run(scene: Scene, caller: Life) -> tuple[Cell, ...]:
    """The caller is there to make a call, whoever it is made for."""
    return (
        scene.cell("process.phase", caller.owner, "RUNNING"),
        scene.cell("process.is_stopped", caller.owner, 0),
    )


def may_be_judged(scene: Scene, call: Call, whom: Life | None) -> bool:
    """The log has told whose user ids these are, so that they say who may signal."""
    if whom is None:
        return False
    mine = scene.known(call)
    its = scene.knowing.of(scene.thread(whom, call.began))
    is_told = mine.all_ids and its.all_ids and max(mine.since, its.since) < call.began
    return is_told and mine.is_plain


def _to_everybody(scene: Scene, call: Call, ending: values.Ending, name: str) -> bool:
    """A signal to all in the caller's namespace, but its first process and the caller.

    In strace's own namespace are processes that no log shows.
    """
    caller = scene.caller(call)
    if ending.error is not None or caller.space == HOME:
        return False
    over = call.ended or call.began
    meant = [
        life
        for life in scene.people.lives
        if life.process is None
        and life.began <= over
        and life is not caller.owner
        and life.space != HOME
        and not (life.space == caller.space and life.is_first_of_space)
    ]
    is_there = [
        scene.told(scene.cell("process.phase", life, "RUNNING", "ZOMBIE"))
        for life in meant
    ]
    if ending.value is not None:
        wrong = "" if meant else "nobody else is in its namespace"
        scene.demand(call, is_there, impossible=wrong)
    sent = tuple(
        scene.step(
            "kill", call.began, caller=caller, aim="ONE", sig=name,
            number=scene.people.elements[life.pid],
        )
        for life in meant
        if life.space == caller.space
        and (life.ended is None or life.ended >= call.began)
    )  # fmt: skip
    scene.demand_perhaps(call, [scene.attempt(None, perhaps=sent)], ending)
    return True


def _aim(said: int) -> str:
    if said > 0:
        return "ONE"
    if said == 0:
        return "OWN_GROUP"
    return "LOWEST" if said == LOWEST else "GROUP"


def tgkill(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A signal to one thread of a process."""
    parts = arguments(call, 3)
    return _to_thread(scene, call, ending, parts)


def tkill(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A signal to one thread."""
    parts = arguments(call, 2)
    return _to_thread(scene, call, ending, parts)


def _to_thread(
    scene: Scene, call: Call, ending: values.Ending, parts: tuple[str, ...]
) -> bool:
    caller = scene.caller(call)
    said = [values.pid(part) for part in parts[:-1]]
    name = member(scene, values.signal_number(parts[-1]))
    if name is None or ending.error not in {None, "ESRCH"}:
        return False
    if any(scene.people.meant(caller, one, call.began) is None for one in said):
        return False
    numbers = [scene.people.number(caller, one, call.began) for one in said]
    given: dict[str, int] = {"tid": numbers[-1]}
    if len(numbers) > 1:
        given["tgid"] = numbers[0]
    step = scene.step(
        call.name, call.began, caller=caller, sig=name, positive=True, **given
    )
    attempts = [scene.attempt(step, error=ending.error)]
    if ending.error is None:
        as_root = scene.step(
            call.name, call.began, caller=OUTSIDE, sig=name, positive=True, **given
        )
        attempts.append(scene.attempt(as_root, cells=can_run(scene, caller)))
    scene.demand_perhaps(call, attempts, ending)
    return True


def rt_sigaction(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """What is to happen on a signal."""
    parts = arguments(call, 2)
    name = member(scene, values.signal_number(parts[0]))
    if name is None or not parts[1].startswith("{"):
        return False
    if ending.error not in {None, "EINVAL"}:
        return False
    asked = values.fields(parts[1])
    handler = asked.get("sa_handler", asked.get("sa_sigaction", ""))
    dispositions = {"SIG_DFL": "DEFAULT", "SIG_IGN": "IGNORE"}
    flags = values.flags(asked.get("sa_flags", "0"))
    of_child = name == "CHLD"
    scene.place(call).minds_writing |= name == "TTOU"
    step = scene.step(
        "sigaction", call.began, caller=scene.caller(call).owner, sig=name,
        disposition=dispositions.get(handler, "HANDLE"),
        no_zombies=of_child and "SA_NOCLDWAIT" in flags,
        no_stops=of_child and "SA_NOCLDSTOP" in flags,
    )  # fmt: skip
    scene.demand(call, [scene.attempt(step, error=ending.error)])
    return True
