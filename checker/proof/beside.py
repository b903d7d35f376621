"""The mutants of one call as so many calls of one model.

What is asked of each of them, to be grounded, put into words and asked about, is then
asked of all at once: most of what they say is the same, and a solver that was told it
once learns from one what helps it with the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checker.ground import GroundModel, ground
from checker.mutants.mutate import Mutant
from spec.lang.action import Action
from spec.lang.model import Model, Obligation, Scope, Traced


@dataclass(frozen=True)
class Beside:
    """Mutants of one call, each a call of the model under the mutant's name.

    `properties` are those of the original over this model: what they demand of the
    original call is demanded of each mutant of it, and of nothing else.
    """

    original: Action
    given: tuple[Traced, ...]
    """The properties, and what they demand of the original call."""
    mutants: tuple[Mutant, ...]
    model: Model
    properties: tuple[Traced, ...]

    def only(self, names: Collection[str]) -> Beside:
        """The same of some of the mutants."""
        kept = tuple(a for a in self.model.actions if a.name in names)
        return Beside(
            self.original,
            self.given,
            tuple(m for m in self.mutants if m.name in names),
            replace(self.model, actions=kept),
            tuple(
                replace(p, obligations=_about(p.obligations, names))
                for p in self.properties
            ),
        )

    @cached_property
    def invariants(self) -> tuple[Traced, ...]:
        """The properties of states."""
        return tuple(p for p in self.properties if p.kind == "always")

    @cached_property
    def demands(self) -> tuple[Traced, ...]:
        """The properties of steps."""
        return tuple(p for p in self.properties if p.kind == "every_step")

    def grounded(self, scope: Scope) -> GroundModel:
        """The mutants and the original at a scope, with parameters left open."""
        actions = (self.original, *self.model.actions)
        model = replace(self.model, actions=actions)
        return ground(model, scope, self.demands, keep_params=True)


def beside(
    model: Model, mutants: Sequence[Mutant], properties: Iterable[Traced]
) -> Beside:
    """The mutants, all of one call of the model, beside each other."""
    original = model.action(mutants[0].action)
    broken = [replace(m.model.action(m.action), name=m.name) for m in mutants]
    found = {
        prop: tuple(o for mutant in mutants for o in _demanded(prop, original, mutant))
        for prop in properties
    }
    return Beside(
        original,
        tuple(
            replace(p, obligations=_about(p.obligations, [original.name]))
            for p in found
        ),
        tuple(mutants),
        replace(model, actions=tuple(broken)),
        tuple(replace(p, obligations=found[p]) for p in found),
    )


def _demanded(prop: Traced, original: Action, mutant: Mutant) -> Iterator[Obligation]:
    """What a property demands of a mutant, under its name.

    It follows from how the call can end and what it answers.
    """
    if prop.kind != "every_step":
        return
    demands = prop.obligations
    if _answers(mutant.model.action(mutant.action)) != _answers(original):
        (again,) = mutant.retraced([prop])
        demands = again.obligations
    for demand in demands:
        if demand.action == mutant.action:
            yield replace(demand, action=mutant.name)


def _answers(action: Action) -> object:
    errors = [[one.error for one in rung.alternatives] for rung in action.rungs]
    return errors, [rung.leaks for rung in action.rungs], action.result


def _about(
    demands: Iterable[Obligation], names: Collection[str]
) -> tuple[Obligation, ...]:
    return tuple(demand for demand in demands if demand.action in names)
