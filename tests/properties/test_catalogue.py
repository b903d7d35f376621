"""The properties: names, documents, claims; each is about every system it names."""

from __future__ import annotations

import re

import pytest

from properties.catalogue import CATALOGUE, for_system
from properties.ledger import LEDGERS, all_claims, ledger
from properties.manifest import manifest
from spec.lang import Property
from spec.lang.errors import SpecError
from spec.lang.model import snake
from spec.lang.types import SortType
from spec.sources import resolve
from spec.systems import SYSTEMS

NAMES = {prop.name: prop for prop in CATALOGUE}
MODELS = {name: system.model() for name, system in SYSTEMS.items()}
PAIRS = [(name, prop) for name in SYSTEMS for prop in for_system(name)]


def test_names_are_unique_and_read_as_sentences() -> None:
    assert len(NAMES) == len(CATALOGUE)
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name) for name in NAMES)


@pytest.mark.parametrize("prop", CATALOGUE, ids=lambda p: p.name)
def test_every_property_has_a_sentence_and_claims(prop: Property) -> None:
    assert prop.doc.endswith(".")
    assert prop.claims
    assert set(prop.systems) <= set(SYSTEMS)
    assert set(prop.claims) <= set(all_claims())
    resolve(prop.source)


@pytest.mark.parametrize(("name", "prop"), PAIRS, ids=lambda v: getattr(v, "name", v))
def test_every_property_says_something_of_each_of_its_systems(
    name: str, prop: Property
) -> None:
    traced = MODELS[name].trace(prop)

    assert traced.obligations or traced.node is not None
    assert traced.node is None or traced.node.op != "CONST"


def test_the_ledgers_and_the_properties_point_at_each_other() -> None:
    declared = {(claim, p.name) for p in CATALOGUE for claim in p.claims}
    listed = {(c.id, name) for c in all_claims().values() for name in c.properties}

    assert declared == listed


def test_every_claim_of_every_ledger_can_be_cited() -> None:
    for name in LEDGERS:
        for claim in ledger(name):
            resolve(claim)


def test_the_peios_ledger_is_whole() -> None:
    assert len(ledger("peios")) == 336


def test_an_unknown_ledger_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SpecError, match="did you mean topaz"):
        ledger("topas")


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_manifest_gives_every_sort_a_size(name: str) -> None:
    model = MODELS[name]
    arguments = {
        snake(p.type.name)
        for action in model.actions
        for p in action.params
        if isinstance(p.type, SortType)
    }
    fields = {snake(sort) for sort in model.shape.sorts()}

    assert set(manifest().scope(name)) == fields | arguments


def test_what_is_expected_depends_on_the_reading() -> None:
    default = {r.name: r.default for r in SYSTEMS["peios"].readings}
    forced = default | {"lsv_with_pip": "forced"}
    name = "a_protected_process_verifies_libraries"

    other = "exec_touches_no_mitigation"
    by_default = manifest().expected("peios", default)
    when_forced = manifest().expected("peios", forced)

    assert (by_default[name], by_default.get(other)) == ("violated", None)
    assert (when_forced.get(name), when_forced[other]) == (None, "violated")


def cited() -> set[str]:
    """What the pages, the fields and the readings of all systems cite."""
    cites: set[str] = set()
    for name, system in SYSTEMS.items():
        shape = MODELS[name].shape
        cites |= {info.cite for info in shape.fields()}
        cites |= {cite for reading in system.readings for cite in reading.cites}
        for action in MODELS[name].actions:
            cites.add(action.source)
            cites |= {rung.cite for rung in action.rungs}
    return {one.strip() for cite in cites for one in cite.split(";")}


def test_what_the_pages_cite_of_a_ledgers_document_is_in_the_ledger() -> None:
    listed = re.compile(r"facts [A-Z]\d+|topaz \d+:\d+|unix [a-z]+:\d+|[A-M]\d\d")
    rows = {cite for cite in cited() if listed.fullmatch(cite)}

    assert rows
    assert rows <= set(all_claims())


@pytest.mark.parametrize("name", LEDGERS)
def test_every_ledger_has_claims_that_properties_speak_for(name: str) -> None:
    assert any(claim.properties for claim in ledger(name).values())
