"""A symmetry put to use: what a search needs to go from orbit to orbit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.evaluate import Evaluator, State
from checker.symmetry.canonical import Canonical
from checker.symmetry.concretise import Shows, concretise
from checker.symmetry.find import Symmetry, find_symmetry
from checker.symmetry.plan import TooManyElements, plan_of
from checker.verdict import Run
from spec.lang.model import Model, Scope, Traced


@dataclass(frozen=True, slots=True)
class Reduction:
    """A symmetry, and the canonical form of a state under it."""

    symmetry: Symmetry
    canonical: Canonical

    def guarded(self, properties: Iterable[Traced]) -> tuple[Traced, ...]:
        """The properties, and what must hold for the reduction to be sound."""
        return (*properties, *self.symmetry.guards)

    def broken(self, violated: Iterable[str]) -> str | None:
        """Why the search must be run again in full: a guard is among these names."""
        said = {guard.name: guard.declared.doc for guard in self.symmetry.guards}
        for name in violated:
            if name in said:
                return f"no symmetry reduction: it does not hold that {said[name]}"
        return None

    def run(self, evaluator: Evaluator, orbits: Sequence[State], shows: Shows) -> Run:
        """A run through these orbits; see `concretise`."""
        return concretise(evaluator, self.canonical, orbits, shows)


def reduction_of(
    model: Model, scope: Scope, properties: Iterable[Traced]
) -> Reduction | Symmetry:
    """The reduction by all the symmetry there is; if there is none, why not."""
    symmetry = find_symmetry(model, scope, properties)
    if not symmetry.groups:
        return symmetry
    try:
        plan = plan_of(model, scope, symmetry.groups)
    except TooManyElements as many:
        return Symmetry((), refusal=str(many))
    return Reduction(symmetry, Canonical(plan))


def any_step(_before: State, _step: object) -> bool:
    """The last step of a run to a state shows nothing of itself."""
    return True
