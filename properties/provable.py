"""What is expected to be proved for any number, and what is not, and why."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from properties.catalogue import CATALOGUE
from properties.manifest import PATH
from spec.lang.errors import SpecError
from spec.lang.model import lookup
from spec.systems import SYSTEMS


@cache
def not_proved(system: str) -> Mapping[str, str]:
    """The properties of a system that no proof is expected of, each with the reason.

    Raises SpecError when the manifest's table `unproved` is malformed.
    """
    known = {p.name: p for p in CATALOGUE}
    try:
        rows = tomllib.loads(PATH.read_text(encoding="utf-8")).get("unproved", ())
        for row in rows:
            for name in row["systems"]:
                lookup(SYSTEMS, name, "system")
            for name in row["properties"]:
                lookup(known, name, "property")
        return {
            str(name): str(row["why"])
            for row in rows
            if system in row["systems"]
            for name in row["properties"]
        }
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        message = f"the table of what is not proved in {PATH} is malformed: {error}"
        raise SpecError(message) from error
