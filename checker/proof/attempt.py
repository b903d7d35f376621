"""How one obligation is tried: what is assumed, how, and for how long.

There are two ways to find the instances of an assumption that a proof takes: by
matching terms, quick and soon lost among many assumptions; and from models of what has
been instantiated so far, which passes over what does not matter. A try is made of
growing sets of assumptions, each in the way that suits it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import z3

from checker.proof.first_order import Expr
from checker.proof.obligations import Duty, Theory
from checker.proof.relevance import Relevance

MATCHING: Final = {"auto_config": False, "ematching": True, "mbqi": False}
MODELS: Final = {"auto_config": False, "ematching": False, "mbqi": True}
BOTH: Final[dict[str, bool]] = {}
"""What the solver does when it is told nothing."""

SEEDS: Final = 4
"""A proof from models is found soon or late, by luck: so many short tries are made."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The obligation holds: the invariants it took, and what else it was told."""

    used: tuple[str, ...]
    known: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class NotShown:
    """The obligation was not shown: what the solver said last."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Stage:
    names: list[str]
    way: Mapping[str, bool]
    share: float
    """Of the time for the obligation."""
    seed: int = 0


@dataclass
class Attempts:
    """Tries obligations of one theory, and learns which invariants are of use."""

    theory: Theory
    seconds: float
    minimal: bool = False
    """Take time to leave out each assumption that can be done without."""
    useful: dict[str, set[str]] = field(default_factory=dict)
    """What is known, or was found, to be of use for a property, or for a call."""
    relevance: Relevance = field(init=False)

    def __post_init__(self) -> None:
        self.relevance = Relevance(self.theory)

    def attempt(self, duty: Duty, standing: Mapping[str, None]) -> Shown | NotShown:
        """Try; only the invariants that stand may be assumed."""
        if z3.is_true(z3.simplify(duty.goal)):
            return Shown((), ())
        asked = standing if duty.assumes else {}
        said = NotShown("")
        for stage in self._stages(duty, asked):
            answer, found = self._ask(duty, stage)
            if isinstance(found, Shown):
                for about in (duty.prop, duty.action):
                    self.useful.setdefault(about, set()).update(found.used)
                return found
            said = found
            if answer == z3.sat and len(stage.names) == len(asked):
                break
        return said

    def learnt(self, duty: Duty) -> int:
        """How many invariants were of use for obligations of the same property."""
        return len(self.useful.get(duty.prop, ()))

    def _stages(self, duty: Duty, standing: Mapping[str, None]) -> Iterator[_Stage]:
        if not standing:
            yield _Stage([], MATCHING, 0.1)
            yield _Stage([], BOTH, 0.9)
            return
        own, inner, close, shared = self.relevance.near(duty, standing)
        yield _Stage(own, MATCHING, 0.03)
        mine = self.useful.get(duty.prop, set())
        others = self.useful.get(duty.action, set()).intersection(shared)
        for useful in (mine.union(own), others.union(own)):
            if len(useful) > len(own):
                learnt = [name for name in standing if name in useful]
                yield _Stage(learnt, MATCHING, 0.03)
                yield _Stage(learnt, MODELS, 0.03)
        yield _Stage(inner, MATCHING, 0.03)
        yield _Stage(inner, MODELS, 0.03)
        for few in (own, [name for name in standing if name in mine.union(own)]):
            yield _Stage(few, MATCHING, 0.1)
        for seed in range(SEEDS):
            yield _Stage(close, MODELS, 0.03, seed)
            yield _Stage(shared, MODELS, 0.04, seed)
        yield _Stage(close, BOTH, 0.1)
        yield _Stage(list(standing), MODELS, 0.2)
        yield _Stage(list(standing), BOTH, 0.2)

    def _ask(self, duty: Duty, stage: _Stage) -> tuple[Expr, Shown | NotShown]:
        known = self.relevance.known(duty, stage.names)
        solver = z3.SimpleSolver()
        solver.set("timeout", max(1, int(stage.share * self.seconds * 1000)))
        solver.set("core.minimize", self.minimal)
        solver.set("random_seed", stage.seed)
        for option, value in stage.way.items():
            solver.set(option, value)
        solver.add(*known, z3.Not(duty.goal))
        for name in stage.names:
            for number, formula in enumerate(self.theory.hypotheses[name]):
                solver.assert_and_track(formula, f"{name}#{number}")
        answer = solver.check()
        if answer == z3.unsat:
            core = {str(marker).rsplit("#", 1)[0] for marker in solver.unsat_core()}
            used = tuple(n for n in stage.names if n in core)
            return answer, Shown(used, tuple(self.relevance.known(duty, used)))
        if answer == z3.sat:
            why = "a step from some state that satisfies what is assumed breaks it"
            return answer, NotShown(why)
        return answer, NotShown(_gave_up(solver.reason_unknown(), self.seconds))


def _gave_up(why: str, seconds: float) -> str:
    """What the solver says, with what to do where time is what was missing."""
    if why in ("canceled", "timeout"):
        return f"the solver found no proof in {seconds:g} s; --timeout gives it longer"
    return f"the solver gave up: {why}"
