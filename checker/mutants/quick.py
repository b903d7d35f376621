"""Which mutants are caught at a glance: what the score asks before it searches.

The model is walked at random once; then each mutant is looked at where it parts from
the model. Beside the properties given there are those that go without saying: that each
call succeeds somewhere, and that each of its `fails` lines decides somewhere. A mutant
that has lost one of these is caught by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from checker.evaluate import Evaluator
from checker.mutants.look import Look, Parted
from checker.mutants.mutate import Mutant
from checker.mutants.reached import DRAWN, Reached
from checker.novelty import SEED
from checker.slicing.ways import Way, guard_of
from checker.verdict import Run
from spec.lang import simplify
from spec.lang.action import Action
from spec.lang.model import Model, Scope, Traced, rung_label

Kept = Callable[[Evaluator], Iterable[Run]]
"""The runs that are kept of the evaluator's model and that it takes."""


class Glance:
    """The walk of a model, and what it shows of the mutants."""

    def __init__(
        self,
        model: Model,
        scope: Scope,
        properties: Iterable[Traced],
        kept: Kept = lambda _: (),
    ) -> None:
        listed = [prop for prop in properties if prop.kind != "sometimes"]
        evaluator = Evaluator(model, scope, listed)
        self.reached = Reached(evaluator, kept=kept(evaluator))
        self.holding = [p for p in listed if self.reached.shows(p) is None]
        """The properties that the walk of the model does not break."""
        self.look = Look(self.reached, self.holding)
        self._seen: dict[str, bool] = {}
        self._last: tuple[str, Parted] | None = None

    def caught(self, mutant: Mutant) -> tuple[str, ...]:
        """A property that the mutant is seen to break; none: nothing was seen."""
        parted = self._parted(mutant)
        for shown in (self.look.at_once, self.look.later):
            for name, _ in shown(parted):
                return (name,)
        return self.lost(mutant)

    def differs(self, mutant: Mutant) -> bool:
        """Some step was seen that only the mutant takes."""
        return bool(self._parted(mutant).steps)

    def _parted(self, mutant: Mutant) -> Parted:
        if self._last is None or self._last[0] != mutant.name:
            self._last = mutant.name, self.look.parted(mutant)
        return self._last[1]

    def lost(self, mutant: Mutant) -> tuple[str, ...]:
        """The endings of the call that the walk saw and the mutant cannot have."""
        action = self.reached.evaluator.model.action(mutant.action)
        broken = mutant.model.action(mutant.action)
        ends = any(rung.when is simplify.TRUE for rung in broken.rungs)
        succeeds = (f"{action.name}_succeeds",)
        gone = succeeds if ends and self.reached.steps[action.name] else ()
        lost = lost_lines(action, mutant)
        return (*gone, *(name for name in lost if self._is_seen(action, name)))

    def _is_seen(self, action: Action, line: str) -> bool:
        """The line decides in some state of the walk."""
        if line not in self._seen:
            guard = guard_of(action, _ways(action)[line])
            plan, random = self.reached.drawing.plan(action, guard), Random(SEED)
            draw = self.reached.drawing.arguments
            self._seen[line] = any(
                draw(place.state, plan, random) is not None
                for place in self.reached.some(DRAWN)
            )
        return self._seen[line]


def lost_lines(action: Action, mutant: Mutant) -> tuple[str, ...]:
    """The errors that the broken call has no line for any more.

    That each line of a call decides somewhere is a property that goes without saying.
    """
    left = _lines(mutant.model.action(mutant.action)).values()
    return tuple(name for name, line in _lines(action).items() if line not in left)


def _lines(action: Action) -> dict[str, tuple[str, str]]:
    """The errors of a call, by the names of their reachability properties."""
    return {
        rung_label(action, rung, which): (str(alternative.error), alternative.cite)
        for rung in action.rungs
        for which, alternative in enumerate(rung.alternatives)
    }


def _ways(action: Action) -> dict[str, Way]:
    """The ways to end with an error, by the same names."""
    return {
        rung_label(action, rung, which): Way(action.name, position, which)
        for position, rung in enumerate(action.rungs)
        for which in range(len(rung.alternatives))
    }
