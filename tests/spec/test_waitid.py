"""waitid: what it is told to wait for, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import State, World, changed, handlers, proc

unix = World(UNIX)

RUNS = unix.state(proc(1), proc(2))
ENDED = unix.state(proc(1), proc(2, phase="ZOMBIE", status=0x700))
STOPPED = unix.state(proc(1), proc(2, is_stopped=1, status=0x137F))
CONTINUED = unix.state(proc(1), proc(2, status=0xFFFF))
ECHILD = "ECHILD, ERRORS ECHILD:2"
EINVAL = "EINVAL, ERRORS EINVAL:1"
EINTR = "EINTR, ERRORS EINTR:1"
CAUGHT = unix.state(proc(1, pending={"USR1"}), proc(2), handlers(1, caught={"USR1"}))


class TestWaitid:
    @pytest.mark.parametrize(
        ("state", "whom", "number", "answer"),
        [
            (ENDED, "NOBODY", 1, EINVAL),
            (ENDED, "ANY_CHILD", 1, 2),
            (ENDED, "ONE_CHILD", 2, 2),
            (ENDED, "ONE_CHILD", 3, ECHILD),
            (ENDED, "GROUP_MEMBER", 1, 2),
            (ENDED, "GROUP_MEMBER", 2, ECHILD),
            (ENDED, "OWN_GROUP", 5, 2),
            (RUNS, "ANY_CHILD", 1, "blocks"),
            (STOPPED, "ANY_CHILD", 1, "blocks"),
            (CAUGHT, "ANY_CHILD", 1, EINTR),
        ],
    )
    def test_whom(self, state: State, whom: str, number: int, answer: Any) -> None:
        """Group 0 is the caller's own (facts D23)."""
        said = {"caller": 1, "whom": whom, "number": number, "no_hang": 0}

        assert unix.answer(state, "waitid", keeps=0, **said) == answer

    def test_with_wnowait_the_end_is_there_to_be_heard_again(self) -> None:
        """facts D3"""
        said = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 0}

        assert unix.after(ENDED, "waitid", keeps=1, **said) == ENDED
        assert unix.after(ENDED, "waitid", keeps=0, **said) == unix.state(proc(1))

    def test_with_wnohang_it_does_not_sleep(self) -> None:
        said = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "keeps": 0}

        assert unix.answer(RUNS, "waitid", no_hang=1, **said) == 0


class TestWaitidWith:
    @pytest.mark.parametrize(
        ("state", "news", "answer"),
        [
            (ENDED, "NOTHING", EINVAL),
            (ENDED, "NO_NEWS", EINVAL),
            (ENDED, "STOPS", ECHILD),
            (ENDED, "CONTINUES", ECHILD),
            (ENDED, "EVERYTHING", 2),
            (RUNS, "STOPS", "blocks"),
            (CAUGHT, "STOPS", EINTR),
            (STOPPED, "STOPS", 2),
            (STOPPED, "CONTINUES", "blocks"),
            (STOPPED, "EVERYTHING", 2),
            (CONTINUED, "CONTINUES", 2),
            (CONTINUED, "STOPS", "blocks"),
            (CONTINUED, "EVERYTHING_KEPT", 2),
        ],
    )
    def test_of_what(self, state: State, news: str, answer: Any) -> None:
        """Who waits for stops alone waits for no zombie (facts D26)."""
        said = {"caller": 1, "news": news, "no_hang": 0}

        assert unix.answer(state, "waitid_with", **said) == answer

    def test_a_stop_is_seen_and_then_heard(self) -> None:
        """facts D14"""
        said = {"caller": 1, "no_hang": 1}
        heard = unix.after(STOPPED, "waitid_with", news="STOPS", **said)

        assert unix.after(STOPPED, "waitid_with", news="STOPS_KEPT", **said) == STOPPED
        assert changed(unix, STOPPED, heard) == {"process.status"}
        assert unix.answer(heard, "waitid_with", news="STOPS", **said) == 0

    def test_an_end_is_kept_or_heard(self) -> None:
        said = {"caller": 1, "no_hang": 1}
        kept = unix.after(ENDED, "waitid_with", news="EVERYTHING_KEPT", **said)
        heard = unix.after(ENDED, "waitid_with", news="EVERYTHING", **said)

        assert kept == ENDED
        assert heard == unix.state(proc(1))
