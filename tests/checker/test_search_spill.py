"""A search that runs out of memory finds on disk what it would have found in it."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from checker.search.errors import DiskTrouble, MemoryShort, SearchError
from checker.search.region import Region
from checker.search.result import Options, SearchResult
from checker.search.search import search
from checker.search.spill import Spill
from tests.checker.lattice import BAD, crowded, lattice

MIB = 1 << 20
TIGHT = {1: 6 * MIB, 2: 7 * MIB, 5: 8 * MIB}
"""Bytes that hold the search of a machine but not all of its states."""

BAD_STATES = [(2, 2, 2, 1, 2, 2, 0, 2, 1), (2, 2, 2, 2, 0, 1, 2, 2, 1)]


def facts(result: SearchResult) -> tuple[object, ...]:
    """What must not depend on how a search was run."""
    traces = [(f.bit, f.states.tolist(), f.actions) for f in result.findings]
    return (result.levels, result.transitions, result.seen, result.complete, traces)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("width", [1, 2, 5])
def test_on_disk_everything_is_as_in_memory(
    width: int, threads: int, tmp_path: Path
) -> None:
    machine = lattice(9, 2, width=width, bad=BAD_STATES)
    roomy = Options(trace_bits=frozenset({BAD}))
    tight = replace(roomy, threads=threads, memory=TIGHT[width], spill=tmp_path)
    disk = []

    result = search(machine, replace(tight, progress=lambda p: disk.append(p.disk)))

    assert facts(result) == facts(search(machine, roomy))
    assert result.distinct == 3**9
    assert result.bytes_per_state * result.distinct <= TIGHT[width]
    assert max(disk) > 0
    assert list(tmp_path.iterdir()) == []


def test_without_a_spill_directory_the_search_ends_and_says_why() -> None:
    result = search(lattice(9, 2), Options(memory=TIGHT[1]))

    assert result.stopped_because == "memory"
    assert not result.complete
    assert 0 < result.distinct < 3**9


def test_a_limit_too_small_for_anything_is_refused() -> None:
    with pytest.raises(MemoryShort, match=r"need at least .* MiB; raise --memory"):
        search(lattice(2, 2), Options(memory=MIB // 2))


def test_a_limit_too_small_for_a_partition_is_refused(tmp_path: Path) -> None:
    options = Options(memory=TIGHT[1], spill=tmp_path)

    with pytest.raises(
        MemoryShort, match=r"needs .* MiB .* raise --memory to at least"
    ):
        search(crowded(400_000), options)

    assert list(tmp_path.iterdir()) == []


def test_fingerprints_do_not_go_to_disk(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="leave out either"):
        search(lattice(2, 2), Options(fingerprints=True, spill=tmp_path))


def test_threads_must_be_some() -> None:
    with pytest.raises(SearchError, match="0 threads cannot search"):
        search(lattice(2, 2), Options(threads=0))


@contextmanager
def small_files() -> Iterator[None]:
    """No file may become larger than 1 KiB; the test run's own report is one, too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    with (
        small_files(),
        pytest.raises(DiskTrouble, match="no room left: free some"),
    ):
        search(lattice(9, 2), Options(memory=TIGHT[1], spill=tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_a_spill_directory_that_vanishes_is_reported(tmp_path: Path) -> None:
    directory = tmp_path / "spill"

    def vanish() -> bool:
        for made in directory.glob("*"):
            shutil.rmtree(made)
        return False

    options = Options(memory=TIGHT[1], spill=directory, should_stop=vanish)
    with pytest.raises(DiskTrouble, match="has vanished: something"):
        search(lattice(9, 2), options)


def test_a_spill_directory_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")

    with pytest.raises(DiskTrouble, match="cannot make a spill directory in"):
        search(lattice(9, 2), Options(memory=TIGHT[1], spill=occupied))


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    abandoned = Spill(tmp_path, 4096)
    for file in (abandoned._lock, abandoned._keys, abandoned._queue):
        file.close()
    running = Spill(tmp_path, 4096)

    Spill(tmp_path, 4096).close()

    assert list(tmp_path.iterdir()) == [running.directory]
    running.close()


def test_a_shortened_file_is_reported(tmp_path: Path) -> None:
    words = Region(4096).words[:8]
    spill = Spill(tmp_path, 4096)
    spill.write_keys(3, 0, words[:4])

    with pytest.raises(DiskTrouble, match="shorter than what was written"):
        spill.read_keys(3, 0, words)

    spill.close()
