"""kacs_set_psb: who may ask what of whom, and all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from spec.peios.system import PEIOS
from tests.spec.worlds import World, changed, proc

peios = World(PEIOS)
USED: dict[str, Any] = {"guids_used": 0b111}
TRUSTED: dict[str, Any] = {"image": "SIGNED", "pip_type": 512, "pip_trust": 8192}

STATE = peios.state(
    proc(1, **TRUSTED), proc(2, guid=1), proc(3, 2, guid=2, **TRUSTED), **USED
)


def said(
    caller: int, target: int, request: str = "PIE_AND_CFI", has_hardware: int = 1
) -> dict[str, object]:
    return {
        "caller": caller,
        "target": target,
        "request": request,
        "has_hardware": has_hardware,
    }


class TestKacsSetPsb:
    def test_a_process_that_is_gone(self) -> None:
        state = peios.state(proc(1), proc(2, guid=1, phase="ZOMBIE"), **USED)

        assert peios.answer(state, "kacs_set_psb", **said(1, 2)) == "ESRCH, F37"

    @pytest.mark.parametrize("has_hardware", [0, 1])
    def test_an_unknown_bit(self, has_hardware: int) -> None:
        asked = said(2, 2, "PIE_AND_UNKNOWN", has_hardware)

        assert peios.answer(STATE, "kacs_set_psb", **asked) == "EINVAL, I15"
        assert peios.after(STATE, "kacs_set_psb", **asked) == STATE

    @pytest.mark.parametrize(
        ("reading", "error"), [("kernel", "EACCES"), ("documents", "EPERM")]
    )
    def test_a_target_that_is_not_dominated(self, reading: str, error: str) -> None:
        world = World(PEIOS, reading={"denial": reading})

        assert world.answer(STATE, "kacs_set_psb", **said(2, 3)) == f"{error}, I14"

    def test_no_document_orders_the_two(self) -> None:
        asked = said(2, 3, "PIE_AND_UNKNOWN")

        assert peios.answers(STATE, "kacs_set_psb", **asked) == [
            "EACCES, I14",
            "EINVAL, I15",
        ]

    @pytest.mark.parametrize("request_", ["PIE_AND_CFI", "WXP_TLP_LSV_SML"])
    def test_a_machine_without_it_sets_nothing(self, request_: str) -> None:
        asked = said(2, 2, request_, has_hardware=0)

        assert peios.answer(STATE, "kacs_set_psb", **asked) == "ENODEV, I17; I28"
        assert peios.after(STATE, "kacs_set_psb", **asked) == STATE

    def test_a_machine_without_cfi_is_ignored_in_the_other_reading(self) -> None:
        world = World(PEIOS, reading={"unsupported": "ignored"})

        assert world.answer(STATE, "kacs_set_psb", **said(2, 2, has_hardware=0)) == 0

    @pytest.mark.parametrize(
        ("caller", "target"),
        [
            pytest.param(2, 2, id="itself"),
            pytest.param(3, 3, id="itself, protected"),
            pytest.param(3, 2, id="an unprotected one"),
            pytest.param(3, 1, id="an equal"),
        ],
    )
    def test_the_legacy_bit_means_both_halves(self, caller: int, target: int) -> None:
        after = peios.after(STATE, "kacs_set_psb", **said(caller, target))

        assert peios.read(after, "mitigations", target) == {"PIE", "CFIF", "CFIB"}
        assert changed(peios, STATE, after) == {"psb.mitigations"}

    def test_the_other_mitigations_are_added(self) -> None:
        once = peios.after(STATE, "kacs_set_psb", **said(2, 2))
        after = peios.after(once, "kacs_set_psb", **said(2, 2, "WXP_TLP_LSV_SML"))

        assert peios.read(after, "mitigations", 2) == {
            *("PIE", "CFIF", "CFIB"),
            *("WXP", "TLP", "LSV", "SML"),
        }

    @pytest.mark.parametrize(
        ("request_", "name"),
        [("NO_CHILD", "has_no_child"), ("UI_ACCESS", "has_ui_access")],
    )
    def test_the_flags_are_set_and_stay(self, request_: str, name: str) -> None:
        after = peios.after(STATE, "kacs_set_psb", **said(2, 2, request_))
        again = peios.after(after, "kacs_set_psb", **said(2, 2))

        assert peios.read(after, name, 2) == 1
        assert changed(peios, STATE, after) == {f"psb.{name}"}
        assert peios.read(again, name, 2) == 1

    def test_setting_again_changes_nothing(self) -> None:
        once = peios.after(STATE, "kacs_set_psb", **said(2, 2))

        assert peios.after(once, "kacs_set_psb", **said(2, 2)) == once
