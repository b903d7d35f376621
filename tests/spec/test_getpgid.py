"""getpgid, getsid: of anybody, zombies and threads included."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, proc, thread

unix = World(UNIX)

STATE = unix.state(
    proc(1),
    proc(2, group=2, session=2),
    proc(3, 2, phase="ZOMBIE", group=2, session=2),
    thread(4, of=2),
)


class TestGetpgid:
    @pytest.mark.parametrize(
        ("caller", "sign", "number", "group"),
        [
            pytest.param(1, "ZERO", 1, 1, id="oneself"),
            pytest.param(2, "POSITIVE", 1, 1, id="another session's"),
            pytest.param(1, "POSITIVE", 3, 2, id="a zombie's"),
            pytest.param(1, "POSITIVE", 4, 2, id="a thread's"),
        ],
    )
    def test_says_the_group_and_getsid_the_session(
        self, caller: int, sign: str, number: int, group: int
    ) -> None:
        """facts B9"""
        said = {"caller": caller, "sign": sign, "number": number}

        assert unix.answer(STATE, "getpgid", **said) == group
        assert unix.answer(STATE, "getsid", **said) == group

    @pytest.mark.parametrize(("sign", "number"), [("POSITIVE", 5), ("NEGATIVE", 1)])
    def test_esrch(self, sign: str, number: int) -> None:
        """facts B9: getsid(999) ESRCH; getpgid(-1) ESRCH"""
        said = {"caller": 1, "sign": sign, "number": number}

        assert unix.answer(STATE, "getpgid", **said) == "ESRCH, ERRORS ESRCH"
        assert unix.answer(STATE, "getsid", **said) == "ESRCH, ERRORS ESRCH"
