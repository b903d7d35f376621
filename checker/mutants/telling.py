"""The most telling mutant of a property: the one that shows what it is for.

Few other properties notice it, its run is short, and its name speaks of what the
property speaks of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Final

from checker.mutants.departures import changed_fields
from checker.mutants.look import Look, Parted
from checker.mutants.mutate import Mutant
from checker.mutants.reached import Reached
from checker.slicing.cone import fields_of
from checker.verdict import Run
from spec.lang.model import Traced

ENOUGH: Final = 5
"""How many mutants are compared: the first so many that the property catches."""
LETTERS: Final = 10
"""So many letters of a name weigh as much as a step."""
FEW_CALLS: Final = 12
"""Of more calls than this a property speaks in general."""
GLUE: Final = frozenset(["of", "and", "to", "by", "with", "ignoring", "several"])
"""Words of names that say nothing."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How many mutants are looked at: for what their own steps break, and for later."""

    at_once: int
    later: int


LITTLE: Final = Effort(300, 0)
MUCH: Final = Effort(600, 50)


@dataclass(frozen=True, slots=True)
class Example:
    """A property fails: the run that shows it, and the mutant that it is a run of."""

    prop: Traced
    mutant: Mutant
    run: Run
    others: int
    """How many more properties notice the mutant."""

    def cost(self) -> tuple[int, str]:
        """What it takes to read it: what else is wrong, the run, the name."""
        name = self.mutant.name
        return self.others + len(self.run) + len(name) // LETTERS, name


class Teller:
    """Finds the most telling mutants of a model, whose states have been reached."""

    def __init__(self, reached: Reached, properties: Iterable[Traced]) -> None:
        self.reached = reached
        self.look = Look(reached, properties)
        self._parted: dict[str, Parted] = {}
        self._changed: dict[str, frozenset[str]] = {}

    def examples(
        self, prop: Traced, candidates: Iterable[Mutant], effort: Effort
    ) -> list[Example]:
        """Mutants that the property catches, the most telling first.

        What a step of the mutant itself breaks is looked at first, and what other calls
        break later only if there is no such step.
        """
        alone = Look(self.reached, [prop])
        listed = self._ordered(prop, candidates)
        first = [mutant for mutant in listed if _tells_at_once(prop, mutant)]
        looks = (
            (alone.at_once, first[: effort.at_once]),
            (alone.later, listed[: effort.later]),
        )
        for shows, some in looks:
            caught = (
                (mutant, run)
                for mutant in some
                for _, run in islice(shows(self._steps(mutant)), 1)
            )
            found = [
                Example(prop, mutant, run, self._others(prop, mutant))
                for mutant, run in islice(caught, ENOUGH)
            ]
            if found:
                return sorted(found, key=Example.cost)
        return []

    def _steps(self, mutant: Mutant) -> Parted:
        if mutant.name not in self._parted:
            self._parted[mutant.name] = self.look.parted(mutant)
        return self._parted[mutant.name]

    def _others(self, prop: Traced, mutant: Mutant) -> int:
        return len(
            {name for name, _ in self.look.at_once(self._steps(mutant))} - {prop.name}
        )

    def _ordered(self, prop: Traced, candidates: Iterable[Mutant]) -> list[Mutant]:
        """Those that can matter: of each call one, then of each call another."""
        spoken = _words(prop)
        of_calls: dict[str, list[Mutant]] = {}
        for mutant in self._mattering(prop, candidates):
            of_calls.setdefault(mutant.action, []).append(mutant)
        for listed in of_calls.values():
            listed.sort(key=lambda mutant: _rank(mutant, spoken))
        calls = sorted(of_calls.values(), key=lambda listed: _rank(listed[0], spoken))
        rounds = zip_longest(*calls)
        return [mutant for each in rounds for mutant in each if mutant is not None]

    def _mattering(
        self, prop: Traced, candidates: Iterable[Mutant]
    ) -> Iterator[Mutant]:
        """Those whose call writes what the property reads, or is spoken of by it."""
        read = fields_of(prop.node, *(demand.node for demand in prop.obligations))
        calls = {demand.action for demand in prop.obligations}
        actions = {a.name: a for a in self.reached.evaluator.model.actions}
        for mutant in candidates:
            action, changed = actions[mutant.action], self._changes(mutant)
            if not action.writes and changed:
                matters = mutant.action in calls and len(calls) <= FEW_CALLS
            elif changed:
                matters = bool(changed & read)
            else:
                writes = any(write.field in read for write in action.writes)
                matters = mutant.action in calls or writes
            if matters:
                yield mutant

    def _changes(self, mutant: Mutant) -> frozenset[str]:
        if mutant.name not in self._changed:
            one = self.reached.evaluator.model.action(mutant.action)
            other = mutant.model.action(mutant.action)
            self._changed[mutant.name] = changed_fields(one, other)
        return self._changed[mutant.name]


def _tells_at_once(prop: Traced, mutant: Mutant) -> bool:
    """A step of the broken call is one that the property speaks of."""
    calls = {demand.action for demand in prop.obligations}
    return mutant.action in calls or prop.node is not None


def _rank(mutant: Mutant, spoken: frozenset[str]) -> tuple[float, int, str]:
    words = {word for word in mutant.name.split("_") if not word.isdigit()} - GLUE
    return -len(words & spoken) / len(words), len(mutant.name), mutant.name


def _words(prop: Traced) -> frozenset[str]:
    """The words of the property: of its name, its calls and the fields it reads."""
    nodes = [demand.node for demand in prop.obligations]
    fields = fields_of(prop.node, *nodes)
    calls = {demand.action for demand in prop.obligations}
    said = [prop.name, *fields, *(calls if len(calls) <= FEW_CALLS else ())]
    return frozenset("_".join(said).replace(".", "_").split("_"))
