"""What the log says of pidfds: of whom they are, who is signalled and waited for.

What strace says that a pidfd stands for is held against the log; what only its number
says is not, since a call that is not shown may have put another in its place.
"""

from __future__ import annotations

from typing import Final

from checker.audit import values
from checker.audit.demands import Attempt, Cell
from checker.audit.log import Call
from checker.cli.auditing.descriptors import Pidfd, pidfd_of
from checker.cli.auditing.people import HOME, OUTSIDE, Life, arguments, flags_of
from checker.cli.auditing.scene import Scene
from checker.cli.auditing.sending import can_run, may_be_judged, member

REQUESTS: Final = {"0": "PLAIN", "PIDFD_NONBLOCK": "NONBLOCK"}


def pidfd_open(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A pidfd for a process, by its number."""
    parts = arguments(call, 2)
    caller, said = scene.caller(call), values.pid(parts[0])
    request = REQUESTS.get(parts[1], "NO_FLAG")
    if said.inside <= 0 and request != "NO_FLAG":
        request = "NO_PID"
    if request == "NO_PID" or ending.error == "EINVAL":
        return _refused(scene, call, ending, request)
    target = scene.people.meant(caller, said, call.began)
    is_known = target is not None or caller.space != HOME
    if request not in REQUESTS.values() or not is_known:
        return False
    if ending.error not in {None, "ESRCH", "ENOENT"} or not shares_files(caller):
        return False
    wrong = scene.people.contradiction(caller, said, call.began)
    made = pidfd_of(str(call.result))
    if target is not None and made not in {None, target.owner.pid}:
        wrong = f"the pidfd is of {made}, and the call asked for {target.pid}"
    if wrong:
        scene.demand(call, (), impossible=wrong)
        return True
    number = scene.people.element(caller, said, call.began)
    handle, learns = 0, tuple[Cell, ...]()
    if ending.value is not None and target is not None:
        pidfd = scene.descriptors.made(caller.owner, ending.value.inside, target.owner)
        handle, learns = pidfd.handle, unused(pidfd)
    step = scene.step(
        "pidfd_open", call.began, caller=caller, number=number, request=request,
        handle=handle,
    )  # fmt: skip
    scene.demand(call, [scene.attempt(step, error=ending.error, learns=learns)])
    return True


def _refused(scene: Scene, call: Call, ending: values.Ending, request: str) -> bool:
    """An argument that is none, which the kernel sees before it looks for anybody."""
    if request in REQUESTS.values():
        return False
    step = scene.step(
        "pidfd_open", call.began, caller=scene.caller(call), request=request,
        number=OUTSIDE, handle=0,
    )  # fmt: skip
    scene.demand(call, [scene.attempt(step, error=ending.error)])
    return True


def unused(pidfd: Pidfd) -> tuple[Cell, ...]:
    """The model's pidfd stands for nothing: whoever had it has closed it."""
    fields = ("tables", "is_stale", "is_nonblocking", "status")
    nothing = frozenset({0})
    return tuple(Cell(f"handle.{name}", pidfd.handle, nothing) for name in fields)


def pidfd_send_signal(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A signal to the process that a pidfd stands for, and to no other."""
    parts = arguments(call, 4)
    caller, name = scene.caller(call), member(scene, values.signal_number(parts[1]))
    target, pidfd = meant_by(scene, call, parts[0])
    if name is None or parts[3] != "0" or target is None:
        return False
    is_shown = may_be_judged(scene, call, target)
    if ending.error not in ({None, "ESRCH", "EPERM"} if is_shown else {None, "ESRCH"}):
        return False
    attempts: list[Attempt] = []
    if pidfd is not None:
        step = scene.step(
            "pidfd_send_signal", call.began, caller=caller, handle=pidfd.handle,
            sig=name,
        )  # fmt: skip
        attempts.append(scene.attempt(step, error=ending.error))
    if pidfd is None or not is_shown:
        step = scene.step(
            "kill", call.began, caller=OUTSIDE, aim="ONE", sig=name,
            number=scene.people.elements[target.pid],
        )  # fmt: skip
        runs = can_run(scene, caller)
        attempts.append(scene.attempt(step, error=ending.error, cells=runs))
    if pidfd_of(parts[0]) is None:
        attempts.append(scene.told())
    scene.demand_perhaps(call, attempts, ending)
    return True


def shares_files(life: Life) -> bool:
    """The thread has the descriptors of its process's first one."""
    made_by = life.made_by
    return life.process is None or (
        made_by is not None and "CLONE_FILES" in flags_of(made_by)
    )


def meant_by(scene: Scene, call: Call, text: str) -> tuple[Life | None, Pidfd | None]:
    """Whose pidfd a descriptor is, and the model's pidfd if it is one that is shown."""
    caller, said = scene.caller(call), pidfd_of(text)
    pidfd = scene.descriptors.pidfd(caller.owner, values.integer(text))
    if said is None:
        is_shared = shares_files(caller)
        return (pidfd.target, pidfd) if pidfd and is_shared else (None, None)
    target = scene.people.at(said, call.began)
    if target is None:
        return None, None
    is_shown = pidfd is not None and pidfd.target is target.owner
    is_shown = is_shown and shares_files(caller)
    return target.owner, pidfd if is_shown else None


def pidfd_getfd(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A descriptor of another's pidfd, where both are shown."""
    parts = arguments(call, 3)
    caller = scene.caller(call)
    holder, pidfd = meant_by(scene, call, parts[0])
    if holder is None or pidfd is None or ending.value is None:
        return False
    wanted = scene.descriptors.pidfd(holder, values.integer(parts[1]))
    if wanted is None or pidfd_of(str(call.result)) != wanted.target.pid:
        return False
    step = scene.step(
        "pidfd_getfd", call.began, caller=caller, handle=pidfd.handle,
        wanted=wanted.handle,
    )  # fmt: skip
    scene.demand(call, [scene.attempt(step), scene.told()], in_order=True)
    scene.descriptors.closed(caller.owner, ending.value.inside)
    return True


def close(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A pidfd is given up."""
    caller, number = scene.caller(call), values.integer(call.arguments)
    pidfd = scene.descriptors.pidfd(caller.owner, number)
    if pidfd is None or ending.error is not None:
        return False
    step = scene.step("close", call.began, caller=caller, handle=pidfd.handle)
    scene.demand(call, [scene.attempt(step), scene.told()], in_order=True)
    scene.descriptors.closed(caller.owner, number)
    return True
