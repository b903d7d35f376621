"""Where a broken call parts from the call: the steps that only the mutant takes.

Two things can be broken: when the call ends in which way, and what it leaves or
answers. Of the first, arguments are drawn that end the broken call in a way in which
the original would not have ended; of the second, steps of the original are made again,
and those are kept that leave or answer something else.

A state counts only if the mutant gets there as well: no earlier step of the run to it
may be one that the mutant does not take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from checker.drawing import Plan
from checker.evaluate import Failed, Invocation, Returned, State, Transition
from checker.mutants.mutate import Mutant
from checker.mutants.reached import Place, Reached, Taken
from checker.novelty import SEED
from checker.python_text import Updates, Value
from checker.slicing.ways import Way, guard_of
from spec.lang import simplify
from spec.lang.action import Action, Alternative, Write

STATES: Final = 400
"""In so many states arguments are drawn."""


@dataclass(frozen=True, slots=True)
class _Parting:
    """A way to end, of the broken call, and when it is one only of that."""

    plan: Plan
    outcome: Returned | Failed
    """As the original says it."""
    moves: bool


class Departures:
    """The steps of one mutant that are not the model's, where the model gets to."""

    def __init__(self, reached: Reached, mutant: Mutant) -> None:
        self.reached = reached
        self.broken = mutant.model.action(mutant.action)
        self.action = reached.evaluator.model.action(mutant.action)
        self.random = Random(SEED)
        self.changed = changed_fields(self.action, self.broken)
        self._effect = self._updated(self.action.writes)
        self._patch = self._updated(
            tuple(w for w in self.broken.writes if w.field in self.changed)
        )
        fields = reached.evaluator.fields
        self._places = [fields[name] for name in sorted(self.changed)]
        one, other = ((a.able, a.rungs, a.picks) for a in (self.action, self.broken))
        self.answers = self.broken.result is not self.action.result
        """The broken call answers something else."""
        self._result = self._compiled(Value(self.broken.result))
        self._partings = list(self._found()) if one != other else []
        self._added = self._needed_besides() if one != other else []
        self._same: dict[Taken, bool] = {}

    def __iter__(self) -> Iterator[Taken]:
        """The steps, from all depths."""
        return self._others() if self.changed or self.answers else self._drawn()

    def _others(self) -> Iterator[Taken]:
        """What the original does and the mutant does otherwise."""
        for taken in self.reached.steps[self.action.name]:
            differs = not self._is_same(taken) or self._answers_else(taken)
            if differs and self._is_reached(taken.before):
                state, call = taken.before.state, taken.step.invocation
                answer = self._answer(state, call.args)
                step = Transition(call, answer, self.after(state, call.args))
                yield Taken(taken.before, step)

    def _drawn(self) -> Iterator[Taken]:
        """What only the mutant does."""
        if not self._partings:
            return
        draw = self.reached.drawing.arguments
        for place in self.reached.places_for(self.action.name, STATES):
            for parting in self._partings:
                args = draw(place.state, parting.plan, self.random)
                if args is None or not self._is_reached(place):
                    continue
                step = self._parted(place.state, parting, args)
                if not self._is_the_models(place.state, step):
                    yield Taken(place, step)

    def _parted(
        self, state: State, parting: _Parting, args: tuple[int, ...]
    ) -> Transition:
        call = Invocation(self.action.name, args)
        after = self.after(state, args) if parting.moves else state
        if isinstance(parting.outcome, Failed):
            return Transition(call, parting.outcome, after)
        return Transition(call, self._answer(state, args), after)

    def _answer(self, state: State, args: tuple[int, ...]) -> Returned:
        return Returned(self._result(state, None, *args))

    def _is_the_models(self, state: State, step: Transition) -> bool:
        """The model ends so as well, by another line with the same error."""
        error = isinstance(step.outcome, Failed) and step.outcome.error
        found = self.reached.evaluator.outcomes(state, step.invocation)
        return any(
            isinstance(other, Transition)
            and isinstance(other.outcome, Failed)
            and (other.outcome.error, other.after) == (error, step.after)
            for other in (found if error else ())
        )

    def after(self, state: State, args: tuple[int, ...]) -> State:
        """What the broken call leaves when its effects happen."""
        after = self._effect(state, None, *args)
        if not self.changed:
            return tuple(after)
        patch, values = self._patch(state, None, *args), list(after)
        for place in self._places:
            values[place] = patch[place]
        return tuple(values)

    # What the mutant does as the model does

    def _is_reached(self, place: Place) -> bool:
        """The run to the state is a run of the mutant as well."""
        return all(
            self._is_same(taken)
            for taken in self.reached.way_to(place)
            if taken.step.invocation.action == self.action.name
        )

    def _is_same(self, taken: Taken) -> bool:
        if taken not in self._same:
            self._same[taken] = self._takes(taken)
        return self._same[taken]

    def _answers_else(self, taken: Taken) -> bool:
        answer = self._answer(taken.before.state, taken.step.invocation.args)
        return self.answers and answer != taken.step.outcome

    def _takes(self, taken: Taken) -> bool:
        state, args = taken.before.state, taken.step.invocation.args
        if not all(holds(state, None, *args) for holds in self._added):
            return False
        if not self.changed:
            return True
        patch, after = self._patch(state, None, *args), taken.step.after
        return all(patch[place] == after[place] for place in self._places)

    # What is broken

    def _found(self) -> Iterator[_Parting]:
        for way, old in _pairs(self.action, self.broken):
            parts = guard_of(self.broken, way)
            before = [] if old is None else guard_of(self.action, old)
            lost = [part for part in before if part not in parts]
            leaks = way.rung is not None and self.broken.rungs[way.rung].leaks
            if old is not None and not lost and not leaks:
                continue
            if lost:
                parts.append(simplify.negation(simplify.conjunction(lost)))
            yield _Parting(
                self.reached.drawing.plan(self.action, parts),
                self._outcome(way),
                way.rung is None or leaks,
            )

    def _outcome(self, way: Way) -> Returned | Failed:
        if way.rung is None:
            return Returned(None)
        error = self.broken.rungs[way.rung].alternatives[way.alternative or 0].error
        return next(
            Failed(error, position, which)
            for position, rung in enumerate(self.action.rungs)
            for which, alternative in enumerate(rung.alternatives)
            if alternative.error == error
        )

    def _needed_besides(self) -> list[Callable[..., Any]]:
        """What the broken call asks for a success that the original does not."""
        success = Way(self.action.name, None, None)
        old, new = (guard_of(a, success) for a in (self.action, self.broken))
        return [self._compiled(Value(part)) for part in new if part not in old]

    # Compilation

    def _updated(self, writes: tuple[Write, ...]) -> Callable[..., Any]:
        return self._compiled(Updates(writes))

    def _compiled(self, body: Value | Updates) -> Callable[..., Any]:
        return self.reached.compiled(self.action, body)


def changed_fields(one: Action, other: Action) -> frozenset[str]:
    """The fields that the two write otherwise."""
    return frozenset(write.field for write in {*one.writes} ^ {*other.writes})


def _pairs(one: Action, other: Action) -> Iterator[tuple[Way, Way | None]]:
    """The ways of the other action to end, each with the way of the one that it was."""
    yield Way(other.name, None, None), Way(one.name, None, None)
    same = (a is b for a, b in zip(one.rungs, other.rungs, strict=False))
    first = next((n for n, equal in enumerate(same) if not equal), len(other.rungs))
    shift = len(one.rungs) - len(other.rungs)
    for position, rung in enumerate(other.rungs):
        old = position + shift if position >= first else position
        for which, alternative in enumerate(rung.alternatives):
            yield (
                Way(other.name, position, which),
                _way_of(one, old, which, alternative, len(rung.alternatives)),
            )


def _way_of(
    action: Action, rung: int, which: int, alternative: Alternative, count: int
) -> Way | None:
    before = action.rungs[rung].alternatives
    if len(before) != count:
        return Way(action.name, rung, before.index(alternative))
    return Way(action.name, rung, which)
