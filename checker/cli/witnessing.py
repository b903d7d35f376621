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

from checker.cli.naming import tasks
from checker.exploring import Exploring
from checker.glance import glance
from checker.novelty import SEED
from checker.scope import scope_words
from checker.searcher import Limits, Searcher
from checker.slicing.refine import check, group
from checker.slicing.slice import slice_model
from checker.task import Task
from checker.trace import confirm, shows
from checker.verdict import Run, Violated
from counterexamples.minimise import minimise
from counterexamples.witnesses import HOME, text_of, witnesses_of
from spec.lang.model import Model, Traced
from spec.systems import SYSTEMS

SEEDS: Final = range(SEED, SEED + 4)
MOST_STATES: Final = 3_000_000
"""How far one search goes for what random runs do not meet."""
SECONDS: Final = 20.0
"""How long all searches of one task may take."""


Found = Iterator[tuple[str, Run]]


def kept(task: Task) -> Found:
    """A run for each probe of the task, as short as can easily be had."""
    searcher = Searcher(Limits(states=MOST_STATES), symmetry=True)
    exploring = Exploring(task, "explore", searcher, slices=True)
    turned = sought(exploring)
    asked = dict.fromkeys(turned)
    for ways in (_known, _elsewhere, _walked, _walked_near, _searched):
        for name, run in ways(exploring, {n: turned[n] for n in asked}):
            if name in asked and shows(exploring.evaluator, name, run):
                del asked[name]
                yield name, run


def _known(exploring: Exploring, asked: dict[str, Traced]) -> Found:
    """What is kept of the system, first at this scope."""
    yield from exploring.task.witnesses(exploring.evaluator, asked)


def _elsewhere(exploring: Exploring, asked: dict[str, Traced]) -> Found:
    """What is kept of other systems and at other scopes, if it can be taken here."""
    for system in SYSTEMS:
        for witness in witnesses_of(system):
            names = [name for name in witness.meets if name in asked]
            run = witness.run(exploring.evaluator) if names else None
            if run is not None:
                yield from ((name, run) for name in names)


def _walked(exploring: Exploring, asked: dict[str, Traced]) -> Found:
    """What random runs meet."""
    evaluator, left = exploring.evaluator, dict.fromkeys(asked)
    for seed in SEEDS:
        for name, run in glance(evaluator, left, seed=seed).items():
            del left[name]
            yield name, minimise(evaluator, name, run)


def _walked_near(exploring: Exploring, asked: dict[str, Traced]) -> Found:
    """What random runs meet that are made of a few calls: those that matter to it."""
    evaluator, model = exploring.evaluator, exploring.task.model
    for name, prop in asked.items():
        calls = calls_near(model, prop)
        runs = (glance(evaluator, [name], seed=s, among=calls) for s in SEEDS)
        found = next((found[name] for found in runs if found), None)
        if found is not None:
            yield name, minimise(evaluator, name, found)


def _searched(exploring: Exploring, asked: dict[str, Traced]) -> Found:
    """What a search finds, while there is time."""
    task, evaluator = exploring.task, exploring.evaluator
    until = time.monotonic() + SECONDS
    for name, prop in asked.items():
        if time.monotonic() > until:
            return
        for answer in check(
            task.model, task.scope, [prop], exploring.searcher, evaluator
        ):
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
