"""States: what a process is seen as, and how a thread sleeps, wakes and is held."""

from __future__ import annotations

from typing import Any

import pytest

from checker.python_text import Function, Value, compile_functions
from spec.process.sorts import Process
from spec.process.state import Kernel
from spec.process.states import Seen, seen_of
from spec.unix.system import UNIX
from tests.spec.worlds import State, World, changed, proc, thread

unix = World(UNIX)


def seen(state: State) -> str:
    """The state that the second process object is seen in."""
    view = unix.evaluator.model.view()
    assert isinstance(view, Kernel)
    node = seen_of(view, Process.element(1)).node
    code = compile_functions(
        [Function("seen", (), Value(node))],
        unix.evaluator.fields,
        unix.evaluator.scope,
    )
    return Seen.members[code["seen"](state, None)]


class TestSeen:
    @pytest.mark.parametrize(
        ("fields", "run", "expected"),
        [
            ({}, "READY", "RUNS"),
            ({}, "ASLEEP", "SLEEPS"),
            ({}, "UNINTERRUPTIBLE", "SLEEPS_DEEPLY"),
            ({}, "TRACED", "IS_TRACED"),
            ({"is_stopped": 1}, "READY", "IS_STOPPED"),
            ({"is_stopped": 1}, "ASLEEP", "IS_STOPPED"),
            ({}, "ENDED", "IS_ZOMBIE"),
            ({"phase": "ZOMBIE"}, "ENDED", "IS_ZOMBIE"),
            ({"phase": "DEAD"}, "ENDED", "IS_ZOMBIE"),
        ],
    )
    def test_by_what_its_leader_does(
        self, fields: dict[str, Any], run: str, expected: str
    ) -> None:
        """A leader that has ended is a zombie while others run (facts G1)."""
        state = unix.state(proc(1), proc(2, **fields), thread(2, of=2, run=run))

        assert seen(state) == expected

    def test_what_does_not_exist_is_gone(self) -> None:
        assert seen(unix.state(proc(1))) == "GONE"


class TestSleep:
    @pytest.mark.parametrize(("deeply", "run"), [(0, "ASLEEP"), (1, "UNINTERRUPTIBLE")])
    def test_a_thread_sleeps_until_it_is_woken(self, deeply: int, run: str) -> None:
        state = unix.state(proc(1), proc(2), thread(3, of=2))
        sleeps = unix.after(state, "fall_asleep", sleeper=3, deeply=deeply)

        assert unix.read(sleeps, "run", 3) == run
        assert changed(unix, state, sleeps) == {"task.run"}
        assert unix.after(sleeps, "wake", sleeper=3) == state

    def test_a_sleeper_makes_no_call(self) -> None:
        state = unix.state(proc(1), proc(2), thread(2, of=2, run="ASLEEP"))

        assert unix.answer(state, "getpid", caller=2) == "disabled"
        assert unix.answer(state, "fall_asleep", sleeper=2, deeply=0) == "blocks"

    @pytest.mark.parametrize(
        ("run", "more"),
        [("READY", {}), ("TRACED", {}), ("UNINTERRUPTIBLE", {"vfork_child": 3})],
    )
    def test_who_is_not_woken(self, run: str, more: dict[str, int]) -> None:
        leader = thread(2, of=2, run=run, **more)
        state = unix.state(proc(1), proc(2), leader, proc(3, 2))

        assert unix.answer(state, "wake", sleeper=2) == "blocks"

    def test_a_stopped_sleeper_stays_asleep(self) -> None:
        state = unix.state(
            proc(1), proc(2, is_stopped=1), thread(2, of=2, run="ASLEEP")
        )

        assert unix.answer(state, "wake", sleeper=2) == "blocks"


class TestHold:
    def test_a_tracer_holds_a_thread_and_lets_it_go(self) -> None:
        state = unix.state(proc(1), proc(2))
        held = unix.after(state, "hold", tracee=2)

        assert unix.read(held, "run", 2) == "TRACED"
        assert unix.answer(held, "getpid", caller=2) == "disabled"
        assert unix.answer(held, "hold", tracee=2) == "blocks"
        assert unix.after(held, "let_go", tracee=2) == state
        assert unix.answer(state, "let_go", tracee=2) == "blocks"
