"""The operators that exported terms lean on, each defined where a module needs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_CLIMB: Final = r"""
RECURSIVE Climb(_, _, _, _)
Climb(parents, at, wanted, moves) ==
    IF at \in wanted \/ moves <= 0
    THEN at
    ELSE Climb(parents, parents[at], wanted, moves - 1)

\* The nearest strict ancestor of `start` that is wanted, else the root above it.
Nearest(parents, start, wanted) ==
    Climb(parents, parents[start], wanted, Cardinality(DOMAIN parents) - 2)
"""
_MET: Final = r"""
RECURSIVE Met(_, _, _, _)
Met(parents, above, at, moves) ==
    /\ moves > 0
    /\ parents[at] = above \/ Met(parents, above, parents[at], moves - 1)

\* `above` is a strict ancestor of `start`; a root is its own parent.
IsAncestor(parents, above, start) ==
    /\ above # start
    /\ Met(parents, above, start, Cardinality(DOMAIN parents) - 1)
"""
_FIRST: Final = r"""
\* The least element of a set of numbers, `none` if it is empty.
FirstOf(set, none) ==
    IF set = {}
    THEN none
    ELSE CHOOSE least \in set : \A other \in set : least <= other
"""
_AND: Final = r"""
\* Naturals as words of bits.
RECURSIVE BitAnd(_, _)
BitAnd(left, right) ==
    IF left = 0 \/ right = 0
    THEN 0
    ELSE (left % 2) * (right % 2) + 2 * BitAnd(left \div 2, right \div 2)
"""
_OR: Final = """
BitOr(left, right) == left + right - BitAnd(left, right)
"""
_XOR: Final = """
BitXor(left, right) == left + right - 2 * BitAnd(left, right)
"""
_LEFT: Final = """
ShiftLeft(left, by, bits) ==
    IF by >= bits THEN 0 ELSE (left % 2^(bits - by)) * 2^by
"""
_RIGHT: Final = r"""
ShiftRight(left, by, bits) == IF by >= bits THEN 0 ELSE left \div 2^by
"""
_TEXTS: Final = {
    "Nearest": (_CLIMB,),
    "IsAncestor": (_MET,),
    "FirstOf": (_FIRST,),
    "BitAnd": (_AND,),
    "BitOr": (_AND, _OR),
    "BitXor": (_AND, _XOR),
    "ShiftLeft": (_LEFT,),
    "ShiftRight": (_RIGHT,),
}


def library(used: Iterable[str]) -> list[str]:
    """The definitions of these operators and of what they lean on, as lines."""
    texts: dict[str, None] = {}
    for name in sorted(used):
        texts |= dict.fromkeys(_TEXTS[name])
    return [row for text in texts for row in text.rstrip().split("\n")]
