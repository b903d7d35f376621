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


Sizes = Mapping[str, int | str]
"""A scope by written names: `{"process": 4, "sig": "TERM+STOP"}`."""


@dataclass(frozen=True, slots=True)
class OwnScope:
    """A scope that some properties are checked at instead, and why.

    It is what differs from the default of the system. Beside properties it can name
    goals that go without saying, as reports name them.
    """

    properties: frozenset[str]
    systems: frozenset[str]
    scope: Sizes
    why: str
    depth: int | None = None
    """How many steps the search goes there; None: it visits everything."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The default scopes, and the expectations that are not `proved at scope`."""

    scopes: Mapping[str, Sizes]
    expectations: tuple[Expectation, ...]
    own_scopes: tuple[OwnScope, ...] = ()

    def scope(self, system: str) -> Sizes:
        """The default scope of a system, by the sorts' written names."""
        found: Sizes = lookup(self.scopes, system, "scope of a system")
        return found

    def own_scope(self, system: str, prop: str) -> Sizes | None:
        """The scope of this property in the system, if it has one of its own."""
        own = self.own(system, prop)
        return None if own is None else {**self.scope(system), **own.scope}

    def own(self, system: str, prop: str) -> OwnScope | None:
        """The row of this property in the system, if it has a scope of its own."""
        for own in self.own_scopes:
            if system in own.systems and prop in own.properties:
                return own
        return None

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
        own = tuple(_own_scope(row) for row in said.get("scope_of", ()))
        return Manifest(said["scope"], expectations, own)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        message = f"the manifest {PATH} is malformed: {error}"
        raise SpecError(message) from error


def _own_scope(row: Mapping[str, object]) -> OwnScope:
    """One row; its systems and its properties exist."""
    scope = row["scope"]
    if not isinstance(scope, dict):
        message = f"a scope is a table of sizes, not {scope!r}"
        raise TypeError(message)
    found = OwnScope(
        properties=_names(row["properties"]),
        systems=_names(row["systems"]),
        scope=scope,
        why=str(row["why"]),
        depth=_depth(row.get("depth")),
    )
    for system in found.systems:
        lookup(SYSTEMS, system, "system")
    for name in found.properties:
        if not re.search(GENERATED, name):
            lookup({p.name: p for p in CATALOGUE}, name, "property")
    return found


def _depth(said: object) -> int | None:
    if said is not None and (not isinstance(said, int) or said < 1):
        message = f"a depth is a number of steps, not {said!r}"
        raise TypeError(message)
    return said


def _names(said: object) -> frozenset[str]:
    if not isinstance(said, list):
        message = f"names stand in a list, not {said!r}"
        raise TypeError(message)
    return frozenset(str(name) for name in said)


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
