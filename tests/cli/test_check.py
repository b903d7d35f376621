"""`pidproof check`: text, JSON, exit codes, files, pipes and signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import TINY, pidproof, started

PARENT = "every_process_has_a_living_parent"
BROKEN = (
    "check",
    "topaz",
    "--property",
    PARENT,
    "--scope",
    "process=3,number=3,exit_code=1",
    "--mutant",
    "terminate_forgets_process_parent",
)
KEYS = [
    "system",
    "property",
    "verdict",
    "engine",
    "scope",
    "reading",
    "distinct",
    "transitions",
    "depth",
    "seconds",
    "trace",
]


def test_a_property_that_holds() -> None:
    ran = pidproof("check", "topaz", "--property", PARENT, *TINY)

    lines = ran.out.splitlines()
    assert lines[0].startswith("topaz  groups=fixed")
    assert lines[0].endswith("  process=2,number=2,exit_code=1")
    assert lines[1] == f"  ok  {PARENT}  proved at scope"
    assert lines[-1].startswith("1 property, 1 as expected; ")
    assert ran.err == ""
    assert ran.code == 0


def test_a_violation_shows_its_run() -> None:
    ran = pidproof(*BROKEN)

    assert f"  no  {PARENT}  violated  in 3 steps" in ran.out
    assert "3  process 1 -> terminate(code=0)" in ran.out
    assert "before the last step" in ran.out
    assert "\n! process 2: process[2].phase = RUNNING, " in ran.out
    assert ran.err == ""
    assert ran.code == 12


@pytest.mark.parametrize("engine", ["explore", "reference", "bmc", "induction"])
def test_the_document_has_exactly_the_keys_of_its_schema(engine: str) -> None:
    ran = pidproof(
        "check", "topaz", "-p", PARENT, *TINY, "--json", "--engine", engine, "--depth",
        "4",
    )  # fmt: skip
    document = json.loads(ran.out)

    assert list(document) == ["schema", "results"]
    assert document["schema"] == "pidproof/1"
    (result,) = document["results"]
    assert list(result) == KEYS
    assert result["system"] == "topaz"
    assert result["property"] == PARENT
    assert result["engine"] == engine
    assert result["scope"] == "process=2,number=2,exit_code=1"
    assert result["reading"].startswith("groups=fixed")
    assert result["trace"] is None
    assert result["seconds"] >= 0
    if engine == "bmc":
        assert (result["verdict"], ran.code) == ("bounded", 5)
    else:
        assert (result["verdict"], ran.code) == ("proved at scope", 0)


def test_the_trace_of_a_violation_is_its_file() -> None:
    document = json.loads(pidproof(*BROKEN, "--json").out)

    (result,) = document["results"]
    assert result["verdict"] == "violated"
    assert result["trace"].startswith(f"# {PARENT} fails in 3 steps, on mutant ")
    assert result["trace"].endswith("\n")


def test_what_no_call_does_is_not_reachable() -> None:
    ran = pidproof("check", "topaz", *TINY, "--all", "--json")
    verdicts = {r["property"]: r["verdict"] for r in json.loads(ran.out)["results"]}

    assert verdicts["start_process_succeeds"] == "proved at scope"
    assert verdicts["start_process_fails_with_EAGAIN_2"] == "violated"
    assert ran.code == 10


def test_too_little_time_is_inconclusive() -> None:
    ran = pidproof("check", "unix", "--no-goals", "--timeout", "0", "--json")
    verdicts = {r["verdict"] for r in json.loads(ran.out)["results"]}

    assert "proved at scope" not in verdicts
    assert ran.code == 5


def test_saved_runs_replay(tmp_path: Path) -> None:
    pidproof(*BROKEN, "--save", str(tmp_path))
    (path,) = tmp_path.iterdir()
    ran = pidproof("replay", str(path), "--quiet")

    assert path.name == "topaz-every-process-has-a-living-parent.trace"
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_trace_that_tells_something_else_is_found(tmp_path: Path) -> None:
    pidproof(*BROKEN, "--save", str(tmp_path))
    (path,) = tmp_path.iterdir()
    good = path.read_text()
    path.write_text(good.replace("RUNNING -> ZOMBIE", "RUNNING -> FREE"))

    ran = pidproof("replay", str(path), "--quiet", "--rewrite")

    assert "does not tell what happens" in ran.out
    assert ran.code == 75
    assert path.read_text() == good


def test_a_step_that_is_impossible_is_found(tmp_path: Path) -> None:
    pidproof(*BROKEN, "--save", str(tmp_path))
    (path,) = tmp_path.iterdir()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "child=1" not in line))

    ran = pidproof("replay", str(path))

    assert ran.code in {1, 75}
    assert ran.err.startswith(f"pidproof: {path}: line ")
    assert "Traceback" not in ran.err


def test_the_page_holds_the_verdicts_and_the_run(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    pidproof(*BROKEN, "--html", str(page))
    text = page.read_text()

    assert "verdict-violated" in text
    assert "process 0 -&gt; start_process(" in text
    assert "<script" not in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_loses_no_result() -> None:
    ran = pidproof(*BROKEN, "--html", "/dev/full")

    assert f"  no  {PARENT}  violated  in 3 steps" in ran.out
    assert ran.err == (
        "pidproof: /dev/full could not be written: No space left on device\n"
    )
    assert ran.code == 74


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_full_standard_output_is_one_message() -> None:
    with Path("/dev/full").open("w") as full:
        ran = pidproof("check", "topaz", "-p", PARENT, *TINY, stdout=full)

    assert ran.err == "pidproof: [Errno 28] No space left on device\n"
    assert ran.code == 74


def test_an_unwritable_report_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    page = tmp_path / "file" / "page.html"
    ran = pidproof("check", "topaz", "-p", PARENT, *TINY, "--html", str(page))

    assert f"  ok  {PARENT}  proved at scope" in ran.out
    assert ran.err.count("\n") == 1
    assert "could not be written" in ran.err
    assert ran.code == 74


def test_a_reader_that_leaves_is_told_nothing_and_gets_no_green() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        ran = pidproof("check", "topaz", "-p", PARENT, *TINY, stdout=gone)

    assert ran.err == ""
    assert ran.code == 74


def test_a_search_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    path = str(tmp_path / "search")
    search = ("check", "topaz", "--no-goals", "-p", PARENT, "--json", "--scope")
    scope = "process=3,number=4,exit_code=2"
    writing = ("--checkpoint", path, "--checkpoint-every", "0", "--depth", "3")

    cut = json.loads(pidproof(*search, scope, *writing).out)["results"]
    resumed = json.loads(pidproof(*search, scope, "--resume", path).out)["results"]
    whole = json.loads(pidproof(*search, scope, "--no-slice").out)["results"]
    other = pidproof(*search, "process=2,number=4,exit_code=2", "--resume", path)

    assert cut[0]["verdict"] == "bounded"
    for key in ("verdict", "distinct", "transitions", "depth"):
        assert resumed[0][key] == whole[0][key]
    assert (other.code, other.out, other.err.count("\n")) == (1, "", 1)


def test_a_checkpoint_is_of_one_search() -> None:
    ran = pidproof("check", "--checkpoint", "/nowhere")

    assert ran.err.startswith("pidproof: a checkpoint belongs to one search: name one")
    assert ran.code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(
            ("topaz", "--scope", "process=6,number=7", "--no-goals"), id="one"
        ),
        pytest.param(("unix", "peios", "--scope", "process=5,number=6"), id="workers"),
    ],
)
def test_an_interruption_says_what_was_covered(
    number: signal.Signals, asked: tuple[str, ...]
) -> None:
    process = started("check", *asked, "--engine", "reference")
    assert isinstance(process, subprocess.Popen)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=6)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)

    assert "unknown  interrupted" in out
    assert "Traceback" not in err
    assert process.returncode == 5
