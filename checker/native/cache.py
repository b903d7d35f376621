"""Machine code kept on disk between runs, and trusted only if it is surely ours.

An entry is one file named by its key: a magic line, the SHA-256 of the rest, the length
of a JSON header, the header (it repeats the key), the object code. Entries appear by an
atomic rename. The directory and its files must belong to this user and be writable by
nobody else, or they are not used; an entry that does not check out is removed. Nothing
here is ever fatal: without a usable directory, everything is compiled anew.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1
MAGIC: Final = f"pidproof native {FORMAT}\n".encode()
DIGEST: Final = 32
LENGTH: Final = 8
SUFFIX: Final = ".code"
MOST_ENTRIES: Final = 256
OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept: object code, and what must be known to use it."""

    header: dict[str, Any]
    code: bytes


class BadEntry(ValueError):
    """A file of the cache that is not what was written; the text says how."""


@dataclass(slots=True)
class Cache:
    """A directory of entries, or none. `warning` is the first thing that went wrong."""

    directory: Path | None
    warning: str = field(default="")

    def load(self, key: str) -> Entry | None:
        """The entry under `key`; None if there is none, or none to be trusted."""
        folder = self._opened(create=False)
        if folder is None:
            return None
        try:
            entry = decoded(_contents(folder, key + SUFFIX), key)
        except FileNotFoundError:
            return None
        except (OSError, BadEntry) as error:
            self._warn(f"a cached machine code was discarded: {error}")
            with suppress(OSError):
                os.unlink(key + SUFFIX, dir_fd=folder)
            return None
        else:
            with suppress(OSError):
                os.utime(key + SUFFIX, dir_fd=folder)
            return entry
        finally:
            os.close(folder)

    def store(self, key: str, entry: Entry) -> None:
        """Keep an entry; a directory that cannot be written is a warning."""
        folder = self._opened(create=True)
        if folder is None or self.directory is None:
            return
        try:
            _write(self.directory, key + SUFFIX, encoded(key, entry))
            _prune(folder)
        except OSError as error:
            self._warn(f"compiled code is not kept: {error}")
        finally:
            os.close(folder)

    def _opened(self, *, create: bool) -> int | None:
        """A descriptor of the directory, if it is ours alone."""
        if self.directory is None:
            return None
        try:
            if create:
                self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._warn(f"compiled code is not kept: {error}")
            return None
        reason = _distrust(os.fstat(folder))
        if reason:
            self._warn(f"the cache {self.directory} is not used: {reason}")
            os.close(folder)
            return None
        return folder

    def _warn(self, message: str) -> None:
        self.warning = self.warning or message


def standard_cache(environment: Mapping[str, str] = os.environ) -> Cache:
    """The user's cache: `PIDPROOF_CACHE`, or `pidproof` where XDG says.

    An empty `PIDPROOF_CACHE` means none. Relative paths in XDG_CACHE_HOME do not count.
    """
    chosen = environment.get("PIDPROOF_CACHE")
    if chosen is not None:
        return Cache(Path(chosen) if chosen else None)
    base = environment.get("XDG_CACHE_HOME", "")
    if Path(base).is_absolute():
        return Cache(Path(base) / "pidproof")
    home = Path(environment.get("HOME", ""))
    if home.is_absolute():
        return Cache(home / ".cache" / "pidproof")
    return Cache(None, "compiled code is not kept: there is no home directory")


def encoded(key: str, entry: Entry) -> bytes:
    """The bytes of an entry's file."""
    header = json.dumps({**entry.header, "key": key}, sort_keys=True).encode()
    body = len(header).to_bytes(LENGTH, "little") + header + entry.code
    return MAGIC + sha256(body).digest() + body


def decoded(data: bytes, key: str) -> Entry:
    """The entry in a file's bytes; raises BadEntry, saying what is wrong."""
    if not data.startswith(MAGIC):
        message = "it has another format"
        raise BadEntry(message)
    start = len(MAGIC) + DIGEST
    body = data[start:]
    if sha256(body).digest() != data[len(MAGIC) : start] or len(body) < LENGTH:
        message = "its checksum is wrong"
        raise BadEntry(message)
    end = LENGTH + int.from_bytes(body[:LENGTH], "little")
    header = json.loads(body[LENGTH:end])
    if header.pop("key", None) != key:
        message = "it belongs to another key"
        raise BadEntry(message)
    return Entry(header, body[end:])


def _distrust(status: os.stat_result) -> str:
    """Why a file or directory is not ours alone; empty if it is."""
    if status.st_uid != os.geteuid():
        return f"it belongs to user {status.st_uid}"
    if status.st_mode & OTHERS_WRITE:
        return "others can write to it"
    return ""


def _contents(folder: int, name: str) -> bytes:
    """A file of the directory, whole; raises BadEntry if it is not ours alone."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        reason = _distrust(status)
        if not stat.S_ISREG(status.st_mode):
            reason = "it is not a regular file"
        if reason:
            raise BadEntry(reason)
        return file.read()


def _write(directory: Path, name: str, data: bytes) -> None:
    handle, path = tempfile.mkstemp(prefix=".new-", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(path).replace(directory / name)
    except BaseException:
        with suppress(OSError):
            Path(path).unlink()
        raise


def _prune(folder: int) -> None:
    """Forget the entries that were not used for longest."""
    names = [name for name in os.listdir(folder) if name.endswith(SUFFIX)]
    if len(names) <= MOST_ENTRIES:
        return
    used = {}
    for name in names:
        with suppress(FileNotFoundError):
            used[name] = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
    for name in sorted(used, key=used.__getitem__)[:-MOST_ENTRIES]:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
