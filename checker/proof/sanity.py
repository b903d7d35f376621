"""Is a proof worth anything? What is asked of it before it is believed.

What is assumed must be satisfiable, with every call able to succeed: a proof from a
contradiction proves everything. Most calls succeed somewhere on a few runs from boot,
whose states satisfy what was proved, and are asked whether they do; a solver looks for
a state for the rest. (That a proof notices when the model is broken is asked in
`noticing`.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Final

from checker.bounded.unfolding import Unfolding
from checker.drawing import Drawing
from checker.evaluate import Evaluator, State
from checker.ground import ground
from checker.slicing.ways import Way
from spec.lang.model import Model, Scope, Traced

SEED: Final = 1
RUNS: Final = 120
STEPS: Final = 40
"""How many runs are made, and how long each is."""
PATIENCE: Final = 40
"""The runs in a row after which nothing new ends the walk."""


def able_states(
    model: Model, scope: Scope, invariants: Iterable[Traced]
) -> dict[str, State | None]:
    """For each call a state that satisfies every invariant and in which it succeeds.

    None: there is no such state at this scope, so what is proved of the call's success
    may be vacuous. The states need not be reachable; the evaluator has taken each step.
    """
    listed = tuple(p for p in invariants if p.kind == "always")
    evaluator = Evaluator(model, scope, listed)
    names = [p.name for p in listed]
    found = {
        name: state
        for name, state in _met(evaluator)
        if all(evaluator.holds(prop, state) for prop in names)
    }
    rest = tuple(action for action in model.actions if action.name not in found)
    searched = _searched(replace(model, actions=rest), scope, listed) if rest else {}
    return {a.name: found.get(a.name) or searched.get(a.name) for a in model.actions}


def _met(evaluator: Evaluator) -> Iterator[tuple[str, State]]:
    """The calls that succeed on some runs from boot, each with where it first does.

    Calls that were seldom made are made first; a run starts where something was new.
    """
    random = Random(SEED)
    ways = [Way(action.name, None, None) for action in evaluator.model.actions]
    drawing = Drawing(evaluator, ways)
    made = Counter[Way]()
    starts, quiet = [evaluator.initial], 0
    for _ in range(RUNS):
        state = random.choice(starts)
        quiet += 1
        for _ in range(STEPS):
            random.shuffle(ways)
            ways.sort(key=lambda way: made[way])
            for way in ways:
                step = drawing.step(state, way, random)
                if step is None:
                    continue
                made[way] += 1
                if made[way] == 1:
                    yield way.action, state
                    starts.append(step.after)
                    quiet = 0
                if step.after != state:
                    state = step.after
                    break
        if len(made) == len(ways) or quiet > PATIENCE:
            return


def _searched(
    model: Model, scope: Scope, invariants: tuple[Traced, ...]
) -> dict[str, State | None]:
    """The same of the calls of a model, by a solver, from any state."""
    grounded = ground(model, scope, invariants, keep_params=True)
    evaluator = Evaluator(model, scope, invariants)
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
