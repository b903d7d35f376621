"""The manifest: the scopes of checks that are given none, and what they should find."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from properties.catalogue import CATALOGUE
from spec.lang.errors import SpecError
from spec.lang.model import lookup
from spec.systems import SYSTEMS

PATH: Final = Path(__file__).with_name("manifest.toml")
GENERATED: Final = r"_succeeds$|_fails_with_E[A-Z]+(_\d+)?$"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a check of one property should find, and why it is not the usual."""

    system: str
    property: str
    verdict: str
    why: str
    reading: Mapping[str, str]
    """The options under which it is expected; none means under every reading."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The default scopes, and the expectations that are not `proved at scope`."""

    scopes: Mapping[str, Mapping[str, int]]
    expectations: tuple[Expectation, ...]

    def scope(self, system: str) -> Mapping[str, int]:
        """The default scope of a system, by the sorts' written names."""
        found: Mapping[str, int] = lookup(self.scopes, system, "scope of a system")
        return found

    def expected(self, system: str, reading: Mapping[str, str]) -> dict[str, str]:
        """The verdicts expected of a system under a reading, by property."""
        return {
            e.property: e.verdict
            for e in self.expectations
            if e.system == system and e.reading.items() <= reading.items()
        }


@cache
def manifest() -> Manifest:
    """The manifest beside this page; raises SpecError when it is malformed."""
    try:
        said = tomllib.loads(PATH.read_text(encoding="utf-8"))
        expectations = tuple(_expectation(row) for row in said["expected"])
        return Manifest(said["scope"], expectations)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        message = f"the manifest {PATH} is malformed: {error}"
        raise SpecError(message) from error


def _expectation(row: Mapping[str, object]) -> Expectation:
    """One row; its system, its property and its reading exist.

    The goals that go without saying, of a call's success and of its errors, are named
    as reports name them.
    """
    given = row.get("reading", {})
    reading = given if isinstance(given, dict) else {}
    found = Expectation(
        system=str(row["system"]),
        property=str(row["property"]),
        verdict=str(row["verdict"]),
        why=str(row["why"]),
        reading=reading,
    )
    readings = {r.name: r for r in lookup(SYSTEMS, found.system, "system").readings}
    if not re.search(GENERATED, found.property):
        lookup({p.name: p for p in CATALOGUE}, found.property, "property")
    for name, option in found.reading.items():
        asked = lookup(readings, name, f"reading of {found.system}")
        lookup({o: o for o in asked.options}, option, f"option of {name}")
    return found
