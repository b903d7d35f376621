"""The ledgers: what each document says, in our words, and what speaks for it.

A claim is checked by properties, or has a reason why it is not; one with neither is one
that nothing checks yet: the list of what is missing. A claim that the model refutes is
a finding, and has the verdict `violated`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from spec.lang.errors import SpecError
from spec.lang.model import lookup

LEDGERS: Final = ("peios", "linux", "unix", "topaz")
FOLDER: Final = Path(__file__).parent / "claims"
KINDS: Final = (
    "invariant",
    "action property",
    "liveness",
    "error contract",
    "encoding",
)
VERDICTS: Final = ("proved", "violated")
COLUMNS: Final = {"id", "text", "source", "kind", "properties"}
OPTIONAL: Final = {"verdict", "why"}


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a document, as the ledger has it."""

    id: str
    text: str
    source: str
    kind: str
    properties: tuple[str, ...]
    verdict: str
    """What its properties should find, taken together: `proved` unless said."""
    why: str
    """Why no property speaks for it, or why it is refuted; empty if neither."""


@cache
def ledger(name: str) -> Mapping[str, Claim]:
    """The claims of one ledger by id; raises SpecError, naming the row at fault."""
    lookup({known: known for known in LEDGERS}, name, "ledger")
    path = FOLDER / f"{name}.toml"
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("claim", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        message = f"the ledger {path} cannot be read: {error}"
        raise SpecError(message) from error
    found: dict[str, Claim] = {}
    for number, row in enumerate(rows, 1):
        claim = _claim(row, f"{path.name}, claim {number}")
        if claim.id in found:
            message = f"{path.name}: claim {claim.id} is there twice"
            raise SpecError(message)
        found[claim.id] = claim
    return found


@cache
def all_claims() -> Mapping[str, Claim]:
    """The claims of every ledger by id."""
    return {i: claim for name in LEDGERS for i, claim in ledger(name).items()}


def _claim(row: Mapping[str, object], where: str) -> Claim:
    if set(row) - OPTIONAL != COLUMNS:
        message = (
            f"{where}: it has {sorted(row)}; it must have {sorted(COLUMNS)} "
            f"and may have {sorted(OPTIONAL)}"
        )
        raise SpecError(message)
    if row["kind"] not in KINDS:
        message = f"{where}: {row['kind']!r} is none of {KINDS}"
        raise SpecError(message)
    names, why = row["properties"], str(row.get("why", ""))
    if not isinstance(names, list):
        message = f"{where}: `properties` is a list of names"
        raise SpecError(message)
    verdict = str(row.get("verdict", VERDICTS[0]))
    if verdict not in VERDICTS:
        message = f"{where}: the verdict {verdict!r} is none of {VERDICTS}"
        raise SpecError(message)
    if "why" in row and not why.strip():
        message = f"{where}: `why` is a sentence, or is left out"
        raise SpecError(message)
    return Claim(
        id=str(row["id"]),
        text=str(row["text"]),
        source=str(row["source"]),
        kind=str(row["kind"]),
        properties=tuple(str(name) for name in names),
        verdict=verdict,
        why=why,
    )
