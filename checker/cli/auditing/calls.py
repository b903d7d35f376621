"""What each call in a log asks of the Unix model: one function for each call.

A call that the table does not have says nothing that the model could deny, and so does
an error that the model does not know of that call (memory, limits, permissions).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checker.audit import values
from checker.audit.lexing import BadLog, Unreadable
from checker.audit.log import Call, Happening, Record
from checker.audit.strace_line import Paused, Signalled
from checker.cli.auditing.asking import (
    getpgid,
    getpgrp,
    getppid,
    getsid,
    own_number,
    setpgid,
    setsid,
)
from checker.cli.auditing.creating import create, exec_
from checker.cli.auditing.endings import EXITING, ends, status_cells
from checker.cli.auditing.masks import (
    delivery,
    rt_sigpending,
    rt_sigprocmask,
    rt_sigreturn,
    taken,
)
from checker.cli.auditing.people import CREATING, arguments, ending_of
from checker.cli.auditing.pidfds import (
    close,
    pidfd_getfd,
    pidfd_open,
    pidfd_send_signal,
)
from checker.cli.auditing.scene import Scene, name_of
from checker.cli.auditing.sending import (
    kill,
    member,
    rt_sigaction,
    stops,
    tgkill,
    tkill,
)
from checker.cli.auditing.terminals import ioctl
from checker.cli.auditing.users import geteuid, getresuid, getuid, set_ids
from checker.cli.auditing.waiting import told_status, wait4, waitid

Asked = Callable[[Scene, Call, values.Ending], bool]
"""Adds the demands of a call, or answers False: the model says nothing of it."""


UNANSWERED: Final = CREATING | {
    "execve",
    "execveat",
    "kill",
    "pidfd_send_signal",
    "tgkill",
    "tkill",
}
"""The calls that can have taken effect though nobody was left to be answered."""


def collect_demands(scene: Scene) -> None:
    """Everything that the log asks of the model."""
    _appearances(scene)
    for record in scene.log.records:
        try:
            known = _record(scene, record)
        except Unreadable as error:
            line = record.line if isinstance(record, Happening) else record.began
            raise BadLog(line, str(error)) from None
        if not known:
            scene.leave_out(name_of(record))
    ends(scene)


def _record(scene: Scene, record: Record) -> bool:
    """The demands of one record; False if the model says nothing of it."""
    scene.known(record)
    scene.place(record)
    if isinstance(record, Call):
        return _call(scene, record)
    if isinstance(record.what, Signalled):
        _news(scene, record, record.what.info, record.line)
        delivery(scene, record, record.what)
    elif isinstance(record.what, Paused):
        stops(scene, record, record.what)
    return True


def _call(scene: Scene, call: Call) -> bool:
    if call.name in EXITING:
        return True
    asked = TABLE.get(call.name)
    if asked is None or not call.whole:
        return False
    ending = ending_of(call)
    unknown = ending.value is None and ending.error is None
    if call.name not in UNANSWERED and (call.ended is None or unknown):
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


# Of one's own process


def prctl(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The subreaper's flag; the signal of the parent's death; kept privileges."""
    parts = arguments(call, 1)
    if parts[0] in {"PR_SET_KEEPCAPS", "PR_SET_SECUREBITS", "PR_CAP_AMBIENT"}:
        scene.known(call).asks_to_keep_privileges()
    if ending.value is None or parts[0] not in {
        "PR_SET_CHILD_SUBREAPER",
        "PR_GET_CHILD_SUBREAPER",
        "PR_SET_PDEATHSIG",
    }:
        return False
    parts = arguments(call, 2)
    caller = scene.caller(call).owner
    if parts[0] == "PR_SET_PDEATHSIG":
        name = member(scene, values.signal_number(parts[1]))
        if name is None:
            return False
        step = scene.step(
            "prctl_set_pdeathsig", call.began, caller=scene.caller(call), sig=name
        )
        scene.demand(call, [scene.attempt(step)])
        return True
    if parts[0] == "PR_SET_CHILD_SUBREAPER":
        wanted = values.integer(parts[1]) != 0
        step = scene.step(
            "prctl_set_child_subreaper", call.began, caller=caller, is_subreaper=wanted
        )
        scene.demand(call, [scene.attempt(step)])
        return True
    step = scene.step("prctl_get_child_subreaper", call.began, caller=caller)
    told = values.integer(values.single(parts[1]))
    scene.demand(call, [scene.attempt(step, values={told})])
    return True


# News of children


def rt_sigtimedwait(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A signal taken from the queue, which may tell of a child."""
    parts = arguments(call, 2)
    if ending.value is None:
        return False
    line = call.ended or call.began
    is_news = parts[1].startswith("{") and _news(scene, call, parts[1], line)
    return taken(scene, call, ending.value) or is_news


def _news(scene: Scene, record: Record, told: str, line: int) -> bool:
    """A SIGCHLD tells whose end it is about, and how that one ended."""
    info = values.fields(told)
    if info.get("si_signo") != "SIGCHLD" or "si_pid" not in info:
        return False
    caller, said = scene.caller(record), values.pid(info["si_pid"])
    child = scene.people.meant(caller, said, line)
    wrong = scene.people.contradiction(caller, said, line)
    about = told_status(info)
    if child is None or wrong:
        wrong = wrong or f"{said.inside} has never been a process"
        scene.demand(record, (), impossible=wrong)
        return True
    if about is None:
        return False
    has_ended = about.kind in {"exited", "signaled"}
    if has_ended and not scene.first_news(child, caller):
        wrong = f"the end of {child.pid} has been told before"
        scene.demand(record, (), impossible=wrong)
        return True
    cells = (
        *status_cells(scene, child, about),
        scene.cell("process.parent", child, caller.owner.row),
    )
    scene.demand(record, [scene.told(*cells)], span=(child.began, line))
    return True


TABLE: Final[dict[str, Asked]] = {
    "clone": create,
    "clone3": create,
    "close": close,
    "execve": exec_,
    "execveat": exec_,
    "fork": create,
    "geteuid": geteuid,
    "getpgid": getpgid,
    "getpgrp": getpgrp,
    "getpid": own_number,
    "getppid": getppid,
    "getresuid": getresuid,
    "getsid": getsid,
    "gettid": own_number,
    "getuid": getuid,
    "ioctl": ioctl,
    "kill": kill,
    "pidfd_getfd": pidfd_getfd,
    "pidfd_open": pidfd_open,
    "pidfd_send_signal": pidfd_send_signal,
    "prctl": prctl,
    "rt_sigaction": rt_sigaction,
    "rt_sigpending": rt_sigpending,
    "rt_sigprocmask": rt_sigprocmask,
    "rt_sigreturn": rt_sigreturn,
    "rt_sigtimedwait": rt_sigtimedwait,
    "set_tid_address": own_number,
    "setpgid": setpgid,
    "setresuid": set_ids,
    "setreuid": set_ids,
    "setsid": setsid,
    "setuid": set_ids,
    "tgkill": tgkill,
    "tkill": tkill,
    "vfork": create,
    "wait4": wait4,
    "waitid": waitid,
}
