"""What a check is asked, and what it answers.

A `Task` is one model, under one reading, at one scope, and what is asked of it. The
answers come one after the other: a `Result` for each property and goal, and a `Covered`
when the task is done with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from checker.evaluate import Evaluator
from checker.probes import generated
from checker.verdict import ProvedAtScope, Run, Verdict, Violated, exit_code
from spec.lang.declare import Property
from spec.lang.model import Model, Scope, Traced

Witnesses = Callable[[Evaluator, Collection[str]], Iterable[tuple[str, Run]]]
"""Runs of the evaluator's model that are kept, each with one of the names that it is
kept for."""


def no_witnesses(_: Evaluator, __: Collection[str]) -> Iterable[tuple[str, Run]]:
    """None is kept."""
    return ()


Lemmas = Callable[[], tuple[Traced, ...]]
"""Invariants that may be leaned on where they turn out to hold."""


def no_lemmas() -> tuple[Traced, ...]:
    """None is known."""
    return ()


@dataclass(frozen=True, slots=True)
class Task:
    """A model at a scope, and the properties asked of it."""

    system: str
    model: Model
    scope: Scope
    properties: tuple[Traced, ...]
    goals: bool = True
    """Whether each call's success and each `fails` line must be reachable too."""
    expected: Mapping[str, str] = field(default_factory=dict)
    asked_elsewhere: frozenset[str] = frozenset()
    """The goals that another task asks for."""
    looks_around: bool = True
    """Whether to say where calls leave the model's scope."""
    searches_goals: bool = True
    """Whether to search for goals that random runs do not meet."""
    witnesses: Witnesses = no_witnesses
    lemmas: Lemmas = no_lemmas
    depth: int | None = None
    """Steps beyond which it is not searched; None: all that there are."""
    family: str = ""
    """Tasks of one family have much in common: another system, but the same sizes."""

    def generated(self) -> tuple[Property, ...]:
        """The goals asked for: each call's success, each `fails` line."""
        goals = generated(self.model) if self.goals else ()
        return tuple(goal for goal in goals if goal.name not in self.asked_elsewhere)


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of one property; the run, if any, has been replayed."""

    task: Task
    prop: Property
    verdict: Verdict
    engine: str
    distinct: int | None
    transitions: int | None
    depth: int | None
    seconds: float
    generated: bool = False

    @property
    def expected(self) -> str:
        """The verdict that the manifest expects."""
        return self.task.expected.get(self.prop.name, ProvedAtScope.json_name)

    @property
    def exit_code(self) -> int:
        """What this result alone would make the process end with."""
        return exit_code(self.prop.kind, self.verdict, self.expected)

    @property
    def run(self) -> Run | None:
        """The run that shows it, if there is one."""
        match self.verdict:
            case Violated(trace=run) | ProvedAtScope(witness=run):
                return run
        return None


@dataclass(frozen=True, slots=True)
class Covered:
    """What was searched of a task, told when it is done with."""

    task: Task
    distinct: int | None
    transitions: int | None
    depth: int | None
    seconds: float
    notes: tuple[str, ...]
    out_of_scope: tuple[str, ...] = ()
    """Where a run left what the model speaks of."""
    searches: int = 0
    reductions: tuple[str, ...] = ()
    """What the searches left out, and why that makes no difference."""


Event = Result | Covered
