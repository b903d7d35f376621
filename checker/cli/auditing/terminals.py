"""What the log says of terminals: whose each is, and which group its keys are for.

Only sessions that somebody in the log has founded are held against it: in others are
processes that no log shows. A session may get its terminal without a word, by opening
it (open(2) without O_NOCTTY), so that it is known once a call that needs it succeeds.
What somebody does with the other side of a pseudo-terminal is about another session,
and which side a descriptor is, strace has to say (`--decode-fds=dev`).
"""

from __future__ import annotations

from checker.audit import values
from checker.audit.demands import Attempt, Cell
from checker.audit.log import Call
from checker.cli.auditing.descriptors import THE_CALLERS_OWN, device_of, is_master
from checker.cli.auditing.knowing import Place
from checker.cli.auditing.people import HOME, Life, arguments
from checker.cli.auditing.scene import Scene
from checker.evaluate import Invocation


def ioctl(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """One of the requests about a session's terminal."""
    parts = arguments(call, 2)
    place = scene.place(call)
    terminal = _meant(place, parts[0])
    if place.leader is None or terminal is None:
        return False
    match parts[1]:
        case "TIOCSPGRP" if ending.error in {None, "EPERM"}:
            return _set_foreground(scene, call, ending, terminal)
        case "TIOCGPGRP" if ending.error is None:
            return _tell_foreground(scene, call, terminal)
        case "TIOCSCTTY" if ending.error is None:
            return _get(scene, call, terminal)
        case "TIOCNOTTY" if ending.error is None:
            return _give_up(scene, call, terminal)
        case _:
            return False


def _meant(place: Place, descriptor: str) -> object:
    """A name for the terminal; None if it may be no terminal of the session's."""
    device = device_of(descriptor)
    if device == THE_CALLERS_OWN:
        return place.terminal
    if is_master(device):
        return None
    return device or ("of the session", id(place.leader))


def _is_said(terminal: object) -> bool:
    """Strace says which terminal it is."""
    return isinstance(terminal, str)


def _group(scene: Scene, call: Call) -> tuple[Life, values.Pid] | None:
    """The caller and the group that the call names; None if it names none shown."""
    caller, text = scene.caller(call), arguments(call, 3)[2]
    if not text.startswith("["):
        return None
    said = values.pid(values.single(text))
    shown = scene.people.meant(caller, said, call.began) is not None
    return (
        (caller, said) if said.inside > 0 and (shown or caller.space != HOME) else None
    )


def _set_foreground(
    scene: Scene, call: Call, ending: values.Ending, terminal: object
) -> bool:
    """Another group of the session is in the foreground from now on."""
    place, asked = scene.place(call), _group(scene, call)
    is_shown = place.terminal == terminal
    if asked is None or (ending.error and not (is_shown and _is_said(terminal))):
        return False
    caller, said = asked
    number = scene.people.element(caller, said, call.began)
    step = scene.step(
        "tcsetpgrp", call.began, caller=caller, is_negative=False, number=number,
        terminal=scene.descriptors.terminal(terminal),
    )  # fmt: skip
    attempts = [scene.attempt(step, error=ending.error)]
    if ending.error is None:
        learns = _held(scene, call, terminal, number)
        if not is_shown:
            attempts.append(scene.attempt(step, learns=learns))
        if not (is_shown and place.minds_writing and scene.known(call).mask):
            attempts.append(_undisturbed(scene, call, step, () if is_shown else learns))
        place.terminal = terminal
    scene.demand(call, attempts, in_order=True)
    return True


def _undisturbed(
    scene: Scene, call: Call, step: Invocation, learns: tuple[Cell, ...]
) -> Attempt:
    """The call of one that SIGTTOU does not stop, for a reason that no log shows."""
    block, unblock = (
        scene.step(
            "sigprocmask", call.began, caller=scene.caller(call), how=how, sig="TTOU"
        )
        for how in ("BLOCK", "UNBLOCK")
    )
    return Attempt(step, learns=learns, first=(block,), then=(unblock,))


def _held(
    scene: Scene, call: Call, terminal: object, foreground: int
) -> tuple[Cell, ...]:
    """The terminal controls the caller's session, and the caller."""
    leader = scene.place(call).leader
    assert leader is not None
    at = scene.descriptors.terminal(terminal)
    session = scene.people.elements[leader.pid]
    return (
        scene.cell("process.has_terminal", scene.caller(call).owner, 1),
        Cell("terminal.line", at, frozenset({scene.member("terminal.line", "HELD")})),
        Cell("terminal.session", at, frozenset({session})),
        Cell("terminal.foreground", at, frozenset({foreground})),
        Cell("terminal.is_stale", at, frozenset({0})),
    )


def _tell_foreground(scene: Scene, call: Call, terminal: object) -> bool:
    """Which group is in the foreground."""
    place, caller = scene.place(call), scene.caller(call)
    line, text = call.ended or call.began, arguments(call, 3)[2]
    if not text.startswith("[") or not _is_said(terminal):
        return False
    said = values.pid(values.single(text))
    if said.inside <= 0:
        return False
    if place.terminal != terminal:
        if _group(scene, call) is None:
            return False
        number = scene.people.element(caller, said, line)
        learns = _held(scene, call, terminal, number)
        scene.demand(call, [scene.attempt(None, learns=learns)])
        place.terminal = terminal
        return True
    step = scene.step(
        "tcgetpgrp", call.began, caller=caller.owner,
        terminal=scene.descriptors.terminal(terminal),
    )  # fmt: skip
    answer = scene.result(caller, said, line)
    scene.demand(call, [scene.attempt(step, values=answer)])
    return True


def _get(scene: Scene, call: Call, terminal: object) -> bool:
    """The caller's session gets the terminal, if the caller leads it."""
    caller, at = scene.caller(call), scene.descriptors.terminal(terminal)
    step = scene.step(
        "tiocsctty", call.began, caller=caller, terminal=at,
        steals=arguments(call, 3)[2] == "1",
    )  # fmt: skip
    free = scene.member("terminal.line", "FREE")
    cut = (
        scene.cell("process.has_terminal", caller.owner, 0),
        Cell("terminal.line", at, frozenset({free})),
    )
    attempts = [scene.attempt(step), scene.attempt(step, learns=cut)]
    scene.demand(call, attempts, in_order=True)
    scene.place(call).terminal = terminal
    return True


def _give_up(scene: Scene, call: Call, terminal: object) -> bool:
    """The caller has no terminal any more, nor has its session if it leads it."""
    caller, place = scene.caller(call), scene.place(call)
    step = scene.step(
        "tiocnotty", call.began, caller=caller.owner,
        terminal=scene.descriptors.terminal(terminal),
    )  # fmt: skip
    attempts = [scene.attempt(step)]
    if place.terminal != terminal:
        learns = _held(scene, call, terminal, scene.people.elements[caller.owner.pid])
        attempts.append(scene.attempt(step, learns=learns))
    scene.demand(call, attempts, in_order=True)
    place.terminal = None
    return True
