"""wait4: whom it waits for, when it sleeps, and what is left afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import State, World, changed, handlers, proc, thread

unix = World(UNIX)

RUNS = unix.state(proc(1), proc(2))
ENDED = unix.state(proc(1), proc(2, phase="ZOMBIE", group=2, status=0x700))
FAMILY = unix.state(
    proc(1), proc(2, phase="ZOMBIE", group=2), proc(3), proc(4, 3, phase="ZOMBIE")
)
TWINS = unix.state(
    proc(1), proc(2, phase="ZOMBIE"), proc(3, phase="ZOMBIE", group=3), proc(4)
)
ZOMBIE_LEADER = unix.state(proc(1), proc(2), thread(2, of=2, run="ENDED"), thread(3, 2))
STOPPED = unix.state(proc(1), proc(2, is_stopped=1, status=0x137F))
CONTINUED = unix.state(proc(1), proc(2, status=0xFFFF))
CLONE = unix.state(proc(1), proc(2, phase="ZOMBIE", exit_signal="USR1"))
HEIRS = unix.state(proc(1), proc(2, phase="ZOMBIE"), thread(3, of=1))


def wait4(state: State, caller: int = 1, **said: Any) -> list[Any]:
    """The answers; for any child, without WNOHANG, unless said."""
    given = {"whom": "ANY_CHILD", "number": 1, "no_hang": 0, **said}
    return unix.answers(state, "wait4", caller=caller, **given)


class TestWait4:
    @pytest.mark.parametrize(
        ("state", "caller", "whom", "number"),
        [
            pytest.param(unix.state(proc(1)), 1, "ANY_CHILD", 1, id="no child"),
            pytest.param(ENDED, 1, "ONE_CHILD", 3, id="no such process"),
            pytest.param(FAMILY, 1, "ONE_CHILD", 4, id="grandchild"),
            pytest.param(FAMILY, 3, "ONE_CHILD", 3, id="itself"),
            pytest.param(FAMILY, 3, "ONE_CHILD", 1, id="its parent"),
            pytest.param(ENDED, 1, "GROUP_MEMBER", 3, id="no such group"),
            pytest.param(ENDED, 1, "OWN_GROUP", 1, id="nobody in its group"),
            pytest.param(FAMILY, 3, "GROUP_MEMBER", 2, id="another's child"),
            pytest.param(CLONE, 1, "ANY_CHILD", 1, id="a clone child"),
        ],
    )
    @pytest.mark.parametrize("no_hang", [0, 1])
    def test_echild(
        self, state: State, caller: int, whom: str, number: int, no_hang: int
    ) -> None:
        """facts D2, A17"""
        said = {"whom": whom, "number": number, "no_hang": no_hang}

        assert wait4(state, caller, **said) == ["ECHILD, ERRORS ECHILD:2"]

    def test_a_number_without_an_opposite(self) -> None:
        """facts D2: INT_MIN"""
        assert wait4(ENDED, whom="NOBODY") == ["ESRCH, ERRORS ESRCH:1; facts D2"]

    @pytest.mark.parametrize(
        ("whom", "number"),
        [("ANY_CHILD", 1), ("ONE_CHILD", 2), ("GROUP_MEMBER", 1), ("OWN_GROUP", 1)],
    )
    @pytest.mark.parametrize("state", [RUNS, STOPPED, CONTINUED, ZOMBIE_LEADER])
    def test_sleeps_while_children_run(
        self, state: State, whom: str, number: int
    ) -> None:
        """A stop is no end (facts D14), nor is a leader's (facts G1)."""
        said: dict[str, Any] = {"whom": whom, "number": number}

        assert wait4(state, **said) == ["blocks"]
        assert wait4(state, no_hang=1, **said) == [0]

    @pytest.mark.parametrize(
        ("whom", "number"), [("ANY_CHILD", 1), ("ONE_CHILD", 2), ("GROUP_MEMBER", 2)]
    )
    @pytest.mark.parametrize("no_hang", [0, 1])
    def test_collects_an_ended_child(
        self, whom: str, number: int, no_hang: int
    ) -> None:
        said = {"caller": 1, "whom": whom, "number": number, "no_hang": no_hang}

        assert unix.answer(ENDED, "wait4", **said) == 2
        assert unix.after(ENDED, "wait4", **said) == unix.state(proc(1))

    @pytest.mark.parametrize("number", [1, 2, 5])
    def test_any_ended_child_may_be_taken(self, number: int) -> None:
        """The number says nothing where none is needed."""
        assert wait4(TWINS, number=number) == [2, 3]

    def test_a_wait_for_one_leaves_the_other(self) -> None:
        assert wait4(TWINS, whom="ONE_CHILD", number=3) == [3]

    def test_a_wait_for_the_running_one_sleeps(self) -> None:
        """facts D21"""
        assert wait4(TWINS, whom="ONE_CHILD", number=4) == ["blocks"]

    def test_the_group_is_that_of_the_time_of_the_wait(self) -> None:
        """facts D6"""
        state = unix.state(proc(1, group=4), proc(2, phase="ZOMBIE", group=4), proc(3))

        assert wait4(state, whom="OWN_GROUP") == [2]
        assert wait4(state, whom="GROUP_MEMBER", number=4) == [2]
        assert wait4(state, whom="GROUP_MEMBER", number=1) == ["blocks"]


class TestInterruption:
    @pytest.mark.parametrize(
        ("given", "answer"),
        [
            ({"caught": {"USR1"}}, "EINTR, ERRORS EINTR:1"),
            ({"caught": {"USR1"}, "restarting": {"USR1"}}, "blocks"),
            ({"ignored": {"USR1"}}, "blocks"),
            ({}, "blocks"),
        ],
    )
    def test_a_handler_interrupts_unless_it_restarts(
        self, given: dict[str, Any], answer: str
    ) -> None:
        """facts D17"""
        state = unix.state(proc(1, pending={"USR1"}), proc(2), handlers(1, **given))

        assert wait4(state) == [answer]
        assert wait4(state, no_hang=1) == [0]

    def test_what_is_there_is_reported_first(self) -> None:
        state = unix.state(
            proc(1, pending={"USR1"}),
            proc(2, phase="ZOMBIE"),
            handlers(1, caught={"USR1"}),
        )

        assert wait4(state) == [2]


class TestOptions:
    @pytest.mark.parametrize(
        ("state", "option", "answer"),
        [
            (STOPPED, "WUNTRACED", 2),
            (STOPPED, "WUNTRACED_WCONTINUED", 2),
            (STOPPED, "WCONTINUED", 0),
            (CONTINUED, "WCONTINUED", 2),
            (CONTINUED, "WUNTRACED_WCONTINUED", 2),
            (CONTINUED, "WUNTRACED", 0),
            (RUNS, "WUNTRACED_WCONTINUED", 0),
            (CLONE, "WUNTRACED", "ECHILD, ERRORS ECHILD:2; facts A17"),
            (CLONE, "WCLONE", 2),
            (CLONE, "WALL", 2),
            (ENDED, "WCLONE", "ECHILD, ERRORS ECHILD:2; facts A17"),
            (ENDED, "WALL", 2),
            (ENDED, "WUNTRACED", 2),
            (ENDED, "NO_OPTION", "EINVAL, ERRORS EINVAL:1; facts D2"),
        ],
    )
    def test_what_each_waits_for(self, state: State, option: str, answer: Any) -> None:
        said = {"caller": 1, "option": option, "no_hang": 1}

        assert unix.answer(state, "wait4_with", **said) == answer

    @pytest.mark.parametrize(
        ("state", "option"), [(STOPPED, "WUNTRACED"), (CONTINUED, "WCONTINUED")]
    )
    def test_news_is_heard_once(self, state: State, option: str) -> None:
        said = {"caller": 1, "option": option, "no_hang": 0}
        after = unix.after(state, "wait4_with", **said)

        assert changed(unix, state, after) == {"process.status"}
        assert unix.read(after, "status", 2) == 0
        assert unix.answer(after, "wait4_with", **said) == "blocks"

    def test_an_end_is_heard_too(self) -> None:
        after = unix.after(ENDED, "wait4_with", caller=1, option="WUNTRACED", no_hang=0)

        assert after == unix.state(proc(1))

    def test_a_stop_that_is_over_is_no_news(self) -> None:
        """SIGCONT is on its way: what can be heard is that the child goes on."""
        state = unix.state(proc(1), proc(2, is_stopped=1, is_resumed=1, status=0x137F))
        said = {"caller": 1, "option": "WUNTRACED", "no_hang": 1}

        assert unix.answer(state, "wait4_with", **said) == 0


class TestNothread:
    @pytest.mark.parametrize(
        ("caller", "answer"), [(1, 2), (3, "ECHILD, ERRORS ECHILD:2; facts A11")]
    )
    def test_a_thread_waits_for_its_own_children(
        self, caller: int, answer: Any
    ) -> None:
        """facts D15"""
        said = {"caller": caller, "no_hang": 0}

        assert unix.answer(HEIRS, "wait4_nothread", **said) == answer

    def test_after_the_threads_end_another_inherits(self) -> None:
        """facts A11"""
        state = unix.state(proc(1), proc(2, parent_thread=3), thread(3, of=1))
        after = unix.after(state, "exit_thread", caller=3, code=0)
        said = {"caller": 1, "no_hang": 1}

        assert unix.answer(state, "wait4_nothread", **said).startswith("ECHILD")
        assert unix.answer(after, "wait4_nothread", **said) == 0


class TestIntoNowhere:
    def test_the_error_comes_after_the_work(self) -> None:
        """facts D18: EFAULT, and the status is lost"""
        assert unix.answer(ENDED, "wait4_into_nowhere", caller=1) == 0x10000 - 14
        assert unix.after(ENDED, "wait4_into_nowhere", caller=1) == unix.state(proc(1))

    @pytest.mark.parametrize("state", [RUNS, STOPPED, CLONE, unix.state(proc(1))])
    def test_without_an_ended_child_there_is_no_such_error(self, state: State) -> None:
        assert unix.answer(state, "wait4_into_nowhere", caller=1) == "blocks"
