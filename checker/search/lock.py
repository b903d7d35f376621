"""A lock that says "this file is being used by a run"; it ends with the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from checker.search.errors import CheckpointRefused


class PathLock:
    """Exclusive use of a path, by a lock on a file beside it."""

    def __init__(self, path: Path) -> None:
        """Take the lock, or raise CheckpointRefused if another run has it."""
        self._beside = path.with_name(path.name + ".lock")
        while True:
            try:
                self._file = self._beside.open("a")
            except OSError as trouble:
                raise CheckpointRefused(
                    f"cannot make the lock {self._beside}: {trouble.strerror}; name a "
                    "checkpoint in a directory that can be written to"
                ) from trouble
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as taken:
                self._file.close()
                raise CheckpointRefused(
                    f"the checkpoint {path} is in use by another run: wait for it to "
                    "end, or name another file"
                ) from taken
            if self._is_current():
                return
            self._file.close()

    def _is_current(self) -> bool:
        """The file locked is still the one beside the path, not one just removed."""
        try:
            there = self._beside.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self._file.fileno()))

    def close(self) -> None:
        """Give the lock back; the file goes while it is still ours."""
        self._beside.unlink(missing_ok=True)
        self._file.close()
