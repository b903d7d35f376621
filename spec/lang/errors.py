"""What the notation says when a page breaks one of its laws."""

from __future__ import annotations


class SpecError(Exception):
    """A spec page, a property or a scope is not well formed; the text says why."""


class LawBroken(SpecError):
    """A page breaks a law of the notation; raised while the page is traced."""


class IllTyped(SpecError):
    """An operator is applied to arguments of the wrong types."""


class UnknownName(SpecError):
    """A system, property, sort, reading or option that does not exist."""
