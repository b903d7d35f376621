"""Files that hold what memory cannot: each partition's states, and its queue.

They live in a directory of their own inside the one the user named, which is removed
at the end. A directory left by a run that was killed is recognised by its lock being
free, and removed by the next run.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from checker.search.errors import DiskTrouble
from checker.search.machine import Words

PREFIX = "pidproof-spill-"
LOCK = "lock"


@contextmanager
def disk_errors(what: str, where: Path) -> Iterator[None]:
    """Turn an OSError into a DiskTrouble that says what to do."""
    try:
        yield
    except OSError as trouble:
        if trouble.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            advice = "there is no room left: free some, or name another directory"
        elif trouble.errno == errno.ENOENT:
            advice = "it has vanished: something else removed it while the search ran"
        else:
            advice = str(trouble.strerror or trouble)
        raise DiskTrouble(f"cannot {what} {where}: {advice}") from trouble


class Spill:
    """The files of one search. `used` is the number of bytes in them."""

    def __init__(self, directory: Path) -> None:
        """Make a directory for this search inside `directory`."""
        self.used = 0
        with disk_errors("make a spill directory in", directory):
            directory.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(directory)
            self.directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=directory))
            self._lock = (self.directory / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _append(self, path: Path, words: Words) -> None:
        with disk_errors("write to the spill directory", self.directory):
            # Not created unless the directory is still there: open fails with ENOENT.
            with path.open("ab", buffering=0) as file:
                view = memoryview(words).cast("B")
                while view:
                    view = view[file.write(view) :]
        self.used += words.nbytes

    def keys_path(self, part: int) -> Path:
        """The file of a partition's keys, in order."""
        return self.directory / f"{part:05}.keys"

    def append_keys(self, part: int, words: Words) -> None:
        """Add keys to the end of a partition's."""
        if words.size:
            self._append(self.keys_path(part), words)

    def read_keys(self, part: int, offset: int, into: Words) -> None:
        """Fill `into` with a partition's words from word number `offset` on."""
        if not into.size:
            return
        with disk_errors("read from the spill directory", self.directory):
            with self.keys_path(part).open("rb", buffering=0) as file:
                file.seek(offset * 8)
                _read_fully(file.fileno(), into, self.directory)

    def queue_path(self, part: int) -> Path:
        """The file of successors that a partition has not looked at yet."""
        return self.directory / f"{part:05}.queue"

    def append_queue(self, part: int, words: Words) -> None:
        """Add successors to a partition's queue."""
        if words.size:
            self._append(self.queue_path(part), words)

    def queue_pieces(self, part: int, into: Words) -> Iterator[int]:
        """Read a queue through the buffer `into`; how many words each time."""
        path = self.queue_path(part)
        if not path.exists() and self.directory.exists():
            return
        with disk_errors("read from the spill directory", self.directory):
            left = path.stat().st_size // 8
            with path.open("rb", buffering=0) as file:
                while left:
                    amount = min(left, into.size)
                    _read_fully(file.fileno(), into[:amount], self.directory)
                    yield amount
                    left -= amount

    def drop_queue(self, part: int) -> None:
        """Remove a partition's queue."""
        path = self.queue_path(part)
        with suppress(FileNotFoundError):
            size = path.stat().st_size
            path.unlink()
            self.used -= size

    def close(self) -> None:
        """Remove all files."""
        self._lock.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def _read_fully(handle: int, into: Words, directory: Path) -> None:
    """Fill `into` from the file's position on; a shorter file is an error."""
    view = memoryview(into).cast("B")
    while view:
        amount = os.readv(handle, [view])
        if amount == 0:
            raise DiskTrouble(
                f"a file in the spill directory {directory} is shorter than what was "
                "written to it: something else changed it while the search ran"
            )
        view = view[amount:]


def _remove_abandoned(directory: Path) -> None:
    """Remove what runs that are no longer there have left."""
    for old in directory.glob(f"{PREFIX}*"):
        with suppress(OSError), (old / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)
