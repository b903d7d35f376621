"""What each call in a log asks of the Unix model: one function for each call.

A call that the table does not have says nothing that the model could deny, and so does
an error that the model does not know of that call (memory, limits, permissions).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.lexing import BadLog, Unreadable
from checker.audit.log import Call, Happening, Record
from checker.audit.strace_line import Signalled
from checker.cli.auditing.endings import EXITING, ends, exited, killed, status_cells
from checker.cli.auditing.people import (
    CREATING,
    HOME,
    Life,
    ending_of,
    flags_of,
    made_pid,
)
from checker.cli.auditing.scene import Scene

Asked = Callable[[Scene, Call, values.Ending], bool]
"""Adds the demands of a call, or answers False: the model says nothing of it."""

IMAGES: Final = {
    None: "PROGRAM",
    "ENOENT": "ABSENT",
    "EACCES": "FORBIDDEN",
    "ENOEXEC": "GARBAGE",
}
"""The file that an exec's answer tells of."""


def collect_demands(scene: Scene) -> None:
    """Everything that the log asks of the model."""
    _appearances(scene)
    for record in scene.log.records:
        if isinstance(record, Happening):
            if isinstance(record.what, Signalled):
                _news(scene, record, record.what.info, record.line)
            continue
        try:
            known = _call(scene, record)
        except Unreadable as error:
            raise BadLog(record.ended or record.began, str(error)) from None
        if not known:
            scene.leave_out(record.name)
    ends(scene)


def _call(scene: Scene, call: Call) -> bool:
    if call.name in EXITING:
        return True
    asked = TABLE.get(call.name)
    if asked is None or not call.whole:
        return False
    ending = ending_of(call)
    if call.name not in CREATING and (
        call.ended is None or (ending.value is None and ending.error is None)
    ):
        return False
    if ending.value is not None:
        wrong = scene.people.contradiction(scene.caller(call), ending.value, call.began)
        if wrong:
            scene.demand(call, (), impossible=wrong)
            return True
    return asked(scene, call, ending)


def _appearances(scene: Scene) -> None:
    """Nobody appears whom nobody made, the first process apart."""
    for life in scene.people.lives[1:]:
        if life.maker is None:
            scene.appears(life)


# Creation


def create(scene: Scene, call: Call, _ending: values.Ending) -> bool:
    """A new process or thread: by its own first line it is there."""
    child = made_pid(call)
    if child is None:
        return False
    life = scene.people.at(child, call.began)
    if life is None or life.made_by is not call:
        return False
    flags, maker = flags_of(call), scene.caller(call)
    number = scene.people.elements[life.pid]
    ended = call.began if call.ended is None else call.ended
    span = (call.began, min(ended, life.seen) if life.seen else ended)
    if "CLONE_THREAD" in flags:
        return False
    step = scene.step(
        "fork", call.began, caller=maker, thread=maker, child=life, task=life,
        pid=number,
    )  # fmt: skip
    made = scene.demand(call, [scene.attempt(step, values={number + 1})], span=span)
    if life.is_first_of_space:
        adopts = scene.step(
            "prctl_set_child_subreaper", call.began, caller=life, is_subreaper=True
        )
        scene.demand(call, [scene.attempt(adopts)], span=span, after=[made])
    return True


def exec_(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A new program; the caller may be any thread."""
    if ending.error not in IMAGES:
        return False
    caller = scene.caller(call)
    step = scene.step(
        "execve", call.began, caller=caller.owner, thread=caller,
        image=IMAGES[ending.error],
    )  # fmt: skip
    scene.demand(call, [scene.attempt(step, error=ending.error)])
    return True


# Waiting


def wait4(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A child collected, or none to collect, or none at all."""
    parts = values.listed(f"({call.arguments})")
    caller, line = scene.caller(call), call.ended or call.began
    options = values.flags(parts[2])
    whom, number = _selected(scene, caller, values.pid(parts[0]), call.began)
    no_hang = "WNOHANG" in options
    if ending.error is not None:
        if ending.error != "ECHILD":
            return False
        step = scene.step(
            "wait4", line, caller=caller.owner, whom=whom, number=number,
            no_hang=no_hang, child=caller.owner,
        )  # fmt: skip
        scene.demand(call, [scene.attempt(step, error="ECHILD")])
        return True
    said = ending.value
    assert said is not None
    if said.inside == 0:
        step = scene.step(
            "wait4", line, caller=caller.owner, whom=whom, number=number,
            no_hang=no_hang, child=caller.owner,
        )  # fmt: skip
        scene.demand(call, [scene.attempt(step, values={0}, quiet=True)])
        return True
    child = scene.people.meant(caller, said, line)
    if child is None:
        scene.demand(call, (), impossible=f"{said.inside} has never been a process")
        return True
    cells: tuple[Cell, ...] = ()
    if parts[1].startswith("0x"):
        wrong = f"it collects {said.inside}, and does not say how that one ended"
        scene.demand(call, (), impossible=wrong)
        return True
    if parts[1] != "NULL":
        status = _word(values.wait_status(parts[1]))
        if status is None:
            return False
        cells = status_cells(scene, child, status)
    step = scene.step(
        "wait4", line, caller=caller.owner, whom=whom, number=number,
        no_hang=no_hang, child=child,
    )  # fmt: skip
    answer = scene.result(caller, said, line)
    scene.demand(call, [scene.attempt(step, values=answer, cells=cells)])
    return True


def _selected(
    scene: Scene, caller: Life, said: values.Pid, line: int
) -> tuple[str, int]:
    """What the first argument of wait4 selects, in the model's terms."""
    if said.inside == -1:
        return "ANY_CHILD", 0
    number = scene.people.element(caller, said, line)
    return ("ONE_CHILD" if said.inside > 0 else "GROUP_MEMBER"), number


def _word(status: values.WaitStatus) -> int | None:
    if status.kind == "exited":
        return exited(status.number)
    if status.kind == "signaled":
        return killed(status.number, core=status.core)
    return None


# Asking


def own_number(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The caller's own number."""
    caller, said = scene.caller(call), ending.value
    if said is None or caller.process is not None:
        return False
    if caller.inside == 0:
        caller.inside = said.inside
    line = call.ended or call.began
    if caller.space != HOME and said.outside is None:
        is_own = said.inside == caller.inside
        number = scene.people.elements[caller.pid] if is_own else 1
        answer = frozenset({number + 1})
    else:
        answer = scene.result(caller, said, line)
    step = scene.step("getpid", call.began, caller=caller)
    scene.demand(call, [scene.attempt(step, values=answer)])
    return True


def getppid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The parent's number, which changes when somebody adopts the caller."""
    if ending.value is None:
        return False
    caller, line = scene.caller(call), call.ended or call.began
    step = scene.step("getppid", call.began, caller=caller.owner)
    answer = scene.result(caller, ending.value, line)
    scene.demand(call, [scene.attempt(step, values=answer)])
    return True


def setsid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A session of one's own."""
    caller, line = scene.caller(call), call.ended or call.began
    step = scene.step("setsid", call.began, caller=caller.owner)
    if ending.value is None:
        scene.demand(call, [scene.attempt(step, error=ending.error)])
        return True
    answer = scene.result(caller, ending.value, line)
    scene.demand(call, [scene.attempt(step, values=answer)])
    return True


def prctl(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The subreaper's flag."""
    parts = values.listed(f"({call.arguments})")
    if ending.value is None or parts[0] not in {
        "PR_SET_CHILD_SUBREAPER",
        "PR_GET_CHILD_SUBREAPER",
    }:
        return False
    caller = scene.caller(call).owner
    if parts[0] == "PR_SET_CHILD_SUBREAPER":
        wanted = values.integer(parts[1]) != 0
        step = scene.step(
            "prctl_set_child_subreaper", call.began, caller=caller, is_subreaper=wanted
        )
        scene.demand(call, [scene.attempt(step)])
        return True
    step = scene.step("prctl_get_child_subreaper", call.began, caller=caller)
    told = values.integer(values.listed(parts[1])[0])
    scene.demand(call, [scene.attempt(step, values={told})])
    return True


# News of children


def rt_sigtimedwait(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A signal taken from the queue, which may tell of a child."""
    parts = values.listed(f"({call.arguments})")
    if ending.value is None or not parts[1].startswith("{"):
        return False
    return _news(scene, call, parts[1], call.ended or call.began)


def _news(scene: Scene, record: Record, told: str, line: int) -> bool:
    """A SIGCHLD tells whose end it is about, and how that one ended."""
    info = values.fields(told)
    if info.get("si_signo") != "SIGCHLD" or "si_pid" not in info:
        return False
    caller, said = scene.caller(record), values.pid(info["si_pid"])
    child = scene.people.meant(caller, said, line)
    wrong = scene.people.contradiction(caller, said, line)
    code, status = info.get("si_code"), info.get("si_status", "0")
    if child is None or wrong:
        wrong = wrong or f"{said.inside} has never been a process"
        scene.demand(record, (), impossible=wrong)
        return True
    if code == "CLD_EXITED":
        word = exited(values.integer(status))
    elif code in {"CLD_KILLED", "CLD_DUMPED"}:
        word = killed(values.signal_number(status), core=code == "CLD_DUMPED")
    else:
        return False
    if not scene.first_news(child, caller):
        wrong = f"the end of {child.pid} has been told before"
        scene.demand(record, (), impossible=wrong)
        return True
    cells = (
        *status_cells(scene, child, word),
        scene.cell("process.parent", child, caller.owner.row),
    )
    scene.demand(record, [scene.told(*cells)], span=(child.began, line))
    return True


TABLE: Final[dict[str, Asked]] = {
    "clone": create,
    "clone3": create,
    "execve": exec_,
    "execveat": exec_,
    "fork": create,
    "getpid": own_number,
    "getppid": getppid,
    "gettid": own_number,
    "prctl": prctl,
    "rt_sigtimedwait": rt_sigtimedwait,
    "set_tid_address": own_number,
    "setsid": setsid,
    "vfork": create,
    "wait4": wait4,
}
