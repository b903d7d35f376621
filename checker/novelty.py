"""What a random run has not seen before: a field that holds something new."""

from __future__ import annotations

from typing import Final

from checker.evaluate import State

SEED: Final = 1
"""Where random runs begin, so that every machine sees the same."""
SHARES: Final = (0.1, 0.2, 0.4, 1.0)
"""Parts of all calls of which a run is made: of few, some happen often."""


class Novelty:
    """Remembers what each field has held, whatever the rows."""

    def __init__(self) -> None:
        self._held = set[tuple[int, object]]()

    def is_news(self, state: State) -> bool:
        """Some field holds what it has not held before; it is news only once."""
        before = len(self._held)
        for number, value in enumerate(state):
            rows = tuple(sorted(value)) if isinstance(value, tuple) else value
            self._held.add((number, rows))
        return len(self._held) > before
