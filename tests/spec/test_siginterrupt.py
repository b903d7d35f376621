"""siginterrupt: whether the handler of a signal has an interrupted call made again."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, handlers, proc

unix = World(UNIX)

WAITS = unix.state(
    proc(1, pending={"USR1"}),
    proc(2),
    handlers(1, caught={"USR1"}, restarting={"TERM"}),
)


class TestSiginterrupt:
    @pytest.mark.parametrize("sig", ["KILL", "STOP", "NULL", "BAD"])
    def test_what_cannot_be_caught_is_refused(self, sig: str) -> None:
        said = {"caller": 1, "sig": sig, "interrupts": 1}

        assert unix.answer(WAITS, "siginterrupt", **said) == "EINVAL, ERRORS EINVAL:1"

    @pytest.mark.parametrize(
        ("interrupts", "flags"), [(0, {"USR1", "TERM"}), (1, {"TERM"})]
    )
    def test_the_flag_is_set_or_cleared(self, interrupts: int, flags: set[str]) -> None:
        said = {"caller": 1, "sig": "USR1", "interrupts": interrupts}
        after = unix.after(WAITS, "siginterrupt", **said)

        assert unix.read(after, "restarting")[0] == flags

    @pytest.mark.parametrize(
        ("interrupts", "answer"), [(0, "blocks"), (1, "EINTR, ERRORS EINTR:1")]
    )
    def test_it_decides_what_a_wait_answers(self, interrupts: int, answer: str) -> None:
        """facts D17"""
        said = {"caller": 1, "sig": "USR1", "interrupts": interrupts}
        after = unix.after(WAITS, "siginterrupt", **said)
        wait = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 0}

        assert unix.answer(after, "wait4", **wait) == answer

    def test_sigaction_sets_it_back(self) -> None:
        said = {"sig": "TERM", "disposition": "HANDLE", "no_zombies": 0, "no_stops": 0}
        after = unix.after(WAITS, "sigaction", caller=1, **said)

        assert unix.read(after, "restarting")[0] == set()
