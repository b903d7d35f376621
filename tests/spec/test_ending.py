"""exit_group and fatal_fault: a zombie is left, and the children change hands."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, changed, proc

unix = World(UNIX)


class TestExitGroup:
    def test_init_never_ends(self) -> None:
        state = unix.state(proc(1))

        assert unix.answer(state, "exit_group", caller=1, code=0) == "out_of_scope"

    @pytest.mark.parametrize(("code", "status"), [(0, 0x0000), (1, 0x0100)])
    def test_the_code_is_in_the_status(self, code: int, status: int) -> None:
        state = unix.state(proc(1), proc(2))
        after = unix.after(state, "exit_group", caller=2, code=code)

        assert unix.read(after, "status", 2) == status
        assert unix.read(after, "phase", 2) == "ZOMBIE"

    def test_without_a_subreaper_init_adopts(self) -> None:
        """Zombie children too (facts A1)."""
        state = unix.state(proc(1), proc(2), proc(3, 2), proc(4, 2, phase="ZOMBIE"))
        after = unix.after(state, "exit_group", caller=2, code=0)

        assert unix.read(after, "parent") == [1, 1, 1, 1]

    def test_the_nearest_subreaper_adopts(self) -> None:
        state = unix.state(
            proc(1), proc(2, is_subreaper=1), proc(3, 2, is_subreaper=1), proc(4, 3)
        )
        nearest = unix.after(state, "exit_group", caller=3, code=0)

        assert unix.read(nearest, "parent", 4) == 2

    def test_a_subreaper_that_is_no_ancestor_does_not_adopt(self) -> None:
        state = unix.state(proc(1), proc(2, is_subreaper=1), proc(3), proc(4, 3))
        after = unix.after(state, "exit_group", caller=3, code=0)

        assert unix.read(after, "parent", 4) == 1

    def test_the_dying_subreaper_does_not_adopt_its_own_children(self) -> None:
        state = unix.state(proc(1), proc(2, is_subreaper=1), proc(3, 2))
        after = unix.after(state, "exit_group", caller=2, code=0)

        assert unix.read(after, "parent", 3) == 1
        assert unix.read(after, "is_subreaper", 2) == 0

    def test_the_rest_stays_with_the_zombie(self) -> None:
        state = unix.state(proc(1), proc(2, group=2, session=2, has_execed=1))
        after = unix.after(state, "exit_group", caller=2, code=1)
        kept = {f"process.{name}" for name in ("pid", "group", "session", "has_execed")}

        assert not changed(unix, state, after) & kept


class TestFatalFault:
    def test_init_never_ends(self) -> None:
        state = unix.state(proc(1))

        assert unix.answer(state, "fatal_fault", victim=1, core=0) == "out_of_scope"

    def test_a_zombie_does_not_die_again(self) -> None:
        state = unix.state(proc(1), proc(2, phase="ZOMBIE"))

        assert unix.answer(state, "fatal_fault", victim=2, core=0) == "blocks"

    @pytest.mark.parametrize(("core", "status"), [(0, 0x000B), (1, 0x008B)])
    def test_the_signal_is_in_the_status(self, core: int, status: int) -> None:
        state = unix.state(proc(1), proc(2), proc(3, 2))
        after = unix.after(state, "fatal_fault", victim=2, core=core)

        assert unix.read(after, "status", 2) == status
        assert unix.read(after, "parent", 3) == 1
