"""Lifting: a run of a slice as a run of the whole model.

The sliced run says which calls are made and what becomes of the fields that are kept.
The values of the parameters that the slice dropped are free: all of them are tried,
with backtracking, through the reference evaluator. A run of an exact slice always
lifts; one of a loose slice that does not says which fields it was loose about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from checker.evaluate import (
    Evaluator,
    Invocation,
    State,
    Transition,
)
from checker.slicing.blame import blamed, is_by
from checker.slicing.slice import Origin, Slice
from checker.slicing.ways import Way
from checker.verdict import Run


@dataclass(frozen=True, slots=True)
class Stuck:
    """The run does not lift; `fields` are what the slice should have kept."""

    step: int
    fields: frozenset[str]


def lift(sliced: Slice, evaluator: Evaluator, prop: str, run: Run) -> Run | Stuck:
    """The run in the whole model that breaks the property of which `prop` is a part.

    `evaluator` is one of the whole model with the original properties; `run` breaks the
    sliced property `prop`. A `sometimes` is broken by an example.
    """
    return _Lifting(sliced, evaluator, sliced.origins[prop], run).result()


@dataclass
class _Lifting:
    sliced: Slice
    evaluator: Evaluator
    origin: Origin
    run: Run
    reached: int = -1
    last: list[State] = field(default_factory=list)
    """States of the whole model after `reached` steps, from which nothing followed."""

    def __post_init__(self) -> None:
        shape = self.sliced.full.shape
        kept = self.sliced.model.shape.fields()
        position = {info.name: n for n, info in enumerate(shape.fields())}
        self.kept = [position[info.name] for info in kept]

    def result(self) -> Run | Stuck:
        initial = self.evaluator.initial
        path: list[Transition] = []
        stack = [iter(self._from(0, initial))]
        seen: set[tuple[int, State]] = {(0, initial)}
        while True:
            if len(path) == len(self.run):
                last = path[-1].after if path else initial
                ending = self._ending(last)
                if ending is not None:
                    return (*path, *ending)
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                if not stack:
                    return self._stuck()
                path.pop()
            elif (len(stack), step.after) not in seen:
                seen.add((len(stack), step.after))
                path.append(step)
                stack.append(iter(self._from(len(path), step.after)))

    def _from(self, done: int, state: State) -> list[Transition]:
        """The next steps that look like the sliced run; none at its end."""
        if done > self.reached:
            self.reached, self.last = done, []
        if done == self.reached:
            self.last.append(state)
        if done == len(self.run):
            return []
        step = self.run[done]
        way = self.sliced.ways[step.invocation.action]
        return [
            found
            for call in self._calls(way, step.invocation)
            for found in self.evaluator.outcomes(state, call)
            if isinstance(found, Transition)
            and is_by(found, way)
            and self._agrees(way, step.invocation, found)
            and self._seen_as(found.after) == step.after
        ]

    def _seen_as(self, state: State) -> State:
        return tuple(state[n] for n in self.kept)

    def _all(self, way: Way) -> Iterator[Invocation]:
        return self.evaluator.invocations(self.sliced.full.action(way.action))

    def _calls(self, way: Way, sliced: Invocation) -> Iterator[Invocation]:
        action = self.sliced.full.action(way.action)
        fixed = _kept(way, sliced)
        domains: list[Iterable[int]] = []
        for param in action.params:
            if param.role == "choice":
                domains.append((0,))
            elif param.name in fixed:
                domains.append((fixed[param.name],))
            else:
                domains.append(self.evaluator.scope.among(param))
        return (Invocation(way.action, args) for args in product(*domains))

    def _agrees(self, way: Way, sliced: Invocation, found: Transition) -> bool:
        params = self.sliced.full.action(way.action).params
        chosen = dict(zip((p.name for p in params), found.invocation.args, strict=True))
        return all(chosen[n] == value for n, value in _kept(way, sliced).items())

    # The end of the run

    def _ending(self, state: State) -> Run | None:
        """What is missing for the property to be broken here; None when it is not."""
        prop, refused = self.origin.prop, self.origin.refused
        if refused is None:
            return ()
        way = Way(refused.action, refused.rung, refused.alternative)
        for call in self._all(way):
            for found in self.evaluator.outcomes(state, call):
                if not isinstance(found, Transition) or not is_by(found, way):
                    continue
                if not self.evaluator.holds_of(prop.name, state, found):
                    return (found,)
        return None

    # What went wrong

    def _stuck(self) -> Stuck:
        if self.reached == len(self.run):
            refused = self.origin.refused
            assert refused is not None  # other endings are the projection's
            way = Way(refused.action, refused.rung, refused.alternative)
            wanted, step = self._all(way), None
        else:
            step = self.run[self.reached].invocation
            way = self.sliced.ways[step.action]
            wanted = self._calls(way, step)
        missing = blamed(self.sliced, self.evaluator, self.last, wanted, way, step)
        return Stuck(self.reached, missing)


def _kept(way: Way, sliced: Invocation) -> dict[str, int]:
    """The parameters of the call that the slice has; its own come after them."""
    return dict(zip(way.params, sliced.args, strict=False))
