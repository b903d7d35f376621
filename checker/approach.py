"""Random runs that come nearer and nearer to what is sought: for what is seldom met.

What is sought of a state is a conjunction, and a state is the nearer the fewer of its
parts fail. Of the states that are alike in the fields which the parts read one is kept;
runs start again from those, mostly from the nearest that were seldom tried, and prefer
calls that write such a field. All that is sought is gone for at once: a state on the
way to one thing may be near another.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from checker.drawing import Drawing
from checker.evaluate import Evaluator, State, Transition
from checker.explore import path_to
from checker.novelty import SEED
from checker.python_text import Function, Value, compile_functions
from checker.slicing.cone import conjuncts, fields_of, params_of
from checker.slicing.ways import Way, guard_of
from checker.unroll import unroll
from checker.verdict import Run
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Traced

STARTS: Final = 4
"""How often it is begun anew: what is kept first leads a search, perhaps astray."""
PATIENCE: Final = 4000
"""The walks in a row after which nothing nearer ends one search."""
LONGEST: Final = 6
"""Steps of one walk."""
SHARES: Final = (0.2, 0.4, 1.0)
"""Parts of the calls of which a walk is made."""
HELPFUL: Final = 0.7
"""How many of the walks are made of calls that change what is asked about."""
CHOSEN_FROM: Final = 4
"""States that are drawn, of which the one that was least tried is taken."""


def approach(
    evaluator: Evaluator,
    probes: Iterable[str],
    deadline: float | None = None,
    *,
    seed: int = SEED,
) -> dict[str, Run]:
    """Which of these properties of the evaluator runs break, each with a run.

    `deadline` is in seconds of `time.monotonic`. What is not found is open.
    """
    search = _Approach(evaluator, probes, deadline)
    for start in range(STARTS):
        if search.is_over():
            break
        search.begin(Random(seed + start))
    return search.found


@dataclass
class _Aim:
    """What is sought of a state, for one probe or several."""

    parts: list[Callable[..., Any]]
    fields: list[int]
    """The places in a state of what the parts read."""
    helpful: list[Way]
    """The calls that change some of it."""
    probes: list[str] = field(default_factory=list)
    ways: dict[str, Way] = field(default_factory=dict)
    """By probe: how a call must end in such a state."""
    kept: dict[int, dict[State, State]] = field(default_factory=dict)
    """By the number of parts that fail: a state for each that looks different."""
    tried: Counter[State] = field(default_factory=Counter)

    def failing(self, state: State) -> int:
        """How many parts fail: how far the state is from what is sought."""
        return sum(not part(state, None) for part in self.parts)

    def keep(self, state: State, failing: int) -> bool:
        """Keep the state unless one looks like it; whether none has been as near."""
        is_nearest = failing < min(self.kept, default=len(self.parts) + 1)
        seen = tuple(_unordered(state[place]) for place in self.fields)
        self.kept.setdefault(failing, {}).setdefault(seen, state)
        return is_nearest

    def start(self, random: Random) -> State:
        """A state to go on from."""
        levels = sorted(self.kept)
        near = [levels[0], levels[0], levels[min(1, len(levels) - 1)]]
        level = self.kept[random.choice([*near, random.choice(levels)])]
        some = random.sample(list(level), min(len(level), CHOSEN_FROM))
        chosen = min(some, key=lambda seen: self.tried[seen])
        self.tried[chosen] += 1
        return level[chosen]


def _unordered(value: Any) -> Any:
    """What a field holds, whatever the rows."""
    return tuple(sorted(value)) if isinstance(value, tuple) else value


class _Approach:
    def __init__(
        self, evaluator: Evaluator, probes: Iterable[str], deadline: float | None
    ) -> None:
        self.evaluator, self.deadline = evaluator, deadline
        self.found: dict[str, Run] = {}
        model = evaluator.model
        self.actions = {action.name: action for action in model.actions}
        self.calls = [Way(a.name, None, None) for a in model.actions if a.writes]
        sought: dict[frozenset[Node], dict[str, Way | None]] = {}
        for name in probes:
            for parts, way in self._sought(evaluator.properties[name]):
                sought.setdefault(frozenset(parts), {})[name] = way
        self.aims = self._aims(sought)
        ways = [way for aim in self.aims for way in aim.ways.values()]
        self.drawing = Drawing(evaluator, dict.fromkeys([*self.calls, *ways]))

    def _sought(self, prop: Traced) -> Iterable[tuple[list[Node], Way | None]]:
        """The parts of what breaks the property, as far as they are about the state."""
        if prop.node is not None:
            yield self._parts([simplify.negation(prop.node)]), None
        for demand in prop.obligations:
            way = Way(demand.action, demand.rung, demand.alternative)
            guard = guard_of(self.actions[way.action], way)
            yield self._parts(part for part in guard if not params_of(part)), way

    def _parts(self, nodes: Iterable[Node]) -> list[Node]:
        scope = self.evaluator.scope
        return [p for node in nodes for p in conjuncts(unroll(node, scope, {}))]

    def _aims(self, sought: dict[frozenset[Node], dict[str, Way | None]]) -> list[_Aim]:
        parts = dict.fromkeys(part for some in sought for part in some)
        functions = {p: Function(f"{n}", (), Value(p)) for n, p in enumerate(parts)}
        places, scope = self.evaluator.fields, self.evaluator.scope
        code = compile_functions(functions.values(), places, scope)
        aims = []
        for some, probes in sought.items():
            read = fields_of(*some)
            aim = _Aim(
                [code[functions[part].name] for part in some],
                sorted(places[name] for name in read),
                [way for way in self.calls if read & self._written(way)],
                list(probes),
                {name: way for name, way in probes.items() if way is not None},
            )
            aims.append(aim)
        return aims

    def _written(self, way: Way) -> set[str]:
        return {write.field for write in self.actions[way.action].writes}

    def is_over(self) -> bool:
        """Nothing is left to look for, or no time."""
        late = self.deadline is not None and time.monotonic() > self.deadline
        open_ = (name for aim in self.aims for name in aim.probes)
        return late or all(name in self.found for name in open_)

    def begin(self, random: Random) -> None:
        """Search anew, until nothing gets nearer."""
        self.random, self.quiet = random, 0
        self.parents: dict[State, tuple[State, Transition] | None]
        self.parents = {self.evaluator.initial: None}
        for aim in self.aims:
            aim.kept, aim.tried = {}, Counter()
            self._offer(aim, self.evaluator.initial)
        while self.quiet < PATIENCE and not self.is_over():
            self.quiet += 1
            self._walk(random.choice(self.aims))

    def _walk(self, aim: _Aim) -> None:
        state: State | None = aim.start(self.random)
        calls = aim.helpful if self.random.random() < HELPFUL else self.calls
        share = self.random.choice(SHARES)
        allowed = [way for way in calls if self.random.random() < share]
        for _ in range(LONGEST):
            state = None if state is None else self._next(state, allowed)

    def _next(self, state: State, allowed: list[Way]) -> State | None:
        for way in self.random.sample(allowed, len(allowed)):
            step = self.drawing.step(state, way, self.random)
            if step is not None and step.after != state:
                if step.after not in self.parents:
                    self.parents[step.after] = state, step
                    for aim in self.aims:
                        self._offer(aim, step.after)
                return step.after
        return None

    def _offer(self, aim: _Aim, state: State) -> None:
        """Keep the state where it is new; see whether it is what is sought."""
        failing = aim.failing(state)
        if aim.keep(state, failing):
            self.quiet = 0
        for name in aim.probes:
            if not failing and name not in self.found:
                self._try(name, aim.ways.get(name), state)

    def _try(self, name: str, way: Way | None, state: State) -> None:
        if way is None:
            if not self.evaluator.holds(name, state):
                self.found[name] = path_to(self.parents, state)
            return
        step = self.drawing.step(state, way, self.random)
        if step is not None and not self.evaluator.holds_of(name, state, step):
            self.found[name] = (*path_to(self.parents, state), step)
