"""clone, clone3, vfork: flags one by one, what they need, what is shared."""

from __future__ import annotations

import pytest

from spec.peios.system import PEIOS
from spec.process.clone import CloneFlags
from spec.process.clone3 import CloneArgs
from spec.unix.system import UNIX
from tests.spec.worlds import World, changed, handlers, proc, thread

unix = World(UNIX)
TWO = unix.state(proc(1), proc(2), handlers(2, caught={"USR1"}, ignored={"HUP"}))

SHARED = ("process.memory", "process.handlers", "files", "fs", "undo", "io")
FLAGS = {
    "VM": {"process.memory"},
    "VM_SIGHAND": {"process.memory", "process.handlers"},
    "FILES": {"files"},
    "FS": {"fs"},
    "SYSVSEM": {"undo"},
    "IO": {"io"},
}
REFUSED = {
    "SIGHAND": "EINVAL, ERRORS EINVAL:2; D04; X24",
    "VM_THREAD": "EINVAL, ERRORS EINVAL:3; D05",
    "NEWNS_FS": "EINVAL, ERRORS EINVAL:5",
    "PIDFD_DETACHED": "EINVAL, ERRORS EINVAL:18",
    "PIDFD_PARENT_SETTID": "EINVAL, ERRORS EINVAL:20",
}
FULL = unix.state(proc(1), proc(2), proc(3), proc(4))


class TestClone:
    @pytest.mark.parametrize("flags", CloneFlags.members)
    def test_shares_what_the_flag_says(self, flags: str) -> None:
        if flags in REFUSED:
            assert unix.answer(TWO, "clone", caller=2, flags=flags) == REFUSED[flags]
            return
        after = unix.afters(TWO, "clone", caller=2, flags=flags)[0]
        child = max(unix.read(after, "pid"))
        same = {
            name
            for name in SHARED
            if unix.read(after, name, child) == unix.read(after, name, 2)
        }

        assert same == FLAGS.get(flags, set())

    @pytest.mark.parametrize("flags", ["UNTRACED", "DETACHED"])
    def test_some_flags_change_nothing(self, flags: str) -> None:
        """D15, D22"""
        plain = unix.afters(TWO, "clone", caller=2, flags="NONE")

        assert set(unix.afters(TWO, "clone", caller=2, flags=flags)) == set(plain)

    def test_is_fork_when_nothing_is_shared(self) -> None:
        """C23"""
        plain = unix.afters(TWO, "clone", caller=2, flags="NONE")

        assert set(unix.afters(TWO, "fork", caller=2)) == set(plain)

    def test_the_number_is_stored_where_the_flag_says(self) -> None:
        """D19: in the creator's memory, in the copy, or nowhere."""
        for flags, mine, its in (
            ("NONE", 0, 0),
            ("PARENT_SETTID", 1, 0),
            ("CHILD_SETTID", 0, 1),
        ):
            after = unix.afters(TWO, "clone", caller=2, flags=flags)[0]
            child = max(unix.read(after, "pid"))
            words = unix.read(after, "memory.has_number")
            found = [words[unix.read(after, "process.memory", p)] for p in (2, child)]

            assert found == [mine, its]

    def test_refusals_come_before_limits(self) -> None:
        refused = unix.answer(FULL, "clone", caller=2, flags="SIGHAND")

        assert refused == REFUSED["SIGHAND"]
        assert unix.answer(FULL, "clone", caller=2, flags="VM").startswith("EAGAIN")

    def test_a_pidfd_is_there_from_the_start(self) -> None:
        """D11"""
        after = unix.afters(TWO, "clone_pidfd", caller=2)[0]
        child = max(unix.read(after, "pid"))

        assert child in unix.read(after, "handle.target")
        assert unix.read(after, "parent", child) == 2


class TestCloneParent:
    def test_init_has_no_siblings(self) -> None:
        """facts A14"""
        found = unix.answer(TWO, "clone_parent", caller=1)

        assert found == "EINVAL, ERRORS EINVAL:9; B08; facts A14"

    def test_the_child_is_a_sibling_and_reports_as_its_creator(self) -> None:
        state = unix.state(proc(1), proc(2), proc(3, 2, exit_signal="USR1"))
        after = unix.afters(state, "clone_parent", caller=3)[0]
        (child,) = set(unix.read(after, "pid")) - {1, 2, 3}

        assert unix.read(after, "parent", child) == 2
        assert unix.read(after, "exit_signal", child) == "USR1"

    def test_its_creator_does_not_wait_for_it(self) -> None:
        """The parent's wait finds it, the creator has no child (facts A14)."""
        state = unix.state(proc(1), proc(2), proc(3, 2))
        after = unix.afters(state, "clone_parent", caller=3)[0]
        wait = {"whom": "ANY_CHILD", "number": 1, "no_hang": 1}

        assert unix.answer(after, "wait4", caller=3, **wait).startswith("ECHILD")
        assert unix.answer(after, "wait4", caller=2, **wait) == 0


class TestClone3:
    @pytest.mark.parametrize(
        ("asked", "answer"),
        [
            ("LARGER_THAN_A_PAGE", "E2BIG"),
            ("SHORTER", "EINVAL"),
            ("LONGER_WITH_MORE", "E2BIG"),
            ("TOO_MANY_NUMBERS", "EINVAL"),
            ("NO_SUCH_SIGNAL", "EINVAL"),
            ("UNKNOWN_FLAG", "EINVAL"),
            ("DETACHED", "EINVAL"),
            ("CLEAR_AND_SIGHAND", "EINVAL"),
            ("SIGNAL_AND_PARENT", "EINVAL"),
            ("SIGNAL_AND_THREAD", "EINVAL"),
        ],
    )
    def test_refuses_before_it_looks_for_room(self, asked: str, answer: str) -> None:
        found = unix.answer(FULL, "clone3", caller=2, request=asked)

        assert found.split(",")[0] == answer

    def test_takes_a_longer_structure_of_zeroes_and_the_first_version(self) -> None:
        """D13"""
        plain = set(unix.afters(TWO, "clone3", caller=2, request="PLAIN"))

        assert plain == set(unix.afters(TWO, "fork", caller=2))
        for size in ("LONGER_WITH_ZEROES", "FIRST_VERSION"):
            assert set(unix.afters(TWO, "clone3", caller=2, request=size)) == plain

    @pytest.mark.parametrize("said", CloneArgs.members)
    def test_the_exit_signal_is_as_asked(self, said: str) -> None:
        signals = {"NO_SIGNAL": "NULL", "SIGNAL_USR1": "USR1"}
        for after in unix.afters(TWO, "clone3", caller=2, request=said):
            for child in set(unix.read(after, "pid")) - {1, 2}:
                told = unix.read(after, "exit_signal", child)

                assert told == signals.get(said, "CHLD")

    def test_cleared_handlers_keep_what_is_ignored(self) -> None:
        after = unix.afters(TWO, "clone3", caller=2, request="CLEAR_SIGHAND")[0]
        child = max(unix.read(after, "pid"))
        at = unix.read(after, "process.handlers", child)

        assert unix.read(after, "caught")[at] == set()
        assert unix.read(after, "ignored")[at] == {"HUP"}


class TestSetTid:
    """facts I6"""

    def answer(self, world: World, number: int, *, valid: int = 1, **more: int) -> str:
        state = world.state(proc(1), proc(2, phase="ZOMBIE", group=4), proc(3))
        said = {"caller": 3, "number": number, "in_range": valid, **more}
        return str(world.answer(state, "clone3_set_tid", **said))

    def test_gives_the_number_and_leaves_the_next_one(self) -> None:
        state = unix.state(proc(1), proc(2), last_number=2)
        said = {"caller": 2, "number": 5, "in_range": 1}
        after = unix.afters(state, "clone3_set_tid", **said)[0]

        assert unix.answer(state, "clone3_set_tid", **said) == 5
        assert unix.read(after, "last_number") == 2

    @pytest.mark.parametrize("number", [1, 2, 4])
    def test_a_number_in_use_exists(self, number: int) -> None:
        """Init's, a zombie's, and a group's that has no process (facts B10)."""
        assert self.answer(unix, number).startswith("EEXIST")

    def test_a_number_out_of_range_is_invalid(self) -> None:
        assert self.answer(unix, 5, valid=0).startswith("EINVAL")

    def test_needs_root_on_unix(self) -> None:
        state = unix.state(proc(1), proc(2), thread(2, of=2, euid=1))
        said = {"caller": 2, "number": 5, "in_range": 1}

        assert unix.answer(state, "clone3_set_tid", **said) == "EPERM, facts I6"

    def test_needs_a_privilege_on_peios(self) -> None:
        """D14"""
        peios = World(PEIOS)

        assert self.answer(peios, 5, has_tcb=0) == "EPERM, D14; K12.2"
        assert self.answer(peios, 5, has_tcb=1) == "5"


class TestVfork:
    """facts K1"""

    @pytest.mark.parametrize("with_memory", [0, 1])
    def test_the_thread_that_calls_stands_still(self, with_memory: int) -> None:
        state = unix.state(proc(1), proc(2), thread(3, of=2))
        after = unix.afters(state, "vfork", caller=2, with_memory=with_memory)[0]
        child = max(unix.read(after, "pid"))
        memory = [unix.read(after, "process.memory", p) for p in (2, child)]

        assert unix.read(after, "run", 2) == "UNINTERRUPTIBLE"
        assert unix.read(after, "run", 3) == "READY"
        assert (memory[0] == memory[1]) == bool(with_memory)
        assert unix.answer(after, "gettid", caller=2) == "disabled"
        assert unix.answer(after, "gettid", caller=3) == 3

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("execve", {"image": "PROGRAM"}),
            ("exit_group", {"code": 1}),
        ],
    )
    def test_until_the_child_execs_or_ends(
        self, name: str, said: dict[str, str]
    ) -> None:
        after = unix.afters(TWO, "vfork", caller=2, with_memory=1)[0]
        child = max(unix.read(after, "pid"))
        later = unix.after(after, name, caller=child, **said)

        assert unix.read(later, "run", 2) == "READY"
        assert unix.answer(later, "gettid", caller=2) == 2

    def test_a_failed_exec_does_not_release_it(self) -> None:
        after = unix.afters(TWO, "vfork", caller=2, with_memory=1)[0]
        child = max(unix.read(after, "pid"))

        assert unix.after(after, "execve", caller=child, image="ABSENT") == after


class TestPosixSpawn:
    @pytest.mark.parametrize("image", ["PROGRAM", "SIGNED", "FIXED"])
    def test_is_a_creation_and_an_exec(self, image: str) -> None:
        """C28: but for which shared objects are new ones."""
        (spawned, *_) = unix.afters(TWO, "posix_spawn", caller=2, image=image)
        apart = [
            unix.after(one, "execve", caller=max(unix.read(one, "pid")), image=image)
            for one in unix.afters(TWO, "fork", caller=2)
        ]
        child = max(unix.read(spawned, "pid"))
        at = unix.read(spawned, "process.handlers", child)
        shared = {"process.memory", "process.handlers", "handling.ignored"}

        assert any(changed(unix, spawned, one) <= shared for one in apart)
        assert unix.read(spawned, "ignored")[at] == {"HUP"}
        assert unix.read(spawned, "caught")[at] == set()

    def test_a_failure_leaves_no_child(self) -> None:
        found = unix.answer(TWO, "posix_spawn", caller=2, image="ABSENT")

        assert found.startswith("ENOENT")
        assert unix.after(TWO, "posix_spawn", caller=2, image="ABSENT") == TWO
