"""The reference search over orbits: the plain search, given a canonical form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from checker.evaluate import Evaluator, State, Transition
from checker.explore import Exploration, Violation, explore
from checker.symmetry.canonical import Canonical
from checker.symmetry.concretise import concretise
from checker.symmetry.find import Symmetry, find_symmetry
from checker.symmetry.plan import plan_of
from spec.lang.model import Model, Scope, Traced


@dataclass(frozen=True, slots=True)
class Reduced:
    """What was found, and by which symmetry.

    `abandoned` says why the search was run again without any: a guard did not hold.
    """

    exploration: Exploration
    symmetry: Symmetry
    abandoned: str | None = None


def explore_orbits(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced] = (),
    *,
    stop_at_first: bool = True,
) -> Reduced:
    """Visit one state of each reachable orbit; the traces are runs of the model."""
    props = tuple(properties)
    symmetry = find_symmetry(model, scope, props)
    canonical = Canonical(plan_of(model, scope, symmetry.groups))
    evaluator = Evaluator(model, scope, (*props, *symmetry.guards))
    found = explore(evaluator, stop_at_first=stop_at_first, canonical=canonical)
    names = {guard.name: guard for guard in symmetry.guards}
    for violation in found.violations:
        if violation.prop in names:
            said = names[violation.prop].declared.doc
            again = explore(Evaluator(model, scope, props), stop_at_first=stop_at_first)
            return Reduced(again, symmetry, f"it does not hold that {said}")
    runs = tuple(_as_run(evaluator, canonical, v) for v in found.violations)
    return Reduced(replace(found, violations=runs), symmetry)


def _as_run(
    evaluator: Evaluator, canonical: Canonical, violation: Violation
) -> Violation:
    """The violation with a run in place of a path of representatives."""
    name = violation.prop

    def shows(before: State, step: Transition) -> bool:
        if evaluator.properties[name].kind == "every_step":
            return not evaluator.holds_of(name, before, step)
        return not evaluator.holds(name, step.after)

    path = [canonical(evaluator.initial)]
    path += [canonical(step.after) for step in violation.trace]
    return Violation(name, concretise(evaluator, canonical, path, shows))
