"""Checkpoints: a search as a file, at the end of a level.

    magic, version, length    16 bytes, then two numbers of 8 bytes, little-endian
    header                    JSON: what was searched, and how far
    levels                    for each: number of partitions, partitions, counts (u32)
    keys                      the words of each partition, in order
    whole states              with fingerprints: those of the last level
    digest                    SHA-256 of everything before

The file is written beside its place and renamed over it, so that there is a whole one
at every moment. Nothing in it is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from checker.search.errors import CheckpointRefused
from checker.search.lock import PathLock
from checker.search.machine import Machine, Words
from checker.search.region import bytes_of
from checker.search.store import PARTS, Level
from checker.search.trace import Sighting

MAGIC = b"pidproof search\n"
VERSION = 1
DIGEST = 32
BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything about a search but its states."""

    identity: str
    scope: str
    width: int
    seen_words: int
    parts: int
    fingerprints: bool
    transitions: int
    seconds: float
    seen: tuple[int, ...]
    shown: tuple[int, ...]
    sightings: tuple[Sighting, ...]

    @classmethod
    def empty(cls, machine: Machine, *, fingerprints: bool) -> Snapshot:
        """The snapshot of a search that has not begun."""
        return cls(
            identity=machine.identity,
            scope=machine.scope,
            width=machine.width,
            seen_words=machine.seen_words,
            parts=PARTS,
            fingerprints=fingerprints,
            transitions=0,
            seconds=0.0,
            seen=(0,) * machine.seen_words,
            shown=(0,) * machine.seen_words,
            sightings=(),
        )


class Checkpoint:
    """The checkpoint file of a running search, and the lock that makes it ours."""

    def __init__(self, path: Path, every: float) -> None:
        self.path, self.every = path, every
        self._lock = PathLock(path)
        self._written = time.monotonic()

    def is_due(self) -> bool:
        """The time between two checkpoints has passed."""
        return time.monotonic() - self._written >= self.every

    def write(
        self, snapshot: Snapshot, levels: Sequence[Level], words: Iterable[Words]
    ) -> None:
        """Replace the file; `words` are the keys, then any whole states."""
        beside = self.path.with_name(self.path.name + ".new")
        try:
            with beside.open("wb") as file:
                _write_all(file, snapshot, levels, words)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as trouble:
            with suppress(OSError):  # what stands there may not be ours to remove
                beside.unlink()
            raise CheckpointRefused(
                f"cannot write the checkpoint {self.path}: {trouble.strerror}; an "
                "earlier one is untouched; free some room or name another place"
            ) from trouble
        self._written = time.monotonic()

    def close(self) -> None:
        """Let other runs have the file."""
        self._lock.close()


def _write_all(
    file: BinaryIO,
    snapshot: Snapshot,
    levels: Sequence[Level],
    words: Iterable[Words],
) -> None:
    """Write everything and its digest."""
    digest = hashlib.sha256()

    def put(data: bytes | memoryview) -> None:
        digest.update(data)
        file.write(data)

    header = json.dumps({**asdict(snapshot), "levels": len(levels)}).encode()
    put(MAGIC + struct.pack("<QQ", VERSION, len(header)))
    put(header)
    for level in levels:
        put(struct.pack("<I", len(level.parts)))
        put(level.parts.tobytes() + level.counts.tobytes())
    for piece in words:
        put(bytes_of(piece))
    file.write(digest.digest())


class Saved:
    """A checkpoint being read: its snapshot, its levels, then its words in order."""

    def __init__(self, path: Path, machine: Machine, *, fingerprints: bool) -> None:
        """Open and verify; CheckpointRefused says what is wrong with it."""
        self.path = path
        try:
            self._file = path.open("rb")
            size = path.stat().st_size
        except OSError as trouble:
            raise CheckpointRefused(
                f"cannot read the checkpoint {path}: {trouble.strerror}"
            ) from trouble
        try:
            header = self._header(size)
            self.snapshot = _snapshot(header)
            self._refuse_foreign(machine, fingerprints=fingerprints)
            self.levels = [self._level() for _ in range(header["levels"])]
        except BaseException:
            self._file.close()
            raise

    def _damaged(self, how: str) -> CheckpointRefused:
        return CheckpointRefused(
            f"the checkpoint {self.path} is damaged ({how}): use another, or start the "
            "search from the beginning"
        )

    def _header(self, size: int) -> dict[str, Any]:
        """The header, once the magic, the version and the digest are right."""
        start = self._file.read(len(MAGIC) + 16)
        if not start.startswith(MAGIC):
            raise CheckpointRefused(f"{self.path} is not a checkpoint of a search")
        if len(start) < len(MAGIC) + 16 or size < len(start) + DIGEST:
            raise self._damaged("it is cut short")
        version, length = struct.unpack("<QQ", start[len(MAGIC) :])
        if version != VERSION:
            raise CheckpointRefused(
                f"the checkpoint {self.path} is of format {version}, and this version "
                f"reads format {VERSION}: start the search from the beginning"
            )
        self._check_digest(size)
        self._file.seek(len(start))
        header: dict[str, Any] = json.loads(self._file.read(length))
        return header

    def _check_digest(self, size: int) -> None:
        """Refuse a file whose digest is not that of its contents."""
        self._file.seek(0)
        digest, left = hashlib.sha256(), size - DIGEST
        while left:
            block = self._file.read(min(left, BLOCK))
            digest.update(block)
            left -= len(block)
        if digest.digest() != self._file.read():
            raise self._damaged("its checksum is wrong")

    def _refuse_foreign(self, machine: Machine, *, fingerprints: bool) -> None:
        """Refuse a checkpoint of another search."""
        found = self.snapshot
        if found.identity != machine.identity or found.width != machine.width:
            raise CheckpointRefused(
                f"the checkpoint {self.path} is of another model or scope: it was made "
                f"for {found.scope}, and this is {machine.scope}"
            )
        if found.fingerprints != fingerprints or found.parts != PARTS:
            mode = "with" if found.fingerprints else "without"
            raise CheckpointRefused(
                f"the checkpoint {self.path} was made {mode} --fingerprints and in "
                f"{found.parts} partitions: resume it the same way"
            )

    def _level(self) -> Level:
        (amount,) = struct.unpack("<I", self._file.read(4))
        parts = np.frombuffer(self._file.read(4 * amount), np.uint32)
        return Level(parts, np.frombuffer(self._file.read(4 * amount), np.uint32))

    def read_into(self, words: Words) -> None:
        """Fill `words` with the next words of the file."""
        if words.size:
            self._file.readinto(bytes_of(words))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _snapshot(header: dict[str, Any]) -> Snapshot:
    """The snapshot that a header holds."""
    names = {item.name for item in fields(Snapshot)}
    values = {name: header[name] for name in names}
    values["seen"] = tuple(values["seen"])
    values["shown"] = tuple(values["shown"])
    values["sightings"] = tuple(Sighting(**item) for item in values["sightings"])
    return Snapshot(**values)
