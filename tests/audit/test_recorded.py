"""The recorded logs are accepted, the two that leak are told, and lies are found."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.audit.lexing import BadLog
from checker.audit.log import join
from checker.cli.auditing.findings import Zombie
from checker.cli.auditing.running import Audit, audit
from spec.lang.model import Model
from tests.audit.conftest import Auditing
from tests.audit.corrupting import KINDS, Corruption, drawn
from tests.audit.logs import LEAKING, NAMES, lines_of

LEAK_AFTER = 0.1
SMALL = tuple(name for name in NAMES if len(lines_of(name)) < 300)
SEED = 6_18
NOISE = ("", "0", "-1", "1", "2", "99999999999999999999", "-2147483648", "NULL", "x",
         "WNOHANG|1", "SIGKILL", "SIGRT_60", "fork()", "clone", "wait4", "?", "\x1b[2J",
         "CLONE_THREAD", "EPERM", "6664", "/* 6664 in strace's PID NS */")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_log_is_accepted(name: str, audited: Auditing) -> None:
    done = audited(lines_of(name))

    assert done.refusal is None
    assert done.verdict == "accepted"
    leaks = done.findings.leaks(LEAK_AFTER)
    assert bool(leaks) == (name in LEAKING)


def leaked(done: Audit) -> list[tuple[int, int]]:
    return [(zombie.pid, zombie.parent) for zombie in done.findings.leaks(LEAK_AFTER)]


def test_who_leaks_in_a_parent_that_never_waits(audited: Auditing) -> None:
    """They are adopted as zombies when it ends, and collected then."""
    done = audited(lines_of("leak_never_waits"))

    assert leaked(done) == [(pid, 6906) for pid in range(6907, 6913)]
    adopted = [a for a in done.findings.adoptions if a.line == 133]
    assert {(a.old, a.new) for a in adopted} == {(6906, 6905)}
    collected = [z for z in done.findings.zombies if z.parent == 6905]
    assert all(zombie.collected for zombie in collected)


def test_who_leaks_in_a_first_process_that_never_waits(audited: Auditing) -> None:
    """The end of the namespace takes them away, and nobody has collected them."""
    done = audited(lines_of("leak_exec_sleep_pid1"))

    assert leaked(done) == [(6919, 6917), (6921, 6917)]
    seconds = [z.seconds for z in done.findings.leaks(LEAK_AFTER)]
    assert seconds == [0.499781, 0.426108]


def test_who_adopts_whom(audited: Auditing) -> None:
    adoptions = audited(lines_of("subreaper_supervisor")).findings.adoptions

    assert [(a.pid, a.old, a.new) for a in adoptions] == [
        (6813, 6811, 6809),
        (6814, 6810, 6809),
        (6815, 6812, 6809),
    ]


def test_zombies_that_are_collected_do_not_leak() -> None:
    zombie = Zombie(pid=3, parent=2, since_line=1, since=1.0, until=9.0, collected=True)

    assert zombie.seconds == 8.0


# Lies


def found_out(audited: Auditing, corruption: Corruption) -> bool:
    lines = corruption.applied(lines_of(corruption.log))
    try:
        return audited(lines).verdict == "rejected"
    except BadLog:
        return True


def caught(audited: Auditing, names: tuple[str, ...], count: int) -> float:
    logs = {name: lines_of(name) for name in names}
    seen: Counter[str] = Counter()
    missed: list[str] = []
    for corruption in drawn(logs, count, random.Random(SEED)):
        seen[corruption.kind] += 1
        if not found_out(audited, corruption):
            missed.append(str(corruption))
    assert set(seen) == set(KINDS)
    share = 1 - len(missed) / count
    print(f"{share:.1%} of {count} corruptions rejected; accepted: {missed}")
    return share


def test_most_lies_are_found(audited: Auditing) -> None:
    assert caught(audited, SMALL, 12) >= 0.8


@pytest.mark.slow
def test_of_500_lies_at_least_85_percent_are_found(audited: Auditing) -> None:
    assert caught(audited, NAMES, 500) >= 0.85


# Strangers' logs


@settings(max_examples=25)
@given(st.sampled_from(SMALL), st.randoms(use_true_random=False))
def test_a_damaged_log_is_judged_or_refused(
    unix: Model, name: str, dice: random.Random
) -> None:
    """A few lines, some of them damaged: an answer, or the one documented error."""
    lines = lines_of(name)[: dice.randint(5, 60)]
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(lines))
        words = re.split(r"([ ,(){}\[\]=|])", lines[at])
        words[dice.randrange(3, len(words))] = dice.choice(NOISE)
        lines[at] = "".join(words)

    try:
        verdict = audit(unix, join(lines)).verdict
    except BadLog:
        return
    assert verdict in {"accepted", "rejected", "inconclusive"}
