"""sigaction, sigprocmask: what is to happen on a signal, and when."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, changed, handlers, proc, thread

unix = World(UNIX)

PLAIN = {"no_zombies": 0, "no_stops": 0}
STATE = unix.state(
    proc(1),
    proc(2, pending={"HUP", "CHLD"}),
    thread(2, of=2, blocked={"HUP", "CHLD"}, pending={"HUP"}),
    thread(3, of=2, blocked={"HUP", "CHLD"}, pending={"HUP", "TERM"}),
    proc(4, pending={"HUP"}),
    handlers(2, caught={"HUP"}, ignored={"TERM"}),
)


class TestSigaction:
    @pytest.mark.parametrize("sig", ["KILL", "STOP", "NULL", "BAD"])
    @pytest.mark.parametrize("disposition", ["DEFAULT", "IGNORE", "HANDLE"])
    def test_what_no_process_can_change(self, sig: str, disposition: str) -> None:
        said = {"caller": 2, "sig": sig, "disposition": disposition, **PLAIN}

        assert unix.answer(STATE, "sigaction", **said) == "EINVAL, ERRORS EINVAL:1"

    @pytest.mark.parametrize(
        ("sig", "disposition", "ignored", "caught"),
        [
            ("HUP", "DEFAULT", {"TERM"}, set()),
            ("HUP", "IGNORE", {"TERM", "HUP"}, set()),
            ("TERM", "HANDLE", set(), {"HUP", "TERM"}),
            ("TERM", "DEFAULT", set(), {"HUP"}),
            ("INT", "HANDLE", {"TERM"}, {"HUP", "INT"}),
        ],
    )
    def test_the_disposition_is_as_asked(
        self, sig: str, disposition: str, ignored: set[str], caught: set[str]
    ) -> None:
        said = {"caller": 2, "sig": sig, "disposition": disposition, **PLAIN}
        after = unix.after(STATE, "sigaction", **said)

        assert unix.answer(STATE, "sigaction", **said) == 0
        assert unix.read(after, "ignored")[1] == ignored
        assert unix.read(after, "caught")[1] == caught
        assert unix.read(after, "ignored")[2] == set()

    @pytest.mark.parametrize(
        ("sig", "disposition", "is_lost"),
        [
            ("HUP", "IGNORE", True),
            ("HUP", "DEFAULT", False),
            ("CHLD", "DEFAULT", True),
            ("CHLD", "IGNORE", True),
            ("CHLD", "HANDLE", False),
        ],
    )
    def test_what_is_ignored_is_thrown_away(
        self, sig: str, disposition: str, *, is_lost: bool
    ) -> None:
        """Of the process and of each of its threads; by default too."""
        said = {"caller": 2, "sig": sig, "disposition": disposition, **PLAIN}
        after = unix.after(STATE, "sigaction", **said)
        left = [unix.read(after, "pending", 2)]
        left += [unix.read(after, "task.pending", tid) for tid in (2, 3)]

        assert any(sig in waiting for waiting in left) != is_lost
        assert unix.read(after, "pending", 4) == {"HUP"}

    @pytest.mark.parametrize("no_zombies", [0, 1])
    @pytest.mark.parametrize("no_stops", [0, 1])
    def test_sigchld_has_two_flags(self, no_zombies: int, no_stops: int) -> None:
        flags = {"no_zombies": no_zombies, "no_stops": no_stops}
        said = {"caller": 2, "disposition": "HANDLE", **flags}
        after = unix.after(STATE, "sigaction", sig="CHLD", **said)
        other = unix.answer(STATE, "sigaction", sig="HUP", **said)

        assert unix.read(after, "leaves_no_zombies")[1] == no_zombies
        assert unix.read(after, "tells_no_stops")[1] == no_stops
        assert other == ("blocks" if no_zombies or no_stops else 0)

    def test_who_shares_the_handlers_shares_the_change(self) -> None:
        state = unix.state(proc(1), proc(2), proc(3, handlers=2, pending={"HUP"}))
        said = {"caller": 2, "sig": "HUP", "disposition": "IGNORE", **PLAIN}
        after = unix.after(state, "sigaction", **said)

        assert changed(unix, state, after) == {"handling.ignored"}
        assert unix.read(after, "pending", 3) == {"HUP"}


class TestSigprocmask:
    @pytest.mark.parametrize(
        ("how", "sig", "mask"),
        [
            ("BLOCK", "HUP", {"HUP", "INT"}),
            ("BLOCK", "INT", {"INT"}),
            ("UNBLOCK", "INT", set()),
            ("UNBLOCK", "HUP", {"INT"}),
            ("BLOCK", "KILL", {"INT"}),
            ("BLOCK", "STOP", {"INT"}),
        ],
    )
    def test_the_mask_is_the_thread_s_own(
        self, how: str, sig: str, mask: set[str]
    ) -> None:
        """SIGKILL and SIGSTOP are passed over in silence."""
        state = unix.state(proc(1), proc(2), thread(3, of=2, blocked={"INT"}))
        said = {"caller": 3, "how": how, "sig": sig}
        after = unix.after(state, "sigprocmask", **said)

        assert unix.answer(state, "sigprocmask", **said) == 0
        assert unix.read(after, "blocked", 3) == mask
        assert unix.read(after, "blocked", 2) == set()

    @pytest.mark.parametrize(
        ("how", "sig", "answer"),
        [
            ("NEITHER", "HUP", "EINVAL, ERRORS EINVAL:1"),
            ("BLOCK", "NULL", "blocks"),
            ("BLOCK", "BAD", "blocks"),
        ],
    )
    def test_what_is_no_change_of_a_mask(self, how: str, sig: str, answer: str) -> None:
        said = {"caller": 3, "how": how, "sig": sig}

        assert unix.answer(STATE, "sigprocmask", **said) == answer
