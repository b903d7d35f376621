"""`list`, `show`, `readings`, `mutants`, `simulate`: what people read."""

from __future__ import annotations

import json
import re

import pytest

from checker.cli.running import run
from spec.systems import SYSTEMS
from spec.unix.system import UNIX
from tests.cli.running import TINY, pidproof


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = run(arguments)
    out, err = capsys.readouterr()

    assert (code, err) == (0, "")
    return out


def test_the_help_names_every_command() -> None:
    ran = pidproof("--help")

    for name in ("check", "list", "show", "replay", "mutants", "simulate", "readings"):
        assert f"\n  {name} " in ran.out
    assert "Exit codes: 0 as expected, 1 usage, 5 inconclusive" in ran.out
    assert ran.code == 0


def test_the_version_is_one_line() -> None:
    ran = pidproof("--version")

    assert ran.out.startswith("pidproof ")
    assert ran.out.count("\n") == 1
    assert ran.code == 0


def test_everything_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "list")

    assert "systems (3)\n  unix   Unix" in out
    assert "  topaz groups = [fixed] | parent_may_set" in out
    assert "\n  every_process_has_a_living_parent" in out
    assert "[nothing checks it yet]" in out


def test_one_kind_of_one_system_can_be_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = shown(capsys, "list", "calls", "--system", "topaz")

    assert out.startswith("calls (3)\n  topaz start_process ")


def test_a_contract_is_printed_from_what_was_traced(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = shown(capsys, "show", "exit_group", "--system", "unix")

    assert out.startswith("exit_group  (unix)\n    End the caller; ")
    assert "SOURCE   exit_group(2)" in out
    assert "CALL     exit_group(caller: Process, code: ExitCode)" in out
    assert "ERRORS   (out of scope) when caller = 0   [kernel/exit.c do_exit]" in out
    assert "process[caller].is_subreaper becomes FALSE" in out
    assert "RESULT   never returns" in out


def test_the_inheritance_table_is_the_declaration(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = shown(capsys, "show", "fork", "--system", "peios")

    assert "INHERITANCE at fork" in out
    assert "  process.is_subreaper       FRESH FALSE " in out
    assert "  psb.mitigations            COPIED " in out


def test_the_tables_of_inheritance_are_the_declarations(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every field of every table that takes part, at each event, with its source."""
    out = shown(capsys, "show", "inheritance")
    of_unix = out[: out.index("\ninheritance  (peios)")]
    lines = [line.split("  ") for line in of_unix.splitlines()]
    tables = UNIX.model().shape.tables.values()
    declared = [name for t in tables if t.inherits for name in t.fields]

    assert [line[0] for line in lines if line[0].islower()][1:] == declared
    assert re.findall(r"inheritance  \((.*)\)", out) == list(SYSTEMS)
    assert "\nPROCESS        at fork        at thread  at exec     source\n" in out
    assert "\nhas_execed     FRESH FALSE    SHARED     RESET TRUE  setpgid(2) " in out


def test_a_field_has_a_life(capsys: pytest.CaptureFixture[str]) -> None:
    """The calls that change it, from what to what: the machine of its states."""
    out = shown(capsys, "show", "process.phase", "--system", "topaz")

    assert out == (
        "process.phase  (topaz)\n"
        "TYPE     Phase\n"
        "VALUES   FREE, RUNNING, ZOMBIE, DEAD\n"
        "AT FIRST FREE\n"
        "BECOMES  FRESH RUNNING at fork, SHARED at thread, KEPT at exec\n"
        "SOURCE   fork(2) DESCRIPTION\n"
        "\n"
        "CALL            from     to\n"
        "start_process   FREE     RUNNING\n"
        "terminate       RUNNING  ZOMBIE\n"
        "wait_for_child  ZOMBIE   FREE\n"
        "\n"
    )


def test_a_field_of_a_single_cell_has_one_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Under the reading in which calls change it; a number may be any."""
    out = shown(
        capsys, "show", "last_number", "--system", "unix", "--reading", "numbers=cyclic"
    )

    assert "TYPE     Number\nAT FIRST 1\nSOURCE   linux@v6.18 kernel/pid.c" in out
    assert re.search(r"\nfork +pid\n", out)


def test_the_readings_say_what_they_break() -> None:
    ran = pidproof("readings", "topaz", *TINY)

    assert "topaz  groups=fixed  (default)" in ran.out
    assert "topaz  groups=parent_may_set\n" in ran.out
    assert ran.err == ""


def test_the_score_is_a_document() -> None:
    ran = pidproof("mutants", "topaz", *TINY, "--timeout", "3", "--json")
    document = json.loads(ran.out)

    assert list(document) == ["schema", "mutants", "score"]
    assert document["schema"] == "pidproof/1"
    assert 0 <= document["score"] <= 1
    for mutant in document["mutants"]:
        assert list(mutant) == ["name", "caught_by", "fate"]


def test_a_simulation_finds_a_short_run() -> None:
    ran = pidproof(
        "simulate",
        "topaz",
        "--scope",
        "process=3,number=3,exit_code=1",
        "--mutant",
        "terminate_forgets_process_parent",
        "--seconds",
        "20",
    )

    assert "every_process_has_a_living_parent fails in 3 steps" in ran.out
    assert ran.code == 12
