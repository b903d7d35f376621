"""Delivery: what a pending signal does, when, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import State, World, changed, handlers, proc, thread

unix = World(UNIX)


def fate(state: State, sig: str, pid: int = 2, tid: int | None = None) -> set[str]:
    """The events in which the process takes the signal."""
    taker = {"taker": tid or pid, "sig": sig}
    asked = {
        "die_of_signal": {"victim": pid, "sig": sig, "core": 0},
        "stop_of_signal": {"victim": pid, "sig": sig},
        "run_handler": taker,
        "discard": taker,
    }
    return {name for name, said in asked.items() if unix.afters(state, name, **said)}


class TestDefault:
    @pytest.mark.parametrize("sig", ["HUP", "INT", "QUIT", "KILL", "SEGV", "USR1"])
    def test_most_end_the_process(self, sig: str) -> None:
        state = unix.state(proc(1), proc(2, pending={sig}))

        assert fate(state, sig) == {"die_of_signal"}

    @pytest.mark.parametrize("sig", ["STOP", "TSTP", "TTIN", "TTOU"])
    def test_some_stop_it(self, sig: str) -> None:
        state = unix.state(proc(1), proc(2), proc(3, 2, group=3, pending={sig}))

        assert fate(state, sig, pid=3) == {"stop_of_signal"}

    @pytest.mark.parametrize("sig", ["CHLD", "CONT", "URG"])
    def test_some_do_nothing(self, sig: str) -> None:
        """They wait because they were blocked when they came."""
        state = unix.state(proc(1), proc(2, pending={sig}))

        assert fate(state, sig) == {"discard"}

    @pytest.mark.parametrize(
        ("sig", "core", "status"),
        [("HUP", 0, 1), ("HUP", 1, None), ("QUIT", 0, 3), ("QUIT", 1, 0x83)],
    )
    def test_the_status_has_the_number_and_the_core(
        self, sig: str, core: int, status: int | None
    ) -> None:
        """F06: a core may be written for some signals, and for others never."""
        state = unix.state(proc(1), proc(2, pending={sig}))
        afters = unix.afters(state, "die_of_signal", victim=2, sig=sig, core=core)

        expected = [] if status is None else [status]
        assert [unix.read(after, "status", 2) for after in afters] == expected

    @pytest.mark.parametrize("sig", ["HUP", "TSTP", "SEGV"])
    def test_init_takes_in_vain_what_it_has_no_handler_for(self, sig: str) -> None:
        """It waited because it was blocked when it came, or had a handler then."""
        state = unix.state(proc(1, pending={sig}))

        assert fate(state, sig, pid=1) == {"discard"}


class TestDisposition:
    def test_a_handler_runs_and_the_mask_is_what_it_was(self) -> None:
        state = unix.state(
            proc(1),
            proc(2, pending={"TERM"}),
            thread(2, of=2, blocked={"HUP"}),
            handlers(2, caught={"TERM"}),
        )
        after = unix.after(state, "run_handler", taker=2, sig="TERM")

        assert fate(state, "TERM") == {"run_handler"}
        assert changed(unix, state, after) == {"process.pending"}

    def test_what_is_ignored_by_now_does_nothing(self) -> None:
        """By whom the handlers are shared, who does not throw it away."""
        ignored = handlers(2, ignored={"TERM"})
        state = unix.state(proc(1), proc(2, pending={"TERM"}), ignored)

        assert fate(state, "TERM") == {"discard"}

    def test_a_handler_wakes_a_sleeper(self) -> None:
        state = unix.state(
            proc(1),
            proc(2, pending={"TERM"}),
            thread(2, of=2, run="ASLEEP"),
            handlers(2, caught={"TERM"}),
        )
        after = unix.after(state, "run_handler", taker=2, sig="TERM")

        assert unix.read(after, "run", 2) == "READY"

    def test_what_is_discarded_wakes_nobody(self) -> None:
        asleep = thread(2, of=2, run="ASLEEP")
        state = unix.state(proc(1), proc(2, pending={"URG"}), asleep)
        after = unix.after(state, "discard", taker=2, sig="URG")

        assert unix.read(after, "run", 2) == "ASLEEP"


class TestMasks:
    def test_a_blocked_signal_waits(self) -> None:
        """H13"""
        state = unix.state(
            proc(1), proc(2, pending={"TERM"}), thread(2, of=2, blocked={"TERM"})
        )
        open_again = unix.after(
            state, "sigprocmask", caller=2, how="UNBLOCK", sig="TERM"
        )

        assert fate(state, "TERM") == set()
        assert fate(open_again, "TERM") == {"die_of_signal"}

    def test_a_signal_for_the_process_goes_to_a_thread_that_takes_it(self) -> None:
        """H15"""
        state = unix.state(
            proc(1),
            proc(2, pending={"TERM"}),
            thread(2, of=2, blocked={"TERM"}),
            thread(3, of=2),
            handlers(2, caught={"TERM"}),
        )

        assert fate(state, "TERM", tid=2) == set()
        assert fate(state, "TERM", tid=3) == {"run_handler"}

    def test_after_the_leader_s_end_another_thread_takes_it(self) -> None:
        """facts G5"""
        threads = (thread(2, of=2, run="ENDED"), thread(3, of=2))
        state = unix.state(proc(1), proc(2), *threads)
        sent = unix.after(state, "kill", caller=1, aim="ONE", number=2, sig="TERM")
        caught = unix.state(proc(1), proc(2), *threads, handlers(2, caught={"TERM"}))
        told = unix.after(caught, "kill", caller=1, aim="ONE", number=2, sig="TERM")

        assert fate(sent, "TERM", tid=3) == {"die_of_signal"}
        assert fate(told, "TERM", tid=3) == {"run_handler"}

    def test_of_several_the_lowest_number_goes_first(self) -> None:
        """facts C20: TERM is sent before HUP, both blocked; HUP is what kills"""
        state = unix.state(proc(1), proc(2), thread(2, of=2, blocked={"HUP", "TERM"}))
        for sig in ("TERM", "HUP"):
            said = {"aim": "ONE", "number": 2, "sig": sig}
            state = unix.after(state, "kill", caller=2, **said)
        waits = state
        for sig in ("TERM", "HUP"):
            said = {"how": "UNBLOCK", "sig": sig}
            state = unix.after(state, "sigprocmask", caller=2, **said)

        assert fate(waits, "TERM") | fate(waits, "HUP") == set()
        assert fate(state, "TERM") == set()
        assert fate(state, "HUP") == {"die_of_signal"}

    def test_what_waits_for_the_thread_goes_before_what_waits_for_all(self) -> None:
        state = unix.state(
            proc(1), proc(2, pending={"HUP"}), thread(2, of=2, pending={"TERM"})
        )

        assert fate(state, "HUP") == set()
        assert fate(state, "TERM") == {"die_of_signal"}

    def test_a_fault_goes_first_and_sigkill_before_everything(self) -> None:
        state = unix.state(
            proc(1),
            proc(2, pending={"HUP", "SEGV"}),
            proc(3, pending={"KILL"}),
            thread(3, of=3, pending={"HUP", "SEGV"}),
        )

        assert [fate(state, sig) for sig in ("HUP", "SEGV")] == [
            set(),
            {"die_of_signal"},
        ]
        assert fate(state, "SEGV", pid=3) == set()
        assert fate(state, "KILL", pid=3) == {"die_of_signal"}


class TestWhenItCannotBeTaken:
    def test_a_stopped_process_takes_nothing_but_sigkill(self) -> None:
        """facts C13"""
        state = unix.state(
            proc(1), proc(2, is_stopped=1, pending={"TERM"}),
            proc(3, is_stopped=1, pending={"KILL", "TERM"}),
        )  # fmt: skip
        sent = unix.after(state, "kill", caller=1, aim="ONE", number=2, sig="CONT")
        goes_on = unix.after(sent, "resume", stopped_one=2)

        assert fate(state, "TERM") == set()
        assert fate(goes_on, "TERM") == {"die_of_signal"}
        assert fate(state, "KILL", pid=3) == {"die_of_signal"}

    @pytest.mark.parametrize("sig", ["KILL", "TERM", "STOP", "URG"])
    def test_nothing_reaches_who_sleeps_deeply(self, sig: str) -> None:
        """F39, and a process of which one thread does"""
        deep = thread(3, of=2, run="UNINTERRUPTIBLE")
        state = unix.state(proc(1), proc(2, pending={sig}), deep)
        alone = unix.state(
            proc(1), proc(2, pending={sig}), thread(2, of=2, run="UNINTERRUPTIBLE")
        )

        assert fate(alone, sig) == set()
        assert fate(state, sig) == ({"discard"} if sig == "URG" else set())
        assert fate(unix.after(alone, "wake", sleeper=2), sig)

    @pytest.mark.parametrize(
        ("sig", "expected"),
        [
            ("KILL", {"die_of_signal"}),
            ("TERM", {"die_of_signal"}),
            ("QUIT", set()),
            ("STOP", set()),
            ("URG", set()),
        ],
    )
    def test_who_waits_for_a_vfork_child_can_be_killed(
        self, sig: str, expected: set[str]
    ) -> None:
        waits = thread(2, of=2, run="UNINTERRUPTIBLE", vfork_child=3)
        state = unix.state(proc(1), proc(2, pending={sig}), waits, proc(3, 2))

        assert fate(state, sig) == expected

    @pytest.mark.parametrize(
        ("sig", "expected"), [("KILL", {"die_of_signal"}), ("TERM", set())]
    )
    def test_a_tracer_s_hold_yields_to_sigkill_only(
        self, sig: str, expected: set[str]
    ) -> None:
        held = thread(2, of=2, run="TRACED")
        state = unix.state(proc(1), proc(2, pending={sig}), held)

        assert fate(state, sig) == expected


class TestFault:
    @pytest.mark.parametrize(
        ("caught", "blocked", "fields", "dies"),
        [
            (set(), set(), {}, True),
            ({"SEGV"}, set(), {}, False),
            ({"SEGV"}, {"SEGV"}, {}, True),
            (set(), set(), {"is_stopped": 1}, False),
        ],
    )
    def test_a_handler_saves_who_does_not_block_it(
        self,
        caught: set[str],
        blocked: set[str],
        fields: dict[str, Any],
        *,
        dies: bool,
    ) -> None:
        state = unix.state(
            proc(1),
            proc(2, **fields),
            thread(2, of=2, blocked=blocked),
            handlers(2, caught=caught),
        )

        assert bool(unix.afters(state, "fatal_fault", victim=2, core=0)) == dies
