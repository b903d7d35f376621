"""The inductive check at a scope: true at boot, and kept by every step.

A property that every step keeps is true of every reachable state, however deep, without
visiting any. Several properties may be assumed together: those that some step does not
keep are dropped until the rest keep each other. With `k` above 1 a property may lean on
k states in a row. What is not kept is shown as the states and the step between them,
brought as near to the state at boot as it can be; it need not be reachable.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from checker.bounded.bmc import check_bounded
from checker.bounded.unfolding import Undecided, Unfolding, breaking_call
from checker.evaluate import Evaluator, State, Transition
from checker.ground import GroundModel, ground
from checker.lower_z3 import Expr
from checker.verdict import ProvedAtScope, Unknown, Vacuous, Verdict, Violated
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced


@dataclass(frozen=True, slots=True)
class NotKept:
    """A counterexample to induction: states that satisfy what is assumed, then not.

    `before` is the first state; `steps` lead to one that breaks the property (of a step
    property: the last step breaks it). Nothing says that `before` is reachable.
    """

    before: State
    steps: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class InductiveCheck:
    """The verdicts, and what stands behind them.

    `assumed` are the properties that were proved together; `not_kept` has, for each
    property that no step argument closed, why.
    """

    verdicts: dict[str, Verdict]
    assumed: tuple[str, ...]
    not_kept: dict[str, NotKept]
    k: int
    seconds: float


def check_inductive(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced],
    *,
    k: int = 1,
    together: bool = True,
    seconds: float | None = None,
) -> InductiveCheck:
    """Every `always` and `every_step` property, by induction over `k` steps.

    With `together` the invariants may assume each other, otherwise each stands alone.
    A property that fails at boot or in its first k - 1 steps is violated; one that is
    not inductive is unknown. Raises EnginesDisagree as the bounded check does.
    """
    started = time.perf_counter()
    deadline = None if seconds is None else time.monotonic() + seconds
    listed = tuple(p for p in properties if p.kind in ("always", "every_step"))
    base = check_bounded(model, scope, listed, depth=k - 1, seconds=seconds)
    stopped: dict[str, Verdict] = {
        name: verdict
        for name, verdict in base.verdicts.items()
        if isinstance(verdict, Violated | Unknown)
    }
    standing = tuple(p for p in listed if p.name not in stopped)
    groups = [standing] if together else [(p,) for p in standing]
    check = InductiveCheck(stopped, (), {}, k, 0.0)
    for group in groups:
        grounded = ground(model, scope, group, keep_params=True)
        evaluator = Evaluator(model, scope, group)
        check = _joined(check, _Induction(grounded, evaluator, k, deadline).result())
    return InductiveCheck(
        check.verdicts, check.assumed, check.not_kept, k, time.perf_counter() - started
    )


def _joined(one: InductiveCheck, other: InductiveCheck) -> InductiveCheck:
    return InductiveCheck(
        one.verdicts | other.verdicts,
        (*one.assumed, *other.assumed),
        one.not_kept | other.not_kept,
        one.k,
        one.seconds + other.seconds,
    )


@dataclass
class _Induction:
    ground: GroundModel
    evaluator: Evaluator
    k: int
    deadline: float | None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    not_kept: dict[str, NotKept] = field(default_factory=dict)

    def result(self) -> InductiveCheck:
        """Drop what is not kept until the rest is; then ask about the steps."""
        run = Unfolding(
            self.ground, self.evaluator, from_boot=False, deadline=self.deadline
        )
        for _ in range(self.k):
            run.step()
        self.run = run
        invariants, refusals = self._state_properties()
        try:
            self._prune(invariants)
            self._conclude(invariants, refusals)
        except Undecided as undecided:
            for name in self.evaluator.properties:
                self.verdicts.setdefault(name, Unknown(str(undecided)))
        return InductiveCheck(
            self.verdicts, tuple(invariants), self.not_kept, self.k, 0.0
        )

    def _state_properties(self) -> tuple[dict[str, Node], dict[str, list[Node]]]:
        """The invariants, and what step properties say of refused calls."""
        invariants: dict[str, Node] = {}
        refusals: dict[str, list[Node]] = {}
        for name, node in self.ground.invariants:
            if self.evaluator.properties[name].kind == "always":
                invariants[name] = node
            else:
                refusals.setdefault(name, []).append(node)
        return invariants, refusals

    def _assumed(self, invariants: dict[str, Node], states: int) -> list[Expr]:
        return [
            self.run.at(number, node)
            for number in range(states)
            for node in invariants.values()
        ]

    def _prune(self, invariants: dict[str, Node]) -> None:
        """Remove every invariant that k states of all of them do not lead to."""
        settled = False
        while not settled:
            settled = True
            assumed = self._assumed(invariants, self.k)
            for name, node in list(invariants.items()):
                broken = self.run.at(self.k, simplify.negation(node))
                found = self.run.find_smallest(assumed, broken)
                if found is not None:
                    self._keep_evidence(name, found, self.k)
                    del invariants[name]
                    settled = False

    def _conclude(
        self, invariants: dict[str, Node], refusals: dict[str, list[Node]]
    ) -> None:
        assumed = self._assumed(invariants, self.k)
        if self.run.find(*assumed) is None:
            why = f"no {self.k} steps in a row satisfy what is assumed"
            for name in self.evaluator.properties:
                self.verdicts.setdefault(name, Vacuous(why))
            return
        for name in invariants:
            self.verdicts[name] = ProvedAtScope()
        for name, prop in self.evaluator.properties.items():
            if prop.kind != "every_step":
                continue
            found = self._broken_by_a_step(name, assumed, refusals.get(name, []))
            if not found:
                self.verdicts[name] = ProvedAtScope()

    def _broken_by_a_step(
        self, name: str, assumed: list[Expr], refused: list[Node]
    ) -> bool:
        last = self.run.find_smallest(assumed, self.run.demand_broken(name))
        if last is not None:
            self._keep_evidence(name, last, self.k)
            return True
        at = self.k - 1
        for node in refused:
            broken = self.run.at(at, simplify.negation(node))
            found = self.run.find_smallest(assumed, broken)
            if found is not None:
                last_state = self.run.state_in(found, at)
                call = breaking_call(self.evaluator, name, last_state)
                self._keep_evidence(name, found, at, call)
                return True
        return False

    def _keep_evidence(
        self, name: str, found: Expr, steps: int, *refused: Transition
    ) -> None:
        before = self.run.state_in(found, 0)
        taken = self.run.run_in(found, steps)
        self.not_kept[name] = NotKept(before, (*taken, *refused))
        self.verdicts[name] = Unknown(
            f"not inductive (k = {self.k}): a step from a state that satisfies "
            "everything assumed breaks it; the state may be unreachable"
        )
