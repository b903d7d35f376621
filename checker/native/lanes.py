"""How many states one value of the generated code stands for."""

from __future__ import annotations

from dataclasses import dataclass

from checker.native.layout import WORD


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many states one value stands for, and how that is written."""

    count: int

    @property
    def word(self) -> str:
        """The type of a packed word or of a number."""
        return "i64" if self.count == 1 else f"<{self.count} x i64>"

    @property
    def flag(self) -> str:
        """The type of a truth value."""
        return "i1" if self.count == 1 else f"<{self.count} x i1>"

    def number(self, value: int) -> str:
        """The same number in every lane."""
        signed = value - (1 << WORD) if value >> (WORD - 1) else value
        return str(signed) if self.count == 1 else f"splat (i64 {signed})"

    def truth(self, value: object) -> str:
        """The same truth value in every lane."""
        text = "true" if value else "false"
        return text if self.count == 1 else f"splat (i1 {text})"
