"""What the log says of creation: processes, threads, and new programs."""

from __future__ import annotations

from typing import Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.log import Call
from checker.cli.auditing.descriptors import Pidfd
from checker.cli.auditing.people import Life, flags_of, made_pid
from checker.cli.auditing.pidfds import unused
from checker.cli.auditing.scene import Scene
from checker.evaluate import Invocation

IMAGES: Final = {
    None: "PROGRAM",
    "ENOENT": "ABSENT",
    "EACCES": "FORBIDDEN",
    "ENOEXEC": "GARBAGE",
}
"""The file that an exec's answer tells of."""

LIKE_A_PROGRAM: Final = frozenset({"CLONE_FILES", "CLONE_FS", "CLONE_SETTLS"})
"""What a thread library sets; a thread without it shares less."""


def create(scene: Scene, call: Call, _ending: values.Ending) -> bool:
    """A new process or thread: by its own first line it is there."""
    child = made_pid(call)
    life = None if child is None else scene.people.at(child, call.began)
    if life is None or life.made_by is not call:
        return False
    ended = call.began if call.ended is None else call.ended
    span = (call.began, min(ended, life.seen) if life.seen else ended)
    answer = scene.people.elements[life.pid] + 1
    scene.knowing.of(life)
    scene.knowing.place(life.owner)
    step, learns = _step(scene, call, life), tuple[Cell, ...]()
    if step.action == "fork" and (number := _pidfd_made(call)) is not None:
        pidfd = scene.descriptors.made(scene.caller(call).owner, number, life)
        step, learns = _with_pidfd(scene, call, life, pidfd), unused(pidfd)
    attempt = scene.attempt(step, values={answer}, learns=learns)
    made = scene.demand(call, [attempt], span=span)
    if life.is_first_of_space:
        adopts = scene.step(
            "prctl_set_child_subreaper", call.began, caller=life, is_subreaper=True
        )
        scene.demand(call, [scene.attempt(adopts)], span=span, after=[made])
    return True


def _step(scene: Scene, call: Call, life: Life) -> Invocation:
    """The creation, as the model has it."""
    flags, maker, line = flags_of(call), scene.caller(call), call.began
    number = scene.people.elements[life.pid]
    if "CLONE_THREAD" in flags:
        return scene.step(
            "clone_thread", line, caller=maker, task=life, tid=number,
            flags="PROGRAM" if flags >= LIKE_A_PROGRAM else "NOTHING_MORE",
        )  # fmt: skip
    given: dict[str, Life | bool | int | str] = {
        "caller": maker.owner, "thread": maker, "child": life, "task": life,
        "pid": number,
    }  # fmt: skip
    if "CLONE_VFORK" in flags:
        with_memory = "CLONE_VM" in flags
        return scene.step("vfork", line, with_memory=with_memory, **given)
    if "CLONE_PARENT" in flags:
        return scene.step("clone_parent", line, **given)
    if call.name in {"clone", "clone3"} and _exit_signal(call, flags) != "SIGCHLD":
        return scene.step("clone3", line, request="NO_SIGNAL", **given)
    if "CLONE_VM" in flags:
        shared = "VM_SIGHAND" if "CLONE_SIGHAND" in flags else "VM"
        return scene.step("clone", line, flags=shared, **given)
    return scene.step("fork", line, **given)


def _pidfd_made(call: Call) -> int | None:
    """The number of the pidfd that the creation answers with (CLONE_PIDFD)."""
    if "CLONE_PIDFD" not in flags_of(call):
        return None
    said = call.arguments.partition(" => ")[2] if call.name == "clone3" else ""
    given = values.fields(said or f"({call.arguments})")
    told = given.get("pidfd" if said else "parent_tid", "")
    return values.integer(values.single(told)) if told.startswith("[") else None


def _with_pidfd(scene: Scene, call: Call, life: Life, pidfd: Pidfd) -> Invocation:
    maker = scene.caller(call)
    return scene.step(
        "clone_pidfd", call.began, caller=maker.owner, thread=maker, child=life,
        task=life, pid=scene.people.elements[life.pid], handle=pidfd.handle,
    )  # fmt: skip


def _exit_signal(call: Call, flags: frozenset[str]) -> str:
    """The signal that is to tell the parent of the end."""
    if call.name == "clone":
        return next((flag for flag in flags if flag.startswith("SIG")), "0")
    return values.fields(call.arguments.partition(" => ")[0]).get("exit_signal", "0")


def exec_(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """A new program; the caller may be any thread. It may change the user ids."""
    if ending.error not in IMAGES:
        return False
    caller = scene.caller(call)
    step = scene.step(
        "execve", call.began, caller=caller.owner, thread=caller,
        image=IMAGES[ending.error],
    )  # fmt: skip
    if ending.error is None:
        scene.known(call).runs_program()
        scene.descriptors.left(caller.owner)
    scene.demand_perhaps(call, [scene.attempt(step, error=ending.error)], ending)
    return True
