"""The command line: `pidproof`. One file per command; each imports what it needs late.

Exit codes: 0 all as expected; 1 wrong usage or a malformed file; 5 inconclusive;
10 not reachable; 11 deadlock; 12 an invariant violated; 13 a step property violated;
74 a report could not be written; 75 evaluation failed, or two engines disagree;
150 a page of the specification breaks a law of the notation, or a log cannot be read.
"""

from __future__ import annotations

import sys

INCONCLUSIVE = 5


def main() -> None:
    """The console script."""
    try:
        from checker.cli.running import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        print("pidproof: interrupted", file=sys.stderr)
        code = INCONCLUSIVE
    sys.exit(code)
