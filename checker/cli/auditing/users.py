"""What the log says of user ids: who takes on which, and who has which.

The ids that the first process begins with, and those that a new program ends up with
(it may be one that changes them), are known once a line tells them.
"""

from __future__ import annotations

from typing import Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.log import Call
from checker.cli.auditing.knowing import IDS
from checker.cli.auditing.people import arguments
from checker.cli.auditing.scene import Scene
from checker.evaluate import Invocation

UNCHANGED: Final = (-1, 0xFFFFFFFF)
"""The argument that leaves an id as it is; it is nobody's id."""

GIVEN: Final = {"setresuid": IDS, "setreuid": IDS[:2], "setuid": ("euid",)}
"""The ids that a call sets, in the order of its arguments."""

FLAGS: Final = {"ruid": "sets_real", "euid": "sets_effective", "suid": "sets_saved"}
"""The model's parameter that says that an id is to be set."""


def getuid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The real id."""
    return _told(scene, call, {"ruid": ending})


def geteuid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """The effective id."""
    return _told(scene, call, {"euid": ending})


def getresuid(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """All three."""
    parts = arguments(call, 3)
    if ending.error is not None or not all(part.startswith("[") for part in parts):
        return False
    said = (values.ending(values.single(part)) for part in parts)
    return _told(scene, call, dict(zip(IDS, said, strict=False)))


def _told(scene: Scene, call: Call, said: dict[str, values.Ending]) -> bool:
    """What was known is so; what was not is known now."""
    told = {name: end.value.inside for name, end in said.items() if end.value}
    if len(told) < len(said) or has_user_namespaces(scene):
        return False
    known = scene.known(call)
    cells = {name: _cell(scene, call, name, uid) for name, uid in told.items()}
    attempt = scene.attempt(
        None,
        cells=tuple(cell for name, cell in cells.items() if name in known.ids),
        learns=tuple(cell for name, cell in cells.items() if name not in known.ids),
    )
    scene.demand(call, [attempt])
    known.told(told, call.ended or call.began)
    return True


def has_user_namespaces(scene: Scene) -> bool:
    """One number may be several users in this log, and several numbers one."""
    return scene.knowing.has_user_namespaces


def _cell(scene: Scene, call: Call, name: str, uid: int) -> Cell:
    life = scene.caller(call)
    row, held = scene.task(life, call.began), frozenset({scene.user(uid)})
    return Cell(f"task.{name}", row, held, f"thread {life.pid}")


def set_ids(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """Other ids: setuid, setreuid and setresuid.

    Whether they may be taken on depends on the ids that the thread has, and on its
    privileges; where those are not known, a call that succeeds tells what it sets.
    """
    names = GIVEN[call.name]
    given = [values.integer(part) for part in arguments(call, len(names))]
    pairs = zip(names, given, strict=False)
    set_now = {name: uid for name, uid in pairs if uid not in UNCHANGED}
    if ending.error not in {None, "EPERM"} or has_user_namespaces(scene):
        return False
    if call.name == "setuid" and not set_now:
        return False
    known = scene.known(call)
    step = scene.attempt(_step(scene, call, set_now), error=ending.error)
    if known.all_ids and known.is_plain:
        scene.demand(call, [step])
    elif ending.error is not None:
        return False
    else:
        learns = tuple(_cell(scene, call, name, uid) for name, uid in set_now.items())
        attempts = [step] if known.all_ids else []
        attempts.append(scene.attempt(None, learns=learns))
        scene.demand(call, attempts, in_order=True)
    if ending.error is None:
        if not known.all_ids:
            known.ids &= _unchanged_by(call)
        known.told(set_now, call.ended or call.began)
    return True


def _unchanged_by(call: Call) -> frozenset[str]:
    """The ids that the call leaves alone unless it names them."""
    if call.name == "setresuid":
        return frozenset(IDS)
    return frozenset({"ruid"} if call.name == "setreuid" else ())


def _step(scene: Scene, call: Call, set_now: dict[str, int]) -> Invocation:
    caller, line = scene.caller(call), call.began
    if call.name == "setuid":
        uid = scene.user(set_now["euid"])
        return scene.step("setuid", line, caller=caller, uid=uid, valid=True)
    given: dict[str, int | bool] = {}
    for name in GIVEN[call.name]:
        given[FLAGS[name]] = name in set_now
        given[name] = scene.user(set_now[name]) if name in set_now else 0
    return scene.step(call.name, line, caller=caller, **given)
