"""What there is to check, by name: systems, properties, mutants. Imports the book."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from checker.evaluate import Evaluator
from checker.mutants.mutate import one_mutant
from checker.probes import deadlock_property, generated
from checker.scope import (
    Size,
    enumerations_of,
    require_searchable,
    restricted,
    scope_for,
    scope_words,
    smallest,
    sorts_of,
)
from checker.task import Lemmas, Task, Witnesses
from checker.trace import Header
from checker.verdict import Run
from counterexamples.witnesses import witnesses_of
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from properties.manifest import manifest
from spec.lang import Model, Property, System
from spec.lang.model import Scope, Traced, lookup
from spec.systems import SYSTEMS


def system_named(name: str) -> System:
    """The system of this name; raises UnknownName, suggesting the nearest."""
    return lookup(SYSTEMS, name, "system")


def properties_named(system: str, names: Iterable[str]) -> tuple[Property, ...]:
    """These properties of the system, or all of them; raises UnknownName."""
    known = {prop.name: prop for prop in for_system(system)}
    wanted = list(names)
    return tuple(lookup(known, n, f"property of {system}") for n in wanted or known)


def built(
    system: str,
    reading: Mapping[str, str],
    mutant: str | None,
    properties: Iterable[Property],
) -> tuple[Model, tuple[Traced, ...]]:
    """The model, perhaps a mutant of it, and the properties over it."""
    model = system_named(system).model(reading)
    traced = tuple(model.trace(prop) for prop in properties)
    if mutant is None:
        return model, traced
    found = one_mutant(model, mutant)
    return found.model, found.retraced(traced)


Reading = tuple[tuple[str, str], ...]


@cache
def _model(system: str, reading: Reading) -> Model:
    return system_named(system).model(dict(reading))


@cache
def _traced(system: str, reading: Reading, prop: str) -> Traced:
    (named,) = properties_named(system, [prop])
    return _model(system, reading).trace(named)


def named_in(header: Header) -> tuple[Model, Traced]:
    """What a trace's header names; raises UnknownName.

    For many traces of a system its model is built once, and each mutant alone.
    """
    prop = _traced(header.system, header.reading, header.prop)
    model = _model(header.system, header.reading)
    if header.mutant is not None:
        mutant = one_mutant(model, header.mutant)
        model, (prop,) = mutant.model, mutant.retraced([prop])
    if any(isinstance(size, str) for _, size in header.scope):
        model = restricted(model, scope_for(model, dict(header.scope), [prop]))
    return model, prop


UNSAID: Final = 2
"""The size of a sort of which nobody says one, unless constants ask for more."""


def sizes_for(
    model: Model, given: Mapping[str, Size], properties: Iterable[Traced] = ()
) -> dict[str, Size]:
    """The scope of a check: as given, else the default of the system."""
    sorts = sorts_of(model)
    known = {**sorts, **enumerations_of(model)}
    for name in given:
        lookup(known, name, f"sort of {model.name}")
    usual = manifest().scope(model.name)
    least = smallest(model, properties)
    sizes = {name: given.get(name, usual.get(name)) for name in known}
    sizes |= {name: max(UNSAID, least[name]) for name in sorts if sizes[name] is None}
    return {name: size for name, size in sizes.items() if size is not None}


def task(
    system: str,
    properties: Iterable[str] = (),
    *,
    reading: Mapping[str, str] | None = None,
    sizes: Mapping[str, Size] | None = None,
    mutant: str | None = None,
    goals: bool = True,
    deadlock: bool = False,
) -> Task:
    """One check of a system; everything by name."""
    props = properties_named(system, properties)
    model, traced = built(system, reading or {}, mutant, props)
    traced += (deadlock_property(model),) if deadlock else ()
    expected = {} if mutant else manifest().expected(system, model.reading)
    asked = Task(
        system,
        model,
        Scope({}),
        traced,
        goals=goals,
        expected=expected,
        lemmas=_lemmas(system, reading or {}, mutant),
    )
    return _at(asked, sizes or {})


def _lemmas(system: str, reading: Mapping[str, str], mutant: str | None) -> Lemmas:
    """The invariants of a system, and what helps to show them."""

    def traced() -> tuple[Traced, ...]:
        known = (*for_system(system), *lemmas_for(system))
        invariants = [prop for prop in known if prop.kind == "always"]
        return built(system, reading, mutant, invariants)[1]

    return traced


def _at(asked: Task, sizes: Mapping[str, Size]) -> Task:
    """The same at a scope; raises UnfitScope where it cannot be searched."""
    model, traced = asked.model, asked.properties
    scope = scope_for(model, sizes_for(model, sizes, traced), traced)
    require_searchable(model, scope)
    return replace(
        asked,
        model=restricted(model, scope),
        scope=scope,
        witnesses=_kept(asked.system, scope_words(scope)),
    )


def _kept(system: str, scope: str) -> Witnesses:
    """The runs that are kept for a system, first those of this very scope."""

    def kept(
        evaluator: Evaluator, wanted: Collection[str]
    ) -> Iterator[tuple[str, Run]]:
        for witness in sorted(witnesses_of(system), key=lambda w: w.scope != scope):
            names = [name for name in witness.meets if name in wanted]
            run = witness.run(evaluator) if names else None
            if run is not None:
                yield from ((name, run) for name in names)

    return kept


def tasks(
    system: str,
    properties: Iterable[str] = (),
    *,
    reading: Mapping[str, str] | None = None,
    mutant: str | None = None,
    goals: bool = True,
    deadlock: bool = False,
) -> list[Task]:
    """The checks of a system at its default scope, and at properties' own scopes."""
    props = properties_named(system, properties)
    model, traced = built(system, reading or {}, mutant, props)
    extra = (deadlock_property(model),) if deadlock else ()
    asked_for = tuple(goal.name for goal in generated(model)) if goals else ()
    homes = _homes(system, (*(prop.name for prop in traced), *asked_for))
    elsewhere = frozenset(homes)
    expected = {} if mutant else manifest().expected(system, model.reading)
    here = tuple(prop for prop in traced if prop.name not in elsewhere)
    whole = Task(
        system,
        model,
        Scope({}),
        (*here, *extra),
        goals=goals,
        expected=expected,
        asked_elsewhere=elsewhere,
        lemmas=_lemmas(system, reading or {}, mutant),
        family=system,
    )
    found = [_at(whole, {})]
    for sizes, depth in dict.fromkeys(homes.values()):
        chosen = {name for name, home in homes.items() if home == (sizes, depth)}
        part = replace(
            whole,
            properties=tuple(prop for prop in traced if prop.name in chosen),
            asked_elsewhere=frozenset(asked_for) - chosen,
            looks_around=False,
            family=f"{sizes} {depth}",
            depth=depth,
        )
        found.append(_at(part, dict(sizes)))
    return [one for one in found if one.properties or one.goals]


_Home = tuple[tuple[tuple[str, Size], ...], int | None]
"""What a scope of its own says besides the usual, in one order; and its depth."""


def _homes(system: str, names: Iterable[str]) -> dict[str, _Home]:
    """Those of these properties and goals that have a scope of their own."""
    rows = {name: manifest().own(system, name) for name in names}
    return {
        name: (tuple(sorted(own.scope.items())), own.depth)
        for name, own in rows.items()
        if own is not None
    }
