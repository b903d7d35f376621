"""Threads: numbers, ends one by one, joins, data of their own, and exec by any."""

from __future__ import annotations

import pytest

from spec.process.clone_thread import ThreadFlags
from spec.unix.system import UNIX
from tests.spec.worlds import World, changed, handlers, proc, thread

unix = World(UNIX)
TWO = unix.state(proc(1), proc(2), thread(3, of=2))
LED = unix.state(proc(1), proc(2), thread(2, of=2, run="ENDED"), thread(3, of=2))
WAIT = {"whom": "ANY_CHILD", "number": 1, "no_hang": 1}

TABLES = ("files", "fs", "undo", "io")
SHARED = {
    "NOTHING_MORE": set(),
    "WITH_FILES": {"files"},
    "WITH_FS": {"fs"},
    "WITH_SYSVSEM": {"undo"},
    "WITH_IO": {"io"},
    "WITH_SETTLS": set(),
    "PROGRAM": {"files", "fs", "undo"},
}


class TestCloneThread:
    def test_fails_when_there_is_no_number(self) -> None:
        full = unix.state(proc(1), proc(2, group=4, session=5), thread(3, of=2))
        found = unix.answer(full, "clone_thread", caller=3, flags="PROGRAM")

        assert found == "EAGAIN, ERRORS EAGAIN:1"

    def test_its_number_is_from_the_pool(self) -> None:
        """facts I3: a thread takes one as a process does."""
        found = unix.answers(TWO, "clone_thread", caller=3, flags="NOTHING_MORE")

        assert found == [4, 5]

    def test_nothing_of_the_process_changes(self) -> None:
        after = unix.afters(TWO, "clone_thread", caller=3, flags="PROGRAM")[0]

        assert {n for n in changed(unix, TWO, after) if n.startswith("process.")} == (
            set()
        )

    @pytest.mark.parametrize("flags", ThreadFlags.members)
    def test_shares_what_the_flag_says(self, flags: str) -> None:
        after = unix.afters(TWO, "clone_thread", caller=3, flags=flags)[0]
        (new,) = set(unix.read(after, "tid")) - {1, 2, 3}
        same = {
            name
            for name in TABLES
            if unix.read(after, name, new) == unix.read(after, name, 3)
        }

        assert same == SHARED[flags]
        assert unix.read(after, "task.process", new) == 2

    def test_a_thread_of_a_program_is_found_by_its_word(self) -> None:
        """D19, D20"""
        after = unix.afters(TWO, "clone_thread", caller=3, flags="PROGRAM")[0]
        (new,) = set(unix.read(after, "tid")) - {1, 2, 3}
        memory = unix.read(after, "process.memory", 2)

        assert unix.read(after, "memory.number")[memory] == new
        assert unix.read(after, "tls", new) == "HERE"
        assert unix.read(after, "clears_word", new) == 1


class TestNumbers:
    def test_each_thread_has_its_own_and_all_have_the_process_s(self) -> None:
        """A17, D18"""
        assert unix.answer(TWO, "gettid", caller=2) == 2
        assert unix.answer(TWO, "gettid", caller=3) == 3
        assert unix.answer(TWO, "set_tid_address", caller=3, has_address=1) == 3
        assert unix.answer(TWO, "getpid", caller=2) == 2


class TestExitThread:
    def test_a_leader_that_ends_first_is_no_news(self) -> None:
        """facts G1: no zombie for the parent, no signal, until the last thread ends."""
        caught = unix.state(
            proc(1), proc(2), thread(3, of=2), handlers(1, caught={"CHLD"})
        )
        after = unix.after(caught, "exit_thread", caller=2, code=0)

        assert unix.read(after, "run", 2) == "ENDED"
        assert unix.read(after, "phase", 2) == "RUNNING"
        assert unix.read(after, "process.pending", 1) == set()
        assert unix.answer(after, "wait4", caller=1, **WAIT) == 0

        last = unix.after(after, "exit_thread", caller=3, code=1)

        assert unix.read(last, "phase", 2) == "ZOMBIE"
        assert unix.read(last, "status", 2) == 0x0100
        assert unix.read(last, "process.pending", 1) == {"CHLD"}

    def test_the_group_s_code_wins_after_the_leader_s(self) -> None:
        """facts G2"""
        after = unix.after(TWO, "exit_thread", caller=2, code=0)
        ended = unix.after(after, "exit_group", caller=2, code=1)

        assert unix.read(ended, "status", 2) == 0x0100

    def test_it_still_forks_without_its_leader(self) -> None:
        """facts G1: the child's parent is the process."""
        after = unix.afters(LED, "fork", caller=2, thread=3)[0]
        child = max(unix.read(after, "pid"))

        assert unix.read(after, "parent", child) == 2

    def test_of_another_thread_nothing_is_left(self) -> None:
        """facts G4: its number is free at once."""
        after = unix.after(TWO, "exit_thread", caller=3, code=0)

        assert unix.read(after, "run").count("READY") == 2
        assert 3 in unix.answers(after, "fork", caller=1)

    def test_the_last_thread_gives_up_what_it_shared(self) -> None:
        before = unix.state(proc(1), proc(2))
        after = unix.after(before, "exit_thread", caller=2, code=0)

        assert [unix.read(after, name, 2) for name in TABLES] == [0, 0, 0, 0]


class TestJoin:
    """D17: one thread sleeps until another has ended."""

    state = unix.state(
        proc(1), proc(2), thread(3, of=2, clears_word=1), thread(4, of=2)
    )

    def with_word(self) -> tuple[object, ...]:
        made = unix.afters(TWO, "clone_thread", caller=2, flags="PROGRAM")
        return next(m for m in made if 4 in unix.read(m, "tid"))

    def test_a_join_of_what_has_ended_returns_at_once(self) -> None:
        assert unix.answer(self.state, "futex_wait", caller=2) == (
            "EAGAIN, ERRORS EAGAIN:1"
        )

    def test_the_end_wakes_one_sleeper(self) -> None:
        asleep = unix.after(self.with_word(), "futex_wait", caller=2)
        both = unix.after(asleep, "futex_wait", caller=3)

        assert unix.read(both, "run", 2) == unix.read(both, "run", 3) == "ASLEEP"
        assert unix.answer(both, "futex_wake", sleeper=2) == "blocks"

        ended = unix.after(both, "exit_thread", caller=4, code=0)
        memory = unix.read(ended, "process.memory", 2)

        assert unix.read(ended, "memory.has_number")[memory] == 0

        for sleeper, other in ((2, 3), (3, 2)):
            woken = unix.after(ended, "futex_wake", sleeper=sleeper)

            assert unix.read(woken, "run", sleeper) == "READY"
            assert unix.answer(woken, "futex_wake", sleeper=other) == "blocks"

    def test_nothing_is_stored_when_nobody_is_left(self) -> None:
        alone = unix.state(proc(1), proc(2), thread(2, of=2, clears_word=1))
        after = unix.after(alone, "exit_thread", caller=2, code=0)

        assert not {n for n in changed(unix, alone, after) if n.startswith("memory.")}

    def test_another_process_in_the_same_memory_sees_the_end(self) -> None:
        state = self.with_word()
        cloned = unix.afters(state, "clone", caller=2, flags="VM")[0]
        child = max(unix.read(cloned, "pid"))
        asleep = unix.after(cloned, "futex_wait", caller=child)
        ended = unix.after(asleep, "exit_group", caller=2, code=0)
        woken = unix.after(ended, "futex_wake", sleeper=child)

        assert unix.read(woken, "run", child) == "READY"


class TestArchPrctl:
    @pytest.mark.parametrize(
        ("code", "address", "answer"),
        [
            ("NO_CODE", "HERE", "EINVAL, ERRORS EINVAL:1"),
            ("ARCH_SET_FS", "OUTSIDE", "EPERM, ERRORS EPERM:1"),
            ("ARCH_SET_FS", "HERE", 0),
            ("ARCH_GET_FS", "HERE", 2),
        ],
    )
    def test_answers(self, code: str, address: str, answer: object) -> None:
        state = unix.state(proc(1), proc(2), thread(3, of=2, tls="THERE"))
        said = {"caller": 3, "code": code, "address": address}

        assert unix.answer(state, "arch_prctl", **said) == answer

    def test_moves_the_caller_s_own_data(self) -> None:
        """D20"""
        said = {"caller": 3, "code": "ARCH_SET_FS", "address": "THERE"}
        after = unix.after(TWO, "arch_prctl", **said)

        assert unix.read(after, "tls", 3) == "THERE"
        assert unix.read(after, "tls", 2) == "NOWHERE"


class TestExecByAThread:
    @pytest.mark.parametrize("state", [TWO, LED], ids=["leader runs", "leader ended"])
    def test_the_thread_takes_the_leader_s_place(self, state: tuple[int, ...]) -> None:
        """facts E3"""
        after = unix.after(state, "execve", caller=2, thread=3, image="SIGNED")
        leader = unix.read(after, "leader", 2)

        assert leader == 2
        assert unix.read(after, "run", 2) == "READY"
        assert unix.read(after, "run").count("READY") == 2
        assert unix.answer(after, "getpid", caller=2) == 2
        assert unix.answer(after, "wait4", caller=1, **WAIT) == 0

    def test_what_exec_keeps_and_what_it_resets(self) -> None:
        """facts E1, E4: dispositions, mask, pending; the saved id."""
        state = unix.state(
            proc(1),
            proc(2, pending={"HUP"}),
            thread(
                2,
                of=2,
                blocked={"USR1"},
                pending={"USR1"},
                ruid=0,
                euid=1,
                suid=0,
                tls="HERE",
                clears_word=1,
            ),
            handlers(2, caught={"TERM"}, ignored={"HUP"}),
        )
        after = unix.after(state, "execve", caller=2, image="PROGRAM")
        at = unix.read(after, "process.handlers", 2)

        assert unix.read(after, "caught")[at] == set()
        assert unix.read(after, "ignored")[at] == {"HUP"}
        assert unix.read(after, "blocked", 2) == {"USR1"}
        assert unix.read(after, "task.pending", 2) == {"USR1"}
        assert unix.read(after, "process.pending", 2) == {"HUP"}
        assert [unix.read(after, n, 2) for n in ("ruid", "euid", "suid")] == [0, 1, 1]
        assert unix.read(after, "tls", 2) == "NOWHERE"
        assert unix.read(after, "clears_word", 2) == 0

    def test_what_others_share_is_left_to_them(self) -> None:
        """Memory, handlers and descriptors part; the directories stay shared."""
        state = unix.state(
            proc(1),
            proc(2),
            proc(3, memory=2, handlers=2),
            thread(3, of=3, files=2, fs=2, undo=2, io=2),
            handlers(2, caught={"TERM"}),
        )
        after = unix.after(state, "execve", caller=3, image="PROGRAM")
        same = {
            name
            for name in ("process.memory", "process.handlers", *TABLES)
            if unix.read(after, name, 2) == unix.read(after, name, 3)
        }

        assert same == {"fs", "undo", "io"}
        assert unix.read(after, "caught")[unix.read(after, "process.handlers", 2)] == {
            "TERM"
        }

    def test_descriptors_that_nobody_shares_stay_the_same(self) -> None:
        after = unix.after(TWO, "execve", caller=2, thread=3, image="PROGRAM")

        assert unix.read(after, "files", 2) == unix.read(TWO, "files", 3)


class TestExecveat:
    @pytest.mark.parametrize(
        ("found", "answer"),
        [
            ("BAD_FLAGS", "EINVAL, execveat(2) ERRORS EINVAL:1"),
            ("BAD_DESCRIPTOR", "EBADF, execveat(2) ERRORS EBADF:1"),
            ("SYMLINK", "ELOOP, execveat(2) ERRORS ELOOP:1"),
            ("BY_PATH", "ENOENT, execve(2) ERRORS ENOENT:1"),
        ],
    )
    def test_the_way_to_the_file_comes_first(self, found: str, answer: str) -> None:
        said = {"caller": 2, "found": found, "image": "ABSENT"}

        assert unix.answer(TWO, "execveat", **said) == answer

    def test_fexecve_and_execveat_do_what_execve_does(self) -> None:
        said = {"caller": 2, "thread": 3, "image": "SIGNED"}
        after = unix.after(TWO, "execve", **said)

        assert unix.after(TWO, "fexecve", **said) == after
        assert unix.after(TWO, "execveat", **said, found="BY_PATH") == after

    @pytest.mark.parametrize(
        ("image", "answer"),
        [
            ("ABSENT", "ENOENT, execve(2) ERRORS ENOENT:1"),
            ("FORBIDDEN", "EACCES, execve(2) ERRORS EACCES:3"),
            ("GARBAGE", 0),
            ("PROGRAM", 0),
        ],
    )
    def test_a_check_runs_nothing(self, image: str, answer: object) -> None:
        """E38: and does not look at the format."""
        said = {"caller": 2, "image": image}

        assert unix.answer(TWO, "execveat_check", **said) == answer
        assert unix.after(TWO, "execveat_check", **said) == TWO
