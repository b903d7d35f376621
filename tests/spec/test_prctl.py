"""prctl: the subreaper flag is set, cleared and read by its own process."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, proc

unix = World(UNIX)


class TestSetChildSubreaper:
    @pytest.mark.parametrize("was", [0, 1])
    @pytest.mark.parametrize("wanted", [0, 1])
    def test_the_flag_becomes_what_is_asked(self, was: int, wanted: int) -> None:
        state = unix.state(proc(1), proc(2, is_subreaper=was), proc(3, 2))
        said = {"caller": 2, "is_subreaper": wanted}
        after = unix.after(state, "prctl_set_child_subreaper", **said)

        assert unix.answer(state, "prctl_set_child_subreaper", **said) == 0
        assert unix.read(after, "is_subreaper") == [0, wanted, 0, 0]


class TestGetChildSubreaper:
    @pytest.mark.parametrize("flag", [0, 1])
    def test_the_flag_is_read(self, flag: int) -> None:
        state = unix.state(proc(1), proc(2, is_subreaper=flag))

        assert unix.answer(state, "prctl_get_child_subreaper", caller=2) == flag
        assert unix.answer(state, "prctl_get_child_subreaper", caller=1) == 0
