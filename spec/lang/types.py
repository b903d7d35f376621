"""The types of the notation: what a cell of the state, or a term, can hold.

A sort has a name and no size: sizes are a `Scope`, given when a check is run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoolType:
    """True or false."""

    def __str__(self) -> str:
        return "Bool"


@dataclass(frozen=True, slots=True)
class SortType:
    """A finite set of interchangeable things: processes, numbers, images.

    `first` is how the first element is shown and counted: pids start at 1.
    """

    name: str
    first: int = 0

    def __str__(self) -> str:
        return f"Sort({self.name},{self.first})"


@dataclass(frozen=True, slots=True)
class EnumType:
    """One of a fixed list of named members."""

    name: str
    members: tuple[str, ...]

    def __str__(self) -> str:
        return f"Enum({self.name},{','.join(self.members)})"


@dataclass(frozen=True, slots=True)
class IntType:
    """An unsigned integer of `bits` bits; arithmetic wraps around."""

    bits: int

    def __str__(self) -> str:
        return f"Int({self.bits})"


@dataclass(frozen=True, slots=True)
class SetType:
    """A subset of a sort or of an enumeration."""

    element: SortType | EnumType

    def __str__(self) -> str:
        return f"Set({self.element})"


Type = BoolType | SortType | EnumType | IntType | SetType

BOOL = BoolType()
COUNT_TYPE = IntType(16)
"""What `count_of` yields: scopes stay far below 65 536 elements."""
