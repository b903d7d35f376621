"""Properties with a scope of their own: who is asked where."""

from __future__ import annotations

import pytest

from checker.check import check
from checker.cli import naming
from checker.cli.naming import sizes_for, task, tasks
from checker.probes import generated
from checker.scope import sorts_of, written
from checker.searcher import Limits, Searcher
from checker.task import Result
from properties.manifest import Manifest, OwnScope, manifest

GROUPS = "a_process_stays_in_the_group_it_was_created_in"
OWN = OwnScope(
    frozenset({GROUPS, "terminate_succeeds"}),
    frozenset({"topaz"}),
    {"process": 2, "number": 3},
    "It is enough to see it.",
)


@pytest.fixture
def own_scopes(monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """A manifest in which a property and a goal have a scope of their own."""
    said = Manifest(manifest().scopes, manifest().expectations, (OWN,))
    monkeypatch.setattr(naming, "manifest", lambda: said)
    return said


def test_what_differs_is_laid_over_the_scope_of_the_system(
    own_scopes: Manifest,
) -> None:
    usual = dict(own_scopes.scope("topaz"))

    assert own_scopes.own_scope("topaz", GROUPS) == {**usual, "process": 2, "number": 3}
    assert own_scopes.own_scope("unix", GROUPS) is None


@pytest.mark.usefixtures("own_scopes")
def test_every_property_and_goal_is_asked_at_one_scope() -> None:
    usual, own = tasks("topaz")
    asked = [prop.name for one in (usual, own) for prop in one.properties]
    goals = [goal.name for one in (usual, own) for goal in one.generated()]

    assert sorted(asked) == sorted(prop.name for prop in task("topaz").properties)
    assert sorted(goals) == sorted(goal.name for goal in generated(usual.model))
    assert [prop.name for prop in own.properties] == [GROUPS]
    assert [goal.name for goal in own.generated()] == ["terminate_succeeds"]
    assert dict(written(own.scope))["process"] == 2
    assert dict(written(usual.scope))["process"] == 4


@pytest.mark.usefixtures("own_scopes")
def test_a_check_at_its_own_scope_answers_what_it_is_asked() -> None:
    _, own = tasks("topaz")
    searcher = Searcher(Limits(), native=False)
    results = [
        event for event in check(own, "explore", searcher) if isinstance(event, Result)
    ]

    assert {result.prop.name for result in results} == {GROUPS, "terminate_succeeds"}
    assert all(result.exit_code == 0 for result in results)


def test_without_scopes_of_their_own_there_is_one_task() -> None:
    (one,) = tasks("topaz")

    assert one.scope == task("topaz").scope


def test_a_sort_that_nobody_gives_a_size_has_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = task("topaz").model
    bare = Manifest({"topaz": {}}, ())
    monkeypatch.setattr(naming, "manifest", lambda: bare)
    sizes = sizes_for(model, {"process": 5})

    assert sizes["process"] == 5
    assert {sizes[name] for name in sorts_of(model) if name != "process"} >= {2}
