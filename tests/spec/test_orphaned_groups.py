"""Orphaned groups: which they are, and what their stopped members hear."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, handlers, proc

unix = World(UNIX, {"process": 5, "number": 5, "exit_code": 2, "guid": 6})
IN_2 = {"session": 2}
SHELL = proc(2, group=2, session=2)
CATCHES = {"caught": {"HUP", "CONT"}}


def hears(state: Any, dying: int, name: str = "exit_group") -> list[set[str]]:
    """What each process hears of an end, in the order of the state."""
    after = unix.after(state, name, caller=dying, code=0)
    pending: list[set[str]] = unix.read(after, "pending")
    return [heard - {"CHLD"} for heard in pending]


class TestEnds:
    def test_a_stopped_job_whose_shell_ends(self) -> None:
        """facts H1: J caught [1, 18], K caught [1, 18]"""
        state = unix.state(
            proc(1),
            SHELL,
            proc(3, 2, group=3, **IN_2),
            proc(4, 3, group=3, is_stopped=True, **IN_2),
            handlers(3, **CATCHES),
            handlers(4, **CATCHES),
        )

        assert hears(state, 2)[2:4] == [{"HUP", "CONT"}, {"HUP", "CONT"}]

    def test_not_a_job_that_runs(self) -> None:
        state = unix.state(proc(1), SHELL, proc(3, 2, group=3, **IN_2))

        assert hears(state, 2)[2] == set()

    def test_the_last_link_of_a_group_ends(self) -> None:
        """The group's own member that had its parent outside."""
        state = unix.state(
            proc(1),
            SHELL,
            proc(3, 2, group=3, **IN_2),
            proc(4, 3, group=3, is_stopped=True, **IN_2),
            handlers(4, **CATCHES),
        )

        assert hears(state, 3)[3] == {"HUP", "CONT"}

    def test_not_when_another_link_remains(self) -> None:
        state = unix.state(
            proc(1),
            SHELL,
            proc(3, 2, group=3, **IN_2),
            proc(4, 2, group=3, is_stopped=True, **IN_2),
            handlers(4, **CATCHES),
        )

        assert hears(state, 3)[3] == set()

    def test_not_when_the_heir_looks_after_it(self) -> None:
        """A subreaper of the session in another group takes the job in."""
        state = unix.state(
            proc(1),
            proc(2, group=2, session=2, is_subreaper=True),
            proc(3, 2, group=3, **IN_2),
            proc(4, 3, group=4, is_stopped=True, **IN_2),
            handlers(4, **CATCHES),
        )

        assert hears(state, 3)[3] == set()

    def test_not_a_group_that_was_orphaned_before(self) -> None:
        """Its father was of another session."""
        state = unix.state(
            proc(1),
            SHELL,
            proc(3, 2, group=3, session=3),
            proc(4, 3, group=3, session=3),
            proc(5, 4, group=3, session=3, is_stopped=True),
            handlers(5, **CATCHES),
        )

        assert hears(state, 4)[4] == set()

    def test_init_looks_after_nobody(self) -> None:
        """kernel/exit.c will_become_orphaned_pgrp"""
        state = unix.state(
            proc(1),
            proc(2, group=2),
            proc(3, 2, group=3, is_stopped=True),
            handlers(3, **CATCHES),
        )

        assert hears(state, 2)[2] == {"HUP", "CONT"}

    @pytest.mark.parametrize("ignored", [set(), {"CONT"}])
    def test_the_stopped_member_may_go_on(self, ignored: set[str]) -> None:
        """facts H1: K state S"""
        state = unix.state(
            proc(1),
            SHELL,
            proc(3, 2, group=3, is_stopped=True, **IN_2),
            handlers(3, ignored=ignored),
        )
        after = unix.after(state, "exit_group", caller=2, code=0)

        assert unix.read(after, "is_resumed", 3) == 1
