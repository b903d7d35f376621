"""`pidproof export` and `pidproof prove --scope`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli.running import run
from tests.agreement.circuits import Btor2File, read_ascii, read_binary
from tests.cli.running import TINY

PROPERTY = ("-p", "every_process_has_a_living_parent")
USAGE, INCONCLUSIVE, SAFETY = 1, 5, 12


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = run(arguments)
    out, err = capsys.readouterr()

    assert (code, err) == (0, "")
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = run(arguments)
    out, err = capsys.readouterr()

    assert (code, out) == (USAGE, "")
    return err


class TestExport:
    def test_shows_a_module_with_its_count(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = shown(capsys, "export", "tla", "topaz", *TINY, *PROPERTY)

        assert " MODULE Topaz " in out
        assert "\\* Scope of Topaz.cfg: process=2, number=2, exit_code=1\n" in out
        assert "\\* Expected of TLC: 13 distinct states,\n" in out

    def test_a_count_is_given_up_in_time(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = shown(
            capsys, "export", "tla", "topaz", *TINY, *PROPERTY, "--timeout", "0"
        )

        assert "\\* Expected of TLC: not counted to the end in 0 s; at least" in out

    def test_no_count_is_asked_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = shown(capsys, "export", "tla", "topaz", *TINY, "--no-count")

        assert "\\* Expected of TLC: not counted\n" in out

    def test_a_slice_leaves_out_what_cannot_matter(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = shown(capsys, "export", "tla", "topaz", *TINY, *PROPERTY, "--slice")

        assert "image: Image" not in out

    def test_writes_a_module_and_its_configuration(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        target = ("--output", str(tmp_path / "new"))
        out = shown(capsys, "export", "tla", "topaz", *TINY, *PROPERTY, *target)
        files = [tmp_path / "new" / name for name in ("Topaz.tla", "Topaz.cfg")]

        assert out.splitlines() == [str(path) for path in files]
        assert "SPECIFICATION Spec\n" in files[1].read_text("utf-8")
        assert f"    {PROPERTY[1]}\n" in files[1].read_text("utf-8")

    def test_shows_ascii_and_writes_binary_aiger(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        asked = ("export", "aiger", "topaz", *TINY, *PROPERTY)
        graph = read_ascii(shown(capsys, *asked))
        shown(capsys, *asked, "--output", str(tmp_path))

        assert read_binary((tmp_path / "topaz.aig").read_bytes()) == graph
        assert graph.symbols["b0"] == PROPERTY[1]

    def test_shows_btor2(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = shown(capsys, "export", "btor2", "topaz", *TINY, *PROPERTY)
        file = Btor2File(out)

        assert file.step(file.initial(), {}) == (file.initial(), set())

    def test_one_system_is_shown_at_a_time(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "name one, or give a directory" in refused(capsys, "export", "tla")

    def test_names_are_checked(self, capsys: pytest.CaptureFixture[str]) -> None:
        err = refused(capsys, "export", "tla", "topaz", "--mutant", "nobody")

        assert "there is no mutant of topaz called 'nobody'" in err

    def test_a_directory_that_cannot_be_made(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        target = str(tmp_path / "file" / "inside")
        code = run(("export", "tla", "topaz", *TINY, *PROPERTY, "--output", target))

        assert code == 74
        assert "could not be written" in capsys.readouterr().err


class TestProveAtScope:
    def test_says_how(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = shown(capsys, "prove", "topaz", *TINY, *PROPERTY)

        assert "topaz, process=2,number=2,exit_code=1: property-directed" in out
        assert "proved at scope  by PDR (Spacer)" in out

    def test_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked = ("prove", "topaz", *TINY, *PROPERTY, "--method", "k-induction")
        (row,) = json.loads(shown(capsys, *asked, "--json"))["results"]

        assert row["verdict"] == "proved at scope"
        assert row["method"].startswith("k-induction, k = ")
        assert row["scope"] == "process=2,number=2,exit_code=1"

    def test_a_violation_is_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        mutant = "terminate_forgets_process_parent"
        scope = ("--scope", "process=3,number=3,exit_code=1")
        code = run(("prove", "topaz", *scope, *PROPERTY, "--mutant", mutant))
        out = capsys.readouterr().out

        assert code == SAFETY
        assert f"  no  {PROPERTY[1]}  violated  in " in out
        assert "terminate" in out

    def test_what_says_nothing_is_vacuous(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is created, so nothing can be wrong with what is."""
        broken = ("--mutant", "start_process_always_fails_with_EAGAIN_1")
        prop = ("-p", "creation_makes_one_running_process")
        code = run(("prove", "topaz", *TINY, *prop, *broken))
        out = capsys.readouterr().out

        assert code == INCONCLUSIVE
        assert f"  ??  {prop[1]}  vacuous  this never happens: a step of " in out

    def test_what_is_not_settled_is_inconclusive(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        prop = ("-p", "the_family_is_one_tree_rooted_at_init")
        limit = ("--method", "k-induction", "--timeout", "0.01")
        code = run(("prove", "topaz", "--scope", "process=5", *prop, *limit))

        assert code == INCONCLUSIVE
        assert "  ??  the_family_is_one_tree_rooted_at_init  unknown  " in (
            capsys.readouterr().out
        )

    def test_certificates_are_for_any_number(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        err = refused(capsys, "prove", "topaz", *TINY, "--mutants")

        assert "leave out --scope, --method and --mutant" in err
