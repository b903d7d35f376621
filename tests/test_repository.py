"""The repository itself: layout, imports, citations, and what is never said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from properties.catalogue import CATALOGUE
from spec.lang import Model
from spec.lang.ir import Node, Place
from spec.lang.walk import postorder
from spec.sources import resolve
from spec.systems import SYSTEMS
from tests.budgets import over_budget
from tests.sources import (
    PACKAGES,
    ROOT,
    committed,
    imports_of,
    names_made,
    names_used,
    python_files,
    text_of,
    tree_of,
)

TOP = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "checker",
    "counterexamples",
    "properties",
    "pyproject.toml",
    "spec",
    "tests",
}
CLI = Path("checker/cli")

MAY_IMPORT = {
    "spec/lang": ("spec.lang",),
    "spec/process": ("spec.lang", "spec.process"),
    "spec/unix": ("spec.lang", "spec.process", "spec.unix", "spec.sources"),
    "spec/peios": ("spec.lang", "spec.process", "spec.peios", "spec.sources"),
    "spec/topaz": ("spec.lang", "spec.process", "spec.topaz", "spec.sources"),
    "spec": ("spec",),
    "properties": ("spec", "properties"),
    "checker/cli": ("spec", "properties", "checker", "counterexamples"),
    "checker": ("spec.lang", "checker"),
    "counterexamples": (
        "spec.lang",
        "counterexamples",
        "checker.evaluate",
        "checker.python_text",
        "checker.scope",
        "checker.trace",
        "checker.verdict",
    ),
}
"""The most specific folder decides."""

OUTSIDE = {
    "z3": ("checker/*lower_z3*.py", "checker/bounded/*.py", "checker/*first_order*.py",
           "checker/proof/*.py"),
    "llvmlite": ("checker/native/*.py", "checker/search/*.py", "checker/symmetry/*.py"),
    "numba": ("checker/native/*.py", "checker/search/*.py", "checker/symmetry/*.py"),
    "numpy": ("checker/native/*.py", "checker/search/*.py", "checker/symmetry/*.py",
              "checker/simulat*.py"),
    "typer": ("checker/cli/*.py",),
    "rich": ("checker/cli/*.py", "checker/cli/auditing/*.py", "counterexamples/*.py"),
    "jinja2": ("checker/*export*.py", "checker/cli/*.py", "counterexamples/*.py"),
}  # fmt: skip
"""Which files may import a library."""

NEVER = (
    "/.lib" + "rary",
    "TO" + "DO",
    "FIX" + "ME",
    "utils" + ".py",
    "/wo" + "rk/",
    "../sha" + "red",
)


def models() -> Iterator[tuple[str, Model]]:
    """Every system under its default reading."""
    for name, system in SYSTEMS.items():
        yield name, system.model()


def test_only_these_stand_at_the_top() -> None:
    assert {path.parts[0] for path in committed()} <= TOP


def _allowed(path: Path) -> tuple[str, ...]:
    folders = [folder for folder in MAY_IMPORT if path.is_relative_to(folder)]
    return MAY_IMPORT[max(folders, key=len)]


@pytest.mark.parametrize("path", list(python_files(*PACKAGES)), ids=str)
def test_imports_point_one_way(path: Path) -> None:
    ours = [name for name in imports_of(path) if name.split(".")[0] in PACKAGES]
    allowed = _allowed(path)

    astray = [
        name
        for name in ours
        if not any(name == ok or name.startswith(f"{ok}.") for ok in allowed)
    ]

    assert astray == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    modules = {".".join(p.with_suffix("").parts): p for p in python_files(*PACKAGES)}
    imports = nx.DiGraph()
    for name, path in modules.items():
        used = imports_of(path, for_types=False)
        imports.add_edges_from((name, other) for other in used if other in modules)

    parts = nx.strongly_connected_components(imports)

    assert [sorted(part) for part in parts if len(part) > 1] == []


@pytest.mark.parametrize("library", OUTSIDE)
def test_a_library_is_imported_where_it_belongs(library: str) -> None:
    importing = {
        path
        for path in python_files(*PACKAGES)
        for name in imports_of(path)
        if name.split(".")[0] == library
    }

    assert [
        path
        for path in sorted(importing)
        if not any(path.match(pattern) for pattern in OUTSIDE[library])
    ] == []


def test_nothing_is_dead() -> None:
    """Whatever is defined is used somewhere, if only by a test."""
    used = {
        name for path in python_files(*PACKAGES, "tests") for name in names_used(path)
    }

    assert [
        f"{path}: {name}"
        for path in python_files(*PACKAGES)
        for name in names_made(path)
        if name not in used and not name.startswith("__")
    ] == []


def test_the_engines_never_name_what_they_check() -> None:
    """No string in `checker` is the name of a call, a field or an error."""
    names: set[str] = set()
    for _, model in models():
        names |= {info.name for info in model.shape.fields()}
        for action in model.actions:
            names.add(action.name)
            names |= {str(a.error) for r in action.rungs for a in r.alternatives}
    said = {
        f"{path}: {node.value}"
        for path in python_files("checker")
        if not path.is_relative_to(CLI)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and node.value in names
    }

    assert said == set()


@pytest.mark.parametrize("path", committed(), ids=str)
def test_nothing_is_said_that_does_not_belong(path: Path) -> None:
    text = text_of(path)

    assert [word for word in NEVER if word in text] == []


class TestCitations:
    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_line_of_a_page_resolves(self, name: str) -> None:
        """Tracing resolves them; none may be left empty."""
        for action in SYSTEMS[name].model().actions:
            for rung in action.rungs:
                assert rung.cite or rung.kind == "blocks", f"{action.name}: {rung.kind}"
                if rung.cite:
                    resolve(rung.cite, action.source)

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_reading_is_asked_by_a_document(self, name: str) -> None:
        for reading in SYSTEMS[name].readings:
            assert reading.cites
            assert reading.default in reading.options
            for option in reading.options:
                SYSTEMS[name].model({reading.name: option})
            for cite in reading.cites:
                resolve(cite, "")

    def test_every_property_cites_its_claims(self) -> None:
        for prop in CATALOGUE:
            assert prop.claims or prop.source, prop.name
            if prop.source:
                resolve(prop.source, "")


class TestCompleteness:
    def test_names_of_properties_are_sentences(self) -> None:
        names = [prop.name for prop in CATALOGUE]

        assert len(set(names)) == len(names)
        for prop in CATALOGUE:
            assert prop.doc.endswith("."), prop.name
            assert set(prop.systems) <= SYSTEMS.keys(), prop.name

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_call_has_a_page_and_a_source(self, name: str) -> None:
        for action in SYSTEMS[name].model().actions:
            assert action.source, action.name
            assert action.doc.endswith("."), action.name
            assert any(
                f"def {action.name}(" in text_of(path) for path in python_files("spec")
            )

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_call_is_named_by_a_test(self, name: str) -> None:
        tests = "".join(
            text_of(path)
            for path in python_files("tests")
            if path.parts[1] in {"spec", "properties", "conformance"}
        )

        silent = [
            action.name
            for action in SYSTEMS[name].model().actions
            if not re.search(rf"\b{action.name}\b", tests)
        ]

        assert silent == []

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_call_is_asked_of_by_a_property(self, name: str) -> None:
        """Some property reads a cell that the call writes, or demands of its steps."""
        model = SYSTEMS[name].model()
        fields: set[str] = set()
        demanded: set[str] = set()
        for prop in CATALOGUE:
            if prop.systems and name not in prop.systems:
                continue
            traced = model.trace(prop)
            nodes = [d.node for d in traced.obligations]
            demanded |= {d.action for d in traced.obligations}
            fields |= _fields_read(traced.node, *nodes)

        unasked = [
            action.name
            for action in model.actions
            if action.writes
            and action.name not in demanded
            and not {write.field for write in action.writes} & fields
        ]

        assert unasked == []


def _fields_read(*roots: object) -> set[str]:
    nodes = [root for root in roots if isinstance(root, Node)]
    places = [node.attr for node in postorder(nodes)]
    return {place.field for place in places if isinstance(place, Place)}


def test_budgets_are_reported() -> None:
    """Guides, not limits: the run's summary lists what exceeds them."""
    assert all(size.lines > 40 for size in over_budget())


def test_the_license_is_named_once() -> None:
    assert "pidproof contributors" in text_of(Path("LICENSE"))
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100
