"""Keep a run for all that should be seen to happen: `python -m checker.cli.witnessing`.

Writes `counterexamples/witnesses/SYSTEM.txt`: for each scope at which something is
checked the runs that meet the goals, the examples and the premises of the properties.
What is kept already and still shows what it is for stays as it is; the rest is looked
for at random, from several seeds, and then by searches. Run it again when a page or a
property has changed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Final

from checker.cli.naming import scope_words, tasks
from checker.exploring import Exploring
from checker.glance import SEED, glance
from checker.shorten import shortened
from checker.searcher import Limits, Searcher
from checker.slicing.refine import check, group
from checker.slicing.slice import slice_model
from checker.task import Task
from checker.trace import confirm, shows
from checker.verdict import Run, Violated
from counterexamples.witnesses import HOME, text_of
from spec.lang.model import Model, Traced
from spec.systems import SYSTEMS

SEEDS: Final = range(SEED, SEED + 4)
MOST_STATES: Final = 3_000_000
"""How far one search goes for what random runs do not meet."""
SECONDS: Final = 20.0
"""How long all searches of one task may take."""


def kept(task: Task) -> Iterator[tuple[str, Run]]:
    """A run for each probe of the task, as short as can easily be had."""
    searcher = Searcher(Limits(states=MOST_STATES), symmetry=True)
    exploring = Exploring(task, "explore", searcher, slices=True)
    evaluator = exploring.evaluator
    turned = sought(exploring)
    asked = dict.fromkeys(turned)
    for name, run in task.witnesses(evaluator):
        if name in asked and shows(evaluator, name, run):
            del asked[name]
            yield name, run
    for seed in SEEDS:
        for name, run in glance(evaluator, asked, seed=seed).items():
            del asked[name]
            yield name, shortened(evaluator, name, run)
    for name in list(asked):
        calls = calls_near(task.model, turned[name])
        for seed in SEEDS:
            found = glance(evaluator, [name], seed=seed, among=calls)
            if found:
                del asked[name]
                yield name, shortened(evaluator, name, found[name])
                break
    until = time.monotonic() + SECONDS
    for name in asked:
        if time.monotonic() > until:
            return
        wanted = [turned[name]]
        for answer in check(task.model, task.scope, wanted, searcher, evaluator):
            if isinstance(answer.verdict, Violated) and answer.verdict.trace:
                yield name, confirm(evaluator, name, answer.verdict.trace)


def sought(exploring: Exploring) -> dict[str, Traced]:
    """What a run can break: every probe, and what the manifest expects to be broken."""
    probes = (*exploring.probes.values(), *exploring.examples.values())
    expected = exploring.task.expected
    broken = Violated.json_name
    return {probe.prop.name: probe.prop for probe in probes} | {
        p.name: p for p in exploring.asserted if expected.get(p.name) == broken
    }


def calls_near(model: Model, prop: Traced) -> frozenset[str]:
    """The calls that change what the property speaks of, loosely taken."""
    (one,) = group(model, [prop])
    sliced = slice_model(model, [prop], one.fields)
    return frozenset(way.action for way in sliced.ways.values())


def lines_of(system: str) -> Iterator[str]:
    """The file of a system."""
    yield f"# Runs of {system}: `python -m checker.cli.witnessing` keeps them."
    for task in tasks(system):
        exploring = Exploring(task, "explore", Searcher(Limits()), slices=True)
        by_run: dict[Run, list[str]] = {}
        for name, run in kept(task):
            by_run.setdefault(run, []).append(name)
        ordered = sorted(by_run.items(), key=lambda one: (len(one[0]), one[1]))
        if ordered:
            yield from text_of(scope_words(task.scope), ordered, exploring.evaluator)
        every = set(sought(exploring))
        for name in sorted(every - {n for names in by_run.values() for n in names}):
            print(f"{system} {scope_words(task.scope)}: {name}", flush=True)


def main() -> None:
    """Write them all, or those of the systems that are named."""
    HOME.mkdir(exist_ok=True)
    for system in sys.argv[1:] or SYSTEMS:
        text = "\n".join(lines_of(system)).rstrip("\n") + "\n"
        (HOME / f"{system}.txt").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
