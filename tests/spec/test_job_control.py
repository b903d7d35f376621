"""Reading and writing in the background, the keys, and the end of the line."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.terminals import terminal, with_terminal
from tests.spec.worlds import World, handlers, proc, thread

unix = World(UNIX, {"process": 5, "number": 5, "exit_code": 2, "guid": 6})
HERE = {"session": 2, "has_terminal": True}
SHELL = proc(2, group=2, **HERE)
JOB = proc(3, 2, group=3, **HERE)
STRANGER = proc(4, group=4, session=4)
ORPHAN = proc(5, 1, group=5, **HERE)


def world(
    *things: Any, foreground: int = 2, line: str = "HELD", tostop: int = 0
) -> Any:
    return with_terminal(
        unix,
        unix.state(proc(1), *things),
        session=2,
        foreground=foreground,
        line=line,
        stops_writers=bool(tostop),
    )


def uses(state: Any, name: str, caller: int) -> Any:
    return unix.answer(state, name, caller=caller, terminal=0)


class TestReading:
    STATE = world(SHELL, JOB, STRANGER, ORPHAN)

    @pytest.mark.parametrize(
        ("caller", "answer"),
        [
            pytest.param(2, "done", id="foreground"),
            pytest.param(3, "blocks", id="background"),
            pytest.param(4, "done", id="not its own terminal"),
            pytest.param(
                5,
                "EIO, linux@v6.18 drivers/tty/n_tty.c job_control; G15",
                id="orphaned",
            ),
        ],
    )
    def test_is_for_the_foreground(self, caller: int, answer: str) -> None:
        assert uses(self.STATE, "read_terminal", caller) == answer

    @pytest.mark.parametrize(
        "deaf",
        [handlers(3, ignored={"TTIN"}), thread(3, of=3, blocked={"TTIN"})],
        ids=["ignored", "blocked"],
    )
    def test_who_hears_no_ttin_reads_nothing(self, deaf: Any) -> None:
        state = world(SHELL, JOB, deaf)
        said = {"user": 3, "terminal": 0, "use": "READ"}

        assert uses(state, "read_terminal", 3).startswith("EIO, ")
        assert unix.answer(state, "stop_background", **said) == "blocks"

    def test_the_background_group_hears_ttin(self) -> None:
        state = world(SHELL, JOB, proc(4, 3, group=3, **HERE))
        said = {"user": 3, "terminal": 0, "use": "READ"}
        after = unix.after(state, "stop_background", **said)

        assert unix.read(after, "pending")[:4] == [set(), set(), {"TTIN"}, {"TTIN"}]

    def test_a_line_that_is_cut_reads_as_an_end(self) -> None:
        """facts H9: then read by F: 0"""
        assert uses(world(SHELL, JOB, line="LOST"), "read_terminal", 3) == "done"


class TestWriting:
    @pytest.mark.parametrize(
        ("tostop", "caller", "answer"),
        [
            (0, 3, "done"),
            (0, 5, "done"),
            (1, 2, "done"),
            (1, 3, "blocks"),
            (1, 5, "EIO, termios(3) TOSTOP; G15"),
        ],
    )
    def test_is_for_everybody_without_tostop(
        self, tostop: int, caller: int, answer: str
    ) -> None:
        state = world(SHELL, JOB, ORPHAN, tostop=tostop)

        assert uses(state, "write_terminal", caller) == answer

    @pytest.mark.parametrize(("tostop", "heard"), [(0, "blocks"), (1, {"TTOU"})])
    def test_with_tostop_the_group_hears_ttou(self, tostop: int, heard: Any) -> None:
        state = world(SHELL, JOB, tostop=tostop)
        said = {"user": 3, "terminal": 0, "use": "WRITE"}
        if tostop:
            after = unix.after(state, "stop_background", **said)
            assert unix.read(after, "pending", 3) == heard
        else:
            assert unix.answer(state, "stop_background", **said) == heard

    def test_who_ignores_ttou_writes(self) -> None:
        state = world(SHELL, JOB, handlers(3, ignored={"TTOU"}), tostop=1)

        assert uses(state, "write_terminal", 3) == "done"

    def test_not_on_a_line_that_is_cut(self) -> None:
        state = world(SHELL, line="LOST")

        assert uses(state, "write_terminal", 2) == "EIO, facts H9"


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "sig"), [("INTR", "INT"), ("QUIT", "QUIT"), ("SUSP", "TSTP")]
    )
    def test_the_foreground_group_hears_them(self, key: str, sig: str) -> None:
        """facts H10: caught by F and its child G, and by nobody else"""
        state = world(SHELL, JOB, proc(4, 3, group=3, **HERE), ORPHAN, foreground=3)
        after = unix.after(state, "press", terminal=0, key=key)

        assert unix.read(after, "pending") == [set(), set(), {sig}, {sig}, set()]

    @pytest.mark.parametrize("line", ["FREE", "LOST", "GONE"])
    def test_nobody_hears_them_elsewhere(self, line: str) -> None:
        state = world(SHELL, line=line)

        assert unix.answer(state, "press", terminal=0, key="INTR") == "blocks"

    def test_a_process_that_left_the_session_may_still_hear_them(self) -> None:
        """Seen on Linux 6.18: group 3 was in the foreground, and is a session now"""
        state = world(SHELL, proc(3, 2, group=2, **HERE), foreground=3)
        left = unix.after(state, "setsid", caller=3)
        after = unix.after(left, "press", terminal=0, key="INTR")

        assert unix.read(left, "has_terminal", 3) == 0
        assert unix.read(after, "pending", 3) == {"INT"}
        assert unix.answer(left, "tcgetpgrp", caller=2, terminal=0) == 3


class TestHangUp:
    def test_the_leader_hears_of_it_and_all_lose_the_terminal(self) -> None:
        """facts H9: leader caught HUP and CONT, the foreground group nothing"""
        state = world(SHELL, handlers(2, caught={"HUP", "CONT"}), JOB, foreground=3)
        after = unix.after(state, "hang_up", terminal=0)

        assert unix.read(after, "pending")[:3] == [set(), {"HUP", "CONT"}, set()]
        assert unix.read(after, "has_terminal")[:3] == [0, 0, 0]
        assert terminal(unix, after) == ("LOST", 2, 3)

    def test_a_free_terminal_is_gone(self) -> None:
        state = unix.state(proc(1))
        after = unix.after(state, "hang_up", terminal=0)

        assert terminal(unix, after) == ("GONE", 1, 1)

    def test_a_line_is_cut_once(self) -> None:
        assert unix.answer(world(SHELL, line="LOST"), "hang_up", terminal=0) == "blocks"
