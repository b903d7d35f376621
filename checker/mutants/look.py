"""A quick look at a mutant: which properties its own steps break.

Each step that only the mutant takes is held against the properties that can tell, and
then a few calls are made after it, of those that read what it left wrong. What is seen
this way is a run of the mutant; what is not seen is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final

from checker.drawing import Drawing
from checker.evaluate import Evaluator, Failed, State, Transition
from checker.mutants.departures import Departures
from checker.mutants.mutate import Mutant
from checker.mutants.reached import Place, Reached, Taken
from checker.novelty import SEED
from checker.slicing.cone import fields_of
from checker.slicing.ways import Way, guard_of
from checker.verdict import Run
from spec.lang.action import Action
from spec.lang.ir import Node
from spec.lang.model import Traced

STEPS: Final = 40
"""So many steps that only the mutant takes are looked at."""
FOLLOWED: Final = 6
"""After so many of them other calls are made."""
TRIES: Final = 4
"""How often, after each."""
FURTHER: Final = 4
"""How many calls, each time."""


@dataclass(frozen=True, slots=True)
class _Demand:
    """A property that can tell, and the fields that it reads."""

    prop: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parted:
    """Steps that only the mutant takes."""

    action: str
    wrong: frozenset[str]
    """The fields in which they are wrong; none: they should not have been taken."""
    steps: tuple[Taken, ...]
    judge: Evaluator | None = None
    """Who says what the steps break, if the call has another answer."""


class Look:
    """Looks at the mutants of one model, whose states have been reached."""

    def __init__(self, reached: Reached, properties: Iterable[Traced]) -> None:
        self.reached, self.evaluator = reached, reached.evaluator
        self.always: list[_Demand] = []
        self.of_steps: dict[Way, list[_Demand]] = {}
        for prop in properties:
            if prop.kind == "always":
                self.always.append(_Demand(prop.name, fields_of(prop.node)))
            for demand in prop.obligations:
                way = Way(demand.action, demand.rung, demand.alternative)
                said = _Demand(prop.name, fields_of(demand.node))
                self.of_steps.setdefault(way, []).append(said)
        model = self.evaluator.model
        self.readers = {a.name: fields_of(*_terms(a)) for a in model.actions}
        self.ways = list(dict.fromkeys([*reached.successes, *self.of_steps]))
        self.drawing = Drawing(self.evaluator, self.ways)

    def parted(self, mutant: Mutant) -> Parted:
        """Some steps that only the mutant takes."""
        departures = Departures(self.reached, mutant)
        steps = tuple(islice(departures, STEPS))
        judge = self._judge(mutant) if departures.answers else None
        return Parted(mutant.action, departures.changed, steps, judge)

    def _judge(self, mutant: Mutant) -> Evaluator:
        demands = self.of_steps.get(Way(mutant.action, None, None), ())
        props = (self.evaluator.properties[demand.prop] for demand in demands)
        return Evaluator(
            mutant.model, self.evaluator.scope, mutant.retraced(tuple(props))
        )

    def at_once(self, parted: Parted) -> Iterator[tuple[str, Run]]:
        """The properties that such a step breaks, each with a run that shows it."""
        for taken in parted.steps:
            for name in self._told_by(taken, parted.wrong, parted.judge):
                yield name, (*self.reached.run_to(taken.before), taken.step)

    def later(self, parted: Parted) -> Iterator[tuple[str, Run]]:
        """The properties that other calls break which read what it left wrong."""
        random = Random(SEED)
        for taken in parted.steps[:: max(1, len(parted.steps) // FOLLOWED)]:
            wrong = parted.wrong or self._changed(taken.before.state, taken.step)
            ways = [way for way in self.ways if self.readers[way.action] & wrong]
            ways = [way for way in ways if way.action != parted.action]
            for _ in range(TRIES):
                yield from self._told_later(taken, ways, random)

    def _told_by(
        self, taken: Taken, wrong: frozenset[str], judge: Evaluator | None = None
    ) -> Iterator[str]:
        """What the step breaks; without the `wrong` fields it would break nothing."""
        before, step = taken.before.state, taken.step
        for demand in self.of_steps.get(_way_of(step), ()):
            concerned = not wrong or demand.fields & wrong
            says = judge or self.evaluator
            if concerned and not says.holds_of(demand.prop, before, step):
                yield demand.prop
        yield from self._broken_in(step.after, wrong or self._changed(before, step))

    def _told_later(
        self, taken: Taken, ways: list[Way], random: Random
    ) -> Iterator[tuple[str, Run]]:
        steps, state = [taken.step], taken.step.after
        for _ in range(FURTHER):
            step = self._next(state, ways, random)
            if step is None:
                return
            after = Taken(Place(state, 0, None), step)
            steps.append(step)
            for name in self._told_by(after, frozenset()):
                yield name, (*self.reached.run_to(taken.before), *steps)
            state = step.after

    def _broken_in(self, state: State, changed: frozenset[str]) -> Iterator[str]:
        """What does not hold in a state in which these fields have changed."""
        for demand in self.always:
            if demand.fields & changed and not self.evaluator.holds(demand.prop, state):
                yield demand.prop

    def _next(self, state: State, ways: list[Way], random: Random) -> Transition | None:
        drawn = random.sample(ways, len(ways))
        steps = (self.drawing.step(state, way, random) for way in drawn)
        return next((step for step in steps if step is not None), None)

    def _changed(self, before: State, step: Transition) -> frozenset[str]:
        cells = zip(self.evaluator.fields, before, step.after, strict=True)
        return frozenset(name for name, old, new in cells if old != new)


def _way_of(step: Transition) -> Way:
    name, outcome = step.invocation.action, step.outcome
    if isinstance(outcome, Failed):
        return Way(name, outcome.rung, outcome.alternative)
    return Way(name, None, None)


def _terms(action: Action) -> Iterator[Node]:
    """What decides whether a call succeeds, and what it then does."""
    yield from guard_of(action, Way(action.name, None, None))
    for write in action.writes:
        yield from write.terms()
