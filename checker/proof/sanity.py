"""Is a proof worth anything? What is asked of it before it is believed.

What is assumed must be satisfiable, with every call able to succeed: a proof from a
contradiction proves everything. A proof must notice when the model is broken: of each
mutant some obligation must fail. And where a proof does not close, two small states and
the step between them say why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from checker.bounded.induction import NotKept, check_inductive
from checker.bounded.unfolding import Unfolding
from checker.evaluate import Evaluator, State
from checker.ground import ground
from checker.mutants.mutate import Mutant, mutants
from checker.proof.prove import prove
from checker.verdict import Proved
from spec.lang.model import Model, Scope, Traced


def able_states(
    model: Model, scope: Scope, invariants: Iterable[Traced]
) -> dict[str, State | None]:
    """For each call a state that satisfies every invariant and in which it succeeds.

    None: there is no such state at this scope, so what is proved of the call's success
    may be vacuous. The states need not be reachable; the evaluator has taken each step.
    """
    listed = tuple(p for p in invariants if p.kind == "always")
    grounded = ground(model, scope, listed, keep_params=True)
    evaluator = Evaluator(model, scope, listed)
    run = Unfolding(grounded, evaluator, from_boot=False)
    run.step()
    assumed = [run.at(0, node) for _, node in grounded.invariants]
    found: dict[str, State | None] = {}
    for action in model.actions:
        shown = run.find(*assumed, run.succeeds(action.name))
        if shown is None:
            found[action.name] = None
        else:
            run.run_in(shown, 1)
            found[action.name] = run.state_in(shown, 0)
    return found


def unnoticed(
    model: Model,
    properties: Iterable[Traced],
    *,
    seconds: float = 2.0,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> tuple[str, ...]:
    """The mutants that break no obligation of any property.

    Only the duties at the broken call are tried again, each for `seconds`.
    """
    listed = tuple(properties)
    every = mutants(model)
    survivors = []
    for number, mutant in enumerate(every):
        progress(mutant.name, number, len(every))
        if not any(_broken(mutant, listed, seconds)):
            survivors.append(mutant.name)
    return tuple(survivors)


def _broken(
    mutant: Mutant, properties: tuple[Traced, ...], seconds: float
) -> Iterator[str]:
    """The properties that are not shown of the mutant's broken call."""
    broken = mutant.model.action(mutant.action)
    alone = replace(mutant.model, actions=(broken,))
    run = prove(alone, mutant.retraced(properties), seconds=seconds, all_duties=False)
    for name, proof in run.proofs.items():
        if not isinstance(proof.verdict, Proved):
            yield name


def why_not(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced],
    names: Iterable[str],
    *,
    seconds: float = 30.0,
) -> dict[str, NotKept]:
    """For properties that were not proved: states and a step at a small scope.

    A property that is inductive at this scope has none; it may fail at a larger one, or
    the prover may have given up.
    """
    wanted = set(names)
    found = check_inductive(model, scope, properties, seconds=seconds)
    return {n: shown for n, shown in found.not_kept.items() if n in wanted}
