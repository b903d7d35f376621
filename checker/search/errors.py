"""What the search says when it cannot go on; each message says what to do about it."""

from __future__ import annotations


class SearchError(Exception):
    """A search could not be run, or not be finished."""


class MemoryShort(SearchError):
    """The memory limit is too small for what must be in memory at one time."""


class DiskTrouble(SearchError):
    """The spill directory or the disk under it failed."""


class CheckpointRefused(SearchError):
    """A checkpoint is damaged, foreign, too old, in use, or cannot be written."""
