"""Topaz: templates, orphans, WaitForChild, and the reading in which groups change."""

from __future__ import annotations

import pytest

from spec.topaz.system import TOPAZ
from tests.spec.worlds import World, changed, proc

topaz = World(TOPAZ)
STATE = topaz.state(proc(1), proc(2, group=2), proc(3, 2, group=2))


class TestStartProcess:
    @pytest.mark.parametrize(
        ("image", "error"),
        [("ABSENT", "ENOENT"), ("FORBIDDEN", "EACCES"), ("GARBAGE", "ENOEXEC")],
    )
    def test_a_file_that_is_no_program(self, image: str, error: str) -> None:
        said = {"caller": 2, "image": image, "is_orphan": 0}

        assert topaz.answer(STATE, "start_process", **said) == f"{error}, topaz 2:1"

    def test_no_object_is_left(self) -> None:
        full = topaz.state(proc(1), proc(2), proc(3), proc(4))
        said = {"caller": 2, "image": "PROGRAM", "is_orphan": 0}

        assert topaz.answer(full, "start_process", **said) == "EAGAIN, topaz 2:1"

    def test_no_identifier_is_left(self) -> None:
        used_up = topaz.state(proc(1), proc(2, group=4), proc(3, group=5))
        said = {"caller": 2, "image": "PROGRAM", "is_orphan": 0}

        assert topaz.answer(used_up, "start_process", **said) == "EAGAIN, topaz 4:4"

    @pytest.mark.parametrize(("is_orphan", "parent"), [(0, 2), (1, 1)])
    def test_a_child_of_the_caller_or_of_init(
        self, is_orphan: int, parent: int
    ) -> None:
        said = {"caller": 2, "image": "SIGNED", "is_orphan": is_orphan}
        for after in topaz.afters(STATE, "start_process", **said):
            (pid,) = {4, 5} & set(topaz.read(after, "pid"))

            assert topaz.read(after, "parent", pid) == parent
            assert topaz.read(after, "image", pid) == "SIGNED"
            assert topaz.read(after, "phase", pid) == "RUNNING"

    def test_the_group_exists_or_is_its_own(self) -> None:
        said = {"caller": 2, "image": "PROGRAM", "is_orphan": 0}
        found = set()
        for after in topaz.afters(STATE, "start_process", **said):
            (pid,) = {4, 5} & set(topaz.read(after, "pid"))
            found.add((pid, topaz.read(after, "group", pid)))

        assert found == {(4, 1), (4, 2), (4, 4), (5, 1), (5, 2), (5, 5)}


class TestTerminate:
    def test_init_never_ends(self) -> None:
        assert topaz.answer(STATE, "terminate", caller=1, code=0) == "out_of_scope"

    def test_init_adopts(self) -> None:
        after = topaz.after(STATE, "terminate", caller=2, code=1)

        assert topaz.read(after, "parent", 3) == 1
        assert topaz.read(after, "phase", 2) == "ZOMBIE"
        assert topaz.read(after, "status", 2) == 0x0100
        assert topaz.read(after, "group", 2) == 2


class TestWaitForChild:
    def test_a_process_without_children(self) -> None:
        answer = topaz.answer(STATE, "wait_for_child", caller=3)

        assert answer == "ECHILD, topaz 2:1"

    def test_sleeps_while_the_children_run(self) -> None:
        assert topaz.answer(STATE, "wait_for_child", caller=2) == "blocks"

    def test_collects_any_that_has_ended(self) -> None:
        state = topaz.state(proc(1), proc(2, phase="ZOMBIE"), proc(3, phase="ZOMBIE"))

        assert topaz.answers(state, "wait_for_child", caller=1) == [2, 3]
        assert all(
            sorted(topaz.read(after, "phase")) == ["FREE", "FREE", "RUNNING", "ZOMBIE"]
            for after in topaz.afters(state, "wait_for_child", caller=1)
        )


class TestSetProcessGroup:
    world = World(TOPAZ, reading={"groups": "parent_may_set"})

    @pytest.mark.parametrize(
        ("caller", "pid", "group", "answer"),
        [
            pytest.param(1, 5, 2, "ESRCH, topaz 4:3", id="nobody"),
            pytest.param(1, 4, 2, "ESRCH, topaz 4:3", id="a zombie"),
            pytest.param(3, 2, 2, "EPERM, topaz 7:4", id="its parent"),
            pytest.param(2, 2, 1, "EPERM, topaz 7:4", id="itself"),
            pytest.param(2, 3, 5, "ESRCH, topaz 5:2", id="no such group"),
            pytest.param(2, 3, 3, 0, id="a group of its own"),
            pytest.param(2, 3, 1, 0, id="a group that exists"),
            pytest.param(1, 3, 1, 0, id="a grandchild"),
        ],
    )
    def test_who_may_be_moved_where(
        self, caller: int, pid: int, group: int, answer: object
    ) -> None:
        state = self.world.state(
            proc(1), proc(2, group=2), proc(3, 2, group=2), proc(4, phase="ZOMBIE")
        )
        said = {"caller": caller, "pid": pid, "group": group}

        assert self.world.answer(state, "set_process_group", **said) == answer

    def test_the_group_changes_and_nothing_else(self) -> None:
        after = self.world.after(STATE, "set_process_group", caller=1, pid=3, group=1)

        assert changed(self.world, STATE, after) == {"process.group"}
        assert self.world.read(after, "group", 3) == 1

    def test_there_is_no_such_call_in_the_other_reading(self) -> None:
        names = {action.name for action in topaz.evaluator.model.actions}

        assert "set_process_group" not in names


class TestIdentifiers:
    """The number of a group whose leader is gone."""

    @pytest.mark.parametrize(
        ("reading", "answers"), [("unused", [4, 5]), ("of_no_process", [3, 4, 5])]
    )
    def test_who_may_have_it(self, reading: str, answers: list[int]) -> None:
        world = World(TOPAZ, reading={"identifiers": reading})
        state = world.state(proc(1), proc(2, group=3))
        said = {"caller": 2, "image": "PROGRAM", "is_orphan": 0}

        assert world.answers(state, "start_process", **said) == answers

    def test_without_one_the_call_fails(self) -> None:
        world = World(
            TOPAZ,
            sizes={"process": 3, "number": 2, "exit_code": 2},
            reading={"identifiers": "of_no_process"},
        )
        said = {"caller": 2, "image": "PROGRAM", "is_orphan": 0}
        state = world.state(proc(1), proc(2))

        assert world.answer(state, "start_process", **said) == "EAGAIN, topaz 4:4"
