"""What the log says of masks: what a thread blocks, and what it is handed all the same.

A signal that a thread blocks waits. A few calls swap the mask while they sleep
(rt_sigsuspend, ppoll and others), and a log need not show all of them. That a blocked
signal is delivered is therefore held against a log only where it cannot have been such
a call: when the call that was interrupted is shown and is another, or when the handler
went back to something that no signal had interrupted.
"""

from __future__ import annotations

from typing import Final

from checker.audit import values
from checker.audit.demands import Cell
from checker.audit.lexing import Unreadable
from checker.audit.log import Call, Happening
from checker.audit.strace_line import Signalled
from checker.cli.auditing.people import Life, arguments
from checker.cli.auditing.scene import Scene
from checker.cli.auditing.sending import let_go_on, member
from checker.evaluate import Invocation

HOWS: Final = {"SIG_BLOCK": "BLOCK", "SIG_UNBLOCK": "UNBLOCK", "SIG_SETMASK": ""}
SWAPPING: Final = frozenset(
    {
        "epoll_pwait",
        "epoll_pwait2",
        "io_pgetevents",
        "io_uring_enter",
        "ppoll",
        "pselect6",
        "rt_sigsuspend",
    }
)
"""The calls that have another mask while they sleep."""
NEVER_BLOCKED: Final = frozenset({"NULL", "BAD", "KILL", "STOP"})
FORCED: Final = NEVER_BLOCKED | {"SEGV"}
"""What is delivered whether it is blocked or not: a fault of the thread's own."""


def blockable(scene: Scene) -> tuple[str, ...]:
    """The signals that a mask of the model can have."""
    return tuple(name for name in scene.signals() if name not in NEVER_BLOCKED)


def named(scene: Scene, text: str) -> frozenset[str]:
    """A set of signals as the log prints it, as far as the model has them."""
    numbers, inverted = values.signal_set(text)
    names = {member(scene, number) for number in numbers}
    return frozenset(
        name for name in blockable(scene) if (name in names) is not inverted
    )


def rt_sigprocmask(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """Another mask, and the old one."""
    how, given, told = arguments(call, 3)[:3]
    caller, line = scene.caller(call), call.began
    known = scene.known(call)
    if ending.error is not None:
        if ending.error != "EINVAL" or how in HOWS or given == "NULL":
            return False
        step = _one(scene, caller, line, "NEITHER", "HUP")
        scene.demand(call, [scene.attempt(step, error="EINVAL")])
        return True
    if how not in HOWS or not _is_set(given):
        known.mask = known.mask and given == "NULL"
        if given != "NULL":
            return False
    old = named(scene, told) if _is_set(told) else None
    cells = () if old is None else (_mask(scene, caller, line, old),)
    changes = () if given == "NULL" else _changes(scene, call, old, how, given)
    if known.mask:
        attempt = scene.attempt(None, cells=cells, first=changes)
    else:
        attempt = scene.attempt(None, learns=cells, first=changes)
    known.mask = known.mask or old is not None or how == "SIG_SETMASK"
    scene.demand(call, [attempt])
    return True


def _is_set(text: str) -> bool:
    return text[:1] in {"[", "~"}


def _changes(
    scene: Scene, call: Call, old: frozenset[str] | None, how: str, given: str
) -> tuple[Invocation, ...]:
    """The call as so many calls for one signal each, which is what the model has."""
    asked, caller, line = named(scene, given), scene.caller(call), call.began
    if HOWS[how]:
        return tuple(
            _one(scene, caller, line, HOWS[how], name)
            for name in blockable(scene)
            if name in asked
        )
    return tuple(
        _one(scene, caller, line, "BLOCK" if name in asked else "UNBLOCK", name)
        for name in blockable(scene)
        if old is None or (name in asked) != (name in old)
    )


def _one(scene: Scene, caller: Life, line: int, how: str, name: str) -> Invocation:
    return scene.step("sigprocmask", line, caller=caller, how=how, sig=name)


def rt_sigreturn(scene: Scene, call: Call, _ending: values.Ending) -> bool:
    """A handler is over, and the mask is what the signal's arrival had saved."""
    told = values.fields(call.arguments).get("mask", "")
    if not _is_set(told):
        return False
    cell = _mask(scene, scene.caller(call), call.began, named(scene, told))
    scene.demand(call, [scene.attempt(None, learns=(cell,))])
    scene.known(call).mask = True
    return True


def rt_sigpending(scene: Scene, call: Call, ending: values.Ending) -> bool:
    """What waits for the caller, which waits because the caller blocks it."""
    told = arguments(call, 1)[0]
    if ending.error is not None or not _is_set(told) or not scene.known(call).mask:
        return False
    waits = named(scene, told)
    cell = scene.holding(
        "task.blocked", scene.caller(call), call.began, waits, waits,
        since="it says that they wait",
    )  # fmt: skip
    scene.demand(call, [scene.told(cell)])
    return True


def _mask(scene: Scene, life: Life, line: int, held: frozenset[str]) -> Cell:
    return scene.holding("task.blocked", life, line, held, blockable(scene))


# Deliveries


def delivery(scene: Scene, record: Happening, what: Signalled) -> None:
    """A thread takes a signal: its handler runs, or its default is done, or nothing."""
    try:
        number = values.signal_number(what.signal)
    except Unreadable:
        return
    name, known = member(scene, number), scene.known(record)
    is_caught = scene.knowing.may_be_caught(number)
    if name is not None and name not in FORCED:
        span = (_began(scene, record), record.line)
        if known.mask:
            _not_blocked(scene, record, name, span)
        if name != "CHLD":
            _taken(scene, record, name, span)
    if is_caught:
        known.mask = False


def _not_blocked(
    scene: Scene, record: Happening, name: str, span: tuple[int, int]
) -> None:
    """The thread does not block what is delivered to it, if the log shows how."""
    last, life = scene.knowing.before(record), scene.caller(record)
    cut_short = last if isinstance(last, Call) and _is_cut_short(last) else None
    if cut_short is not None and cut_short.name == "rt_sigsuspend":
        given = arguments(cut_short, 1)[0]
        if _is_set(given) and name in named(scene, given):
            wrong = f"rt_sigsuspend blocks SIG{name} while it waits: {given}"
            scene.demand(record, (), impossible=wrong)
        return
    shown = cut_short is not None and cut_short.name not in SWAPPING
    if shown or _goes_on_undisturbed(scene, record):
        since = f"SIG{name} is delivered to it"
        cell = scene.holding(
            "task.blocked", life, record.line, (), (name,), since=since
        )
        scene.demand(record, [scene.told(cell)], span=span)


def _is_cut_short(call: Call) -> bool:
    """A signal has interrupted the call, and is taken before anything else happens."""
    return call.result is not None and call.result.startswith("? ERESTART")


def _goes_on_undisturbed(scene: Scene, record: Happening) -> bool:
    """Its handler returns to a thread that no signal had interrupted in a call."""
    for later in scene.knowing.after(record):
        if isinstance(later, Call) and later.name == "rt_sigreturn":
            ending = values.ending(later.result)
            return ending.value is not None
        if isinstance(later, Happening) and isinstance(later.what, Signalled):
            return False
    return False


def _taken(scene: Scene, record: Happening, name: str, span: tuple[int, int]) -> None:
    """What waited waits no more, if it is the model that knows that it waited."""
    life, line = scene.caller(record), record.line
    handler = scene.step("run_handler", line, taker=life, sig=name)
    nothing = scene.step("discard", line, taker=life, sig=name)
    attempts = [scene.attempt(handler), scene.attempt(nothing)]
    if name == "CONT":
        goes_on = scene.cell("process.is_stopped", life.owner, 0)
        let_go = scene.attempt(None, first=let_go_on(scene, life))
        attempts += [scene.told(goes_on), let_go]
    else:
        attempts.append(scene.told())
    scene.demand(record, attempts, span=span, in_order=True)


def taken(scene: Scene, call: Call, said: values.Pid) -> bool:
    """A call took a signal from the queues, and no handler ran."""
    name, life, line = member(scene, said.inside), scene.caller(call), call.began
    if name is None or name == "CHLD" or name in NEVER_BLOCKED:
        return False
    queues = tuple(
        scene.holding(queue, life, line, (), (name,))
        for queue in ("process.pending", "task.pending")
    )
    scene.demand(call, [scene.attempt(None, learns=queues)])
    return True


def _began(scene: Scene, record: Happening) -> int:
    """Where the thread's last record is over: what it takes, it takes after that."""
    last = scene.knowing.before(record)
    if last is None:
        return scene.caller(record).began
    if isinstance(last, Call):
        return last.began if last.ended is None else last.ended
    return last.line
