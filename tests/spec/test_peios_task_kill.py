"""Signals on Peios: it is asked who dominates whom, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from spec.peios.system import PEIOS
from tests.spec.worlds import World, proc, thread

peios = World(PEIOS)

TRUSTED: dict[str, Any] = {"image": "SIGNED", "pip_type": 512, "pip_trust": 8192}
STATE = peios.state(
    proc(1, **TRUSTED),
    proc(2, guid=1, group=2),
    proc(3, guid=2, group=2, **TRUSTED),
    proc(4, guid=3, group=4, **TRUSTED),
    thread(5, of=3),
    guids_used=0b1111,
)
SIGNALS = ["NULL", "KILL", "TERM", "CONT", "STOP", "URG"]


@pytest.mark.parametrize("sig", SIGNALS)
@pytest.mark.parametrize("number", [3, 5])
def test_a_protected_process_is_out_of_reach(sig: str, number: int) -> None:
    """H06, H07, H08, H16, H20: whatever the signal, in the same session as well."""
    said = {"aim": "ONE", "number": number, "sig": sig}

    assert peios.answer(STATE, "kill", caller=2, **said) == "EACCES, H07; H09"
    assert peios.answer(STATE, "kill", caller=4, **said) == 0
    assert peios.answer(STATE, "kill", caller=3, **said) == 0


@pytest.mark.parametrize("sig", SIGNALS)
def test_one_thread_of_it_is_out_of_reach(sig: str) -> None:
    """H16"""
    said = {"tid": 5, "sig": sig, "positive": 1}

    assert peios.answer(STATE, "tkill", caller=2, **said) == "EACCES, H07; H09"
    assert peios.answer(STATE, "tgkill", caller=2, tgid=3, **said) == (
        "EACCES, H07; H09"
    )
    assert peios.answer(STATE, "tkill", caller=4, **said) == 0


def test_the_documents_have_another_error() -> None:
    """H09"""
    world = World(PEIOS, reading={"denial": "documents"})
    said = {"aim": "ONE", "number": 3, "sig": "TERM"}

    assert world.answer(STATE, "kill", caller=2, **said) == "EPERM, H07; H09"


def test_a_group_is_asked_member_by_member() -> None:
    """G19, G20"""
    said = {"caller": 2, "aim": "GROUP", "number": 2, "sig": "TERM"}
    after = peios.after(STATE, "kill", **said)

    assert peios.answer(STATE, "kill", **said) == 0
    assert peios.read(after, "pending", 2) == {"TERM"}
    assert peios.read(after, "pending", 3) == set()


def test_a_group_of_which_no_member_may_be_signalled() -> None:
    """G20"""
    said = {"caller": 2, "aim": "GROUP", "number": 4, "sig": "TERM"}

    assert peios.answer(STATE, "kill", **said) == "EACCES, H07; H09"


def test_in_another_reading_a_group_keeps_silent() -> None:
    """X18"""
    world = World(PEIOS, reading={"group_send": "silent"})
    said = {"caller": 2, "aim": "GROUP", "number": 4, "sig": "TERM"}

    assert world.answer(STATE, "kill", **said) == 0
    assert world.after(STATE, "kill", **said) == STATE


def test_everybody_is_those_who_may_be_signalled() -> None:
    said = {"caller": 2, "aim": "EVERYBODY", "number": 1, "sig": "TERM"}

    assert peios.answer(STATE, "kill", **said) == 0
    assert peios.after(STATE, "kill", **said) == STATE


def test_the_kernel_asks_nobody() -> None:
    """H10: the end of an unprotected child is told to its protected parent."""
    state = peios.state(
        proc(1, **TRUSTED),
        proc(2, guid=1, **TRUSTED),
        proc(3, 2, guid=2),
        thread(2, of=2, blocked={"CHLD"}),
        guids_used=0b111,
    )
    after = peios.after(state, "exit_group", caller=3, code=0)

    assert peios.read(after, "pending", 2) == {"CHLD"}
