"""How long an audit takes: logs of 10,000 lines with more and more processes at once.

    python -m tests.benchmarks.audit [LINES]

For each log: lines, processes that live at once, processor seconds, lines a second, and
the most memory that the program has had, which is to grow with the processes and not
with their square.
"""

from __future__ import annotations

import resource
import sys
import time

from checker.audit.log import join
from checker.cli.auditing.running import audit
from spec.systems import SYSTEMS
from tests.audit.making import busy_log

AT_ONCE = (5, 10, 20, 50, 100)


def main(lines: int) -> None:
    """Print the table."""
    model = SYSTEMS["unix"].model()
    print(f"{'lines':>7} {'at once':>8} {'seconds':>8} {'lines/s':>8} {'MiB':>6}")
    for at_once in AT_ONCE:
        log = list(busy_log(lines, at_once))
        began = time.process_time()
        done = audit(model, join(log))
        seconds = time.process_time() - began
        assert done.verdict == "accepted", done.refusal
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{len(log):7} {at_once:8} {seconds:8.2f} "
            f"{len(log) / seconds:8.0f} {mebibytes:6.0f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
