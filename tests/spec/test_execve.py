"""execve: what the file is decides; what survives is declared with the fields."""

from __future__ import annotations

import pytest

from spec.unix.system import UNIX
from tests.spec.worlds import World, changed, proc

unix = World(UNIX)
STATE = unix.state(
    proc(1), proc(2, group=2, session=2, is_subreaper=1), proc(3, parent=2)
)


class TestExecve:
    @pytest.mark.parametrize(
        ("image", "answer"),
        [
            ("ABSENT", "ENOENT, execve(2) ERRORS ENOENT:1"),
            ("FORBIDDEN", "EACCES, execve(2) ERRORS EACCES:3"),
            ("GARBAGE", "ENOEXEC, execve(2) ERRORS ENOEXEC:1"),
            ("PROGRAM", "done"),
            ("SIGNED", "done"),
            ("FIXED", "done"),
        ],
    )
    def test_what_each_file_leads_to(self, image: str, answer: str) -> None:
        assert unix.answer(STATE, "execve", caller=2, image=image) == answer

    def test_program_mark_memory_and_handlers_change_and_nothing_else(self) -> None:
        after = unix.after(STATE, "execve", caller=2, image="SIGNED")
        given = {"process.image", "process.has_execed"}
        new = {"process.memory", "process.handlers"}

        assert changed(unix, STATE, after) == given | new
        assert unix.read(after, "image") == ["PROGRAM", "SIGNED", "PROGRAM", "PROGRAM"]
        assert unix.read(after, "has_execed") == [0, 1, 0, 0]

    def test_a_failed_exec_changes_nothing(self) -> None:
        assert unix.after(STATE, "execve", caller=2, image="GARBAGE") == STATE

    def test_a_second_exec_keeps_the_mark(self) -> None:
        once = unix.after(STATE, "execve", caller=2, image="SIGNED")
        twice = unix.after(once, "execve", caller=2, image="PROGRAM")

        assert unix.read(twice, "has_execed", 2) == 1
