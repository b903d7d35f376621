"""From a path of representatives to a run of the model.

A symmetric search goes from representative to representative; the steps between them
are steps of images of the states. Orbit after orbit there is a step of the evaluator
that leads from where the run stands into the next orbit, so the run is as long as the
path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from checker.evaluate import Evaluator, State, Transition
from checker.trace import Disagreement
from checker.verdict import Run

Shows = Callable[[State, Transition], bool]
"""What the last step must show of itself, given the state before it."""


def concretise(
    evaluator: Evaluator,
    canonical: Callable[[State], State],
    orbits: Sequence[State],
    shows: Shows = lambda _before, _step: True,
) -> Run:
    """A run through these orbits, given by their representatives, the first included.

    The last step, which may be a refused call, is one that `shows`. Raises Disagreement
    when there is no such run: the path is not one of the model, or the symmetry is
    none.
    """
    state = evaluator.initial
    if canonical(state) != orbits[0]:
        raise Disagreement("the path does not begin in the orbit of the state at boot")
    run: list[Transition] = []
    for number, orbit in enumerate(orbits[1:], start=1):
        steps = evaluator.transitions(state)
        if number == len(orbits) - 1:
            refused = evaluator.refused(state)
            steps = (s for s in chain(steps, refused) if shows(state, s))
        step = next((s for s in steps if canonical(s.after) == orbit), None)
        if step is None:
            raise Disagreement(f"no step leads into the orbit that is number {number}")
        run.append(step)
        state = step.after
    return tuple(run)
