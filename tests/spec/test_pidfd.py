"""pidfds: tied to one process, whatever becomes of its number."""

from __future__ import annotations

from typing import Any

import pytest

from spec.peios.system import PEIOS
from spec.unix.system import UNIX
from tests.spec.worlds import SIZES, State, World, handlers, proc, thread

unix = World(UNIX, sizes={**SIZES, "handle": 1, "uid": 3})
pair = World(UNIX, sizes={**SIZES, "handle": 2, "uid": 3})
peios = World(PEIOS, sizes={**SIZES, "handle": 1})

RUNS = unix.state(proc(1), proc(2), proc(3))
STALE = "ESRCH, ERRORS ESRCH:1"
BAD = "EBADF, ERRORS EBADF:1"


def opened(state: State, number: int, caller: int = 1, how: str = "PLAIN") -> State:
    """The state in which the caller has a pidfd of the process of this number."""
    said = {"caller": caller, "number": number, "request": how}
    return unix.after(state, "pidfd_open", **said)


def collected(state: State) -> State:
    """The state in which process 2 has ended with 1 and been collected."""
    dead = unix.after(state, "exit_group", caller=2, code=1)
    said = {"caller": 1, "whom": "ONE_CHILD", "number": 2, "no_hang": 0}
    return unix.after(dead, "wait4", **said)


def reborn(state: State) -> State:
    """The state in which another process has the number 2."""
    found = unix.afters(state, "fork", caller=1)
    return next(s for s in found if 2 in unix.read(s, "pid"))


HELD = opened(RUNS, 2)
ZOMBIE = unix.after(HELD, "exit_group", caller=2, code=1)
GONE = collected(HELD)


class TestOpen:
    @pytest.mark.parametrize(
        ("state", "number", "how", "answer"),
        [
            (RUNS, 2, "PLAIN", "done"),
            (RUNS, 2, "NONBLOCK", "done"),
            (RUNS, 2, "NO_FLAG", "EINVAL, ERRORS EINVAL:1"),
            (RUNS, 2, "NO_PID", "EINVAL, ERRORS EINVAL:2; facts J2"),
            (RUNS, 5, "PLAIN", STALE),
            (unix.state(proc(1), proc(2, group=4)), 4, "PLAIN", STALE),
            (
                unix.state(proc(1), proc(2), thread(4, of=2)),
                4,
                "PLAIN",
                "ENOENT, facts J2; facts C11",
            ),
            (HELD, 3, "PLAIN", "EMFILE, ERRORS EMFILE:1"),
            (unix.state(proc(1), proc(2, phase="ZOMBIE")), 2, "PLAIN", "done"),
        ],
    )
    def test_the_first_that_applies(
        self, state: State, number: int, how: str, answer: str
    ) -> None:
        """facts J1, J2; a number that only a group has is nobody's"""
        said = {"caller": 1, "number": number, "request": how}

        assert unix.answer(state, "pidfd_open", **said) == answer


class TestStability:
    def test_it_never_stands_for_the_next_of_the_number(self) -> None:
        """facts J1"""
        state = reborn(GONE)
        kill = {"caller": 1, "handle": 0, "sig": "KILL"}
        wait = {"caller": 1, "handle": 0, "keeps": 0, "no_hang": 1}

        assert unix.answer(HELD, "pidfd_send_signal", **kill) == 0
        assert unix.answer(ZOMBIE, "pidfd_send_signal", **kill) == 0
        assert unix.answer(state, "pidfd_send_signal", **kill) == STALE
        assert unix.answer(state, "waitid_pidfd", **wait).startswith("ECHILD")
        assert "KILL" not in unix.read(state, "pending", 2)

    def test_an_unwanted_child_is_gone_at_once(self) -> None:
        """facts J4"""
        ignores = unix.state(proc(1), proc(2), handlers(1, ignored={"CHLD"}))
        state = opened(ignores, 2)
        dead = unix.after(state, "exit_group", caller=2, code=0)
        gone = unix.after(dead, "release", body=2)
        wait = {"caller": 1, "handle": 0, "keeps": 0, "no_hang": 1}

        assert unix.read(gone, "is_stale") == [1]
        assert unix.answer(gone, "waitid_pidfd", **wait).startswith("ECHILD")

    def test_it_is_readable_once_the_process_has_ended(self) -> None:
        answers = [
            unix.answer(s, "poll", caller=1, handle=0) for s in (HELD, ZOMBIE, GONE)
        ]

        assert answers == [0, 1, 1]

    def test_how_it_ended_is_known_once_it_was_collected(self) -> None:
        states = (HELD, ZOMBIE, GONE, reborn(GONE))
        answers = [unix.answer(s, "pidfd_get_info", caller=1, handle=0) for s in states]

        assert answers == [0, 0, 0x10100, 0x10100]


class TestSend:
    @pytest.mark.parametrize(
        ("state", "caller", "sig", "answer"),
        [
            (HELD, 2, "BAD", BAD),
            (GONE, 1, "BAD", STALE),
            (HELD, 1, "BAD", "EINVAL, ERRORS EINVAL:1"),
            (HELD, 1, "NULL", 0),
            (HELD, 1, "TERM", 0),
        ],
    )
    def test_the_first_that_applies(
        self, state: State, caller: int, sig: str, answer: Any
    ) -> None:
        said = {"caller": caller, "handle": 0, "sig": sig}

        assert unix.answer(state, "pidfd_send_signal", **said) == answer

    def test_another_users_process_is_not_to_be_signalled(self) -> None:
        bob, eve = {"ruid": 1, "euid": 1, "suid": 1}, {"ruid": 2, "euid": 2, "suid": 2}
        state = unix.state(
            proc(1), proc(2), proc(3), thread(2, of=2, **bob), thread(3, of=3, **eve)
        )
        held = opened(state, 2, caller=3)
        said = {"caller": 3, "handle": 0, "sig": "TERM"}

        assert unix.answer(held, "pidfd_send_signal", **said).startswith("EPERM")

    def test_the_process_has_it_and_no_other(self) -> None:
        said = {"caller": 1, "handle": 0, "sig": "TERM"}
        after = unix.after(HELD, "pidfd_send_signal", **said)

        assert unix.read(after, "pending", 2) == {"TERM"}
        assert unix.read(after, "pending", 3) == set()


class TestWait:
    @pytest.mark.parametrize(
        ("how", "no_hang", "answer"),
        [
            ("PLAIN", 0, "blocks"),
            ("PLAIN", 1, 0),
            ("NONBLOCK", 0, "EAGAIN, ERRORS EAGAIN:1"),
            ("NONBLOCK", 1, 0),
        ],
    )
    def test_while_it_runs(self, how: str, no_hang: int, answer: Any) -> None:
        said = {"caller": 1, "handle": 0, "keeps": 0, "no_hang": no_hang}

        assert unix.answer(opened(RUNS, 2, how=how), "waitid_pidfd", **said) == answer

    def test_a_handler_interrupts(self) -> None:
        state = unix.state(
            proc(1, pending={"USR1"}), proc(2), handlers(1, caught={"USR1"})
        )
        said = {"caller": 1, "handle": 0, "keeps": 0, "no_hang": 0}

        assert unix.answer(opened(state, 2), "waitid_pidfd", **said).startswith("EINTR")

    def test_it_collects_or_keeps(self) -> None:
        said = {"caller": 1, "handle": 0, "no_hang": 0}
        after = unix.after(ZOMBIE, "waitid_pidfd", keeps=0, **said)

        assert unix.after(ZOMBIE, "waitid_pidfd", keeps=1, **said) == ZOMBIE
        assert after == GONE

    def test_only_the_parent_waits(self) -> None:
        """facts J2"""
        state = unix.state(proc(1), proc(2), proc(3, 2))
        said = {"caller": 1, "handle": 0, "keeps": 0, "no_hang": 0}

        assert unix.answer(opened(state, 3), "waitid_pidfd", **said).startswith(
            "ECHILD"
        )
        assert unix.answer(RUNS, "waitid_pidfd", **said).startswith("EBADF")


class TestHolders:
    def test_a_child_has_what_its_parent_has(self) -> None:
        (after, *_) = unix.afters(HELD, "fork", caller=1)
        child = 1 << unix.read(after, "phase").index("RUNNING", 3)

        assert unix.read(after, "tables") == [1 | child]

    @pytest.mark.parametrize(
        ("call", "said"),
        [
            ("execve", {"image": "PROGRAM"}),
            ("close", {"handle": 0}),
            ("exit_group", {"code": 0}),
        ],
    )
    def test_the_last_to_close_it_closes_it(
        self, call: str, said: dict[str, Any]
    ) -> None:
        held = opened(RUNS, 3, caller=2)
        after = unix.after(held, call, caller=2, **said)

        assert unix.read(held, "tables") == [0b10]
        assert unix.read(after, "tables") == [0]
        assert unix.read(after, "target") == [1]

    @pytest.mark.parametrize(
        ("call", "said"),
        [
            ("execve", {"image": "PROGRAM"}),
            ("close", {"handle": 0}),
            ("exit_group", {"code": 0}),
        ],
    )
    def test_another_keeps_it(self, call: str, said: dict[str, Any]) -> None:
        (held, *_) = unix.afters(opened(RUNS, 3, caller=2), "fork", caller=2)
        after = unix.after(held, call, caller=2, **said)

        assert unix.read(after, "tables") == [unix.read(held, "tables")[0] & ~0b10]
        assert unix.read(after, "target") == [3]

    def test_only_who_has_it_can_close_it(self) -> None:
        assert unix.answer(HELD, "close", caller=2, handle=0) == BAD
        assert unix.answer(HELD, "pidfd_get_info", caller=2, handle=0) == BAD
        assert unix.answer(HELD, "poll", caller=2, handle=0) == "blocks"


class TestGetfd:
    def two(self, uid: int = 0) -> State:
        """Process 1 has a pidfd of 2, the first; 2 has one of 3, the second."""
        ids = {"ruid": uid, "euid": uid, "suid": uid}
        state = pair.state(proc(1), proc(2), proc(3), thread(3, of=3, **ids))
        said = {"request": "PLAIN"}
        first = pair.afters(state, "pidfd_open", caller=1, number=2, **said)[0]
        return pair.afters(first, "pidfd_open", caller=2, number=3, **said)[0]

    def test_the_descriptor_is_one_more_of_the_same(self) -> None:
        state = self.two()
        said = {"caller": 1, "handle": 0, "wanted": 1}
        after = pair.after(state, "pidfd_getfd", **said)

        assert pair.read(state, "tables") == [0b1, 0b10]
        assert pair.read(after, "tables") == [0b1, 0b11]
        assert pair.read(after, "target") == pair.read(state, "target")

    @pytest.mark.parametrize(
        ("caller", "handle", "wanted", "answer"),
        [
            (2, 0, 1, "EBADF, ERRORS EBADF:1"),
            (1, 0, 0, "EBADF, ERRORS EBADF:2"),
        ],
    )
    def test_both_must_be_open(
        self, caller: int, handle: int, wanted: int, answer: str
    ) -> None:
        said = {"caller": caller, "handle": handle, "wanted": wanted}

        assert pair.answer(self.two(), "pidfd_getfd", **said) == answer

    def test_what_has_ended_has_nothing(self) -> None:
        """It is gone for whoever asks, before and after it is collected."""
        dead = pair.after(self.two(), "exit_group", caller=2, code=0)
        said = {"caller": 1, "handle": 0, "wanted": 1}
        wait = {"caller": 1, "whom": "ANY_CHILD", "number": 1, "no_hang": 0}
        gone = pair.after(dead, "wait4", **wait)

        assert pair.answer(dead, "pidfd_getfd", **said) == f"{STALE}; F37"
        assert pair.answer(gone, "pidfd_getfd", **said) == f"{STALE}; F37"

    def test_who_may_not_trace_gets_nothing(self) -> None:
        state = self.two(uid=1)
        (held, *_) = pair.afters(
            pair.after(state, "close", caller=1, handle=0),
            "pidfd_open",
            caller=3,
            number=2,
            request="PLAIN",
        )
        said = {"caller": 3, "handle": 0, "wanted": 1}

        assert pair.answer(held, "pidfd_getfd", **said) == "EPERM, ERRORS EPERM:1"


class TestPeios:
    WALL = peios.state(
        proc(1, pip_type=512, pip_trust=8192, guid=1), proc(2, guid=2), proc(3, guid=3)
    )

    @pytest.mark.parametrize(
        ("caller", "number", "answer"),
        [
            (2, 1, "EACCES, K08; K32"),
            (2, 3, "done"),
            (1, 2, "done"),
            (1, 1, "done"),
        ],
    )
    def test_a_pidfd_is_had_of_whom_one_dominates(
        self, caller: int, number: int, answer: str
    ) -> None:
        said = {"caller": caller, "number": number, "request": "PLAIN"}

        assert peios.answer(self.WALL, "pidfd_open", **said) == answer

    @pytest.mark.parametrize(
        ("denial", "answer"), [("kernel", "EPERM"), ("documents", "EACCES")]
    )
    def test_what_was_opened_before_the_exec_gives_nothing_after_it(
        self, denial: str, answer: str
    ) -> None:
        """A child that runs a signed program is out of reach of who made it."""
        world = World(PEIOS, sizes={**SIZES, "handle": 1}, reading={"denial": denial})
        state = world.state(proc(1, guid=1), proc(2, guid=2), proc(3, guid=3))
        said = {"caller": 3, "number": 2, "request": "PLAIN"}
        held = world.after(state, "pidfd_open", **said)
        signed = world.after(held, "execve", caller=2, image="SIGNED")
        wants = {"caller": 3, "handle": 0, "wanted": 0}

        assert world.answer(held, "pidfd_getfd", **wants) == "EBADF, ERRORS EBADF:2"
        assert (
            world.answer(signed, "pidfd_getfd", **wants) == f"{answer}, K09; K32; X17"
        )
