"""Mutants: the model with one thing broken, made mechanically from the IR.

A property that catches no mutant cannot fail, and a mutant that no property catches is
a line of the specification that nobody watches. A mutant is known by its name, which is
the same in every run, and from which it can be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from checker.mutants import answers, mutations, overreach, phrases
from checker.mutants.mutations import Breakage, Rule
from spec.lang.action import Action
from spec.lang.model import Model, Traced, lookup

RULES: Final[tuple[Rule, ...]] = (
    mutations.lines_dropped,
    mutations.lines_unconditional,
    mutations.lines_too_late,
    mutations.lines_weakened,
    mutations.callers_unchecked,
    mutations.picks_widened,
    mutations.writes_dropped,
    mutations.conditions_dropped,
    mutations.bulks_narrowed,
    mutations.values_weakened,
    mutations.values_replaced,
    mutations.fates_broken,
    mutations.kept_lost,
    answers.results_broken,
    answers.looks_lose,
    answers.looks_store,
    phrases.phrases_weakened,
    phrases.questions_forgotten,
    overreach.writes_spread,
    overreach.sets_filled,
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken model: the name says what is broken, in the call `action`."""

    name: str
    action: str
    model: Model

    def retraced(self, properties: Iterable[Traced]) -> tuple[Traced, ...]:
        """The properties of the original over the mutant.

        What they demand of the other calls stays; errors of the broken call may have
        moved to other positions.
        """
        broken = replace(self.model, actions=(self.model.action(self.action),))
        return tuple(self._again(prop, broken) for prop in properties)

    def _again(self, prop: Traced, broken: Model) -> Traced:
        if prop.kind != "every_step":
            return prop
        others = [o for o in prop.obligations if o.action != self.action]
        again = broken.trace(prop.declared).obligations
        return replace(prop, obligations=(*others, *again))


def breakages(model: Model) -> Iterator[Breakage]:
    """Every breakage of every call, in a fixed order."""
    for action in model.actions:
        for rule in RULES:
            yield from rule(model, action)


def names_in(found: Iterable[Breakage]) -> list[str]:
    """Their names, made unique: the second of a name is `..._2`."""
    taken: dict[str, int] = {}
    names = []
    for breakage in found:
        count = taken[breakage.name] = taken.get(breakage.name, 0) + 1
        names.append(breakage.name if count == 1 else f"{breakage.name}_{count}")
    return names


def mutants(model: Model) -> tuple[Mutant, ...]:
    """Every mutant, in a fixed order."""
    found = tuple(breakages(model))
    return tuple(
        Mutant(name, breakage.action.name, _with(model, breakage.action))
        for name, breakage in zip(names_in(found), found, strict=True)
    )


def mutant_named(model: Model, name: str) -> Model:
    """The mutant of this name; raises UnknownName, suggesting the nearest."""
    return one_mutant(model, name).model


def one_mutant(model: Model, name: str) -> Mutant:
    """The mutant of this name; raises UnknownName, suggesting the nearest.

    A name begins with the name of a call: no other call is broken to find it.
    """
    calls = (a for a in model.actions if name.startswith(f"{a.name}_"))
    found = {m.name: m for m in mutants(replace(model, actions=tuple(calls)))}
    if name not in found:
        known: Mutant = lookup(
            {m.name: m for m in mutants(model)}, name, f"mutant of {model.name}"
        )
        return known
    broken = found[name].model.action(found[name].action)
    return Mutant(name, broken.name, _with(model, broken))


def _with(model: Model, broken: Action) -> Model:
    actions = tuple(broken if a.name == broken.name else a for a in model.actions)
    return replace(model, actions=actions)


def spread(listed: Sequence[Mutant], most: int | None) -> tuple[Mutant, ...]:
    """So many of the mutants at most, from every part of the list."""
    if most is None or most >= len(listed):
        return tuple(listed)
    return tuple(listed[n * len(listed) // most] for n in range(most))
