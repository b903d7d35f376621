"""The ledgers: every claim of the documents has a property, or a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

import properties.ledger as page
from properties.catalogue import CATALOGUE
from properties.ledger import LEDGERS, Claim, all_claims, ledger
from properties.manifest import manifest
from spec.lang.errors import SpecError
from spec.systems import SYSTEMS

FAMILIES = "ABCDEFGH"
"""The groups of the Peios ledger that are about processes, threads and signals."""
OF_FAMILIES = [c for c in ledger("peios").values() if c.id[0] in FAMILIES]
SYSTEM_OF = {"peios": "peios", "linux": "unix", "unix": "unix", "topaz": "topaz"}
ROW = """
[[claim]]
id = "A01"
text = "A sentence."
source = "T100"
kind = "invariant"
properties = {properties}
{more}
"""


@pytest.mark.parametrize("claim", OF_FAMILIES, ids=lambda claim: claim.id)
def test_every_claim_has_a_property_or_a_reason(claim: Claim) -> None:
    assert claim.properties or claim.why


@pytest.mark.parametrize("name", LEDGERS)
def test_every_reason_is_a_sentence(name: str) -> None:
    for claim in ledger(name).values():
        assert claim.why == "" or (claim.why.endswith(".") and " " in claim.why)


def test_no_property_speaks_for_a_claim_that_nobody_makes() -> None:
    cited = {claim for prop in CATALOGUE for claim in prop.claims}

    assert cited <= set(all_claims())


@pytest.mark.parametrize("name", LEDGERS)
def test_a_claim_is_refuted_where_one_of_its_properties_is(name: str) -> None:
    """By the model as it is built when no reading is asked for, and then why."""
    system = SYSTEM_OF[name]
    default = SYSTEMS[system].model().reading
    found = manifest().expected(system, default)
    broken = {p for p, verdict in found.items() if verdict == "violated"}
    claims = ledger(name).values()
    refuted = {c.id for c in claims if broken & set(c.properties)}

    assert {c.id for c in claims if c.verdict == "violated"} == refuted
    assert all(c.why for c in claims if c.verdict == "violated")


class TestReading:
    def write(
        self, monkeypatch: pytest.MonkeyPatch, folder: Path, **given: str
    ) -> None:
        """A ledger of one row in place of the Peios one."""
        text = ROW.format(**{"properties": "[]", "more": ""} | given)
        (folder / "peios.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(page, "FOLDER", folder)

    def test_a_claim_is_expected_to_hold_unless_it_says_otherwise(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        self.write(monkeypatch, tmp_path)
        claim = ledger.__wrapped__("peios")["A01"]

        assert (claim.verdict, claim.why) == ("proved", "")

    def test_a_reason_and_a_verdict_are_read(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        self.write(monkeypatch, tmp_path, more='why = "No."\nverdict = "violated"')
        claim = ledger.__wrapped__("peios")["A01"]

        assert (claim.verdict, claim.why) == ("violated", "No.")

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ('verdict = "maybe"', "the verdict 'maybe' is none of"),
            ('why = " "', "`why` is a sentence, or is left out"),
            ('wy = "x"', "and may have"),
        ],
    )
    def test_anything_else_is_refused(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        more: str,
        said: str,
    ) -> None:
        self.write(monkeypatch, tmp_path, more=more)

        with pytest.raises(SpecError, match=said):
            ledger.__wrapped__("peios")
