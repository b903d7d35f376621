"""Proof at a scope without visiting its states: k-induction and PDR, on slices.

Each property is asked about on the loosest slice first. An argument that closes there
closes for the model; a violation is lifted to the model or names what the slice should
have kept, and the next slice is asked. A run that anybody sees has been replayed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from checker.bounded.external import abc
from checker.bounded.k_induction import Argued, Question, k_induction
from checker.bounded.spacer import spacer
from checker.evaluate import Evaluator
from checker.explore import Exploration, Violation
from checker.ground import ground
from checker.slicing.refine import check
from checker.verdict import ProvedAtScope, Unknown, Verdict, Violated
from spec.lang.model import Model, Scope, Traced


class Method(StrEnum):
    """How to argue."""

    K_INDUCTION = "k-induction"
    PDR = "pdr"
    ABC = "abc"


MOST: Final = 30
"""The greatest k that k-induction tries."""


@dataclass(frozen=True, slots=True)
class AtScope:
    """A verdict at a scope, how it was reached, and what it rests on.

    `how` is in words: "k-induction, k = 2", "PDR (Spacer)". `kept` of the `fields` of
    the model were in the slice that settled it.
    """

    verdict: Verdict
    how: str
    kept: int
    fields: int
    seconds: float


def prove_at_scope(
    model: Model,
    scope: Scope,
    prop: Traced,
    *,
    method: Method = Method.K_INDUCTION,
    seconds: float | None = None,
    most: int = MOST,
    simple_paths: bool = True,
) -> AtScope:
    """One property, by one method, within the time.

    `most` and `simple_paths` are k-induction's. Of a `sometimes` property an example
    is sought; that there is none refutes it. Raises NotInstalled for a method that
    needs a program, and EnginesDisagree or Disagreement when what an engine says
    cannot be replayed.
    """
    started = time.perf_counter()
    deadline = None if seconds is None else time.monotonic() + seconds
    engines: dict[Method, Callable[[Question], Argued]] = {
        Method.K_INDUCTION: lambda question: k_induction(
            question, most=most, simple_paths=simple_paths
        ),
        Method.PDR: spacer,
        Method.ABC: abc,
    }
    engine = _Engine(engines[method], deadline)
    answer = next(check(model, scope, [prop], engine))
    verdict = answer.verdict
    if isinstance(verdict, Unknown):
        verdict = engine.unknown or verdict
    return AtScope(
        verdict=verdict,
        how=engine.how(),
        kept=len(answer.sliced.fields),
        fields=len(model.shape.fields()),
        seconds=time.perf_counter() - started,
    )


@dataclass
class _Engine:
    """A way to argue, as a search that visits no states."""

    argue: Callable[[Question], Argued]
    deadline: float | None
    said: list[str] = field(default_factory=list)
    """The arguments about the last slice."""
    unknown: Unknown | None = None

    def how(self) -> str:
        """The arguments in words."""
        return "; ".join(dict.fromkeys(self.said))

    def __call__(
        self, model: Model, scope: Scope, properties: tuple[Traced, ...]
    ) -> Exploration:
        """What is known of these properties; complete when all are settled."""
        started = time.perf_counter()
        grounded = ground(model, scope, properties, keep_params=True)
        evaluator = Evaluator(model, scope, properties)
        violations: list[Violation] = []
        self.said, self.unknown = [], None
        for prop in properties:
            question = Question(grounded, evaluator, prop.name, self.deadline)
            argued = self.argue(question)
            match argued.verdict:
                case Violated(trace=run) if run is not None:
                    violations.append(Violation(prop.name, run))
                    self.said = [argued.how]
                    break
                case Unknown():
                    self.unknown = argued.verdict
                    self.said.append(argued.how)
                case ProvedAtScope():
                    self.said.append(argued.how)
        return Exploration(
            distinct=0,
            transitions=0,
            depth=max((len(v.trace) for v in violations), default=0),
            seconds=time.perf_counter() - started,
            complete=self.unknown is None and not violations,
            violations=tuple(violations),
            witnessed=frozenset(),
        )
