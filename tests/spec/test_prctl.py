"""prctl: the subreaper flag, and the signal at a parent's death."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, handlers, proc, thread

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


class TestSetDeathSignal:
    @pytest.mark.parametrize(
        ("sig", "answer"),
        [("BAD", "EINVAL, PR_SET_PDEATHSIG; facts F7"), ("NULL", 0), ("USR1", 0)],
    )
    def test_any_signal_and_none(self, sig: str, answer: object) -> None:
        """facts F7"""
        state = unix.state(proc(1), proc(2), thread(2, of=2, death_signal="TERM"))
        said = {"caller": 2, "sig": sig}

        assert unix.answer(state, "prctl_set_pdeathsig", **said) == answer

    def test_it_is_the_threads_own(self) -> None:
        """facts A13: a child does not have it, an exec does not lose it"""
        state = unix.state(proc(1), proc(2))
        after = unix.after(state, "prctl_set_pdeathsig", caller=2, sig="USR1")
        child = unix.afters(after, "fork", caller=2)[0]
        execed = unix.after(after, "execve", caller=2, image="PROGRAM")

        assert unix.answer(after, "prctl_get_pdeathsig", caller=2) == 10
        assert unix.answer(after, "prctl_get_pdeathsig", caller=1) == 0
        assert unix.answer(execed, "prctl_get_pdeathsig", caller=2) == 10
        assert unix.read(child, "death_signal").count("USR1") == 1


class TestDeathSignal:
    def test_it_comes_when_the_thread_ends_that_is_the_parent(self) -> None:
        """facts A11: the process goes on, and is the parent still"""
        state = unix.state(
            proc(1),
            proc(2),
            thread(3, of=2),
            proc(4, 2, parent_thread=3),
            thread(4, of=4, death_signal="USR1"),
            handlers(4, caught={"USR1"}),
        )
        thread_gone = unix.after(state, "exit_thread", caller=3, code=0)
        leader_gone = unix.after(state, "exit_thread", caller=2, code=0)

        assert unix.read(thread_gone, "pending", 4) == {"USR1"}
        assert unix.read(thread_gone, "parent", 4) == 2
        assert unix.read(leader_gone, "pending", 4) == set()

    def test_it_comes_again_at_each_adoption(self) -> None:
        """A subreaper adopts, and ends in its turn."""
        state = unix.state(
            proc(1),
            proc(2, is_subreaper=1),
            proc(3, 2),
            proc(4, 3),
            thread(4, of=4, death_signal="USR1"),
            handlers(4, caught={"USR1"}),
        )
        first = unix.after(state, "exit_group", caller=3, code=0)
        taken = unix.after(first, "run_handler", taker=4, sig="USR1")
        second = unix.after(taken, "exit_group", caller=2, code=0)

        assert unix.read(first, "pending", 4) == {"USR1"}
        assert unix.read(taken, "pending", 4) == set()
        assert unix.read(second, "pending", 4) == {"USR1"}
        assert unix.read(second, "parent", 4) == 1

    def test_it_comes_at_an_exec_that_ends_the_thread(self) -> None:
        state = unix.state(
            proc(1),
            proc(2),
            thread(3, of=2),
            proc(4, 2, parent_thread=3),
            thread(4, of=4, death_signal="USR1"),
            handlers(4, caught={"USR1"}),
        )
        after = unix.after(state, "execve", caller=2, thread=2, image="PROGRAM")
        other = unix.after(state, "execve", caller=2, thread=3, image="PROGRAM")

        assert unix.read(after, "pending", 4) == {"USR1"}
        assert unix.read(other, "pending", 4) == set()
