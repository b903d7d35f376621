"""Orphans: who takes them in, what becomes of zombies, and who hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import State, World, handlers, proc, thread

unix = World(UNIX)


def ended(state: State, caller: int) -> State:
    return unix.after(state, "exit_group", caller=caller, code=0)


class TestAdoption:
    def test_of_nested_subreapers_first_the_inner_then_the_outer(self) -> None:
        """facts A2"""
        state = unix.state(
            proc(1), proc(2, is_subreaper=1), proc(3, 2, is_subreaper=1), proc(4, 3)
        )
        inner = ended(state, 3)
        outer = ended(inner, 2)

        assert unix.read(inner, "parent", 4) == 2
        assert unix.read(outer, "parent", 4) == 1
        assert unix.read(outer, "parent", 3) == 1

    def test_a_flag_that_was_cleared_again_counts_for_nothing(self) -> None:
        """facts A5"""
        state = unix.state(proc(1), proc(2, is_subreaper=1), proc(3, 2), proc(4, 3))
        said = {"caller": 2, "is_subreaper": 0}
        cleared = unix.after(state, "prctl_set_child_subreaper", **said)

        assert unix.read(ended(state, 3), "parent", 4) == 2
        assert unix.read(ended(cleared, 3), "parent", 4) == 1

    def test_a_flag_that_is_set_late_counts(self) -> None:
        state = unix.state(proc(1), proc(2), proc(3, 2), proc(4, 3))
        said = {"caller": 2, "is_subreaper": 1}
        late = unix.after(state, "prctl_set_child_subreaper", **said)

        assert unix.read(ended(late, 3), "parent", 4) == 2

    def test_a_subreaper_without_its_leader_adopts_all_the_same(self) -> None:
        """facts A7: another of its threads is the parent, and can collect"""
        state = unix.state(
            proc(1),
            proc(2, is_subreaper=1),
            thread(2, of=2, run="ENDED"),
            thread(5, of=2),
            proc(3, 2, parent_thread=5),
            proc(4, 3, phase="ZOMBIE"),
        )
        after = ended(state, 3)
        said = {"caller": 5, "no_hang": 1}

        assert unix.read(after, "parent", 4) == 2
        assert unix.read(after, "parent_thread", 4) == 5
        assert unix.answers(after, "wait4_nothread", **said) == [3, 4]

    def test_one_that_has_ended_is_skipped(self) -> None:
        """facts A8"""
        state = unix.state(
            proc(1), proc(2, is_subreaper=1), proc(3, 2, is_subreaper=1), proc(4, 3)
        )
        first = ended(state, 3)

        assert unix.read(first, "is_subreaper", 3) == 0
        assert unix.read(ended(first, 4), "parent", 4) == 2

    @pytest.mark.parametrize("was", ["NULL", "USR1", "CHLD"])
    def test_the_exit_signal_becomes_sigchld(self, was: str) -> None:
        """facts A16"""
        state = unix.state(proc(1), proc(2), proc(3, 2, exit_signal=was))

        assert unix.read(ended(state, 2), "exit_signal", 3) == "CHLD"


class TestZombies:
    @pytest.mark.parametrize(
        ("heir", "phase"),
        [
            ({}, "ZOMBIE"),
            ({"ignored": {"CHLD"}}, "DEAD"),
            ({"caught": {"CHLD"}}, "ZOMBIE"),
            ({"caught": {"CHLD"}, "leaves_no_zombies": 1}, "DEAD"),
        ],
    )
    def test_the_heir_decides_about_a_zombie(
        self, heir: dict[str, Any], phase: str
    ) -> None:
        """facts A10"""
        state = unix.state(
            proc(1), proc(2), proc(3, 2, phase="ZOMBIE"), handlers(1, **heir)
        )

        assert unix.read(ended(state, 2), "phase", 3) == phase

    @pytest.mark.parametrize(
        ("parent", "exit_signal", "phase", "hears"),
        [
            ({}, "CHLD", "ZOMBIE", set()),
            ({"caught": {"CHLD"}}, "CHLD", "ZOMBIE", {"CHLD"}),
            ({"ignored": {"CHLD"}}, "CHLD", "DEAD", set()),
            (
                {"caught": {"CHLD"}, "leaves_no_zombies": 1},
                "CHLD",
                "DEAD",
                {"CHLD"},
            ),
            ({"ignored": {"CHLD"}}, "NULL", "ZOMBIE", set()),
            (
                {"ignored": {"CHLD"}, "caught": {"USR1"}},
                "USR1",
                "ZOMBIE",
                {"USR1"},
            ),
        ],
    )
    def test_the_parent_decides_and_hears(
        self, parent: dict[str, Any], exit_signal: str, phase: str, hears: set[str]
    ) -> None:
        """facts A20, D8"""
        state = unix.state(
            proc(1), proc(2, exit_signal=exit_signal), handlers(1, **parent)
        )
        after = ended(state, 2)

        assert unix.read(after, "phase", 2) == phase
        assert unix.read(after, "pending", 1) == hears

    @pytest.mark.parametrize("blocked", [set(), {"CHLD"}])
    def test_what_is_ignored_is_not_even_sent(self, blocked: set[str]) -> None:
        """Unlike a signal from kill, which waits while it is blocked."""
        state = unix.state(
            proc(1),
            proc(2),
            thread(1, of=1, blocked=blocked),
            handlers(1, ignored={"CHLD"}),
        )

        assert unix.read(ended(state, 2), "pending", 1) == set()

    def test_ignoring_it_later_collects_no_zombie(self) -> None:
        """facts D9"""
        state = unix.state(proc(1), proc(2, phase="ZOMBIE"))
        said = {"sig": "CHLD", "disposition": "IGNORE", "no_zombies": 0, "no_stops": 0}
        after = unix.after(state, "sigaction", caller=1, **said)
        wait = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 1}

        assert unix.read(after, "phase", 2) == "ZOMBIE"
        assert unix.answer(after, "wait4", **wait) == 2

    def test_the_heir_hears_of_a_zombie_it_adopts(self) -> None:
        state = unix.state(
            proc(1),
            proc(2, exit_signal="NULL"),
            proc(3, 2),
            handlers(1, caught={"CHLD"}),
        )
        with_zombie = ended(state, 3)

        assert unix.read(ended(state, 2), "pending", 1) == set()
        assert unix.read(ended(with_zombie, 2), "pending", 1) == {"CHLD"}

    def test_nobody_waits_for_what_is_dead(self) -> None:
        state = unix.state(proc(1), proc(2), handlers(1, ignored={"CHLD"}))
        dead = ended(state, 2)
        wait = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 0}

        assert unix.answer(dead, "wait4", **wait) == "ECHILD, ERRORS ECHILD:2"
        assert unix.after(dead, "release", body=2) == unix.state(
            proc(1), handlers(1, ignored={"CHLD"})
        )


class TestThreads:
    def test_a_zombie_leader_is_not_waited_for(self) -> None:
        """facts G1: the parent hears of it when the last thread ends: of its code"""
        state = unix.state(
            proc(1),
            proc(2),
            thread(3, of=2),
            handlers(1, caught={"CHLD"}),
        )
        first = unix.after(state, "exit_thread", caller=2, code=0)
        last = unix.after(first, "exit_thread", caller=3, code=1)
        wait = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 1}

        assert unix.read(first, "task.run", 2) == "ENDED"
        assert unix.read(first, "pending", 1) == set()
        assert unix.answer(first, "wait4", **wait) == 0
        assert unix.read(last, "pending", 1) == {"CHLD"}
        assert unix.read(last, "status", 2) == 0x100
        assert unix.answer(last, "wait4", **wait) == 2

    def test_a_thread_that_is_not_the_leader_goes_without_a_trace(self) -> None:
        """facts G4"""
        state = unix.state(
            proc(1), proc(2), thread(3, of=2), handlers(1, caught={"CHLD"})
        )
        after = unix.after(state, "exit_thread", caller=3, code=1)

        assert after == unix.state(proc(1), proc(2), handlers(1, caught={"CHLD"}))

    def test_the_code_of_exit_group_wins(self) -> None:
        """facts G2"""
        state = unix.state(proc(1), proc(2), thread(3, of=2))
        first = unix.after(state, "exit_thread", caller=2, code=0)
        last = unix.after(first, "exit_group", caller=2, code=1)

        assert unix.read(last, "status", 2) == 0x100
