"""What `pidproof verify` does once its options are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from checker.cli.progress import ProgressLine
from checker.cli.report import console
from checker.proof.certificate import MANIFEST, Rechecked, verify_certificate
from checker.verdict import AS_EXPECTED, INCONCLUSIVE, worst


def run(directories: Iterable[Path], seconds: float) -> int:
    """Check each certificate, or those in a directory of them; the exit code."""
    line = ProgressLine()
    codes = []
    for directory in (found for given in directories for found in _within(given)):
        shown = partial(_shown, line, directory)
        found = verify_certificate(directory, seconds=seconds, progress=shown)
        line.clear()
        codes.append(_told(directory, found))
    return worst(codes)


def _shown(line: ProgressLine, directory: Path, done: int, of: int) -> None:
    line.doing(f"{directory}: {done} of {of} obligations")


def _within(directory: Path) -> Iterator[Path]:
    """The directory itself, or the certificates that it holds."""
    inside = [] if (directory / MANIFEST).exists() else directory.glob(f"*/{MANIFEST}")
    yield from sorted(found.parent for found in inside) or [directory]


def _told(directory: Path, found: Rechecked) -> int:
    out = console()
    for name, why in found.properties.items():
        if why is not None:
            out.print(f"  no  {name}  {why}")
    confirmed = sum(1 for why in found.properties.values() if why is None)
    out.print(
        f"{directory}: {found.system}, {confirmed} of {len(found.properties)} "
        f"confirmed by {found.solver} in {found.files} obligations"
    )
    return AS_EXPECTED if found.confirmed else INCONCLUSIVE
