"""`pidproof audit` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.logs import path_of
from tests.cli.running import Ran, pidproof

LEAKY = str(path_of("leak_exec_sleep_pid1"))
ESCAPE = "\x1b[31m"

SHAPE: dict[str, type | tuple[type, ...]] = {
    "schema": str,
    "verdict": str,
    "line": (int, type(None)),
    "call": (str, type(None)),
    "guard": (str, type(None)),
    "allowed": list,
    "reason": (str, type(None)),
    "adoptions": list,
    "zombies": list,
    "leaks": list,
    "reused": list,
    "missed_signals": list,
    "ambiguous_states_max": int,
    "lines": int,
    "demands": int,
    "unmodelled": dict,
}
ZOMBIE = {"pid", "parent", "seconds", "collected"}


def document(ran: Ran) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(ran.out)
    assert list(read) == list(SHAPE)
    for name, kind in SHAPE.items():
        assert isinstance(read[name], kind), name
    assert read["schema"] == "pidproof-audit/1"
    return read


def test_an_accepted_log_that_leaks() -> None:
    ran = pidproof("audit", LEAKY)

    assert ran.code == 0
    assert "leak_exec_sleep_pid1.strace: accepted (112 lines, 9 processes" in ran.out
    assert "zombies that leak: 6919, for 0.500 s since line 102" in ran.out
    assert "6919 by 6917 (line 25)" in ran.out
    assert "│ └ 6919 sleep" in ran.out
    assert "zzzzz" in ran.out


def test_leaks_fail_when_they_are_asked_to() -> None:
    ran = pidproof("audit", LEAKY, "--fail-on", "leaks", "--json")

    assert ran.code == 12
    read = document(ran)
    assert read["verdict"] == "accepted"
    assert [leak["pid"] for leak in read["leaks"]] == [6919, 6921]
    assert {"pid": 6919, "from": 6918, "to": 6917, "line": 25} in read["adoptions"]
    assert all(set(zombie) == ZOMBIE for zombie in read["zombies"])


def test_a_rejected_log(tmp_path: Path) -> None:
    log = tmp_path / f"a{ESCAPE}.strace"
    status = "[{WIFEXITED(s) && WEXITSTATUS(s) == 4}]"
    log.write_text(
        "10 1.0 fork() = 11\n11 2.0 exit_group(3) = ?\n11 2.1 +++ exited with 3 +++\n"
        f"10 3.0 wait4(-1, {status}, 0, NULL) = 11\n"
    )

    said = pidproof("audit", str(log), "--no-tree")
    read = document(pidproof("audit", str(log), "--json"))

    assert said.code == 12
    assert ESCAPE not in said.out
    assert "line 4, process 10: wait4(-1" in said.out
    assert "no allowed state remains: the status of process 11 is exited" in said.out
    assert (read["verdict"], read["line"]) == ("rejected", 4)
    assert read["allowed"] == ["wait4 = 11"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10 getppid( = 3\n", "line 1: a bracket that is not closed"),
        ("getppid() = 3\n", "record with strace -f -ttt -o LOG"),
        ("", "there is no record of any process in it"),
        (f"10 f({ESCAPE}\n", "line 1: "),
    ],
)
def test_a_log_that_cannot_be_read(text: str, message: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(text)

    ran = pidproof("audit", str(log))

    assert ran.code == 150
    assert message in ran.err
    assert ESCAPE not in ran.err


def test_a_log_that_is_not_there() -> None:
    ran = pidproof("audit", "nowhere.strace")

    assert ran.code == 150
    assert "nowhere.strace: No such file or directory" in ran.err


def test_the_help_says_how_to_record() -> None:
    ran = pidproof("audit", "--help")

    assert ran.code == 0
    assert "strace -f -ttt -o LOG -s 48 --decode-pids=pidns" in ran.out
