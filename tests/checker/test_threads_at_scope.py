"""Two processes of two threads beside init: all that is said of threads holds there."""

from __future__ import annotations

import pytest

from checker.bounded.one_step import kept_by_every_step
from checker.cli import naming
from checker.evaluate import Evaluator
from checker.ground import ground
from properties import threads
from spec.lang import Property

SIZES = {"process": 3, "task": 5, "number": 5, "share": 3, "uid": 1, "exit_code": 1}


@pytest.mark.slow
@pytest.mark.parametrize("system", ["unix", "peios"])
def test_what_is_said_of_threads_holds_of_two_processes_of_two(system: str) -> None:
    task = naming.task(system, sizes=SIZES, goals=False)
    known = {prop.name: prop for prop in (*task.lemmas(), *task.properties)}
    props = [prop for prop in known.values() if prop.kind != "sometimes"]
    said = {
        prop.name
        for prop in vars(threads).values()
        if isinstance(prop, Property) and prop.kind != "sometimes"
    }
    kept = kept_by_every_step(
        ground(task.model, task.scope, props, keep_params=True),
        Evaluator(task.model, task.scope, props),
    )

    assert len(said) > 10
    assert said & known.keys() <= kept.properties
