"""What the log says of numbers: whose number, parent, group and session are which."""

from __future__ import annotations

from checker.audit import values
from checker.audit.log import Call
from checker.cli.auditing.people import HOME, NOBODY, Life, arguments
from checker.cli.auditing.scene import Scene


def own_number(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The caller's own number, which is its process's if it is the leader."""
    caller, said = scene.caller(call), ending.value
    if said is None:
        return False
    if caller.inside == 0:
        caller.inside = said.inside
    name = "getpid" if call.name == "getpid" else "gettid"
    line = call.ended or call.began
    answer = scene.result(caller, said, line)
    if caller.space != HOME and said.outside is None:
        is_own = said.inside == caller.inside
        number = scene.people.elements[caller.pid] if is_own else NOBODY
        answer = frozenset({number + 1})
    step = scene.step(name, call.began, caller=caller)
    scene.demand(call, [scene.attempt(step, values=answer)])
    return True


def getppid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The parent's number, which changes when somebody adopts the caller."""
    caller = scene.caller(call)
    return _answered(scene, call, ending, "getppid", caller=caller.owner)


def setsid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A session of one's own."""
    caller = scene.caller(call)
    if ending.value is not None:
        place = scene.place(call)
        place.leader, place.terminal = caller.owner, None
    return _answered(scene, call, ending, "setsid", caller=caller.owner)


def getpgrp(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """One's own group."""
    caller = scene.caller(call).owner
    return _answered(
        scene, call, ending, "getpgid", caller=caller, sign="ZERO", number=0
    )


def getpgid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """Anybody's group."""
    return _of_anybody(scene, call, ending, "getpgid")


def getsid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """Anybody's session."""
    return _of_anybody(scene, call, ending, "getsid")


def setpgid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """Oneself or a child into a group."""
    caller = scene.caller(call)
    parts = arguments(call, 2)
    whom, group = values.pid(parts[0]), values.pid(parts[1])
    for said in (whom, group):
        wrong = scene.people.contradiction(caller, said, call.began)
        if wrong:
            scene.demand(call, (), impossible=wrong)
            return True
    if not (
        _is_known(scene, caller, whom, call) and _is_known(scene, caller, group, call)
    ):
        return False
    pid_sign, pid = _signed(scene, caller, whom, call.began)
    pgid_sign, pgid = _signed(scene, caller, group, call.began)
    step = scene.step(
        "setpgid", call.began, caller=caller.owner, pid_sign=pid_sign, pid=pid,
        pgid_sign=pgid_sign, pgid=pgid,
    )  # fmt: skip
    if ending.error is not None and not scene.can_answer("setpgid", ending.error):
        return False
    scene.demand(call, [scene.attempt(step, error=ending.error)])
    return True


def _of_anybody(scene: Scene, call: Call, ending: values.Ending, action: str) -> bool:
    caller, said = scene.caller(call), values.pid(call.arguments)
    if not _is_known(scene, caller, said, call):
        return False
    sign, number = _signed(scene, caller, said, call.began)
    return _answered(
        scene, call, ending, action, caller=caller.owner, sign=sign, number=number
    )


def _is_known(scene: Scene, caller: Life, said: values.Pid, call: Call) -> bool:
    """The log shows everybody whom the number could name."""
    return (
        said.inside <= 0
        or caller.space != HOME
        or scene.people.meant(caller, said, call.began) is not None
    )


def _signed(scene: Scene, caller: Life, said: values.Pid, line: int) -> tuple[str, int]:
    if said.inside == 0:
        return "ZERO", 0
    if said.inside < 0:
        return "NEGATIVE", 0
    return "POSITIVE", scene.people.element(caller, said, line)


def _answered(
    scene: Scene,
    call: Call,
    ending: values.Ending,
    action: str,
    **given: Life | str | int,
) -> bool:
    """The call answers with a number of a process, or with an error."""
    step = scene.step(action, call.began, **given)
    if ending.value is None:
        error = str(ending.error)
        if not scene.can_answer(action, error):
            return False
        scene.demand(call, [scene.attempt(step, error=error)])
        return True
    line = call.ended or call.began
    answer = scene.result(scene.caller(call), ending.value, line)
    scene.demand(call, [scene.attempt(step, values=answer)])
    return True
