"""Memory reserved as address space and paid for page by page as it is touched.

Reserving is free, so every growing table gets, once, room for the largest it may
become: nothing is ever moved, copied or fragmented, and giving pages back is exact.
"""

from __future__ import annotations

import mmap
import os
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from checker.search.errors import MemoryShort

PAGE = mmap.PAGESIZE
_NO_RESERVE = 0x4000 if sys.platform == "linux" else 0
"""MAP_NORESERVE, which the mmap module of Python 3.11 does not name."""


def machine_memory(group: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Bytes of main memory that this process may use: of the machine, or of `group`."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = group.read_text(encoding="ascii").strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdecimal() else whole


def usual_memory() -> int:
    """Bytes for the tables of all searches when nobody says how many."""
    return machine_memory() * 4 // 5


def bytes_of(words: NDArray[np.uint64]) -> memoryview:
    """The memory of a contiguous array; writing to one writes to the other."""
    return words.view(np.uint8).data


class Region:
    """Zeroed address space for 64-bit words; `words` is all of it as an array."""

    def __init__(self, size: int, *, huge_pages: bool = False) -> None:
        """Reserve `size` bytes; MemoryShort if the system refuses the addresses."""
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE
        pages = -(-max(size, 1) // PAGE)
        try:
            self._map = mmap.mmap(-1, pages * PAGE, flags=flags)
        except OSError as trouble:
            raise MemoryShort(
                f"the system refuses to reserve {size / 2**30:.1f} GiB of addresses "
                f"({trouble.strerror}); ask for a smaller --memory, or lift the limit "
                "(ulimit -v, vm.overcommit_memory)"
            ) from trouble
        if huge_pages and hasattr(mmap, "MADV_HUGEPAGE"):
            with suppress(OSError):  # a kernel without them
                self._map.madvise(mmap.MADV_HUGEPAGE)
        self.words: NDArray[np.uint64] = np.frombuffer(self._map, np.uint64)
        self.address: int = self.words.ctypes.data

    def release(self, offset: int, size: int) -> None:
        """Give the whole pages of `size` bytes from `offset` (page-aligned) back.

        They read as zeroes afterwards.
        """
        pages = -(-size // PAGE)
        if pages:
            self._map.madvise(mmap.MADV_DONTNEED, offset, pages * PAGE)
