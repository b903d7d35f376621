"""What a user did wrong is one clear line, and the exit code says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli.running import run
from spec.lang.errors import LawBroken
from spec.lang.model import System

USAGE = 1


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(arguments)
    out, err = capsys.readouterr()

    assert out == ""
    return code, err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("check topas", "there is no system called 'topas'; did you mean topaz?"),
        (
            "check topaz -p every_process_has_a_livng_parent",
            (
                "there is no property of topaz called "
                "'every_process_has_a_livng_parent'; "
                "did you mean every_process_has_a_living_parent?"
            ),
        ),
        (
            "check topaz --scope proces=3",
            "there is no sort of topaz called 'proces'; did you mean process?",
        ),
        (
            "check topaz --scope process",
            "'process' is not of the form process=4, or sig=TERM+STOP",
        ),
        ("check topaz --scope process=0", "process=0: a size is from 1 to 4096"),
        ("check topaz --scope process=2,process=2", "the scope gives process twice"),
        (
            "check topaz --reading group=fixed",
            "there is no reading of topaz called 'group'; did you mean groups?",
        ),
        (
            "check topaz --reading groups=fixt",
            "there is no option of groups called 'fixt'; did you mean fixed?",
        ),
        ("check topaz --reading fixed", "'fixed' is not of the form name=option"),
        (
            "check topaz --memory much",
            "--memory 'much': write a size such as 8G or 500M",
        ),
        (
            "check topaz --scope number=4000",
            (
                "the scope process=4,number=4000,exit_code=2 is too large to explore: "
                "start_process alone can be made in more than 1,000,000 ways; choose "
                "smaller sizes"
            ),
        ),
        ("show forc", "there is no call called 'forc'; did you mean fork?"),
        ("simulate topas", "there is no system called 'topas'; did you mean topaz?"),
        ("mutants topas", "there is no system called 'topas'; did you mean topaz?"),
        ("readings topas", "there is no system called 'topas'; did you mean topaz?"),
        ("replay /nowhere", "/nowhere: No such file or directory"),
    ],
)
def test_a_wrong_name_gets_the_nearest_one(
    capsys: pytest.CaptureFixture[str], arguments: str, message: str
) -> None:
    code, err = told(capsys, *arguments.split())

    assert err == f"pidproof: {message}\n"
    assert code == USAGE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("chek", "'check'"),
        ("check --engin bmc", "--engine"),
        ("check --engine bnc", "bnc"),
        ("check --threads 0", "--threads"),
        ("check --depth some", "--depth"),
        ("replay", "files"),
    ],
)
def test_a_wrong_option_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: str, message: str
) -> None:
    code, err = told(capsys, *arguments.split())

    assert err.count("\n") == 1
    assert err.startswith("pidproof: ")
    assert message in err
    assert code == USAGE


def test_a_foreign_file_is_no_trace(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "x.trace"
    path.write_text("hello\n")

    code, err = told(capsys, "replay", str(path))

    assert err == (
        f"pidproof: {path}: line 1: a trace begins with `# ` and a title; this is "
        "not a pidproof trace\n"
    )
    assert code == USAGE


def test_a_directory_is_no_trace(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, err = told(capsys, "replay", str(tmp_path))

    assert err == f"pidproof: {tmp_path}: Is a directory\n"
    assert code == USAGE


def test_a_page_that_breaks_a_law_is_a_spec_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LawBroken("spec/unix/fork.py:7: fork: `fails` stands after an effect")

    monkeypatch.setattr(System, "model", broken)
    code, err = told(capsys, "check", "unix")

    assert err == (
        "pidproof: spec/unix/fork.py:7: fork: `fails` stands after an effect\n"
    )
    assert code == 150


def test_nobody_sees_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(System, "model", broken)
    monkeypatch.delenv("PIDPROOF_DEBUG", raising=False)
    code, err = told(capsys, "check", "unix")

    assert err == (
        "pidproof: internal error (ZeroDivisionError: oh); set PIDPROOF_DEBUG=1 to "
        "see where it came from\n"
    )
    assert code == 75
