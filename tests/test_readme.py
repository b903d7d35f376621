"""The README: what it quotes is there, and every command in it runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from checker.verdict import Verdict
from tests.sources import PACKAGES, ROOT, python_files, text_of

README: Final = text_of(Path("README.md"))
BLOCKS: Final = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
CODE: Final = re.compile(r"#\s*exit code (\d+)")


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == language]


def lines(*, beginning: str) -> list[str]:
    """The commands in the README that begin so."""
    shown = "".join(blocks("sh")).splitlines()
    return [line for line in shown if line.startswith(beginning)]


def test_the_counterexample_is_a_file_that_was_found() -> None:
    (shown,) = blocks("trace")
    (linked,) = re.findall(r"\[a file\]\((\S+)\)", README)

    assert (ROOT / linked).read_text(encoding="utf-8") == shown


@pytest.mark.parametrize("quoted", blocks("python"))
def test_a_quoted_page_is_as_it_stands(quoted: str) -> None:
    pages = [text_of(path) for path in python_files("spec", "properties")]

    assert any(quoted in page for page in pages)


@pytest.mark.parametrize("line", lines(beginning="pidproof"))
def test_a_command_runs(line: str, tmp_path: Path) -> None:
    expected = CODE.search(line)
    words = shlex.split(line, comments=True)[1:]

    done = subprocess.run(
        [sys.executable, "-c", "from checker.cli import main; main()", *words],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == (int(expected[1]) if expected else 0), done.stderr
    assert done.stdout


def test_two_commands_set_it_up() -> None:
    """`.ci/run` takes them from here and follows them in a clean checkout."""
    setting_up = [*lines(beginning="python3"), *lines(beginning=".venv")]

    assert len(setting_up) == 2
    assert setting_up[0].endswith("pidproof check")
    assert setting_up[1].endswith("pytest")


def test_every_verdict_is_explained() -> None:
    for verdict in Verdict.__args__:
        assert f"| {verdict.json_name} |" in README


def test_every_folder_is_named() -> None:
    for package in PACKAGES:
        assert f"| `{package}" in README
