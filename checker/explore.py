"""The reference search: plain breadth-first exploration, and nothing else.

Short on purpose. The native search is its fast twin; an agreement test holds the two to
the same counts, depths and verdicts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from checker.evaluate import Evaluator, State, Transition


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that fails, and a shortest run that shows it."""

    prop: str
    trace: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was visited, and what was found.

    `depth` is the number of steps to the deepest state met; `complete` says that the
    whole reachable space was visited.
    """

    distinct: int
    transitions: int
    depth: int
    seconds: float
    complete: bool
    violations: tuple[Violation, ...]
    witnessed: frozenset[str]


Progress = Callable[[int, int, int], bool]
"""Called with (distinct, transitions, depth), for each state before it is expanded; a
true answer stops the search."""


def explore(  # noqa: C901  (the loop of the textbook, in one piece on purpose)
    evaluator: Evaluator,
    *,
    max_depth: int | None = None,
    max_states: int | None = None,
    stop_at_first: bool = True,
    progress: Progress = lambda *_: False,
    canonical: Callable[[State], State] = lambda state: state,
) -> Exploration:
    """Visit every state breadth-first, checking every property of the evaluator.

    With a `canonical` form, one state of each class is visited; the traces then go from
    class to class (`symmetry.concretise` makes runs of them).
    """
    started = time.perf_counter()
    always = _named(evaluator, "always")
    pending = set(_named(evaluator, "sometimes"))
    stepwise = _named(evaluator, "every_step")
    start = canonical(evaluator.initial)
    parents: dict[State, tuple[State, Transition] | None] = {start: None}
    violated: dict[str, Violation] = {}
    witnessed: set[str] = set()
    transitions = depth = 0
    complete, full, stopped = True, False, False
    level = [start]
    while level:
        following: list[State] = []
        for state in level:
            for name in always:
                if name not in violated and not evaluator.holds(name, state):
                    violated[name] = Violation(name, path_to(parents, state))
            for name in [n for n in pending if evaluator.holds(n, state)]:
                pending.discard(name)
                witnessed.add(name)
            full = max_states is not None and len(parents) >= max_states
            stopped = progress(len(parents), transitions, depth)
            if full or stopped or (violated and stop_at_first):
                break
            for step in chain(evaluator.transitions(state), evaluator.refused(state)):
                transitions += evaluator.moves(step)
                for name in stepwise:
                    if name not in violated and not evaluator.holds_of(
                        name, state, step
                    ):
                        trace = (*path_to(parents, state), step)
                        violated[name] = Violation(name, trace)
                reached = canonical(step.after)
                if reached not in parents:
                    parents[reached] = (state, step)
                    following.append(reached)
        out_of_depth = max_depth is not None and depth >= max_depth and bool(following)
        if full or stopped or out_of_depth or (violated and stop_at_first):
            complete = False
            break
        level = following
        depth += bool(following)
    return Exploration(
        distinct=len(parents),
        transitions=transitions,
        depth=depth,
        seconds=time.perf_counter() - started,
        complete=complete,
        violations=tuple(violated.values()),
        witnessed=frozenset(witnessed),
    )


def _named(evaluator: Evaluator, kind: str) -> list[str]:
    return [p.name for p in evaluator.properties.values() if p.kind == kind]


def path_to(
    parents: dict[State, tuple[State, Transition] | None], state: State
) -> tuple[Transition, ...]:
    """The steps from the initial state to `state`, along first discoveries."""
    steps: list[Transition] = []
    link = parents[state]
    while link is not None:
        before, step = link
        steps.append(step)
        link = parents[before]
    return tuple(reversed(steps))
