"""fork: two limits, a copy, and a number that nothing is called by."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, changed, proc

unix = World(UNIX)
TWO = unix.state(proc(1), proc(2, image="SIGNED", group=2, session=2))


class TestFork:
    def test_fails_when_every_object_is_taken(self) -> None:
        full = unix.state(proc(1), proc(2), proc(3), proc(4))

        assert unix.answer(full, "fork", caller=1) == "EAGAIN, fork(2) ERRORS EAGAIN:2"

    def test_fails_when_every_number_names_something(self) -> None:
        used_up = unix.state(
            proc(1), proc(2, group=4, session=4), proc(3, group=5, session=5)
        )

        assert (
            unix.answer(used_up, "fork", caller=2) == "EAGAIN, fork(2) ERRORS EAGAIN:3"
        )

    def test_gives_any_number_that_names_nothing(self) -> None:
        assert unix.answers(TWO, "fork", caller=2) == [3, 4, 5]

    def test_gives_no_number_of_a_zombie_a_group_or_a_session(self) -> None:
        state = unix.state(
            proc(1), proc(2, phase="ZOMBIE"), proc(3, group=4, session=5)
        )

        assert unix.answers(state, "fork", caller=3) == [
            "EAGAIN, fork(2) ERRORS EAGAIN:3"
        ]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("phase", "RUNNING"),
            ("parent", 2),
            ("group", 2),
            ("session", 2),
            ("image", "SIGNED"),
            ("status", 0),
            ("is_subreaper", 0),
            ("has_execed", 0),
        ],
    )
    def test_the_child_starts_so(self, name: str, value: object) -> None:
        parent = proc(
            2, image="SIGNED", group=2, session=2, is_subreaper=1, has_execed=1
        )
        for after in unix.afters(unix.state(proc(1), parent), "fork", caller=2):
            (pid,) = set(unix.read(after, "pid")) - {1, 2} or {1}

            assert unix.read(after, name, pid) == value

    def test_nothing_else_changes(self) -> None:
        for after in unix.afters(TWO, "fork", caller=1):
            same = [
                TWO[at][r] == after[at][r]
                for name, at in unix.evaluator.fields.items()
                if "." in name
                for r in (0, 1)
            ]

            assert all(same)

    def test_a_zombie_makes_no_calls(self) -> None:
        state = unix.state(proc(1), proc(2, phase="ZOMBIE"))

        assert unix.answer(state, "fork", caller=2) == "disabled"


class TestCyclicNumbers:
    cyclic = World(UNIX, reading={"numbers": "cyclic"})

    @pytest.mark.parametrize(
        ("last", "expected"), [(1, 3), (2, 3), (3, 4), (4, 5), (5, 3)]
    )
    def test_the_next_free_number_going_round(self, last: int, expected: int) -> None:
        state = self.cyclic.state(proc(1), proc(2), last_number=last)

        assert self.cyclic.answers(state, "fork", caller=1) == [expected]

    def test_a_number_freed_below_the_last_is_not_the_next(self) -> None:
        """2, 3 and 4 were handed out and 2 was collected: 5 is next (facts I3)."""
        state = self.cyclic.state(proc(1), proc(3), proc(4), last_number=4)
        (after,) = self.cyclic.afters(state, "fork", caller=1)[:1]

        assert self.cyclic.answers(state, "fork", caller=1) == [5]
        assert self.cyclic.read(after, "last_number") == 5
        assert "last_number" in changed(self.cyclic, state, after)
