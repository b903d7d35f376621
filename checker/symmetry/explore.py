"""The reference search over orbits: the plain search, given a canonical form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from checker.evaluate import Evaluator, State, Transition
from checker.explore import Exploration, Progress, Violation, explore
from checker.symmetry.find import Symmetry
from checker.symmetry.reduction import Reduction, any_step, reduction_of
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
    max_depth: int | None = None,
    stop_at_first: bool = True,
    progress: Progress = lambda *_: False,
) -> Reduced:
    """Visit one state of each reachable orbit; the traces are runs of the model."""
    props = tuple(properties)

    def searched(
        asked: tuple[Traced, ...], canonical: Callable[[State], State]
    ) -> Exploration:
        return explore(
            Evaluator(model, scope, asked),
            max_depth=max_depth,
            stop_at_first=stop_at_first,
            progress=progress,
            canonical=canonical,
        )

    found = reduction_of(model, scope, props)
    if isinstance(found, Symmetry):
        return Reduced(searched(props, _itself), found)
    asked = found.guarded(props)
    exploration = searched(asked, found.canonical)
    abandoned = found.broken(v.prop for v in exploration.violations)
    if abandoned is not None:
        return Reduced(searched(props, _itself), found.symmetry, abandoned)
    evaluator = Evaluator(model, scope, asked)
    runs = tuple(_as_run(evaluator, found, v) for v in exploration.violations)
    return Reduced(replace(exploration, violations=runs), found.symmetry)


def _itself(state: State) -> State:
    return state


def _as_run(
    evaluator: Evaluator, reduction: Reduction, violation: Violation
) -> Violation:
    """The violation with a run in place of a path of representatives."""
    name = violation.prop

    def fails(before: State, step: Transition) -> bool:
        return not evaluator.holds_of(name, before, step)

    stepwise = evaluator.properties[name].kind == "every_step"
    path = [reduction.canonical(evaluator.initial)]
    path += [reduction.canonical(step.after) for step in violation.trace]
    run = reduction.run(evaluator, path, fails if stepwise else any_step)
    return Violation(name, run)
