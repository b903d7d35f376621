"""What runs show before anything is searched or asked: kept runs, then random ones.

A run that breaks a property refutes it, and a run that breaks a probe shows that what
the probe denies does happen; neither needs a search. The runs are not shortest ones.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from checker.approach import approach
from checker.evaluate import Evaluator
from checker.glance import glance
from checker.task import Task
from checker.trace import shows
from checker.verdict import Run


def kept_runs(
    task: Task,
    evaluator: Evaluator,
    names: Iterable[str],
    deadline: float | None = None,
) -> dict[str, Run]:
    """Those of these properties of the evaluator that a kept run breaks.

    `deadline` is in seconds of `time.monotonic`.
    """
    asked, found = dict.fromkeys(names), dict[str, Run]()
    for name, run in task.witnesses(evaluator, asked.keys()):
        if deadline is not None and time.monotonic() > deadline:
            break
        if name in asked and shows(evaluator, name, run):
            del asked[name]
            found[name] = run
    return found


def some_runs(
    task: Task,
    evaluator: Evaluator,
    names: Iterable[str],
    deadline: float | None = None,
    *,
    patient: bool = False,
) -> dict[str, Run]:
    """Those that a kept run or a random run breaks; `patient` takes some seconds."""
    asked = list(names)
    found = kept_runs(task, evaluator, asked, deadline)
    for ways in (glance, approach) if patient else (glance,):
        left = [name for name in asked if name not in found]
        found |= ways(evaluator, left, deadline) if left else {}
    return found
