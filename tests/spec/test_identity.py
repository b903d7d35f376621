"""getpid and getppid: numbers, not objects, and parents change."""

from __future__ import annotations

from spec.unix.system import UNIX
from tests.spec.worlds import World, proc

unix = World(UNIX)
STATE = unix.state(proc(1), proc(5), proc(3, 5))


class TestGetpid:
    def test_the_number_is_told(self) -> None:
        assert [unix.answer(STATE, "getpid", caller=p) for p in (1, 5, 3)] == [1, 5, 3]


class TestGetppid:
    def test_the_parents_number_is_told_and_init_has_none(self) -> None:
        assert [unix.answer(STATE, "getppid", caller=p) for p in (1, 5, 3)] == [0, 1, 5]

    def test_an_orphan_is_told_its_adopters(self) -> None:
        after = unix.after(STATE, "exit_group", caller=5, code=0)

        assert unix.answer(after, "getppid", caller=3) == 1
