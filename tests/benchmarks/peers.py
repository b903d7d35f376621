"""Our search beside SPIN's and Rumur's: `python -m tests.benchmarks.peers`.

All tools search model P with the same number of pids and the same three invariants, in
turn, several times; what is printed are medians, and how many times as long as ours
each takes, by the wall and by processor time (the one to look at on a machine that
others use too). SPIN runs with each of a few sizes of its hash table and its best one
counts. Then our own cost per transition: as the model grows, and as the state does.

SPIN and Rumur are the Debian packages `spin` and `rumur`, and need a C compiler; a tool
that is not installed is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.search.result import Options
from checker.search.search import search
from tests.checker.lattice import lattice

MODELS = Path(__file__).parent / "peers"
SPIN_TABLES = (22, 24, 26)
COMPILE = ["gcc", "-O3", "-march=native", "-w"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one tool, in seconds."""

    wall: float
    processor: float
    states: int


@dataclass(frozen=True, slots=True)
class Contender:
    """A tool made ready to search; `run` does it once."""

    name: str
    run: Callable[[], Run]


def timed(command: Sequence[str], states: str) -> Run:
    """Run a command to its end; `states` finds the number of states in its output."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    found = re.findall(states, text)
    if process.returncode or not found:
        sys.exit(f"{' '.join(command)} failed:\n{text}")
    return Run(wall, usage.ru_utime + usage.ru_stime, int(found[-1]))


def ours(n: int, threads: int) -> Contender:
    """The native search of model P in the notation, its setup not counted."""
    options = ["--n", str(n), "--threads", str(threads), "--json"]
    command = [sys.executable, "-m", "tests.benchmarks.model_p", *options]

    def run() -> Run:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout)
        return Run(told["seconds"], told["processor_seconds"], told["distinct"])

    return Contender(f"pidproof, {threads} threads", run)


def spin(n: int, table: int, folder: Path) -> Contender:
    """SPIN's depth-first search without what only other models need."""
    made = folder / f"spin{table}"
    made.mkdir()
    command = ["spin", f"-DN={n}", "-a", str(MODELS / "model_p.pml")]
    subprocess.run(command, cwd=made, check=True, capture_output=True)
    flags = ["-DSAFETY", "-DNOREDUCE", "-DMEMLIM=22000", "-o", "pan", "pan.c"]
    subprocess.run([*COMPILE, *flags], cwd=made, check=True)
    command = [str(made / "pan"), "-m6000000", f"-w{table}"]
    return Contender(f"SPIN -w{table}", lambda: timed(command, r"(\d+) states, stored"))


def rumur(n: int, threads: int, folder: Path) -> Contender:
    """Rumur's breadth-first search, without symmetry reduction."""
    model, source = folder / "rumur.m", folder / "rumur.c"
    text = (MODELS / "model_p.m").read_text(encoding="utf-8")
    model.write_text(text.replace("const N: 5;", f"const N: {n};"), encoding="utf-8")
    off = ["symmetry-reduction", "deadlock-detection", "counterexample-trace"]
    options = [word for name in off for word in (f"--{name}", "off")]
    command = ["rumur", "--threads", str(threads), *options, "--output", str(source)]
    subprocess.run([*command, str(model)], check=True)
    program = folder / f"rumur{threads}"
    flags = ["-std=c11", "-mcx16", "-o", str(program), str(source)]
    subprocess.run([*COMPILE, *flags, "-lpthread", "-latomic"], check=True)
    return Contender(
        f"Rumur, {threads} threads",
        lambda: timed([str(program)], r"(\d+) states, \d+ rules fired"),
    )


def contenders(n: int, folder: Path, *, with_rumur: bool) -> Iterator[Contender]:
    """Everything that can run here, ours first."""
    yield ours(n, 1)
    yield ours(n, 2)
    if shutil.which("spin") and shutil.which("gcc"):
        for table in SPIN_TABLES:
            yield spin(n, table, folder)
    if with_rumur and shutil.which("rumur") and shutil.which("gcc"):
        yield rumur(n, 1, folder)


def compare(n: int, runs: int, *, with_rumur: bool) -> None:
    """Print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        there = list(contenders(n, Path(folder), with_rumur=with_rumur))
        taken: dict[str, list[Run]] = {contender.name: [] for contender in there}
        for _ in range(runs):
            for contender in there:
                taken[contender.name].append(contender.run())
    print(f"model P, {n} pids, medians of {runs} runs")
    titles = ("wall", "ratio", "processor", "ratio", "states")
    widths = (10, 8, 12, 8, 14)
    line = "".join(f"{t:>{w}}" for t, w in zip(titles, widths, strict=True))
    print(f"{'':22}{line}")
    medians = [_medians(found) for found in taken.values()]
    for name, (wall, processor) in zip(taken, medians, strict=True):
        print(
            f"{name:22}{wall:>9.2f}s{wall / medians[0][0]:>8.1f}"
            f"{processor:>11.2f}s{processor / medians[0][1]:>8.1f}"
            f"{taken[name][0].states:>14,}"
        )


def _medians(runs: list[Run]) -> tuple[float, float]:
    """Of the wall and of processor time."""
    walls = [run.wall for run in runs]
    return statistics.median(walls), statistics.median(run.processor for run in runs)


def growth(largest: int, runs: int) -> None:
    """Print our cost per transition for models of growing size."""
    print("\ncost per transition and per state as model P grows, one thread")
    for n in range(4, largest + 1):
        told = [_told(n) for _ in range(runs)]
        processor = statistics.median(one["processor_seconds"] for one in told)
        states, transitions = told[0]["distinct"], told[0]["transitions"]
        print(
            f"{n:3} pids {states:>12,} states {transitions:>14,} transitions"
            f"{processor / transitions * 1e9:>9.1f} ns/transition"
            f"{processor / states * 1e9:>9.1f} ns/state"
            f"{told[0]['bytes_per_state']:>9.1f} bytes/state"
        )


def _told(n: int) -> dict[str, float]:
    """What one run of model P says of itself."""
    options = ["--n", str(n), "--json"]
    command = [sys.executable, "-m", "tests.benchmarks.model_p", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def width_cost(runs: int) -> None:
    """Print the cost per transition of one graph in states of up to 5 words."""
    print("\ncost per transition as the state grows: six counters up to ten")
    narrow = 0.0
    for width in (1, 2, 3, 5):
        machine, costs = lattice(6, 10, width=width), []
        for _ in range(runs):
            started = time.process_time()
            result = search(machine, Options())
            costs.append((time.process_time() - started) / result.transitions)
        cost = statistics.median(costs)
        narrow = narrow or cost
        ratio = cost / narrow
        print(f"{width:3} words{cost * 1e9:>9.1f} ns/transition, ratio {ratio:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options and run everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--n", type=int, default=6, help="number of pids")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-rumur", action="store_true", help="it takes long")
    asked = parser.parse_args(arguments)
    compare(asked.n, asked.runs, with_rumur=not asked.no_rumur)
    growth(asked.n, asked.runs)
    width_cost(asked.runs)


if __name__ == "__main__":
    main()
