"""How far a search has come: one line on a terminal's standard error, else nothing."""

from __future__ import annotations

import sys

from checker.search.result import Progress


class ProgressLine:
    """A line that is written over and over; silent where standard error is a file."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.about = ""
        self._dirty = False

    def __call__(self, now: Progress) -> None:
        if self.shown:
            parts = [
                f"{now.distinct:,} states",
                f"{now.rate / 1e6:.1f} M steps/s",
                f"depth {now.depth}",
                f"{now.memory / 1e6:,.0f} MB" if now.memory else "",
                f"{now.disk / 1e6:,.0f} MB on disk" if now.disk else "",
                f"{now.seconds:.0f} s",
            ]
            self._write(f"{self.about}: {', '.join(part for part in parts if part)}")

    def doing(self, what: str) -> None:
        """What is being done now."""
        self.about = what
        if self.shown:
            self._write(f"{what} ...")

    def clear(self) -> None:
        """Make room for something else on the terminal."""
        if self.shown and self._dirty:
            self._write("")
            self._dirty = False

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text[:120]}")
        sys.stderr.flush()
        self._dirty = True
