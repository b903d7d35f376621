"""tcsetpgrp, tcgetpgrp, tcsetattr: who may, from the background too."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.terminals import terminal, with_terminal
from tests.spec.worlds import Proc, World, handlers, proc, thread

unix = World(UNIX, {"process": 5, "number": 6, "exit_code": 2, "guid": 6})
HERE = {"session": 2, "has_terminal": True}
SHELL = proc(2, group=2, **HERE)
JOB = proc(3, 2, group=3, **HERE)
STRANGER = proc(4, group=4, session=4)


def world(*things: Any, foreground: int = 2, line: str = "HELD") -> Any:
    state = unix.state(proc(1), *things)
    return with_terminal(unix, state, session=2, foreground=foreground, line=line)


def ask(state: Any, caller: int, number: int, *, negative: bool = False) -> Any:
    said = {"caller": caller, "terminal": 0, "number": number, "is_negative": negative}
    return unix.answer(state, "tcsetpgrp", **said)


class TestTcsetpgrp:
    STATE = world(SHELL, JOB, STRANGER)

    def test_a_group_of_the_session(self) -> None:
        said = {"caller": 2, "terminal": 0, "number": 3, "is_negative": 0}
        after = unix.after(self.STATE, "tcsetpgrp", **said)

        assert ask(self.STATE, 2, 3) == 0
        assert terminal(unix, after) == ("HELD", 2, 3)
        assert unix.answer(after, "tcgetpgrp", caller=2, terminal=0) == 3

    @pytest.mark.parametrize(
        ("caller", "number", "negative", "answer"),
        [
            pytest.param(
                2, 4, False, "EPERM, tcsetpgrp(3) ERRORS EPERM; facts H6; G12"
            ),
            pytest.param(
                2, 6, False, "ESRCH, drivers/tty/tty_jobctrl.c tiocspgrp; facts H6"
            ),
            pytest.param(2, 1, True, "EINVAL, tcsetpgrp(3) ERRORS EINVAL; facts H6"),
            pytest.param(4, 4, False, "ENOTTY, tcsetpgrp(3) ERRORS ENOTTY; facts H6"),
            pytest.param(4, 1, True, "EINVAL, tcsetpgrp(3) ERRORS EINVAL; facts H6"),
        ],
        ids=["other session", "no such", "negative", "no terminal", "both"],
    )
    def test_errors(
        self, caller: int, number: int, negative: bool, answer: str
    ) -> None:
        """facts H6"""
        assert ask(self.STATE, caller, number, negative=negative) == answer

    def test_a_process_that_leads_no_group_stands_for_its_session(self) -> None:
        """Seen on Linux 6.18: nobody is in the foreground then."""
        state = world(SHELL, proc(3, 2, group=2, **HERE))

        assert ask(state, 2, 3) == 0

    @pytest.mark.parametrize("name", ["tcsetpgrp", "tcgetpgrp", "tcsetattr"])
    def test_nothing_of_a_line_that_is_cut(self, name: str) -> None:
        """facts H9: the errno is ENOTTY for tcsetpgrp alone"""
        state = world(SHELL, foreground=2, line="LOST")
        said: dict[str, Any] = {"caller": 2, "terminal": 0}
        if name == "tcsetpgrp":
            said |= {"number": 2, "is_negative": 0}
        if name == "tcsetattr":
            said |= {"tostop": 1}
        errno = "ENOTTY" if name == "tcsetpgrp" else "EIO"

        assert unix.answer(state, name, **said).startswith(f"{errno}, ")

    def test_tcgetpgrp_is_for_the_session(self) -> None:
        """facts H6: TIOCGPGRP there ENOTTY"""
        said = {"caller": 4, "terminal": 0}
        refused = "ENOTTY, tcsetpgrp(3) ERRORS ENOTTY; facts H6"

        assert unix.answer(self.STATE, "tcgetpgrp", **said) == refused


class TestFromTheBackground:
    """Group 3 is looked after by the shell, which is in the foreground."""

    def test_the_group_is_stopped_instead(self) -> None:
        """facts H7: default: STOPPED by 22"""
        state = world(SHELL, JOB)
        said = {"user": 3, "terminal": 0, "use": "CHANGE"}
        after = unix.after(state, "stop_background", **said)

        assert ask(state, 3, 3) == "blocks"
        assert unix.read(after, "pending", 3) == {"TTOU"}
        assert unix.read(after, "pending", 2) == set()

    @pytest.mark.parametrize(
        "deaf",
        [
            pytest.param(handlers(3, ignored={"TTOU"}), id="ignored"),
            pytest.param(thread(3, of=3, blocked={"TTOU"}), id="blocked"),
        ],
    )
    def test_not_who_ignores_or_blocks_the_signal(self, deaf: Any) -> None:
        """facts H7"""
        state = world(SHELL, JOB, deaf)
        said = {"user": 3, "terminal": 0, "use": "CHANGE"}

        assert ask(state, 3, 3) == 0
        assert unix.answer(state, "stop_background", **said) == "blocks"

    @pytest.mark.parametrize(
        "parent",
        [pytest.param(1, id="init's"), pytest.param(4, id="another session's")],
    )
    def test_an_orphaned_group_has_no_terminal(self, parent: int) -> None:
        """facts H6: now caller is background and its group is orphaned: ENOTTY"""
        others: list[Proc] = [SHELL, STRANGER, proc(3, parent, group=3, **HERE)]
        state = world(*others)
        refused = "ENOTTY, drivers/tty/tty_jobctrl.c tiocspgrp; facts H6"

        assert ask(state, 3, 3) == refused

    def test_a_mode_is_no_different(self) -> None:
        """TOSTOP can be set by the foreground"""
        state = world(SHELL, JOB, proc(4, 1, group=4, **HERE))
        told = {
            n: unix.answer(state, "tcsetattr", caller=n, terminal=0, tostop=1)
            for n in (2, 3, 4)
        }

        assert told == {
            2: 0,
            3: "blocks",
            4: "EIO, drivers/tty/tty_jobctrl.c __tty_check_change",
        }
