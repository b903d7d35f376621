"""Runs of mutants beside the kept runs of their model: one call on the way is broken.

A run that is kept gets where random ones seldom do. So where a walk shows nothing of a
property, the calls of the runs kept at its scope are broken, one after the other, those
of its own premise first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.evaluate import Evaluator, State, Stopped, Transition
from checker.mutants.mutate import Mutant
from checker.probes import premise_name
from checker.scope import scope_words
from checker.trace import shows
from checker.verdict import Run
from counterexamples.witnesses import Witness, witnesses_of
from spec.lang.model import Model, Scope, Traced


def kept_for(system: str, scope: Scope, prop: Traced) -> list[Witness]:
    """The runs that are kept at the scope: those of this property come first."""
    about = {prop.name, premise_name(prop.name)}
    here = [w for w in witnesses_of(system) if w.scope == scope_words(scope)]
    return sorted(here, key=lambda w: about.isdisjoint(w.meets))


def beside_kept(
    model: Model, scope: Scope, prop: Traced, broken: Iterable[Mutant]
) -> Iterator[tuple[Mutant, Traced, Run]]:
    """Runs in which a mutant breaks the property; `broken` are those of the scope."""
    by_action: dict[str, list[Mutant]] = {}
    for mutant in broken:
        by_action.setdefault(mutant.action, []).append(mutant)
    evaluator = Evaluator(model, scope, [prop])
    for witness in kept_for(model.name, scope, prop):
        run = witness.run(evaluator) or ()
        for action in dict.fromkeys(step.invocation.action for step in reversed(run)):
            for mutant in by_action.get(action, ()):
                (again,) = mutant.retraced([prop])
                taken = _until_broken(
                    Evaluator(mutant.model, scope, [again]), prop, run
                )
                if taken is not None:
                    yield mutant, again, taken


def _until_broken(evaluator: Evaluator, prop: Traced, run: Run) -> Run | None:
    """The calls of the run as the mutant takes them, until the property fails."""
    taken: list[Transition] = []
    for step in _going_on(evaluator, evaluator.initial, run):
        taken.append(step)
        if shows(evaluator, prop.name, tuple(taken)):
            return tuple(taken)
    return None


def _going_on(evaluator: Evaluator, state: State, steps: Run) -> Iterator[Transition]:
    """The same calls from this state, whatever they do, while they do anything."""
    for step in steps:
        call = step.invocation
        ways = (evaluator.outcomes(state, call, chosen=held) for held in (True, False))
        found = next((o for w in ways for o in w if not isinstance(o, Stopped)), None)
        if found is None:
            return
        yield found
        state = found.after
