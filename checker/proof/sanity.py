"""Is a proof worth anything? What is asked of it before it is believed.

What is assumed must be satisfiable, with every call able to succeed: a proof from a
contradiction proves everything. (That a proof notices when the model is broken is asked
in `noticing`.)
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.bounded.unfolding import Unfolding
from checker.evaluate import Evaluator, State
from checker.ground import ground
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
