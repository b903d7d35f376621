"""tgkill, tkill: one thread is meant, and what ends it ends its process."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import SIZES, World, changed, proc, thread

unix = World(UNIX, sizes={**SIZES, "uid": 3})

BOB = {"ruid": 1, "euid": 1, "suid": 1}
STATE = unix.state(
    proc(1), proc(2), thread(3, of=2, **BOB), proc(4), thread(4, of=4, **BOB)
)


class TestTgkill:
    @pytest.mark.parametrize(
        ("caller", "tgid", "tid", "sig", "positive", "answer"),
        [
            (1, 1, 1, "TERM", 0, "EINVAL, ERRORS EINVAL:1; facts C11"),
            (1, 2, 1, "TERM", 0, "blocks"),
            (1, 1, 3, "TERM", 1, "ESRCH, ERRORS ESRCH:1; facts C11"),
            (1, 2, 5, "TERM", 1, "ESRCH, ERRORS ESRCH:1; facts C11"),
            (1, 3, 3, "BAD", 1, "ESRCH, ERRORS ESRCH:1; facts C11"),
            (4, 2, 2, "BAD", 1, "EINVAL, ERRORS EINVAL:1"),
            (4, 2, 2, "TERM", 1, "EPERM, ERRORS EPERM:1"),
            (4, 2, 3, "TERM", 1, 0),
            (1, 2, 3, "TERM", 1, 0),
        ],
    )
    def test_the_first_that_applies(
        self,
        caller: int,
        tgid: int,
        tid: int,
        sig: str,
        positive: int,
        answer: object,
    ) -> None:
        """facts C11, C16"""
        said = {"caller": caller, "tgid": tgid, "tid": tid, "sig": sig}

        assert unix.answer(STATE, "tgkill", positive=positive, **said) == answer

    def test_the_signal_waits_for_that_thread_alone(self) -> None:
        said = {"caller": 1, "tgid": 2, "tid": 3, "sig": "TERM", "positive": 1}
        after = unix.after(STATE, "tgkill", **said)

        assert unix.read(after, "task.pending", 3) == {"TERM"}
        assert changed(unix, STATE, after) == {"task.pending"}
        assert unix.answer(after, "die_of_signal", victim=2, sig="TERM", core=0)

    def test_one_thread_s_end_is_the_process_s(self) -> None:
        """facts C11, F03"""
        said = {"caller": 1, "tgid": 2, "tid": 3, "sig": "TERM", "positive": 1}
        sent = unix.after(STATE, "tgkill", **said)
        after = unix.after(sent, "die_of_signal", victim=2, sig="TERM", core=0)

        assert unix.read(after, "phase", 2) == "ZOMBIE"
        assert unix.read(after, "status", 2) == 15
        assert unix.read(after, "run").count("READY") == 2

    def test_a_continue_to_one_thread_lets_all_go_on(self) -> None:
        state = unix.state(
            proc(1), proc(2, is_stopped=1, pending={"TSTP"}), thread(3, of=2)
        )
        said = {"caller": 1, "tgid": 2, "tid": 3, "sig": "CONT", "positive": 1}
        after = unix.after(state, "tgkill", **said)

        assert changed(unix, state, after) == {"process.pending", "process.is_resumed"}
        assert unix.read(after, "is_resumed", 2) == 1

    def test_a_stop_to_one_thread_takes_a_continue_from_another(self) -> None:
        leader = thread(2, of=2, blocked={"CONT"}, pending={"CONT", "HUP"})
        state = unix.state(proc(1), proc(2), leader, thread(3, of=2))
        said = {"caller": 1, "tgid": 2, "tid": 3, "sig": "STOP", "positive": 1}
        after = unix.after(state, "tgkill", **said)

        assert unix.read(after, "task.pending", 2) == {"HUP"}
        assert unix.read(after, "task.pending", 3) == {"STOP"}

    def test_an_ended_leader_is_signalled_in_vain(self) -> None:
        state = unix.state(
            proc(1), proc(2), thread(2, of=2, run="ENDED"), thread(3, of=2)
        )
        said = {"caller": 1, "tgid": 2, "tid": 2, "sig": "KILL", "positive": 1}

        assert unix.answer(state, "tgkill", **said) == 0
        assert unix.after(state, "tgkill", **said) == state

    def test_signal_0_is_not_sent(self) -> None:
        said = {"caller": 1, "tgid": 2, "tid": 3, "sig": "NULL", "positive": 1}

        assert unix.answer(STATE, "tgkill", **said) == 0
        assert unix.after(STATE, "tgkill", **said) == STATE


class TestTkill:
    @pytest.mark.parametrize(
        ("tid", "sig", "positive", "answer"),
        [
            (1, "TERM", 0, "EINVAL, ERRORS EINVAL:1; facts C11"),
            (2, "TERM", 0, "blocks"),
            (5, "BAD", 1, "ESRCH, ERRORS ESRCH:1; facts C11"),
            (2, "BAD", 1, "EINVAL, ERRORS EINVAL:1"),
            (2, "TERM", 1, "EPERM, ERRORS EPERM:1"),
            (3, "TERM", 1, 0),
        ],
    )
    def test_the_first_that_applies(
        self, tid: int, sig: str, positive: int, answer: object
    ) -> None:
        """facts C11"""
        said = {"caller": 4, "tid": tid, "sig": sig, "positive": positive}

        assert unix.answer(STATE, "tkill", **said) == answer

    def test_the_signal_waits_for_that_thread_alone(self) -> None:
        after = unix.after(STATE, "tkill", caller=4, tid=3, sig="HUP", positive=1)

        assert unix.read(after, "task.pending", 3) == {"HUP"}
        assert changed(unix, STATE, after) == {"task.pending"}
