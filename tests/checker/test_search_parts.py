"""The parts of the native search, each by itself."""

from __future__ import annotations

import mmap
import subprocess
import sys
import threading
from ctypes import CFUNCTYPE, c_int64
from pathlib import Path

import numpy as np
import pytest
from llvmlite import ir

from checker.native.engine import STANDARD, compiled, loaded
from checker.search.crew import Crew
from checker.search.emit import Emitter
from checker.search.emit_states import hash_of, is_same, is_smaller, load_state
from checker.search.errors import MemoryShort
from checker.search.region import Region, bytes_of, machine_memory
from checker.search.store import FULLEST, index_bits

LIMIT = 24 << 20

GROWN = """
import sys
from pathlib import Path
from checker.search.result import Options
from checker.search.search import search
from tests.checker.lattice import lattice

def largest():  # of this program: getrusage still counts what forked it
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

search(lattice(3, 3, width=2), Options())  # whatever is loaded once
machine = lattice(7, 6, width=2)
before = largest()
limit = int(sys.argv[1]) or None
spill = Path(sys.argv[2]) if limit else None
result = search(machine, Options(memory=limit, spill=spill))
assert result.distinct == 7**7
print(largest() - before)
"""


def grown(limit: int, spill: Path) -> int:
    """How many bytes a process needs for a search that needs more than `LIMIT`."""
    command = [sys.executable, "-c", GROWN, str(limit), str(spill)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


@pytest.mark.slow
def test_the_memory_limit_is_a_promise(tmp_path: Path) -> None:
    assert grown(LIMIT, tmp_path) < LIMIT + (4 << 20)
    assert grown(0, tmp_path) > LIMIT + (4 << 20)


class TestRegion:
    def test_it_reads_as_zeroes_and_keeps_what_is_written(self) -> None:
        region = Region(3 * mmap.PAGESIZE, huge_pages=True)
        assert not region.words.any()

        region.words[5] = 7

        assert region.words[5] == 7
        assert region.words.ctypes.data == region.address

    def test_what_is_released_is_zero_again(self) -> None:
        region = Region(2 * mmap.PAGESIZE)
        region.words[:] = 1

        region.release(0, 10)

        assert not region.words[: mmap.PAGESIZE // 8].any()
        assert region.words[mmap.PAGESIZE // 8 :].all()

    def test_more_addresses_than_there_are_cannot_be_reserved(self) -> None:
        with pytest.raises(MemoryShort, match="ask for a smaller --memory"):
            Region(1 << 60)

    def test_the_bytes_of_words_are_the_same_memory(self) -> None:
        words = np.zeros(2, np.uint64)

        bytes_of(words)[8] = 255

        assert words.tolist() == [0, 255]
        assert len(bytes_of(words[:0])) == 0


@pytest.mark.parametrize(("said", "limited"), [("4096\n", True), ("max\n", False)])
def test_the_memory_of_a_control_group_counts(
    said: str, limited: bool, tmp_path: Path
) -> None:
    group = tmp_path / "memory.max"
    whole = machine_memory(group)
    group.write_text(said)

    assert machine_memory(group) == (4096 if limited else whole)


class TestCrew:
    def test_jobs_run_on_threads_of_their_own(self) -> None:
        meeting = threading.Barrier(3)

        with Crew(3) as crew:
            results = crew.run([meeting.wait] * 3)

        assert sorted(results) == [0, 1, 2]

    def test_what_a_job_raises_is_raised_after_all_have_ended(self) -> None:
        ended = []

        def fail() -> int:
            raise KeyError("job")

        def succeed() -> int:
            ended.append(1)
            return 0

        with Crew(3) as crew:
            with pytest.raises(KeyError, match="job"):
                crew.run([succeed, fail, succeed])

            assert ended == [1, 1]
            assert crew.run([succeed]) == [0]


def test_an_index_is_never_fuller_than_it_may_be() -> None:
    counts = np.array([0, 1, 51, 52, 1000, 10**6])

    bits = index_bits(counts)

    assert bits.tolist() == [6, 6, 6, 7, 11, 21]
    assert (counts / 2**bits <= FULLEST).all()


def test_hash_and_order_are_what_the_numbers_say() -> None:
    module = ir.Module(name="states")
    f = Emitter(module, "ask", ["left", "right"])
    left, right = (load_state(f, where, 2) for where in f.params())
    smaller = is_smaller(left, right).word()
    f.returns(smaller | (is_same(left, right).word() << 1) | (hash_of(left) << 2))
    code = loaded(compiled(str(module), STANDARD))
    ask = CFUNCTYPE(c_int64, c_int64, c_int64)(code.address("ask"))
    draw = np.random.default_rng(1)
    hashes = set()

    for _ in range(2000):
        a, b = draw.integers(0, 3, (2, 2)).astype(np.uint64)
        said = ask(a.ctypes.data, b.ctypes.data)
        numbers = [(int(x[1]), int(x[0])) for x in (a, b)]
        hashes.add((said >> 2, *numbers[0]))

        assert bool(said & 1) == (numbers[0] < numbers[1])
        assert bool(said & 2) == (numbers[0] == numbers[1])
    assert len(hashes) == len({h for h, *_ in hashes}) == 9
