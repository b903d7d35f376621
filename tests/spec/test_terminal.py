"""TIOCSCTTY, TIOCNOTTY; and a terminal whose session's leader ends."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.terminals import terminal, with_terminal
from tests.spec.worlds import World, proc, thread

unix = World(UNIX)
HUNG_UP = "EIO, linux@v6.18 drivers/tty/tty_io.c hung_up_tty_ioctl"

# two sessions; 3 is a job of 2's
PLAIN = unix.state(
    proc(1),
    proc(2, group=2, session=2),
    proc(3, 2, group=3, session=2),
    proc(4, group=4, session=4),
)
MEMBERS = {"group": 2, "session": 2, "has_terminal": True}
HELD = with_terminal(
    unix,
    unix.state(
        proc(1),
        proc(2, **MEMBERS),
        proc(3, 2, group=3, session=2, has_terminal=True),
        proc(4, 2, **MEMBERS),
    ),
    session=2,
    foreground=3,
)


def caught(state: Any) -> list[set[str]]:
    """What is pending for each process."""
    pending: list[set[str]] = unix.read(state, "pending")
    return pending[:4]


class TestTiocsctty:
    def ask(self, state: Any, caller: int, *, steals: bool = False) -> Any:
        said = {"caller": caller, "terminal": 0, "steals": steals}
        return unix.answer(state, "tiocsctty", **said)

    def test_a_leader_gets_a_free_one(self) -> None:
        """Its own group is in the foreground; others of the session have none yet."""
        after = unix.after(PLAIN, "tiocsctty", caller=2, terminal=0, steals=0)

        assert self.ask(PLAIN, 2) == 0
        assert terminal(unix, after) == ("HELD", 2, 2)
        assert unix.read(after, "has_terminal")[:4] == [0, 1, 0, 0]

    def test_only_a_leader(self) -> None:
        assert self.ask(PLAIN, 3) == "EPERM, ERRORS EPERM; G10"

    def test_it_may_ask_again(self) -> None:
        after = unix.after(HELD, "tiocsctty", caller=2, terminal=0, steals=0)

        assert self.ask(HELD, 2) == 0
        assert after == HELD

    def test_not_a_second_one(self) -> None:
        said = {"caller": 2, "terminal": 1, "steals": 1}

        assert unix.answer(HELD, "tiocsctty", **said) == "EPERM, ERRORS EPERM; G10"

    def test_not_another_sessions(self) -> None:
        state = with_terminal(unix, PLAIN, session=2, foreground=2)
        refused = "EPERM, ioctl_tty(2) TIOCSCTTY; G10"

        assert self.ask(state, 4) == refused
        assert self.ask(state, 4, steals=True) == 0

    def test_only_root_steals(self) -> None:
        state = with_terminal(
            unix,
            unix.state(
                proc(1),
                proc(2, **MEMBERS),
                proc(4, group=4, session=4),
                thread(4, of=4, euid=1),
            ),
            session=2,
            foreground=2,
        )

        refused = "EPERM, ioctl_tty(2) TIOCSCTTY; G10"
        assert self.ask(state, 4, steals=True) == refused

    def test_who_is_robbed_has_none(self) -> None:
        state = with_terminal(
            unix,
            unix.state(
                proc(1),
                proc(2, **MEMBERS),
                proc(3, 2, **MEMBERS),
                proc(4, group=4, session=4),
            ),
            session=2,
            foreground=2,
        )
        after = unix.after(state, "tiocsctty", caller=4, terminal=0, steals=1)

        assert terminal(unix, after) == ("HELD", 4, 4)
        assert unix.read(after, "has_terminal")[:4] == [0, 0, 0, 1]

    def test_not_one_that_is_hung_up(self) -> None:
        state = with_terminal(unix, PLAIN, session=1, foreground=1, line="GONE")

        assert self.ask(state, 2) == HUNG_UP


class TestTiocnotty:
    def test_a_member_leaves_alone(self) -> None:
        after = unix.after(HELD, "tiocnotty", caller=4, terminal=0)

        assert terminal(unix, after) == ("HELD", 2, 3)
        assert unix.read(after, "has_terminal")[:4] == [0, 1, 1, 0]
        assert caught(after) == [set(), set(), set(), set()]

    def test_with_the_leader_all_lose_it(self) -> None:
        """The foreground group hears SIGHUP and SIGCONT"""
        after = unix.after(HELD, "tiocnotty", caller=2, terminal=0)

        assert terminal(unix, after) == ("FREE", 1, 1)
        assert unix.read(after, "has_terminal")[:4] == [0, 0, 0, 0]
        assert caught(after)[2] >= {"HUP"}
        assert caught(after)[3] == set()

    def test_enotty_for_whose_it_is_not(self) -> None:
        said = {"caller": 1, "terminal": 0}

        assert unix.answer(HELD, "tiocnotty", **said) == "ENOTTY, ERRORS ENOTTY"

    def test_not_one_that_is_hung_up(self) -> None:
        state = with_terminal(unix, PLAIN, session=1, foreground=1, line="GONE")

        assert unix.answer(state, "tiocnotty", caller=2, terminal=0) == HUNG_UP


def test_setsid_drops_the_callers_terminal_alone() -> None:
    """facts H12"""
    after = unix.after(HELD, "setsid", caller=4)

    assert unix.read(after, "has_terminal")[:4] == [0, 1, 1, 0]
    assert terminal(unix, after) == ("HELD", 2, 3)


def test_a_child_has_its_parents_terminal() -> None:
    state = with_terminal(
        unix, unix.state(proc(1), proc(2, **MEMBERS)), session=2, foreground=2
    )

    afters = unix.afters(state, "fork", caller=2)

    assert {sum(unix.read(after, "has_terminal")) for after in afters} == {2}


class TestLeadersEnd:
    def test_the_foreground_group_hears_hup(self) -> None:
        """facts H4: foreground [1], background [], leader's own group []"""
        after = unix.after(HELD, "exit_group", caller=2, code=0)

        assert caught(after)[2] == {"HUP"}
        assert caught(after)[3] == set()
        assert terminal(unix, after) == ("FREE", 1, 1)
        assert unix.read(after, "has_terminal")[:4] == [0, 0, 0, 0]

    def test_a_members_end_changes_nothing(self) -> None:
        after = unix.after(HELD, "exit_group", caller=4, code=0)

        assert terminal(unix, after) == ("HELD", 2, 3)
        assert unix.read(after, "has_terminal")[:4] == [0, 1, 1, 0]
        assert caught(after)[2] == set()

    def test_after_a_hangup_the_group_that_was_there_hears_of_it(self) -> None:
        """facts H9"""
        cut = unix.after(HELD, "hang_up", terminal=0)
        after = unix.after(cut, "exit_group", caller=2, code=0)

        assert caught(cut)[2] == set()
        assert caught(after)[2] >= {"HUP"}
        assert terminal(unix, after) == ("GONE", 1, 1)


@pytest.mark.parametrize(("number", "is_stale"), [(3, 1), (2, 0)])
def test_a_group_that_is_gone_is_not_its_numbers_next(
    number: int, is_stale: int
) -> None:
    """Foreground group 3 has no member, and a new process has its number."""
    state = with_terminal(
        unix, unix.state(proc(1), proc(2, **MEMBERS)), session=2, foreground=number
    )
    found = {
        (
            unix.read(after, "pid")[2],
            after[unix.evaluator.fields["terminal.is_stale"]][0],
        )
        for after in unix.afters(state, "fork", caller=2)
    }

    assert (3, is_stale) in found
    assert (4, 0) in found
