"""Stop and continue: who stands still, who hears of it, and what the status says."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import State, World, handlers, proc, thread

unix = World(UNIX)


def stopped_and_continued(*more: object) -> tuple[State, State]:
    """Process 3, child of 2 in its session, is sent TSTP, and then CONT."""
    parts = (proc(1), proc(2), proc(3, 2, group=3), *more)
    state = unix.state(*parts)  # type: ignore[arg-type]
    said = {"caller": 2, "aim": "ONE", "number": 3}
    sent = unix.after(state, "kill", sig="TSTP", **said)
    stops = unix.after(sent, "stop_of_signal", victim=3, sig="TSTP")
    let_go = unix.after(stops, "kill", sig="CONT", **said)
    return stops, unix.after(let_go, "resume", stopped_one=3)


class TestStop:
    def test_the_whole_process_stops_and_the_word_says_by_what(self) -> None:
        """facts G7, D11"""
        stops, _ = stopped_and_continued(thread(4, of=3))
        said = {"how": "BLOCK", "sig": "HUP"}

        assert unix.read(stops, "is_stopped", 3) == 1
        assert unix.read(stops, "status", 3) == 0x147F
        assert unix.read(stops, "pending", 3) == set()
        for tid in (3, 4):
            answer = unix.answer(stops, "sigprocmask", caller=tid, **said)

            assert answer == "disabled"

    def test_a_stopped_process_can_be_stopped_no_further(self) -> None:
        stops, _ = stopped_and_continued()
        said = {"caller": 2, "aim": "ONE", "number": 3, "sig": "STOP"}
        again = unix.after(stops, "kill", **said)

        assert unix.answer(again, "stop_of_signal", victim=3, sig="STOP") == "blocks"

    @pytest.mark.parametrize(
        ("sig", "parent", "stops"),
        [
            ("TSTP", 1, False),
            ("TTIN", 1, False),
            ("TTOU", 1, False),
            ("STOP", 1, True),
            ("TSTP", 2, True),
        ],
    )
    def test_an_orphaned_group_is_stopped_by_sigstop_only(
        self, sig: str, parent: int, *, stops: bool
    ) -> None:
        """facts H3"""
        state = unix.state(proc(1), proc(2), proc(3, parent, group=3, pending={sig}))
        afters = unix.afters(state, "stop_of_signal", victim=3, sig=sig)
        thrown_away = unix.afters(state, "discard", taker=3, sig=sig)

        assert bool(afters) == stops
        assert bool(thrown_away) != stops

    @pytest.mark.parametrize("run", ["UNINTERRUPTIBLE", "TRACED"])
    def test_a_thread_out_of_reach_delays_the_stop(self, run: str) -> None:
        state = unix.state(proc(1), proc(2, pending={"STOP"}), thread(3, of=2, run=run))

        assert unix.answer(state, "stop_of_signal", victim=2, sig="STOP") == "blocks"


class TestContinue:
    def test_the_process_goes_on_and_the_word_says_so(self) -> None:
        """facts D11"""
        _, goes_on = stopped_and_continued()

        assert unix.read(goes_on, "is_stopped", 3) == 0
        assert unix.read(goes_on, "is_resumed", 3) == 0
        assert unix.read(goes_on, "status", 3) == 0xFFFF

    @pytest.mark.parametrize(
        ("blocked", "fields"),
        [
            ({"CONT"}, {}),
            (set(), {"ignored": {"CONT"}}),
            ({"CONT"}, {"caught": {"CONT"}}),
        ],
    )
    def test_it_matters_not_whether_it_is_blocked_or_ignored(
        self, blocked: set[str], fields: dict[str, set[str]]
    ) -> None:
        """facts C14, G16"""
        _, goes_on = stopped_and_continued(
            thread(3, of=3, blocked=blocked), handlers(3, **fields)
        )

        assert unix.read(goes_on, "is_stopped", 3) == 0

    def test_nobody_goes_on_who_was_not_told_to(self) -> None:
        stops, goes_on = stopped_and_continued()

        assert unix.answer(stops, "resume", stopped_one=3) == "blocks"
        assert unix.answer(goes_on, "resume", stopped_one=3) == "blocks"

    def test_who_was_stopped_again_in_between_goes_on_first(self) -> None:
        stops, _ = stopped_and_continued()
        for sig in ("CONT", "STOP"):
            said = {"caller": 2, "aim": "ONE", "number": 3, "sig": sig}
            stops = unix.after(stops, "kill", **said)
        goes_on = unix.after(stops, "resume", stopped_one=3)

        assert unix.answer(goes_on, "stop_of_signal", victim=3, sig="STOP") == "done"


class TestNews:
    @pytest.mark.parametrize(
        ("fields", "hears"),
        [
            ({"caught": {"CHLD"}}, True),
            ({"caught": {"CHLD"}, "tells_no_stops": 1}, False),
            ({"caught": {"CHLD"}, "leaves_no_zombies": 1}, True),
        ],
    )
    def test_the_parent_hears_of_both_unless_it_said_otherwise(
        self, fields: dict[str, object], *, hears: bool
    ) -> None:
        """facts D20"""
        parent = handlers(2, **fields)
        stops, goes_on = stopped_and_continued(parent)
        expected = {"CHLD"} if hears else set()

        assert unix.read(stops, "pending", 2) == expected
        assert unix.read(goes_on, "pending", 2) == expected
        assert unix.read(goes_on, "pending", 1) == set()

    def test_who_ignores_sigchld_hears_nothing_even_if_it_blocks_it(self) -> None:
        parent = (thread(2, of=2, blocked={"CHLD"}), handlers(2, ignored={"CHLD"}))
        stops, goes_on = stopped_and_continued(*parent)

        assert unix.read(stops, "pending", 2) == unix.read(goes_on, "pending", 2)
        assert unix.read(goes_on, "pending", 2) == set()


def test_of_a_stop_and_a_continue_at_once_the_continue_comes_last() -> None:
    """A stopped child asked for SIGSTOP at its parent's end, which orphans it."""
    child = thread(3, of=3, death_signal="STOP")
    state = unix.state(proc(1), proc(2), proc(3, 2, group=3, is_stopped=1), child)
    after = unix.after(state, "exit_group", caller=2, code=0)

    assert unix.read(after, "pending", 3) == {"HUP"}
    assert unix.read(after, "is_resumed", 3) == 1
