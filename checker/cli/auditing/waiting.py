"""What the log says of waits: who was collected, with which status, and who was not."""

from __future__ import annotations

from typing import Any, Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.log import Call
from checker.cli.auditing.descriptors import pidfd_of
from checker.cli.auditing.endings import status_cells
from checker.cli.auditing.people import HOME, Life, arguments
from checker.cli.auditing.pidfds import meant_by
from checker.cli.auditing.scene import Given, Scene
from checker.evaluate import Invocation

ALSO: Final = {
    frozenset[str](): None,
    frozenset({"WSTOPPED"}): "WUNTRACED",
    frozenset({"WCONTINUED"}): "WCONTINUED",
    frozenset({"WSTOPPED", "WCONTINUED"}): "WUNTRACED_WCONTINUED",
    frozenset({"__WALL"}): "WALL",
    frozenset({"__WCLONE"}): "WCLONE",
}
"""The options of wait4 besides WNOHANG, as the model has them."""

NEWS: Final = {
    frozenset({"WSTOPPED"}): "STOPS",
    frozenset({"WCONTINUED"}): "CONTINUES",
    frozenset({"WEXITED", "WSTOPPED", "WCONTINUED"}): "EVERYTHING",
    frozenset({"WSTOPPED", "WNOWAIT"}): "STOPS_KEPT",
    frozenset({"WEXITED", "WSTOPPED", "WCONTINUED", "WNOWAIT"}): "EVERYTHING_KEPT",
}
"""The options of waitid besides WNOHANG, when it is not for ends alone."""

TARGETS: Final = {"P_ALL": "ANY_CHILD", "P_PID": "ONE_CHILD", "P_PGID": "GROUP_MEMBER"}
"""Whom waitid is for, as the model has it."""

CODES: Final = {
    "CLD_EXITED": "exited",
    "CLD_KILLED": "signaled",
    "CLD_DUMPED": "signaled",
    "CLD_STOPPED": "stopped",
    "CLD_CONTINUED": "continued",
}
"""The codes of a siginfo about a child, as kinds of status."""


def told_status(info: dict[str, str]) -> values.WaitStatus | None:
    """What a siginfo says of a child; None if it is about something else."""
    code, said = info.get("si_code"), info.get("si_status", "0")
    if code not in CODES:
        return None
    kind = CODES[code]
    number = values.integer(said) if kind == "exited" else values.signal_number(said)
    return values.WaitStatus(kind, number, core=code == "CLD_DUMPED")


def wait4(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A child collected, or none to collect, or none at all."""
    parts = arguments(call, 3)
    caller, line = scene.caller(call), call.ended or call.began
    options = values.flags(parts[2])
    also = options - {"WNOHANG", "0"}
    whom = values.pid(parts[0])
    if also not in ALSO or (caller.space == HOME and whom.inside < -1):
        return False
    said = ending.value
    if said is None or said.inside == 0:
        return _none(scene, call, ending, _Waited(scene, caller, whom, options, line))
    child = scene.people.meant(caller, said, line)
    if child is None:
        wrong = f"{said.inside} has never been a process"
        scene.demand(call, (), impossible=wrong)
        return True
    if parts[1].startswith("0x"):
        wrong = f"it collects {said.inside}, and does not say how that one ended"
        scene.demand(call, (), impossible=wrong)
        return True
    waited = _Waited(scene, caller, whom, options, line)
    cells: tuple[Cell, ...] = ()
    is_end = True
    if parts[1] != "NULL":
        status = values.wait_status(parts[1])
        cells = status_cells(scene, child, status)
        is_end = status.kind in {"exited", "signaled"}
    answer = scene.result(caller, said, line)
    step = waited.step(child.owner, is_end=is_end)
    attempt = scene.attempt(step, values=answer, cells=cells)
    scene.demand(call, [attempt])
    return True


class _Waited:
    """A wait4 with its arguments in the model's terms."""

    def __init__(
        self,
        scene: Scene,
        caller: Life,
        whom: values.Pid,
        options: frozenset[str],
        line: int,
    ) -> None:
        self._scene, self._line = scene, line
        self.caller = caller.owner
        self._no_hang = "WNOHANG" in options
        self._option = ALSO[options - {"WNOHANG", "0"}]
        self._whom, self._number = "ANY_CHILD", 0
        if whom.inside == 0:
            self._whom = "OWN_GROUP"
        elif whom.inside != -1:
            self._whom = "ONE_CHILD" if whom.inside > 0 else "GROUP_MEMBER"
            self._number = scene.people.element(caller, whom, line)

    def step(self, child: Life, *, is_end: bool) -> Invocation:
        """The call. Options go with a number in the kernel, and not in the model."""
        if self._option is None or (self._whom != "ANY_CHILD" and is_end):
            return self._scene.step(
                "wait4", self._line, caller=self.caller, whom=self._whom,
                number=self._number, no_hang=self._no_hang, child=child,
            )  # fmt: skip
        return self._scene.step(
            "wait4_with", self._line, caller=self.caller, option=self._option,
            no_hang=self._no_hang, child=child,
        )  # fmt: skip


def _none(scene: Scene, call: Call, ending: values.Ending, waited: _Waited) -> bool:
    """Nobody was collected: nobody has ended (0), or there is nobody (ECHILD)."""
    step = waited.step(waited.caller, is_end=True)
    if ending.error is None:
        scene.demand(call, [scene.attempt(step, values={0}, quiet=True)])
        return True
    if ending.error != "ECHILD":
        return False
    scene.demand(call, [scene.attempt(step, error="ECHILD")])
    return True


def waitid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """News of a child, which may be left there."""
    parts = arguments(call, 4)
    caller, line = scene.caller(call), call.ended or call.began
    options = values.flags(parts[3])
    kinds = options - {"WNOHANG", "0"}
    is_told = parts[2].startswith("{") or ending.error is not None
    if ending.error not in {None, "ECHILD"} or not is_told:
        return False
    info = values.fields(parts[2]) if ending.error is None else {}
    child, cells, answer = caller.owner, tuple[Cell, ...](), frozenset({0})
    if "si_pid" in info:
        said, status = values.pid(info["si_pid"]), told_status(info)
        found = scene.people.meant(caller, said, line)
        if found is None or status is None:
            wrong = f"{said.inside} has never been a process"
            scene.demand(call, (), impossible=wrong)
            return True
        child, cells = found.owner, status_cells(scene, found, status)
        answer = scene.result(caller, said, line)
        told = pidfd_of(parts[1]) if parts[0] == "P_PIDFD" else None
        if told not in {None, child.pid}:
            wrong = f"the pidfd is of {told}, and it is {child.pid} that is heard of"
            scene.demand(call, (), impossible=wrong)
            return True
    quiet = child is caller.owner or "WNOWAIT" in kinds
    outcome: dict[str, Any] = {
        "values": None if ending.error else answer,
        "error": ending.error, "cells": cells, "quiet": quiet,
    }  # fmt: skip
    if parts[0] == "P_PIDFD":
        return _by_pidfd(scene, call, parts, child, outcome)
    step = _waitid_step(scene, caller, parts, options, child, line)
    if step is None:
        return False
    scene.demand(call, [scene.attempt(step, **outcome)])
    return True


def _by_pidfd(
    scene: Scene,
    call: Call,
    parts: tuple[str, ...],
    child: Life,
    outcome: dict[str, Any],
) -> bool:
    """A wait for whom a pidfd stands for: as strace says, or else as it turns out."""
    options, caller = values.flags(parts[3]), scene.caller(call)
    if options - {"WNOHANG", "WNOWAIT"} != {"WEXITED"}:
        return False
    target, pidfd = meant_by(scene, call, parts[1])
    by: dict[str, Given] = {
        "caller": caller, "child": child, "keeps": "WNOWAIT" in options,
        "no_hang": "WNOHANG" in options,
    }  # fmt: skip
    attempts = []
    if pidfd is not None:
        step = scene.step("waitid_pidfd", call.began, handle=pidfd.handle, **by)
        attempts.append(scene.attempt(step, **outcome))
    is_said = pidfd_of(parts[1]) is not None
    if child is not caller.owner and not is_said:
        target = child
    if target is not None and (pidfd is None or not is_said):
        step = scene.step(
            "waitid", call.began, whom="ONE_CHILD",
            number=scene.people.elements[target.pid], **by,
        )  # fmt: skip
        attempts.append(scene.attempt(step, **outcome))
    if not attempts:
        return False
    if not is_said and outcome["quiet"]:
        attempts.append(scene.told())
    scene.demand(call, attempts, in_order=True)
    return True


def _waitid_step(
    scene: Scene,
    caller: Life,
    parts: tuple[str, ...],
    options: frozenset[str],
    child: Life,
    line: int,
) -> Invocation | None:
    """The call in the model's terms; None if it has none for it."""
    kinds, no_hang = options - {"WNOHANG", "0"}, "WNOHANG" in options
    if kinds - {"WNOWAIT"} == {"WEXITED"} and parts[0] in TARGETS:
        number = 0
        if parts[0] != "P_ALL":
            number = scene.people.element(caller, values.pid(parts[1]), line)
        return scene.step(
            "waitid", line, caller=caller.owner, whom=TARGETS[parts[0]], number=number,
            keeps="WNOWAIT" in kinds, no_hang=no_hang, child=child,
        )  # fmt: skip
    if kinds in NEWS and parts[0] == "P_ALL":
        return scene.step(
            "waitid_with", line, caller=caller.owner, news=NEWS[kinds],
            no_hang=no_hang, child=child,
        )  # fmt: skip
    return None
