"""What Peios adds to fork and exec: no_child_process, GUIDs, pie, tiers."""

from __future__ import annotations

from typing import Any

import pytest

from spec.peios.system import PEIOS
from tests.spec.worlds import World, changed, proc

peios = World(PEIOS)

TRUSTED: dict[str, Any] = {"image": "SIGNED", "pip_type": 512, "pip_trust": 8192}
USED: dict[str, Any] = {"guids_used": 0b11}


def pair(state: tuple[object, ...], pid: int, world: World = peios) -> tuple[int, int]:
    return world.read(state, "pip_type", pid), world.read(state, "pip_trust", pid)


class TestFork:
    @pytest.mark.parametrize(
        ("reading", "error"), [("kernel", "EACCES"), ("documents", "EPERM")]
    )
    def test_no_child_process_refuses(self, reading: str, error: str) -> None:
        world = World(PEIOS, reading={"denial": reading})
        state = world.state(proc(1), proc(2, has_no_child=1), **USED)

        assert world.answer(state, "fork", caller=2) == f"{error}, I32; I35"
        assert world.answers(state, "fork", caller=1) == [3, 4, 5]

    def test_the_table_is_full_before_the_module_is_asked(self) -> None:
        full = peios.state(proc(1), proc(2, has_no_child=1), proc(3), proc(4), **USED)

        assert peios.answer(full, "fork", caller=2) == "EAGAIN, fork(2) ERRORS EAGAIN:2"

    def test_the_world_does_not_run_out_of_guids(self) -> None:
        state = peios.state(proc(1), guids_used=0b111111)

        assert peios.answer(state, "fork", caller=1) == "out_of_scope"

    def test_the_child_gets_a_guid_that_nobody_had(self) -> None:
        state = peios.state(proc(1), proc(2, guid=1), guids_used=0b1011)
        for after in peios.afters(state, "fork", caller=2):
            (pid,) = {3, 4, 5} & set(peios.read(after, "pid"))

            assert peios.read(after, "guid", pid) == 2
            assert peios.read(after, "guids_used") == 0b1111

    def test_the_block_is_copied(self) -> None:
        parent = proc(2, guid=1, mitigations={"PIE", "SML"}, has_ui_access=1, **TRUSTED)
        state = peios.state(proc(1), parent, **USED)
        after = peios.afters(state, "fork", caller=2)[0]
        (pid,) = {3, 4, 5} & set(peios.read(after, "pid"))

        assert pair(after, pid) == (512, 8192)
        assert peios.read(after, "mitigations", pid) == {"PIE", "SML"}
        assert peios.read(after, "has_ui_access", pid) == 1
        assert peios.read(after, "has_no_child", pid) == 0


class TestExecve:
    @pytest.mark.parametrize(
        ("image", "expected"),
        [("PROGRAM", (0, 0)), ("FIXED", (0, 0)), ("SIGNED", (512, 8192))],
    )
    @pytest.mark.parametrize("before", [{}, TRUSTED])
    def test_the_signature_decides_the_tier(
        self, image: str, expected: tuple[int, int], before: dict[str, Any]
    ) -> None:
        state = peios.state(proc(1), proc(2, guid=1, **before), **USED)
        after = peios.after(state, "execve", caller=2, image=image)

        assert pair(after, 2) == expected

    def test_a_failed_exec_changes_nothing(self) -> None:
        state = peios.state(proc(1), proc(2, guid=1, **TRUSTED), **USED)

        assert peios.after(state, "execve", caller=2, image="ABSENT") == state

    def test_pie_refuses_a_program_at_a_fixed_address(self) -> None:
        state = peios.state(proc(1), proc(2, guid=1, mitigations={"PIE"}), **USED)

        assert peios.answer(state, "execve", caller=2, image="FIXED") == "EACCES, E28"
        assert peios.answer(state, "execve", caller=2, image="PROGRAM") == "done"

    def test_the_rest_of_the_block_survives(self) -> None:
        hardened = proc(2, guid=1, mitigations={"WXP"}, has_no_child=1, has_ui_access=1)
        state = peios.state(proc(1), hardened, **USED)
        after = peios.after(state, "execve", caller=2, image="SIGNED")

        block = {name for name in changed(peios, state, after) if "psb." in name}

        assert block == {"psb.pip_type", "psb.pip_trust"}

    def test_reading_first_keeps_the_tier_of_the_first_exec(self) -> None:
        world = World(PEIOS, reading={"pip_at_exec": "first"})
        state = world.state(proc(1), proc(2, guid=1), **USED)
        once = world.after(state, "execve", caller=2, image="SIGNED")
        twice = world.after(once, "execve", caller=2, image="PROGRAM")

        assert pair(once, 2, world) == (512, 8192)
        assert pair(twice, 2, world) == (512, 8192)

    @pytest.mark.parametrize(
        ("image", "expected"), [("SIGNED", {"PIE", "LSV"}), ("PROGRAM", {"PIE"})]
    )
    def test_reading_forced_adds_lsv(self, image: str, expected: set[str]) -> None:
        world = World(PEIOS, reading={"lsv_with_pip": "forced"})
        state = world.state(proc(1), proc(2, guid=1, mitigations={"PIE"}), **USED)
        after = world.after(state, "execve", caller=2, image=image)

        assert world.read(after, "mitigations", 2) == expected


class TestBoot:
    def test_peinit_is_at_the_top(self) -> None:
        boot = peios.evaluator.initial

        assert pair(boot, 1) == (512, 8192)
        assert peios.read(boot, "image", 1) == "SIGNED"
        assert peios.read(boot, "guids_used") == 1
