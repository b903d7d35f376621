"""Files that hold what memory cannot: each partition's states, and what waits for it.

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
from io import FileIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from checker.search.errors import DiskTrouble
from checker.search.machine import Words
from checker.search.region import bytes_of

PREFIX = "pidproof-spill-"
LOCK = "lock"
IOV_MAX = 1024


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
    """The files of one search. `used` is the number of bytes in them.

    Keys are in one sparse file, where partition p begins at p * `stride`. The queues of
    one level are in another, as they were written: a batch holds some successors of
    every partition, one partition after the other.
    """

    def __init__(self, directory: Path, stride: int) -> None:
        """Make a directory for this search inside `directory`."""
        with disk_errors("make a spill directory in", directory):
            directory.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(directory)
            self.directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=directory))
            self._lock = (self.directory / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._keys = (self.directory / "keys").open("w+b", buffering=0)
            self._queue = (self.directory / "queue").open("w+b", buffering=0)
        self._stride = stride
        self._batches: list[NDArray[np.int64]] = []
        self._queued = self._kept = 0

    @property
    def used(self) -> int:
        """Bytes in the files."""
        return self._kept + self._queued

    def check(self) -> None:
        """DiskTrouble if the files have been removed behind our back."""
        for file in (self._keys, self._queue):
            if os.fstat(file.fileno()).st_nlink == 0:
                raise DiskTrouble(
                    f"the spill directory {self.directory} has vanished: something "
                    "else removed it while the search ran; name another directory"
                )

    def write_keys(self, part: int, offset: int, words: Words) -> None:
        """Put words of a partition in their place, `offset` words from its start."""
        view = bytes_of(words)
        at = part * self._stride + offset * 8
        with disk_errors("write to the spill directory", self.directory):
            while view:
                done = os.pwrite(self._keys.fileno(), view, at)
                view, at = view[done:], at + done
        self._kept += words.nbytes

    def read_keys(self, part: int, offset: int, into: Words) -> None:
        """Fill `into` with a partition's words from word number `offset` on."""
        self._read(self._keys, part * self._stride + offset * 8, into)

    def add_batch(self, pieces: list[Words]) -> None:
        """Queue some words for every partition, in order."""
        sizes = [0] + [piece.nbytes for piece in pieces]
        self._batches.append(self._queued + np.cumsum(sizes))
        with disk_errors("write to the spill directory", self.directory):
            for first in range(0, len(pieces), IOV_MAX):
                views = [bytes_of(p) for p in pieces[first:][:IOV_MAX]]
                _write_fully(self._queue, [view for view in views if view])
        self._queued += sum(sizes)

    def has_queue(self, part: int) -> bool:
        """Some words are queued for a partition."""
        return any(batch[part] < batch[part + 1] for batch in self._batches)

    def queue_pieces(self, part: int, into: Words) -> Iterator[int]:
        """Read what is queued through the buffer `into`; how many words each time."""
        filled = 0
        for batch in self._batches:
            at, end = batch[part : part + 2].tolist()
            while at < end:
                amount = min((end - at) // 8, into.size - filled)
                self._read(self._queue, at, into[filled : filled + amount])
                filled += amount
                at += amount * 8
                if filled == into.size:
                    yield filled
                    filled = 0
        if filled:
            yield filled

    def drop_queues(self) -> None:
        """Forget everything queued."""
        self._queue.seek(0)
        self._queue.truncate(0)
        self._batches.clear()
        self._queued = 0

    def _read(self, file: FileIO, at: int, into: Words) -> None:
        """Fill `into` from a position of a file; a shorter file is an error."""
        view = bytes_of(into)
        with disk_errors("read from the spill directory", self.directory):
            while view:
                amount = os.preadv(file.fileno(), [view], at)
                if amount == 0:
                    raise DiskTrouble(
                        f"a file in the spill directory {self.directory} is shorter "
                        "than what was written to it: something else changed it while "
                        "the search ran"
                    )
                view, at = view[amount:], at + amount

    def close(self) -> None:
        """Remove all files."""
        for file in (self._keys, self._queue, self._lock):
            file.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def _write_fully(file: FileIO, views: list[memoryview]) -> None:
    """Write some buffers, at most IOV_MAX of them, at the file's position."""
    while views:
        done = os.writev(file.fileno(), views)
        while views and done >= len(views[0]):
            done -= len(views.pop(0))
        if views and done:
            views[0] = views[0][done:]


def _remove_abandoned(directory: Path) -> None:
    """Remove what runs that are no longer there have left."""
    for old in directory.glob(f"{PREFIX}*"):
        with suppress(OSError), (old / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)
