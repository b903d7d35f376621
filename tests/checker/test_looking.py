"""Kept runs are taken again wherever there is room for them."""

from __future__ import annotations

from checker.cli.naming import task
from checker.evaluate import Evaluator
from checker.looking import kept_runs, some_runs
from checker.probes import reach_probes
from checker.trace import shows

AT_ANOTHER_SCOPE = task("topaz", sizes={"process": 5, "number": 6})
EVALUATOR = Evaluator(
    AT_ANOTHER_SCOPE.model,
    AT_ANOTHER_SCOPE.scope,
    [probe.prop for probe in reach_probes(AT_ANOTHER_SCOPE.model)],
)


def test_runs_kept_at_another_scope_show_what_they_show_here() -> None:
    found = kept_runs(AT_ANOTHER_SCOPE, EVALUATOR, EVALUATOR.properties)

    assert "wait_for_child_succeeds" in found
    assert all(shows(EVALUATOR, name, run) for name, run in found.items())


def test_a_run_that_shows_nothing_here_is_not_taken() -> None:
    exhausted = {"start_process_fails_with_EAGAIN_1"}
    found = kept_runs(AT_ANOTHER_SCOPE, EVALUATOR, exhausted)

    assert exhausted <= EVALUATOR.properties.keys()
    assert found == {}


def test_what_no_kept_run_shows_is_walked_to() -> None:
    exhausted = ["start_process_fails_with_EAGAIN_1"]
    found = some_runs(AT_ANOTHER_SCOPE, EVALUATOR, exhausted, patient=True)

    assert found.keys() == set(exhausted)


def test_without_time_nothing_is_looked_at() -> None:
    assert kept_runs(AT_ANOTHER_SCOPE, EVALUATOR, EVALUATOR.properties, 0.0) == {}
