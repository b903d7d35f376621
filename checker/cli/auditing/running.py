"""An audit from the file to its outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from checker.audit.demands import Asking
from checker.audit.lexing import BadLog
from checker.audit.log import Log, read_log
from checker.audit.renaming import Kind, Unasked
from checker.audit.replay import Replay, Replayed
from checker.cli.auditing.calls import collect_demands
from checker.cli.auditing.explain import Refusal, refusal
from checker.cli.auditing.findings import WATCHED, Findings, findings
from checker.cli.auditing.people import OUTSIDE, meet
from checker.cli.auditing.scene import Scene
from checker.evaluate import Evaluator, Invocation, State, Transition
from spec.lang.model import Model

SHARED: Final = {
    "process.handlers": "handling",
    "process.memory": "memory",
    "task.fs": "",
    "task.undo": "",
    "task.io": "",
}
"""The fields that name an object, and the table that says what the object is."""

ALWAYS: Final = frozenset({"fork", "release", "resume"})
"""The calls that the replay makes of itself."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of a log."""

    scene: Scene
    replayed: Replayed
    refusal: Refusal | None
    findings: Findings

    @property
    def verdict(self) -> str:
        """In one word: `accepted`, `rejected` or `inconclusive`."""
        if self.replayed.undecided:
            return "inconclusive"
        return "accepted" if self.refusal is None else "rejected"


def read(path: Path) -> Log:
    """The log in a file; raises BadLog."""
    try:
        with path.open("rb") as stream:
            return read_log(stream)
    except OSError as error:
        raise BadLog(0, f"{path}: {error.strerror}") from None


def audit(model: Model, log: Log) -> Audit:
    """Hold the log against the model; raises BadLog."""
    people = meet(log)
    scene = Scene(model, people, log)
    collect_demands(scene)
    evaluator = Evaluator(_asked(model, scene), scene.scope())
    asking = Asking(evaluator)
    initial, at_once = [_first(scene, evaluator)], _AtOnce(scene, evaluator)
    kinds, unasked = _kinds(evaluator), _unasked(scene, evaluator)
    for narrow in (True, False):
        replay = Replay(
            asking, scene.demands, WATCHED, at_once, kinds, unasked, narrow=narrow
        )
        replayed = replay.run(initial)
        if replayed.failed is None:
            break
    why = None
    if replayed.failed is not None:
        demand = scene.demands[replayed.failed]
        why = refusal(scene, asking, demand, replayed.remaining)
    told = replayed.remaining[0].told() if replayed.remaining else []
    return Audit(scene, replayed, why, findings(scene, told))


def _asked(model: Model, scene: Scene) -> Model:
    """The model with those of its calls that the log asks about, and no others."""
    names = {*ALWAYS}
    for demand in scene.demands:
        for attempt in demand.attempts:
            names |= {step.action for step in attempt.steps}
    return replace(model, actions=tuple(a for a in model.actions if a.name in names))


def _kinds(evaluator: Evaluator) -> tuple[Kind, ...]:
    """The objects that tasks hold together, of which each kind has its own names."""
    places = evaluator.fields
    return tuple(
        Kind(
            places[referring],
            tuple(at for name, at in places.items() if name.startswith(f"{table}.")),
        )
        for referring, table in SHARED.items()
    )


def _unasked(scene: Scene, evaluator: Evaluator) -> tuple[Unasked, ...]:
    """Whether news of a child waits, of which there may be more than one at once.

    It is taken and nothing comes of it but a handler, and whether some came before it
    or after it is not said.
    """
    bits = 1 << scene.signals().index("CHLD")
    queues = ("process.pending", "task.pending")
    return tuple(Unasked(evaluator.fields[queue], bits) for queue in queues)


def _first(scene: Scene, evaluator: Evaluator) -> State:
    """Somebody outside has started the first process."""
    first = scene.people.lives[0]
    step = scene.step(
        "fork", first.began, caller=OUTSIDE, thread=OUTSIDE, child=first, task=first,
        pid=scene.people.elements[first.pid],
    )  # fmt: skip
    (made,) = evaluator.outcomes(evaluator.initial, step, chosen=True)
    assert isinstance(made, Transition)
    return made.after


class _AtOnce:
    """What the kernel does at once.

    It releases what nobody asks for, and lets a stopped process go on that was told to.
    """

    def __init__(self, scene: Scene, evaluator: Evaluator) -> None:
        self._scene = scene
        self._phases = evaluator.fields["process.phase"]
        self._resumed = evaluator.fields["process.is_resumed"]
        self._dead = scene.member("process.phase", "DEAD")

    def __call__(self, state: State) -> Invocation | None:
        """The next step, if there is one."""
        phases, resumed = state[self._phases], state[self._resumed]
        if self._dead in phases:
            return self._scene.step("release", 0, body=phases.index(self._dead))
        if True in resumed:
            return self._scene.step("resume", 0, stopped_one=resumed.index(True))
        return None
