"""Which properties catch which mutants.

A mutant is caught by a property that holds of the model and fails of the mutant. Each
mutant is looked at where a walk of the model gets to (`quick`). What that leaves open
is searched, on slices, until some property catches it: first by a short look at its
first states, then in full. A property whose slice the mutation leaves as it was cannot
notice it and is not searched. Afterwards every property that has caught nothing yet is
tried on each mutant that it could notice.

A mutant that no property catches is a line of the specification that nobody watches,
unless it is *equivalent*: the same as the original in every state that can be reached.
A property that catches nothing is a defect.

A quick score is of the walk alone. What that does not catch counts as missed: it was
seen to differ and nothing noticed, or it said the same wherever the walk went.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from checker.evaluate import Evaluator
from checker.explore import Exploration, explore
from checker.mutants.equivalence import difference
from checker.mutants.mutate import Mutant, mutants, spread
from checker.mutants.notice import Watch
from checker.mutants.quick import Glance, Kept
from checker.slicing.refine import Answer, Engine, check, group
from checker.verdict import ProvedAtScope, Unknown, Violated
from spec.lang.model import Model, Scope, Traced

GLANCE: Final = 300
"""How many states the short look covers."""

CAUGHT: Final = "caught"
SAME: Final = "equivalent"
SURVIVED: Final = "survived"
UNDECIDED: Final = "undecided"
UNNOTICED: Final = "unnoticed"
"""A step of the walk told it from the model, and no property noticed there."""
UNSEEN: Final = "unseen"
"""It said the same as the model in all that was looked at: perhaps everywhere."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: one of the words above."""

    name: str
    action: str
    fate: str
    caught_by: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class MutationReport:
    """The fates of all mutants of a model, and what follows for its properties."""

    system: str
    fates: tuple[Fate, ...]
    catches: dict[str, tuple[str, ...]]
    """For each property that holds of the model, the mutants it is known to catch."""

    @property
    def score(self) -> float:
        """The part of the mutants that are caught, of those not known equivalent."""
        counted = [fate for fate in self.fates if fate.fate != SAME]
        caught = [fate for fate in counted if fate.fate == CAUGHT]
        return len(caught) / len(counted) if counted else 1.0

    @property
    def idle(self) -> tuple[str, ...]:
        """The properties that catch no mutant: defects."""
        return tuple(name for name, found in self.catches.items() if not found)

    def of(self, fate: str) -> tuple[Fate, ...]:
        """The mutants with this fate."""
        return tuple(each for each in self.fates if each.fate == fate)


Told = Callable[[Fate, int, int], bool]
"""Hears each fate, its number and how many there are; a true answer ends it all."""


def score(
    model: Model,
    properties: Iterable[Traced],
    scope: Scope,
    engine: Engine,
    *,
    told: Told = lambda *_: False,
    seconds: float | None = None,
    most: int | None = None,
    quick: bool = False,
    kept: Kept = lambda _: (),
) -> MutationReport:
    """Try every mutant of the model; `seconds` bounds the time for all of them.

    `most` tries so many of them, evenly spread over all; then a property that has
    caught nothing is not looked into, since what it catches may not be among them.
    `quick` searches nothing: the properties are those that no run of the walk breaks.
    The walk goes on from the runs that are `kept`.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    listed = spread(mutants(model), most)
    scoring = _Scoring(
        model, scope, engine, deadline, listed, kept, whole=most is None, quick=quick
    )
    return scoring.report(tuple(properties), told)


def glance(model: Model, scope: Scope, properties: tuple[Traced, ...]) -> Exploration:
    """The reference search of the first states, as an engine."""
    return explore(
        Evaluator(model, scope, properties),
        stop_at_first=False,
        max_states=GLANCE,
    )


@dataclass
class _Scoring:
    model: Model
    scope: Scope
    engine: Engine
    deadline: float | None
    listed: tuple[Mutant, ...]
    kept: Kept
    whole: bool
    quick: bool

    def report(self, properties: tuple[Traced, ...], told: Told) -> MutationReport:
        holding = () if self.quick else self._settled(properties)
        self.glance = Glance(self.model, self.scope, holding or properties, self.kept)
        fates: list[Fate] = []
        for number, mutant in enumerate(self.listed, start=1):
            fates.append(self._fate(mutant, holding))
            if told(fates[-1], number, len(self.listed)) or self._late():
                break
        catches = {
            prop.name: tuple(f.name for f in fates if prop.name in f.caught_by)
            for prop in holding or self.glance.holding
        }
        by_name = {mutant.name: mutant for mutant in self.listed}
        tried = [by_name[fate.name] for fate in fates if fate.fate == CAUGHT]
        for prop in holding if self.whole and not self._late() else ():
            if not catches[prop.name]:
                catches[prop.name] = tuple(self._first_catch(prop, tried))
        fates = [_with_catches(fate, catches) for fate in fates]
        return MutationReport(self.model.name, tuple(fates), catches)

    def _settled(self, properties: tuple[Traced, ...]) -> tuple[Traced, ...]:
        """The properties that hold of the model, by search."""
        settled = {
            answer.prop.name: answer.sliced.fields
            for answer in check(self.model, self.scope, properties, self.engine)
            if isinstance(answer.verdict, ProvedAtScope)
        }
        self.watch = Watch(self.model, settled)
        return tuple(prop for prop in properties if prop.name in settled)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def _fate(self, mutant: Mutant, holding: tuple[Traced, ...]) -> Fate:
        started = time.perf_counter()
        fate, caught_by = self._tried(mutant, holding)
        spent = time.perf_counter() - started
        return Fate(mutant.name, mutant.action, fate, caught_by, spent)

    def _tried(
        self, mutant: Mutant, holding: tuple[Traced, ...]
    ) -> tuple[str, tuple[str, ...]]:
        if mutant.model.action(mutant.action) == self.model.action(mutant.action):
            return SAME, ()
        seen = self.glance.caught(mutant)
        if seen:
            return CAUGHT, seen
        if self.quick:
            return (UNNOTICED if self.glance.differs(mutant) else UNSEEN), ()
        noticing = self.watch.noticing(mutant, holding)
        first = self._look(mutant, noticing, glance)
        if first:
            return CAUGHT, first
        if self._nowhere(mutant):
            return SAME, ()
        if first is not None:
            return SURVIVED, ()
        second = self._look(mutant, noticing, self.engine)
        if second is None:
            return UNDECIDED, ()
        return (CAUGHT if second else SURVIVED), second

    def _look(
        self, mutant: Mutant, noticing: tuple[Traced, ...], engine: Engine
    ) -> tuple[str, ...] | None:
        """Which properties catch it, a search at a time; None when left open."""
        is_open = False
        for each in self._by_size(mutant, noticing):
            found = list(check(mutant.model, self.scope, each, engine))
            caught = tuple(a.prop.name for a in found if _fails(a))
            if caught:
                return caught
            is_open |= any(isinstance(a.verdict, Unknown) for a in found)
        return None if is_open else ()

    def _by_size(
        self, mutant: Mutant, properties: tuple[Traced, ...]
    ) -> list[tuple[Traced, ...]]:
        """The properties that share a search, the smallest searches first."""
        groups = group(mutant.model, properties)
        ordered = sorted(groups, key=lambda g: (len(g.fields), sorted(g.fields)))
        return [each.properties for each in ordered]

    def _nowhere(self, mutant: Mutant) -> bool:
        """No reachable state tells the broken call from the original."""
        asked = difference(self.model, mutant)
        if asked is None:
            return False
        for engine in (glance, self.engine):
            for answer in check(self.model, self.scope, [asked], engine):
                if not isinstance(answer.verdict, Unknown):
                    return isinstance(answer.verdict, ProvedAtScope)
        return False

    def _first_catch(self, prop: Traced, tried: list[Mutant]) -> Iterator[str]:
        for mutant in tried:
            if self._late():
                return
            for again in self.watch.noticing(mutant, (prop,)):
                if self._catches(mutant, again):
                    yield mutant.name
                    return

    def _catches(self, mutant: Mutant, prop: Traced) -> bool:
        for engine in (glance, self.engine):
            for answer in check(mutant.model, self.scope, [prop], engine):
                if not isinstance(answer.verdict, Unknown):
                    return _fails(answer)
        return False


def _fails(answer: Answer) -> bool:
    return isinstance(answer.verdict, Violated)


def _with_catches(fate: Fate, catches: dict[str, tuple[str, ...]]) -> Fate:
    more = [p for p, found in catches.items() if fate.name in found]
    return replace(fate, caught_by=tuple(dict.fromkeys([*fate.caught_by, *more])))
