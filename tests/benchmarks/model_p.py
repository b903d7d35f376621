"""Our side alone: `python -m tests.benchmarks.model_p --n 7 --threads 1 --json`.

Model P in the notation with its three invariants, searched completely. `seconds` is
the search, `setup_seconds` everything before it from the start of this file on
(importing the engines, tracing the model, compiling it or finding it compiled).
"""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import argparse
import json
import resource
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from checker.ground import ground
from checker.native.model import NativeModel, compile_model
from checker.search.result import Options
from checker.search.search import search
from spec.lang import Scope
from tests import toys


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `bytes_per_state` is what the search accounts for; `resident` is how
    much the process grew during the search, by state, as the system saw it."""

    distinct: int
    transitions: int
    levels: int
    seconds: float
    processor_seconds: float
    setup_seconds: float
    bytes_per_state: float
    resident: float
    verdict: str


def compiled(n: int, numbers: str = "lowest") -> NativeModel:
    """Model P with `n` pids and its invariants as a machine."""
    model = toys.model_p(numbers)
    properties = [model.trace(prop) for prop in toys.MODEL_P_INVARIANTS]
    return compile_model(ground(model, Scope({"Pid": n, "Code": 2}), properties))


def measured(n: int, threads: int = 1, memory: int | None = None) -> Measured:
    """Search model P with `n` pids."""
    native = compiled(n)
    setup = time.perf_counter() - STARTED
    before, used = _largest(), time.process_time()
    result = search(native.machine, Options(threads=threads, memory=memory))
    seen = native.watched(result.seen)
    proved = result.complete and not seen
    return Measured(
        distinct=result.distinct,
        transitions=result.transitions,
        levels=len(result.levels),
        seconds=round(result.seconds, 4),
        processor_seconds=round(time.process_time() - used, 4),
        setup_seconds=round(setup, 4),
        bytes_per_state=round(result.bytes_per_state, 2),
        resident=round((_largest() - before) / result.distinct, 2),
        verdict="proved at scope" if proved else "violated" if seen else "unknown",
    )


def _largest() -> int:
    """The largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, search, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--n", type=int, default=7, help="number of pids")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", type=float, help="limit in GiB")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    memory = None if asked.memory is None else int(asked.memory * 2**30)
    figures = asdict(measured(asked.n, asked.threads, memory))
    if asked.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:16} {figure:>20,}" if name != "verdict" else f"{figure:>37}")


if __name__ == "__main__":
    main()
