"""The properties of terminals and job control can fail: each on a call that is broken.

From one state that people know, a shell and its jobs on a terminal, the call as it is
keeps the property, and the call with one line dropped breaks it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checker.evaluate import Evaluator
from checker.mutants.mutate import mutants
from properties.catalogue import CATALOGUE
from spec.lang import Model
from spec.lang.model import Traced
from spec.unix.system import UNIX
from tests.spec.terminals import with_terminal
from tests.spec.worlds import World, handlers, proc, thread

SIZES = {"process": 5, "number": 5, "exit_code": 1, "guid": 6, "terminal": 1}
unix = World(UNIX, SIZES)
NAMED = {prop.name: prop for prop in CATALOGUE}
HERE = {"session": 2, "has_terminal": True}


def shell(foreground: int = 2, *others: Any, tostop: bool = False) -> Any:
    """A shell, its job 3, which is stopped, an orphaned job 4, and a session 5."""
    state = unix.state(
        proc(1),
        proc(2, group=2, **HERE),
        proc(3, 2, group=3, is_stopped=bool(others), **HERE),
        proc(4, 1, group=4, **HERE),
        proc(5, 1, group=5, session=5),
        thread(5, of=5, euid=1),
        *others,
    )
    return with_terminal(
        unix, state, session=2, foreground=foreground, stops_writers=tostop
    )


STOPPED = handlers(3, caught={"HUP"})
PLAIN, BUSY = shell(), shell(3)
NOBODYS = unix.state(proc(1), proc(2))
CASES = [
    ("tiocsctty", "only_root_takes_a_terminal_from_a_session",
     "tiocsctty_never_fails_with_EPERM_2", PLAIN),
    ("tiocsctty", "only_a_session_leader_gets_a_terminal",
     "tiocsctty_never_fails_with_EPERM_1", NOBODYS),
    ("tiocnotty", "a_leader_gives_up_the_terminal_for_its_session",
     "tiocnotty_forgets_process_has_terminal", PLAIN),
    ("tcsetpgrp", "the_foreground_is_set_from_within_the_session",
     "tcsetpgrp_never_fails_with_ENOTTY_3", PLAIN),
    ("tcsetpgrp", "the_new_foreground_is_of_the_session",
     "tcsetpgrp_never_fails_with_EPERM", PLAIN),
    ("tcsetpgrp", "no_group_of_the_session_is_refused_the_foreground",
     "tcsetpgrp_always_fails_with_EPERM", PLAIN),
    ("tcsetpgrp", "the_background_changes_its_terminal_only_unheard",
     "tcsetpgrp_never_blocks_2", PLAIN),
    ("read_terminal", "nobody_reads_in_the_background",
     "read_terminal_never_blocks", PLAIN),
    ("write_terminal", "with_tostop_the_background_writes_only_unheard",
     "write_terminal_never_blocks", shell(tostop=True)),
    ("stop_background", "only_a_background_that_somebody_looks_after_is_stopped",
     "stop_background_never_blocks_2", PLAIN),
    ("stop_background", "a_background_group_is_stopped_by_its_terminal_as_a_whole",
     "stop_background_forgets_process_pending", PLAIN),
    ("press", "the_foreground_group_hears_every_key",
     "press_forgets_process_pending", BUSY),
    ("hang_up", "the_leader_and_nobody_else_hears_of_a_hangup",
     "hang_up_forgets_process_pending", PLAIN),
    ("exit_group", "the_foreground_group_hears_of_the_leaders_end",
     "exit_group_forgets_process_pending_of_several", BUSY),
    ("exit_group", "a_stopped_group_that_an_end_orphans_hears_of_it",
     "exit_group_forgets_process_pending_of_several", shell(2, STOPPED)),
]  # fmt: skip


def of_one_call(call: str) -> Model:
    """The model in which nothing else can happen."""
    model = UNIX.model()
    return replace(model, actions=(model.action(call),))


def breaks(model: Model, prop: Traced, state: Any) -> bool:
    """A step from the state breaks the property."""
    evaluator = Evaluator(model, unix.evaluator.scope, [prop])
    return any(
        not evaluator.holds_of(prop.name, state, step)
        for step in (*evaluator.transitions(state), *evaluator.refused(state))
    )


@pytest.mark.parametrize(("call", "name", "mutant", "state"), CASES)
def test_a_broken_call_breaks_it(call: str, name: str, mutant: str, state: Any) -> None:
    model = of_one_call(call)
    prop = model.trace(NAMED[name])
    (broken,) = (m for m in mutants(model) if m.name == mutant)
    (again,) = broken.retraced([prop])

    assert not breaks(model, prop, state)
    assert breaks(broken.model, again, state)
