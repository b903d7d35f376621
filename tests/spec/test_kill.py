"""kill: whom it means, who may, and what it answers."""

from __future__ import annotations

import itertools

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import SIZES, World, changed, handlers, proc, thread

unix = World(UNIX, sizes={**SIZES, "uid": 3})

BOB = {"ruid": 1, "euid": 1, "suid": 1}
EVE = {"ruid": 2, "euid": 2, "suid": 2}
HOUSE = unix.state(
    proc(1),
    proc(2, group=2, session=2),
    proc(3, 2, group=2, session=2),
    proc(4, group=4, session=4),
    thread(2, of=2, **BOB),
    thread(3, of=3, **EVE),
)


def pending(state: tuple[object, ...]) -> dict[int, set[str]]:
    """What waits for each process, by number."""
    waiting = unix.read(state, "pending")
    return dict(zip(unix.read(state, "pid"), waiting, strict=True))


class TestErrors:
    @pytest.mark.parametrize(
        ("caller", "aim", "number", "sig", "answer"),
        [
            (2, "ONE", 4, "BAD", "EINVAL, ERRORS EINVAL:1"),
            (1, "ONE", 2, "BAD", "EINVAL, ERRORS EINVAL:1"),
            (1, "ONE", 5, "BAD", "ESRCH, ERRORS ESRCH:1"),
            (1, "LOWEST", 1, "TERM", "ESRCH, ERRORS ESRCH:1"),
            (1, "GROUP", 3, "TERM", "ESRCH, ERRORS ESRCH:1"),
            (1, "GROUP", 3, "BAD", "ESRCH, ERRORS ESRCH:1"),
            (1, "EVERYBODY", 1, "BAD", "EINVAL, ERRORS EINVAL:1"),
            (2, "ONE", 4, "TERM", "EPERM, ERRORS EPERM:1"),
            (2, "ONE", 4, "NULL", "EPERM, ERRORS EPERM:1"),
            (2, "GROUP", 4, "TERM", "EPERM, ERRORS EPERM:1"),
        ],
    )
    def test_the_first_that_applies(
        self, caller: int, aim: str, number: int, sig: str, answer: str
    ) -> None:
        """facts C4"""
        said = {"caller": caller, "aim": aim, "number": number, "sig": sig}

        assert unix.answer(HOUSE, "kill", **said) == answer

    def test_a_target_that_needs_no_number_has_none(self) -> None:
        said = {"caller": 1, "aim": "EVERYBODY", "number": 2, "sig": "TERM"}

        assert unix.answer(HOUSE, "kill", **said) == "blocks"

    def test_nobody_else_is_everybody(self) -> None:
        alone = unix.state(proc(1), proc(2))
        said = {"caller": 2, "aim": "EVERYBODY", "number": 1, "sig": "TERM"}

        assert unix.answer(alone, "kill", **said) == "ESRCH, ERRORS ESRCH:1"


class TestTargets:
    @pytest.mark.parametrize(
        ("caller", "aim", "number", "reached"),
        [
            (1, "ONE", 2, {2}),
            (1, "GROUP", 2, {2, 3}),
            (2, "OWN_GROUP", 1, {2}),
            (1, "EVERYBODY", 1, {2, 3, 4}),
            (4, "EVERYBODY", 1, {2, 3}),
            (2, "EVERYBODY", 1, set()),
        ],
    )
    def test_the_ones_that_are_meant_and_may_be_signalled(
        self, caller: int, aim: str, number: int, reached: set[int]
    ) -> None:
        """Not init and not the caller (facts C5); the others of a mixed group (C7)."""
        said = {"caller": caller, "aim": aim, "number": number, "sig": "TERM"}
        after = unix.after(HOUSE, "kill", **said)

        assert unix.answer(HOUSE, "kill", **said) == 0
        assert {p for p, w in pending(after).items() if w == {"TERM"}} == reached

    def test_a_number_of_any_thread_means_its_process(self) -> None:
        """facts C11"""
        state = unix.state(proc(1), proc(2), thread(3, of=2))
        after = unix.after(state, "kill", caller=1, aim="ONE", number=3, sig="TERM")

        assert unix.read(after, "pending", 2) == {"TERM"}
        assert changed(unix, state, after) == {"process.pending"}

    def test_a_zombie_is_signalled_in_vain(self) -> None:
        """facts J1"""
        state = unix.state(proc(1), proc(2, phase="ZOMBIE"))
        said = {"caller": 1, "aim": "ONE", "number": 2, "sig": "KILL"}

        assert unix.answer(state, "kill", **said) == 0
        assert unix.after(state, "kill", **said) == state

    def test_a_zombie_counts_as_one_that_was_signalled(self) -> None:
        """facts C7"""
        state = unix.state(
            proc(1),
            proc(2, group=2),
            proc(3, group=2, phase="ZOMBIE"),
            thread(2, of=2, **EVE),
            thread(3, of=3, run="ENDED", **BOB),
            proc(4),
            thread(4, of=4, **BOB),
        )
        said = {"caller": 4, "aim": "GROUP", "number": 2, "sig": "TERM"}

        assert unix.answer(state, "kill", **said) == 0
        assert unix.after(state, "kill", **said) == state

    def test_an_unprivileged_member_of_its_group_asks_after_it(self) -> None:
        """facts C7"""
        state = unix.state(proc(1), proc(2), thread(2, of=2, **BOB))
        said = {"caller": 2, "aim": "OWN_GROUP", "number": 1, "sig": "NULL"}

        assert unix.answer(state, "kill", **said) == 0

    def test_to_everybody_a_refusal_is_no_error(self) -> None:
        """facts C5"""
        state = unix.state(proc(1), proc(2), proc(3), thread(2, of=2, **BOB))
        said = {"caller": 2, "number": 1, "sig": "TERM"}

        assert unix.answer(state, "kill", aim="EVERYBODY", **said) == 0
        assert unix.after(state, "kill", aim="EVERYBODY", **said) == state

    def test_signal_0_is_not_sent(self) -> None:
        said = {"caller": 1, "aim": "EVERYBODY", "number": 1, "sig": "NULL"}

        assert unix.answer(HOUSE, "kill", **said) == 0
        assert unix.after(HOUSE, "kill", **said) == HOUSE


TRIPLES = list(itertools.product((1, 2), repeat=3))


class TestPermission:
    @pytest.mark.parametrize("mine", TRIPLES, ids=str)
    @pytest.mark.parametrize("its", TRIPLES, ids=str)
    def test_real_or_effective_against_real_or_saved(
        self, mine: tuple[int, int, int], its: tuple[int, int, int]
    ) -> None:
        """The 64 cases of facts C1."""
        names = ("ruid", "euid", "suid")
        sender = thread(2, of=2, **dict(zip(names, mine, strict=True)))
        target = thread(3, of=3, **dict(zip(names, its, strict=True)))
        state = unix.state(proc(1), proc(2), proc(3), sender, target)
        answer = unix.answer(state, "kill", caller=2, aim="ONE", number=3, sig="TERM")

        allowed = {mine[0], mine[1]} & {its[0], its[2]}
        assert (answer == 0) == bool(allowed)

    @pytest.mark.parametrize(
        ("sig", "session", "allowed"),
        [("CONT", 1, True), ("NULL", 1, False), ("TERM", 1, False), ("CONT", 3, False)],
    )
    def test_sigcont_within_a_session(
        self, sig: str, session: int, *, allowed: bool
    ) -> None:
        """facts C2"""
        state = unix.state(
            proc(1),
            proc(2),
            proc(3, session=session),
            thread(2, of=2, **BOB),
            thread(3, of=3, **EVE),
        )
        answer = unix.answer(state, "kill", caller=2, aim="ONE", number=3, sig=sig)

        assert (answer == 0) == allowed

    @pytest.mark.parametrize(
        ("caller", "number", "allowed"),
        [(4, 2, False), (4, 3, True), (3, 1, False), (3, 2, True)],
    )
    def test_the_ids_are_those_of_the_thread_that_is_named(
        self, caller: int, number: int, *, allowed: bool
    ) -> None:
        """facts C16: of process 2 the leader is root and the other thread is not."""
        state = unix.state(
            proc(1), proc(2), thread(3, of=2, **BOB), proc(4), thread(4, of=4, **BOB)
        )
        said = {"caller": caller, "aim": "ONE", "number": number, "sig": "NULL"}

        assert (unix.answer(state, "kill", **said) == 0) == allowed


class TestInit:
    @pytest.mark.parametrize("sig", ["HUP", "TERM", "SEGV", "KILL", "STOP", "TSTP"])
    @pytest.mark.parametrize("caller", [1, 2])
    def test_what_it_has_no_handler_for_is_lost(self, caller: int, sig: str) -> None:
        """facts C8"""
        state = unix.state(proc(1), proc(2))
        said = {"caller": caller, "aim": "ONE", "number": 1, "sig": sig}

        assert unix.answer(state, "kill", **said) == 0
        assert unix.after(state, "kill", **said) == state

    def test_what_it_has_a_handler_for_arrives(self) -> None:
        state = unix.state(proc(1), proc(2), handlers(1, caught={"HUP"}))
        after = unix.after(state, "kill", caller=2, aim="ONE", number=1, sig="HUP")

        assert unix.read(after, "pending", 1) == {"HUP"}


class TestPosting:
    @pytest.mark.parametrize(
        ("fields", "blocked", "arrives"),
        [
            ({}, set(), False),
            ({"ignored": {"CHLD"}}, set(), False),
            ({"ignored": {"CHLD"}}, {"CHLD"}, True),
            ({}, {"CHLD"}, True),
            ({"caught": {"CHLD"}}, set(), True),
        ],
    )
    def test_what_is_ignored_waits_only_if_it_is_blocked(
        self, fields: dict[str, set[str]], blocked: set[str], *, arrives: bool
    ) -> None:
        state = unix.state(
            proc(1), proc(2), thread(2, of=2, blocked=blocked), handlers(2, **fields)
        )
        after = unix.after(state, "kill", caller=1, aim="ONE", number=2, sig="CHLD")

        assert (unix.read(after, "pending", 2) == {"CHLD"}) == arrives

    def test_a_stop_and_a_continue_take_each_other_out_of_the_queues(self) -> None:
        """facts C14, with all of them blocked"""
        blocked = {"TSTP", "CONT"}
        state = unix.state(proc(1), proc(2), thread(2, of=2, blocked=blocked))
        seen = []
        for sig in ("TSTP", "CONT", "TSTP"):
            said = {"caller": 1, "aim": "ONE", "number": 2, "sig": sig}
            state = unix.after(state, "kill", **said)
            seen.append(unix.read(state, "pending", 2))

        assert seen == [{"TSTP"}, {"CONT"}, {"TSTP"}]

    def test_a_continue_reaches_the_queues_of_threads(self) -> None:
        state = unix.state(
            proc(1), proc(2), thread(3, of=2, blocked={"STOP"}, pending={"TSTP", "HUP"})
        )
        after = unix.after(state, "kill", caller=1, aim="ONE", number=2, sig="CONT")

        assert unix.read(after, "task.pending", 3) == {"HUP"}
