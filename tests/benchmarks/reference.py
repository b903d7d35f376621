"""How fast the plain readings are: `python -m tests.benchmarks.reference [--json]`.

The reference search on model P with five pids, the help text, and a whole check. A
report, not a test: machines differ, and what is measured is said beside each figure.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from checker.evaluate import Evaluator
from checker.explore import explore
from spec.lang import Scope
from tests import toys


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: the median of some runs, and what was asked for."""

    what: str
    median: float
    unit: str
    runs: int
    wanted: str


def transitions_per_second() -> float:
    """The reference search, with the invariants of model P checked."""
    model = toys.model_p()
    traced = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]
    evaluator = Evaluator(model, Scope({"Pid": 5, "Code": 2}), traced)
    found = explore(evaluator)
    return found.transitions / found.seconds


def seconds_of(*words: str) -> float:
    """The whole time of a command of ours, from start to exit."""
    program = "from checker.cli import main; main()"
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, check=False
    )
    return time.perf_counter() - started


def figures() -> Iterator[Figure]:
    """Each measurement as it is made."""

    def median(measure: Callable[[], float], runs: int) -> float:
        return statistics.median(measure() for _ in range(runs))

    speed = median(transitions_per_second, 3)
    yield Figure("reference search, model P, N=5", speed, "steps/s", 3, ">= 15000")
    shown = median(lambda: seconds_of("--help"), 5)
    yield Figure("pidproof --help", shown, "s", 5, "<= 0.3")
    yield Figure("pidproof check", seconds_of("check"), "s", 1, "<= 60")


def main() -> None:
    """Print each figure as it is measured, or all as one JSON object."""
    if "--json" in sys.argv[1:]:
        print(json.dumps([asdict(figure) for figure in figures()], indent=2))
        return
    for figure in figures():
        print(
            f"{figure.what:32} {figure.median:10.2f} {figure.unit:8}"
            f" wanted {figure.wanted} (median of {figure.runs})",
            flush=True,
        )


if __name__ == "__main__":
    main()
