"""The most telling mutant of a property: the one that shows what it is for.

Its name speaks of what the property speaks of, its run is short, its name is short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.mutants.mutate import Mutant
from checker.mutants.notice import Watch
from checker.slicing.cone import fields_of
from checker.slicing.refine import Engine, check
from checker.verdict import Run, Violated
from spec.lang.model import Scope, Traced

ENOUGH = 3
"""How many mutants are compared: the first so many that the property catches."""


@dataclass(frozen=True, slots=True)
class Example:
    """A property fails: the run that shows it, and the mutant that it is a run of."""

    prop: Traced
    mutant: Mutant
    run: Run | None
    """None for a `sometimes`: the mutant has no example."""


def telling(
    watch: Watch,
    scope: Scope,
    prop: Traced,
    candidates: Iterable[Mutant],
    engine: Engine,
) -> Example | None:
    """The most telling of the mutants that the property catches; None if none does."""
    listed = list(candidates)
    spoken = _words(prop) - _common(listed)
    ordered = sorted(listed, key=lambda m: (-_shared(m, spoken), len(m.name)))
    found: list[Example] = []
    for mutant in ordered:
        if len(found) == ENOUGH:
            break
        for again in watch.noticing(mutant, [prop]):
            found += _example(mutant, scope, again, engine)
    return min(found, key=lambda e: _rank(e, spoken), default=None)


def _example(
    mutant: Mutant, scope: Scope, prop: Traced, engine: Engine
) -> list[Example]:
    return [
        Example(prop, mutant, answer.verdict.trace)
        for answer in check(mutant.model, scope, [prop], engine)
        if isinstance(answer.verdict, Violated)
    ]


def _rank(example: Example, spoken: frozenset[str]) -> tuple[int, int, int, str]:
    name = example.mutant.name
    length = 0 if example.run is None else len(example.run)
    return -_shared(example.mutant, spoken), length, len(name), name


def _words(prop: Traced) -> frozenset[str]:
    """The words of the property: of its name, its calls and the fields it reads."""
    nodes = [demand.node for demand in prop.obligations]
    fields = fields_of(prop.node, *nodes)
    return frozenset("_".join([prop.name, *fields]).replace(".", "_").split("_"))


def _common(listed: Sequence[Mutant]) -> frozenset[str]:
    """Words that say little: every third mutant has them."""
    counted = Counter(word for m in listed for word in set(m.name.split("_")))
    return frozenset(w for w, times in counted.items() if 3 * times > len(listed))


def _shared(mutant: Mutant, spoken: frozenset[str]) -> int:
    return len(spoken & set(mutant.name.split("_")))
