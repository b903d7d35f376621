"""What every kernel does with a packed state: hash, compare, copy, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.search.emit import Emitter, Flag, Word


@dataclass(frozen=True, slots=True)
class Shape:
    """How states are kept: words of a state, and whether keys are fingerprints."""

    width: int
    fingerprints: bool = False

    @property
    def key_width(self) -> int:
        """Words of a key."""
        return 1 if self.fingerprints else self.width

    def key_of(self, state: list[Word], mixed: Word) -> list[Word]:
        """What stands for `state`, whose hash is `mixed`, in the store."""
        return [mixed] if self.fingerprints else state


MIX = 0x9E3779B97F4A7C15
FINISH = 0xD6E8FEB86659FD93


def load_state(f: Emitter, address: Word, width: int) -> list[Word]:
    """The `width` words at `address`."""
    return [f.load(address, word) for word in range(width)]


def store_state(f: Emitter, state: list[Word], address: Word) -> None:
    """Write the words of a state at `address`."""
    for index, word in enumerate(state):
        f.store(word, address, index)


def hash_of(state: list[Word]) -> Word:
    """64 well-mixed bits; of one word, a bijection."""
    mixed = state[0] * MIX
    for word in state[1:]:
        mixed = ((mixed ^ (mixed >> 32)) ^ word) * MIX
    mixed = (mixed ^ (mixed >> 32)) * FINISH
    return mixed ^ (mixed >> 32)


def is_same(left: list[Word], right: list[Word]) -> Flag:
    """All words are equal."""
    different = left[0] ^ right[0]
    for one, other in zip(left[1:], right[1:], strict=True):
        different = different | (one ^ other)
    return different.is_("==", 0)


def is_smaller(left: list[Word], right: list[Word]) -> Flag:
    """`left` comes before `right`, the last word being the most significant."""
    smaller = left[0].is_("<", right[0])
    for one, other in zip(left[1:], right[1:], strict=True):
        smaller = one.is_("<", other) | (one.is_("==", other) & smaller)
    return smaller
