"""setuid, setreuid, setresuid: the measured tables of facts F1 to F4."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import SIZES, State, World, proc, thread

unix = World(UNIX, sizes={**SIZES, "uid": 5})

IDS = ("ruid", "euid", "suid")
ASKED = ("sets_real", "sets_effective", "sets_saved")
Triple = tuple[int, int, int]


def with_ids(*ids: int) -> State:
    given = dict(zip(IDS, ids, strict=True))
    return unix.state(proc(1), proc(2), thread(2, of=2, **given))


def ids_of(state: State) -> Triple:
    real, effective, saved = (unix.read(state, name, 2) for name in IDS)
    return real, effective, saved


def given(*ids: int | None) -> dict[str, int]:
    """The arguments of setreuid or setresuid; None is the manual's -1."""
    said = {name: uid or 0 for name, uid in zip(IDS, ids, strict=False)}
    asked = {flag: uid is not None for flag, uid in zip(ASKED, ids, strict=False)}
    return {"caller": 2, **said, **asked}


class TestSetresuid:
    @pytest.mark.parametrize(
        ("before", "asked", "after"),
        [
            ((0, 0, 0), (None, 1, None), (0, 1, 0)),
            ((0, 1, 0), (None, 0, None), (0, 0, 0)),
            ((1, 2, 3), (None, 1, None), (1, 1, 3)),
            ((1, 2, 3), (None, 3, None), (1, 3, 3)),
            ((1, 1, 3), (None, 2, None), None),
            ((1, 2, 3), (3, 1, 2), (3, 1, 2)),
            ((1, 2, 3), (4, None, None), None),
            ((1, 2, 3), (None, None, 4), None),
            ((1, 2, 3), (None, None, None), (1, 2, 3)),
            ((0, 0, 0), (1, 2, 3), (1, 2, 3)),
        ],
    )
    def test_the_three_ids(
        self, before: Triple, asked: tuple[int | None, ...], after: Triple | None
    ) -> None:
        """facts F1 and F4"""
        state, said = with_ids(*before), given(*asked)
        answer = unix.answer(state, "setresuid", **said)

        assert answer == (0 if after else "EPERM, ERRORS EPERM:1; facts F4")
        assert ids_of(unix.after(state, "setresuid", **said)) == (after or before)

    def test_an_id_that_is_not_set_has_no_value(self) -> None:
        said = given(None, 1, None) | {"suid": 1}

        assert unix.answer(with_ids(0, 0, 0), "setresuid", **said) == "blocks"


class TestSetreuid:
    @pytest.mark.parametrize(
        ("before", "asked", "after"),
        [
            ((1, 2, 3), (None, 3), (1, 3, 3)),
            ((1, 2, 3), (None, 1), (1, 1, 3)),
            ((1, 2, 3), (1, None), (1, 2, 2)),
            ((1, 2, 3), (2, 1), (2, 1, 1)),
            ((1, 2, 3), (3, None), None),
            ((1, 2, 3), (None, 4), None),
            ((0, 0, 0), (None, 1), (0, 1, 1)),
            ((0, 0, 0), (1, None), (1, 0, 0)),
        ],
    )
    def test_the_saved_id_follows(
        self, before: Triple, asked: tuple[int | None, ...], after: Triple | None
    ) -> None:
        """facts F3"""
        state, said = with_ids(*before), given(*asked)
        answer = unix.answer(state, "setreuid", **said)

        assert answer == (0 if after else "EPERM, ERRORS EPERM:1; facts F3")
        assert ids_of(unix.after(state, "setreuid", **said)) == (after or before)

    def test_an_id_that_is_not_set_has_no_value(self) -> None:
        said = given(None, 1) | {"ruid": 1}

        assert unix.answer(with_ids(0, 0, 0), "setreuid", **said) == "blocks"


class TestSetuid:
    @pytest.mark.parametrize(
        ("before", "uid", "after"),
        [
            ((0, 0, 0), 1, (1, 1, 1)),
            ((1, 0, 0), 2, (2, 2, 2)),
            ((1, 2, 3), 1, (1, 1, 3)),
            ((1, 2, 3), 3, (1, 3, 3)),
            ((1, 2, 3), 2, None),
            ((0, 1, 1), 0, (0, 0, 1)),
        ],
    )
    def test_root_for_good_and_others_as_they_may(
        self, before: Triple, uid: int, after: Triple | None
    ) -> None:
        state = with_ids(*before)
        said = {"caller": 2, "uid": uid, "valid": 1}
        answer = unix.answer(state, "setuid", **said)

        assert answer == (0 if after else "EPERM, ERRORS EPERM:1")
        assert ids_of(unix.after(state, "setuid", **said)) == (after or before)

    def test_what_is_no_uid(self) -> None:
        """facts F4"""
        state, said = with_ids(1, 1, 1), {"caller": 2, "valid": 0}

        assert unix.answer(state, "setuid", uid=0, **said) == (
            "EINVAL, ERRORS EINVAL:1; facts F4"
        )
        assert unix.answer(state, "setuid", uid=1, **said) == "blocks"


@pytest.mark.parametrize(("uid", "left"), [(0, "USR1"), (1, "NULL")])
def test_another_effective_id_clears_the_death_signal(uid: int, left: str) -> None:
    """facts A13"""
    leader = thread(2, of=2, death_signal="USR1")
    state = unix.state(proc(1), proc(2), leader)
    after = unix.after(state, "setuid", caller=2, uid=uid, valid=1)

    assert unix.read(after, "death_signal", 2) == left


def test_the_ids_are_one_thread_s() -> None:
    """facts C16"""
    state = unix.state(proc(1), proc(2), thread(3, of=2))
    after = unix.after(state, "setuid", caller=3, uid=1, valid=1)

    assert [unix.read(after, "euid", tid) for tid in (2, 3)] == [0, 1]
