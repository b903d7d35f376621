"""setpgid: every error in the kernel's order, and what may be done."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, proc, thread

unix = World(UNIX)

# init, a shell that leads session 2, its child 3, and 4, who is init's other child
SHELL = unix.state(
    proc(1),
    proc(2, group=2, session=2),
    proc(3, 2, group=2, session=2),
    proc(4, group=4, session=1),
)


def setpgid(
    state: Any, caller: int, pid: int | str, pgid: int | str, asks: str = "answer"
) -> Any:
    """A number, 0, or "-" for one below zero."""
    said: dict[str, Any] = {"caller": caller}
    for name, given in (("pid", pid), ("pgid", pgid)):
        sign = {0: "ZERO", "-": "NEGATIVE"}.get(given, "POSITIVE")
        said[f"{name}_sign"] = sign
        said[name] = given if sign == "POSITIVE" else 1
    return getattr(unix, asks)(state, "setpgid", **said)


class TestErrors:
    @pytest.mark.parametrize(
        ("pid", "pgid"), [("-", 0), (3, "-"), ("-", "-"), (5, "-"), (0, "-")]
    )
    def test_a_group_below_zero_is_invalid_before_all_else(
        self, pid: Any, pgid: Any
    ) -> None:
        """facts B3: (-5,0) EINVAL"""
        assert setpgid(SHELL, 2, pid, pgid) == "EINVAL, ERRORS EINVAL; facts B3"

    @pytest.mark.parametrize("pid", ["-", 5])
    def test_nobody_is_found_by_a_number_that_nobody_has(self, pid: Any) -> None:
        """facts B3: (-5,3) ESRCH; nonexistent ESRCH"""
        assert setpgid(SHELL, 2, pid, 3) == "ESRCH, ERRORS ESRCH; facts B3"

    def test_a_threads_number_is_no_process(self) -> None:
        state = unix.state(proc(1), proc(2), thread(3, of=2))

        assert setpgid(state, 2, 3, 0) == "EINVAL, kernel/sys.c setpgid"

    @pytest.mark.parametrize(("caller", "pid"), [(3, 2), (1, 3), (2, 4)])
    def test_only_oneself_and_ones_children(self, caller: int, pid: int) -> None:
        """facts B3: grandchild ESRCH; parent ESRCH"""
        assert setpgid(SHELL, caller, pid, 0) == "ESRCH, ERRORS ESRCH; facts B3"

    def test_a_child_in_another_session(self) -> None:
        """facts B4; it wins over its having run exec"""
        state = unix.state(proc(1), proc(2, group=2, session=2, has_execed=True))

        assert setpgid(state, 1, 2, 1) == "EPERM, ERRORS EPERM:1; facts B4"

    def test_a_child_that_has_run_exec(self) -> None:
        """facts B1; the child itself may still"""
        state = unix.state(proc(1), proc(2, has_execed=True))
        refused = "EACCES, ERRORS EACCES; facts B1; G05"

        assert setpgid(state, 1, 2, 0) == refused
        assert setpgid(state, 2, 0, 0) == 0

    def test_a_session_leader_stays(self) -> None:
        """facts B3: init by itself when session leader EPERM"""
        assert setpgid(SHELL, 1, 0, 4) == "EPERM, ERRORS EPERM:2; facts B3"
        assert setpgid(SHELL, 2, 0, 0) == "EPERM, ERRORS EPERM:2; facts B3"

    @pytest.mark.parametrize("pgid", [5, 4, 1])
    def test_a_group_that_is_not_there_or_elsewhere(self, pgid: int) -> None:
        """facts B4: no such group; in another session; a pid that is no group"""
        state = unix.state(
            proc(1),
            proc(2, group=2, session=2),
            proc(3, 2, group=2, session=2),
            proc(4, 2, group=2, session=2),
        )

        assert setpgid(state, 2, 3, pgid) == "EPERM, ERRORS EPERM:3; facts B4"


class TestEffect:
    @pytest.mark.parametrize(
        ("caller", "pid", "pgid"),
        [(2, 3, 0), (2, 3, 3), (3, 0, 0), (3, 3, 3), (3, 0, 3)],
    )
    def test_founds_a_group(self, caller: int, pid: int, pgid: int) -> None:
        after = setpgid(SHELL, caller, pid, pgid, "after")

        assert setpgid(SHELL, caller, pid, pgid) == 0
        assert unix.read(after, "group") == [1, 2, 3, 4]
        assert unix.read(after, "session") == [1, 2, 2, 1]

    def test_joins_a_group_of_the_session(self) -> None:
        state = unix.state(proc(1), proc(2), proc(3, 2, group=3))
        after = setpgid(state, 2, 0, 3, "after")

        assert unix.read(after, "group", 2) == 3

    def test_a_zombie_can_be_moved(self) -> None:
        """facts B6"""
        state = unix.state(proc(1), proc(2), proc(3, 2, phase="ZOMBIE"))

        assert unix.read(setpgid(state, 2, 3, 0, "after"), "group", 3) == 3

    def test_a_zombie_is_enough_for_a_group(self) -> None:
        """facts B6: joining the zombie-only group 0; after reaping EPERM"""
        with_it = unix.state(proc(1), proc(2), proc(3, 2, group=3, phase="ZOMBIE"))
        without = unix.state(proc(1), proc(2))

        assert setpgid(with_it, 2, 0, 3) == 0
        assert setpgid(without, 2, 0, 3) == "EPERM, ERRORS EPERM:3; facts B4"

    def test_a_group_that_is_orphaned_by_it_hears_nothing(self) -> None:
        """facts H13: the parent joins its stopped child's group"""
        state = unix.state(
            proc(1, group=1),
            proc(2, group=2),
            proc(3, 2, group=3, is_stopped=True),
        )
        after = setpgid(state, 2, 0, 3, "after")

        assert unix.read(after, "pending") == unix.read(state, "pending")
        assert unix.read(after, "is_stopped", 3) == 1

    def test_a_number_is_looked_at_only_when_it_is_given(self) -> None:
        said = {"caller": 2, "pid_sign": "ZERO", "pid": 3, "pgid_sign": "ZERO"}

        assert unix.answer(SHELL, "setpgid", pgid=1, **said) == "blocks"
