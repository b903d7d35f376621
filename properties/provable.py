"""Proofs for any number: of what none is expected, and what the others lean on.

Both are tables of the manifest. What is said to lean on something is tried with that
first; it is no part of the proof that it does, or that nothing else is needed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from properties.catalogue import CATALOGUE
from properties.lemmas import LEMMAS
from properties.manifest import PATH
from spec.lang.errors import SpecError
from spec.lang.model import lookup
from spec.systems import SYSTEMS


@cache
def not_proved(system: str) -> Mapping[str, str]:
    """The properties of a system that no proof is expected of, each with the reason.

    Raises SpecError when the table `unproved` is malformed.
    """
    rows = _rows("unproved", "why")
    return {
        name: str(row["why"])
        for row in rows
        if system in _names(row, "systems")
        for name in _names(row, "properties")
    }


@cache
def leaning() -> Mapping[str, frozenset[str]]:
    """For some properties and lemmas, what their proofs lean on.

    Raises SpecError when the table `leaning` is malformed.
    """
    found: dict[str, frozenset[str]] = {}
    for row in _rows("leaning", "on"):
        on = frozenset(_names(row, "on"))
        for name in _names(row, "properties"):
            found[name] = found.get(name, frozenset()) | on
    return found


def _rows(table: str, needed: str) -> list[Mapping[str, object]]:
    """The rows of a table; the systems and the properties in them exist."""
    known = {p.name: p for p in (*CATALOGUE, *LEMMAS)}
    try:
        rows: list[Mapping[str, object]] = tomllib.loads(
            PATH.read_text(encoding="utf-8")
        ).get(table, [])
        for row in rows:
            row[needed]
            for name in _names(row, "systems"):
                lookup(SYSTEMS, name, "system")
            for name in (*_names(row, "properties"), *_names(row, "on")):
                lookup(known, name, "property")
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        message = f"the table {table} in {PATH} is malformed: {error}"
        raise SpecError(message) from error
    return rows


def _names(row: Mapping[str, object], key: str) -> list[str]:
    listed = row.get(key, [])
    if not isinstance(listed, list):
        message = f"names stand in a list, not {listed!r}"
        raise TypeError(message)
    return [str(name) for name in listed]
