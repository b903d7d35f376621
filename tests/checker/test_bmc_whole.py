"""Bounded checking of the whole of Peios: nothing sliced, every goal asked for."""

from __future__ import annotations

import pytest

from checker.check import check
from checker.cli import naming
from checker.searcher import Limits, Searcher
from checker.task import Result
from checker.verdict import Bounded, ProvedAtScope, Violated


@pytest.mark.slow
def test_all_of_peios_is_checked_to_depth_twelve() -> None:
    task = naming.task("peios", sizes={"process": 4})
    events = check(task, "bmc", Searcher(Limits()), depth=12)
    found = {e.prop.name: e.verdict for e in events if isinstance(e, Result)}
    asked = {p.name for p in task.properties} | {p.name for p in task.generated()}
    violated = {name for name, v in found.items() if isinstance(v, Violated)}
    open_ = {name: v for name, v in found.items() if name not in violated}

    assert found.keys() == asked
    assert violated == {n for n, v in task.expected.items() if v == "violated"}
    assert all(isinstance(v, ProvedAtScope) or v == Bounded(12) for v in open_.values())
