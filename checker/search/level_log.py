"""The whole states of each level in temporary files, for searches that forget them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from checker.search.region import bytes_of
from checker.search.spill import disk_errors
from checker.search.store import PARTS, Store
from checker.search.trace import Levels, Piece

BLOCK_STATES = 1 << 16


class LevelLog:
    """One file per level, in a temporary directory; a context manager."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._directory = tempfile.TemporaryDirectory(prefix="pidproof-levels-")
        self._amount = 0

    def _path(self, level: int) -> Path:
        return Path(self._directory.name) / f"{level}.states"

    def add(self, store: Store) -> None:
        """Write down the level that `store` is about to expand."""
        path = self._path(self._amount)
        with disk_errors("write the levels to", path), path.open("wb") as file:
            for part in range(PARTS):
                file.write(bytes_of(store.level_states_of(part)))
        self._amount += 1

    def levels(self) -> Levels:
        """Every level and its states, from the deepest back."""
        for level in range(self._amount - 1, -1, -1):
            yield level, self._pieces(level)

    def _pieces(self, level: int) -> Iterator[Piece]:
        path, size = self._path(level), BLOCK_STATES * 8 * self.width
        with disk_errors("read the levels from", path), path.open("rb") as file:
            while data := file.read(size):
                states = np.frombuffer(data, np.uint64)
                yield states.ctypes.data, states.size // self.width

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._directory.cleanup()
