"""setsid: refused while any process is in a group with the caller's number."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, proc

unix = World(UNIX)


class TestSetsid:
    @pytest.mark.parametrize(
        "others",
        [
            pytest.param((proc(2, group=2, session=2),), id="itself"),
            pytest.param((proc(2), proc(3, group=2)), id="another"),
            pytest.param((proc(2), proc(3, group=2, phase="ZOMBIE")), id="a zombie"),
        ],
    )
    def test_eperm_while_the_group_has_a_member(self, others: object) -> None:
        """facts B7"""
        assert isinstance(others, tuple)
        state = unix.state(proc(1), *others)

        assert unix.answer(state, "setsid", caller=2) == "EPERM, ERRORS EPERM:1"

    def test_leads_a_new_group_and_session(self) -> None:
        state = unix.state(proc(1), proc(2, group=5, session=5), proc(3, group=5))
        after = unix.after(state, "setsid", caller=2)

        assert unix.answer(state, "setsid", caller=2) == 2
        assert unix.read(after, "group") == [1, 2, 5, 1]
        assert unix.read(after, "session") == [1, 2, 1, 1]
