"""States that random runs of a model reach, each with a run to it.

A mutant differs from the model in one call. So nearly everything that a property can
notice happens where the model itself gets to: what the model reaches is walked once,
and then each mutant is asked what it does there.

Runs stay short and begin again from states in which something was new, or in which a
rare call was made; of the calls that a run may make, the rarest is made first. All of
it is seeded: every machine sees the same. Runs that somebody has kept are taken first,
and gone on from like any other: they get where random ones seldom do.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeVar

from checker.drawing import Drawing
from checker.evaluate import Evaluator, Returned, State, Transition
from checker.novelty import SEED, SHARES, Novelty
from checker.python_text import Function, Updates, Value, compile_functions
from checker.scope import enumerations_of
from checker.slicing.ways import Way
from checker.verdict import Run
from spec.lang.action import Action
from spec.lang.model import Model, Scope, Traced
from spec.lang.types import EnumType, SetType

T = TypeVar("T")

WALKS: Final = 5_000
"""How many runs there are."""
LONGEST: Final = 12
"""Steps of one run."""
DEEPEST: Final = 14
"""Steps from the state at boot beyond which no run goes on."""
LAST: Final = 100
"""So many of the states in which a field held something new are started from."""
DRAWN: Final = 300
"""In so many of the states each call is made besides."""
FEW: Final = 2
"""So many members of a large enumeration are named in a run that names few."""
NARROW: Final = 0.7
"""How often a run names few members of an enumeration."""
PATIENCE: Final = 400
"""The runs in a row after which no new state ends the walk."""
MOST: Final = 600
"""So many steps of each call are kept."""
RARE: Final = 60
"""A call that was made less often than this is made wherever it is possible."""


@dataclass(eq=False, slots=True)
class Place:
    """A state, and the shortest run to it that is known: its last step."""

    state: State
    depth: int
    arrival: Taken | None


@dataclass(frozen=True, eq=False, slots=True)
class Taken:
    """A step, and where it was taken."""

    before: Place
    step: Transition


class Reached:
    """A walk of the evaluator's model: the states, and every call that succeeded."""

    def __init__(
        self, evaluator: Evaluator, walks: int = WALKS, kept: Iterable[Run] = ()
    ) -> None:
        self.evaluator = evaluator
        self.random = Random(SEED)
        self.successes = [Way(a.name, None, None) for a in evaluator.model.actions]
        self.drawing = Drawing(evaluator, self.successes)
        self.boot = Place(evaluator.initial, 0, None)
        self.places = {evaluator.initial: self.boot}
        self._code: dict[tuple[str, Value | Updates], Callable[..., Any]] = {}
        self._words = _enumerations(evaluator.model)
        self._made = Counter[Way]()
        self.novelty = Novelty()
        self._recent = deque([self.boot], maxlen=LAST)
        self._rare = deque([self.boot], maxlen=LAST)
        self._taken: dict[tuple[Place, Way, tuple[int, ...]], Taken] = {}
        self._quiet = 0
        self.ends = [self._follow(run) for run in kept]
        """Where the kept runs end."""
        for _ in range(walks):
            self._walk()
            self._quiet += 1
            if self._quiet > PATIENCE:
                break
        self.drawing.scope = evaluator.scope
        for place in self.some(DRAWN):
            for way in self.successes:
                self._step(place, way)
        self.steps = self._by_call()

    def some(self, most: int) -> list[Place]:
        """So many of the states at most, from all depths, the nearest first."""
        listed = sorted(self.places.values(), key=_depth)
        if len(listed) <= most:
            return listed
        return [listed[n * len(listed) // most] for n in range(most)]

    def run_to(self, place: Place) -> Run:
        """A run of the model to this state."""
        return tuple(taken.step for taken in self.way_to(place))[::-1]

    def way_to(self, place: Place) -> Iterator[Taken]:
        """The steps of that run, the last one first."""
        while place.arrival is not None:
            yield place.arrival
            place = place.arrival.before

    def places_for(self, call: str, most: int) -> list[Place]:
        """States in which the call succeeds, ends of kept runs, and some of others."""
        own = dict.fromkeys(taken.before for taken in self.steps[call])
        some = list(own)[:: 1 + 2 * len(own) // most]
        return self._mixed(dict.fromkeys([*some, *self.ends, *self.some(most // 2)]))

    def shows(self, prop: Traced) -> Run | None:
        """A shortest run of those walked that breaks the property, or is an example."""
        holds, name = self.evaluator.holds, prop.name
        runs: Iterable[Run]
        if prop.kind == "every_step":
            calls = dict.fromkeys(demand.action for demand in prop.obligations)
            runs = (
                (*self.run_to(taken.before), taken.step)
                for call in calls
                for taken in self.steps[call]
                if not self.evaluator.holds_of(name, taken.before.state, taken.step)
            )
        else:
            wanted = prop.kind == "sometimes"
            runs = (
                self.run_to(place)
                for place in self.places.values()
                if holds(name, place.state) == wanted
            )
        return min(runs, key=len, default=None)

    def compiled(self, action: Action, body: Value | Updates) -> Callable[..., Any]:
        """A term of the call, or what writes leave, as a function of its parameters."""
        key = action.name, body
        if key not in self._code:
            params = tuple(param.node() for param in action.params)
            functions = [Function("body", params, body)]
            fields, scope = self.evaluator.fields, self.evaluator.scope
            self._code[key] = compile_functions(functions, fields, scope)["body"]
        return self._code[key]

    def _follow(self, run: Run) -> Place:
        """Go where a run goes; a call that is refused on the way leads nowhere."""
        place = self.boot
        for step in run:
            if isinstance(step.outcome, Returned):
                way = Way(step.invocation.action, None, None)
                place = self._arrive(place, way, step)
        return place

    def _walk(self) -> None:
        self.drawing.scope = self._narrowed()
        starts = self.random.choice((self._recent, self._rare, (self.boot,)))
        place: Place | None = self.random.choice(starts)
        share, often = self.random.choice(SHARES), self.random.choice((0, 64))
        allowed = [way for way in self.successes if self.random.random() < share]
        allowed += [w for w in self.successes if self._is_rare(w) and w not in allowed]
        for _ in range(LONGEST):
            if place is None or place.depth >= DEEPEST:
                return
            drawn = self.random.sample(allowed, len(allowed))
            drawn.sort(key=lambda way: self._made[way] >> often)
            afters = (self._step(place, way) for way in drawn)
            place = next((a for a in afters if a is not None and a is not place), None)

    def _is_rare(self, way: Way) -> bool:
        return self._made[way] < RARE

    def _narrowed(self) -> Scope:
        """Few members of each enumeration, so that two calls often name the same."""
        only = {
            kind.name: tuple(self.random.sample(kind.members, FEW))
            for kind in self._words
            if self.random.random() < NARROW
        }
        return Scope(self.evaluator.scope.sizes, only)

    def _step(self, place: Place, way: Way) -> Place | None:
        """Where such a step leads, if one is possible."""
        step = self.drawing.step(place.state, way, self.random)
        return None if step is None else self._arrive(place, way, step)

    def _arrive(self, place: Place, way: Way, step: Transition) -> Place:
        """Where the step leads; it and the place are known from now on."""
        self._made[way] += 1
        taken = Taken(place, step)
        taken = self._taken.setdefault((place, way, step.invocation.args), taken)
        after = self.places.get(step.after)
        if after is None:
            after = Place(step.after, place.depth + 1, taken)
            self.places[step.after] = after
            self._quiet = 0
            if self.novelty.is_news(step.after):
                self._recent.append(after)
        elif place.depth + 1 < after.depth:
            after.depth, after.arrival = place.depth + 1, taken
        if self._is_rare(way):
            self._rare += (place, after)
        return after

    def _by_call(self) -> dict[str, list[Taken]]:
        """Some steps of each call, of every kind."""
        found: dict[str, list[Taken]] = {way.action: [] for way in self.successes}
        kinds = Counter[object]()
        ranked: list[tuple[int, int, Taken]] = []
        for taken in sorted(self._taken.values(), key=_depth_before):
            kind = taken.step.invocation.action, _kind(taken)
            ranked.append((kinds[kind], len(ranked), taken))
            kinds[kind] += 1
        for _, _, taken in sorted(ranked):
            some = found[taken.step.invocation.action]
            if len(some) < MOST:
                some.append(taken)
        return {call: self._mixed(some) for call, some in found.items()}

    def _mixed(self, listed: Iterable[T]) -> list[T]:
        return self.random.sample(found := list(listed), len(found))


def _kind(taken: Taken) -> object:
    """What the step does: the values that come and go in each field."""
    pairs = zip(taken.before.state, taken.step.after, strict=True)
    return tuple(
        (
            number,
            tuple(sorted(Counter(old).items())),
            tuple(sorted(Counter(new).items())),
        )
        if isinstance(old, tuple)
        else (number, old, new)
        for number, (old, new) in enumerate(pairs)
        if old != new
    )


def _depth_before(taken: Taken) -> int:
    return taken.before.depth


def _depth(place: Place) -> int:
    return place.depth


def _enumerations(model: Model) -> list[EnumType]:
    """Those that callers name members of, unless there are few or two of a name."""
    found = {kind.name: set[EnumType]() for kind in enumerations_of(model).values()}
    for action in model.actions:
        for param in action.params:
            kind = param.type.element if isinstance(param.type, SetType) else param.type
            if isinstance(kind, EnumType) and kind.name in found:
                found[kind.name].add(kind)
    alone = [kind for kinds in found.values() if len(kinds) == 1 for kind in kinds]
    return [kind for kind in alone if len(kind.members) > FEW]
