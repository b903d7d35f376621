"""What to show of a property: a run of its most telling mutant, or of the model itself.

The model is walked at the scope that the manifest gives the property, of fewer things,
which meet more often, and at the default scope of its system. A run that is found is
taken again by the mutant's own evaluator, made as short as it gets and, where it
happens there as well, moved to the default scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from checker.cli.beside import beside_kept, kept_for
from checker.cli.naming import sizes_for
from checker.evaluate import Evaluator
from checker.mutants.mutate import Mutant, mutants
from checker.mutants.reached import Reached
from checker.mutants.telling import LITTLE, MUCH, Effort, Teller
from checker.scope import Size, restricted, scope_for, written
from checker.trace import Header, Trace, confirm, digest, shows
from checker.verdict import Run, Violated
from counterexamples.minimise import minimise, retake
from counterexamples.witnesses import runs_of
from counterexamples.write import write
from properties.catalogue import for_system
from properties.manifest import manifest
from spec.lang import Model, Scope
from spec.lang.model import Traced
from spec.systems import SYSTEMS


@dataclass(frozen=True, slots=True)
class Shown:
    """A run that shows something of a property, of a model or of its mutant."""

    model: Model
    scope: Scope
    prop: Traced
    mutant: str | None
    run: Run


@dataclass
class Walked:
    """A system walked at a scope, and its mutants there."""

    scope: Scope
    reached: Reached
    mutants: tuple[Mutant, ...]
    teller: Teller


@dataclass
class Finder:
    """One system: what holds of it, and what its mutants break."""

    model: Model
    scope: Scope
    traced: dict[str, Traced]
    _walked: dict[str, Walked] = field(default_factory=dict)

    @classmethod
    def of(cls, system: str) -> Finder:
        """For the system of this name, under its default reading and scope."""
        model = SYSTEMS[system].model()
        traced = {p.name: model.trace(p) for p in for_system(system)}
        scope = scope_for(model, sizes_for(model, {}), traced.values())
        return cls(model, scope, traced)

    @cached_property
    def mutants(self) -> tuple[Mutant, ...]:
        """Every mutant of the model."""
        return mutants(self.model)

    @cached_property
    def expected(self) -> dict[str, str]:
        """The verdicts that the manifest expects, where they are not the usual."""
        return manifest().expected(self.model.name, self.model.reading)

    @cached_property
    def holding(self) -> list[Traced]:
        """The properties that a mutant can break."""
        return [p for p in self.traced.values() if not self.of_the_model(p.name)]

    def of_the_model(self, name: str) -> bool:
        """The property is shown by a run of the model itself."""
        is_broken = self.expected.get(name) == Violated.json_name
        return is_broken or self.traced[name].kind == "sometimes"

    def shown(self, name: str, known: str | None = None) -> Shown | None:
        """What to show of the property, on the mutant `known` if that still fails."""
        prop, own = self.traced[name], manifest().own_scope(self.model.name, name)
        scopes = [own, {}] if own is not None else [{}]
        for effort, sizes in product((LITTLE, MUCH), scopes):
            walked = self._walk(sizes)
            found = (
                self._run_of_the_model(prop, walked)
                if self.of_the_model(name)
                else self._of_mutants(prop, walked, known, effort)
            )
            shown = next(found, None)
            if shown is not None:
                return self._at_home(shown)
        return next(self._beside_kept(prop, own or {}), None)

    def _beside_kept(self, prop: Traced, sizes: Mapping[str, Size]) -> Iterator[Shown]:
        """Where kept runs get to."""
        walked = self._walk(sizes)
        scope, model = walked.scope, walked.reached.evaluator.model
        if self.of_the_model(prop.name):
            evaluator = Evaluator(model, scope, [prop])
            for witness in kept_for(self.model.name, scope, prop):
                run = witness.run(evaluator)
                if run is not None and shows(evaluator, prop.name, run):
                    yield Shown(model, scope, prop, None, run)
            return
        for mutant, again, run in beside_kept(model, scope, prop, walked.mutants):
            evaluator = Evaluator(mutant.model, scope, [again])
            shortest = minimise(evaluator, prop.name, run)
            yield Shown(mutant.model, scope, again, mutant.name, shortest)

    def _walk(self, sizes: Mapping[str, Size]) -> Walked:
        key = str(sizes)
        if key not in self._walked:
            traced = self.traced.values()
            scope = scope_for(self.model, sizes_for(self.model, sizes), traced)
            model = restricted(self.model, scope)
            broken = tuple(_within(mutant, model, scope) for mutant in self.mutants)
            evaluator = Evaluator(model, scope, traced)
            reached = Reached(evaluator, kept=runs_of(model.name, evaluator))
            teller = Teller(reached, self.holding)
            self._walked[key] = Walked(scope, reached, broken, teller)
        return self._walked[key]

    def _of_mutants(
        self, prop: Traced, walked: Walked, known: str | None, effort: Effort
    ) -> Iterator[Shown]:
        """The most telling first; first of all the one that is known to tell."""
        named = [mutant for mutant in walked.mutants if mutant.name == known]
        for candidates in (named, walked.mutants) if named else (walked.mutants,):
            for example in walked.teller.examples(prop, candidates, effort):
                (again,) = example.mutant.retraced([prop])
                model = example.mutant.model
                shown = Shown(
                    model, walked.scope, again, example.mutant.name, example.run
                )
                run = self._shortest(shown)
                if run is not None:
                    yield replace(shown, run=run)

    def _shortest(self, shown: Shown) -> Run | None:
        """As short as it gets; None if it does not happen."""
        evaluator = Evaluator(shown.model, shown.scope, [shown.prop])
        run = retake(evaluator, shown.run)
        if run is None or not shows(evaluator, shown.prop.name, run):
            return None
        return minimise(evaluator, shown.prop.name, run)

    def _run_of_the_model(self, prop: Traced, walked: Walked) -> Iterator[Shown]:
        run = walked.reached.shows(prop)
        if run is not None:
            evaluator = walked.reached.evaluator
            shortest = minimise(evaluator, prop.name, run)
            yield Shown(evaluator.model, walked.scope, prop, None, shortest)

    def _at_home(self, shown: Shown) -> Shown:
        """The same at the default scope, if it happens there."""
        if shown.scope == self.scope:
            return shown
        by_name = {mutant.name: mutant.model for mutant in self.mutants}
        model = by_name[shown.mutant] if shown.mutant else self.model
        there = replace(shown, model=model, scope=self.scope)
        run = self._shortest(there)
        return shown if run is None else replace(there, run=run)

    def text(self, shown: Shown) -> str:
        """The trace file."""
        evaluator = Evaluator(shown.model, shown.scope, [shown.prop])
        header = Header(
            prop=shown.prop.name,
            system=self.model.name,
            reading=tuple(self.model.reading.items()),
            mutant=shown.mutant,
            scope=written(shown.scope),
            engine="explore",
            spec=digest(shown.model),
        )
        run = confirm(evaluator, shown.prop.name, shown.run)
        return write(evaluator, Trace(header, run))


def _within(mutant: Mutant, model: Model, scope: Scope) -> Mutant:
    """The mutant where callers name what the scope lets them; so does the model."""
    if not scope.only:
        return mutant
    alone = replace(mutant.model, actions=(mutant.model.action(mutant.action),))
    (broken,) = restricted(alone, scope).actions
    actions = tuple(broken if a.name == broken.name else a for a in model.actions)
    return replace(mutant, model=replace(model, actions=actions))
