"""wait4: whom it waits for, when it sleeps, and what is left afterwards."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, proc

unix = World(UNIX)

RUNS = unix.state(proc(1), proc(2))
ENDED = unix.state(proc(1), proc(2, phase="ZOMBIE", group=2, status=0x700))
FAMILY = unix.state(
    proc(1), proc(2, phase="ZOMBIE", group=2), proc(3), proc(4, 3, phase="ZOMBIE")
)
TWINS = unix.state(
    proc(1), proc(2, phase="ZOMBIE"), proc(3, phase="ZOMBIE", group=3), proc(4)
)


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
            pytest.param(FAMILY, 3, "GROUP_MEMBER", 2, id="another's child"),
        ],
    )
    @pytest.mark.parametrize("no_hang", [0, 1])
    def test_echild(
        self, state: object, caller: int, whom: str, number: int, no_hang: int
    ) -> None:
        """facts D2"""
        assert isinstance(state, tuple)
        answer = unix.answer(
            state, "wait4", caller=caller, whom=whom, number=number, no_hang=no_hang
        )

        assert answer == "ECHILD, ERRORS ECHILD:2"

    @pytest.mark.parametrize(
        ("whom", "number"), [("ANY_CHILD", 1), ("ONE_CHILD", 2), ("GROUP_MEMBER", 1)]
    )
    def test_sleeps_while_children_run(self, whom: str, number: int) -> None:
        said = {"caller": 1, "whom": whom, "number": number}

        assert unix.answer(RUNS, "wait4", no_hang=0, **said) == "blocks"
        assert unix.answer(RUNS, "wait4", no_hang=1, **said) == 0
        assert unix.after(RUNS, "wait4", no_hang=1, **said) == RUNS

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

    def test_any_ended_child_may_be_taken(self) -> None:
        said = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 0}

        assert unix.answers(TWINS, "wait4", **said) == [2, 3]

    def test_a_wait_for_one_leaves_the_other(self) -> None:
        said = {"caller": 1, "whom": "ONE_CHILD", "number": 3, "no_hang": 0}

        assert unix.answers(TWINS, "wait4", **said) == [3]

    def test_a_wait_for_the_running_one_sleeps(self) -> None:
        """facts D21"""
        said = {"caller": 1, "whom": "ONE_CHILD", "number": 4, "no_hang": 0}

        assert unix.answer(TWINS, "wait4", **said) == "blocks"

    def test_any_child_has_no_number(self) -> None:
        said = {"caller": 1, "whom": "ANY_CHILD", "number": 2, "no_hang": 0}

        assert unix.answer(ENDED, "wait4", **said) == "blocks"
