"""What the Python text of a page calls: the words of forests and of wide shifts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final


def nearest(
    parent: Sequence[int], start: int, moves: int, holds: Callable[[int], Any]
) -> int:
    """The first of up to `moves` strict ancestors that holds, else the last one."""
    at = parent[start]
    for _ in range(moves - 1):
        if holds(at):
            return at
        at = parent[at]
    return at


def is_ancestor(parent: Sequence[int], above: int, below: int, moves: int) -> bool:
    """`above` is met within `moves` steps up from `below`, and is not `below`."""
    at = below
    for _ in range(moves):
        at = parent[at]
        if at == above:
            return above != below
    return False


def shift_left(value: int, by: int, mask: int) -> int:
    """Shifted, and cut to the width; a huge shift costs nothing."""
    return value << by & mask if by < mask.bit_length() else 0


WORDS: Final[dict[str, object]] = {
    "nearest": nearest,
    "is_ancestor": is_ancestor,
    "shift_left": shift_left,
}
