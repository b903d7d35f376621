"""A search that was interrupted goes on where its checkpoint ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.search.checkpoint import MAGIC, Checkpoint
from checker.search.errors import CheckpointRefused
from checker.search.result import Options
from checker.search.search import search
from tests.checker.lattice import BAD, lattice
from tests.checker.test_search_spill import BAD_STATES, TIGHT, facts

MACHINE = lattice(9, 2, bad=BAD_STATES)
WHOLE = Options(trace_bits=frozenset({BAD}))

KILLED = """
import os, signal, sys
from pathlib import Path
from checker.search.result import Options
from checker.search.search import search
from tests.checker.lattice import BAD, lattice
from tests.checker.test_search_spill import BAD_STATES

path, level = Path(sys.argv[1]), int(sys.argv[2])
class Kill(Exception): pass
def should_stop():
    # The level is written down only in the file: count its appearances.
    global last, seen
    if path.exists() and path.stat().st_ino != last:
        last = path.stat().st_ino
        seen += 1
        if seen == level:
            os.kill(os.getpid(), signal.SIGKILL)
    return False
last, seen = 0, 0
search(lattice(9, 2, bad=BAD_STATES), Options(
    checkpoint=path, checkpoint_every=0, should_stop=should_stop))
"""


def interrupted(path: Path, **changes: Any) -> Options:
    """Make a checkpoint at depth 11; the options that resume it."""
    made = replace(WHOLE, checkpoint=path, checkpoint_every=0, max_depth=11, **changes)
    assert search(MACHINE, made).stopped_because == "depth"
    return replace(made, checkpoint=None, resume=path, max_depth=None)


@pytest.mark.parametrize("fingerprints", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_resumed_search_finds_what_a_whole_one_finds(
    threads: int, fingerprints: bool, tmp_path: Path
) -> None:
    options = interrupted(tmp_path / "c", fingerprints=fingerprints, threads=threads)

    result = search(MACHINE, options)

    assert facts(result) == facts(search(MACHINE, WHOLE))


def test_a_search_killed_at_once_can_be_resumed(tmp_path: Path) -> None:
    path = tmp_path / "c"
    command = [sys.executable, "-c", KILLED, str(path), "9"]

    killed = subprocess.run(command, check=False, timeout=60)
    same = tmp_path / ".." / tmp_path.name / "c"
    result = search(MACHINE, replace(WHOLE, resume=same, checkpoint=path))

    assert killed.returncode == -signal.SIGKILL
    assert facts(result) == facts(search(MACHINE, WHOLE))


def test_checkpoints_and_disk_go_together(tmp_path: Path) -> None:
    tight = {"memory": TIGHT[1], "spill": tmp_path / "spill"}
    options = interrupted(tmp_path / "c", **tight)

    result = search(MACHINE, options)

    assert facts(result) == facts(search(MACHINE, WHOLE))


def test_a_checkpoint_made_in_memory_is_resumed_on_disk(tmp_path: Path) -> None:
    options = interrupted(tmp_path / "c")
    tight = replace(options, memory=TIGHT[1], spill=tmp_path / "spill")

    assert facts(search(MACHINE, tight)) == facts(search(MACHINE, WHOLE))
    assert search(MACHINE, replace(tight, spill=None)).stopped_because == "memory"


def test_checkpoints_keep_to_their_interval(tmp_path: Path) -> None:
    path = tmp_path / "c"

    search(MACHINE, Options(checkpoint=path, checkpoint_every=3600))

    assert not path.exists()


@pytest.mark.parametrize("place", [0.0, 0.3, 0.99])
def test_a_damaged_checkpoint_is_refused(place: float, tmp_path: Path) -> None:
    path = tmp_path / "c"
    options = interrupted(path)
    data = bytearray(path.read_bytes())
    data[len(MAGIC) + 20 + int(place * (len(data) - len(MAGIC) - 21))] ^= 1
    path.write_bytes(data)

    with pytest.raises(CheckpointRefused, match=r"damaged \(its checksum is wrong\)"):
        search(MACHINE, options)


@pytest.mark.parametrize("length", [3, 20, 1000])
def test_a_checkpoint_cut_short_is_refused(length: int, tmp_path: Path) -> None:
    path = tmp_path / "c"
    options = interrupted(path)
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(CheckpointRefused, match="damaged|not a checkpoint"):
        search(MACHINE, options)


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    options = interrupted(tmp_path / "c")

    with pytest.raises(CheckpointRefused, match=r"made for dims=9.*this is dims=3"):
        search(lattice(3, 3), options)


def test_a_checkpoint_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c"
    options = interrupted(path)
    data = bytearray(path.read_bytes())
    data[len(MAGIC)] = 0
    path.write_bytes(data)

    with pytest.raises(CheckpointRefused, match=r"of format 0, .* reads format 1"):
        search(MACHINE, options)


def test_a_checkpoint_with_fingerprints_is_resumed_with_them(tmp_path: Path) -> None:
    options = interrupted(tmp_path / "c", fingerprints=True)

    with pytest.raises(CheckpointRefused, match="made with --fingerprints"):
        search(MACHINE, replace(options, fingerprints=False))


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text(json.dumps({"not": "a checkpoint"}))

    with pytest.raises(CheckpointRefused, match="is not a checkpoint"):
        search(MACHINE, replace(WHOLE, resume=path))
    with pytest.raises(CheckpointRefused, match="cannot read the checkpoint"):
        search(MACHINE, replace(WHOLE, resume=tmp_path / "nothing"))


def test_two_runs_on_one_checkpoint_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c"
    options = interrupted(path)
    running = Checkpoint(path, 600)

    with pytest.raises(CheckpointRefused, match="in use by another run"):
        search(MACHINE, replace(WHOLE, checkpoint=path))
    with pytest.raises(CheckpointRefused, match="in use by another run"):
        search(MACHINE, options)

    running.close()
    assert search(MACHINE, options).complete
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "c"
    interrupted(path)
    before = path.read_bytes()
    (tmp_path / "c.new").mkdir()

    with pytest.raises(CheckpointRefused, match="an earlier one is untouched"):
        search(MACHINE, replace(WHOLE, checkpoint=path, checkpoint_every=0))
    with pytest.raises(CheckpointRefused, match="cannot make the lock"):
        search(MACHINE, replace(WHOLE, checkpoint=tmp_path / "no" / "c"))

    assert path.read_bytes() == before
