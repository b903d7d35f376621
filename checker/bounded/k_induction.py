"""k-induction: a run of k good steps is followed by a good one, for growing k.

If no run from boot of fewer than k steps shows a violation, and no k steps from any
state at all that are good so far end in one, there is none. Asking that the states of
the second kind of run are all different loses nothing, since a shortest violation
repeats no state, and makes the argument complete: at some k there is no such run.
"""

from __future__ import annotations

from dataclasses import dataclass

import z3

from checker.bounded.unfolding import Undecided, Unfolding
from checker.evaluate import Evaluator
from checker.ground import GroundModel
from checker.lower_z3 import Expr
from checker.trace import confirm
from checker.verdict import ProvedAtScope, Run, Unknown, Verdict, Violated
from spec.lang import simplify
from spec.lang.ir import Node


@dataclass(frozen=True, slots=True)
class Question:
    """One property of a model at a scope, and when to give up.

    `ground` keeps its parameters; `deadline` is in seconds of `time.monotonic`.
    """

    ground: GroundModel
    evaluator: Evaluator
    name: str
    deadline: float | None = None

    def broken(self) -> list[Node]:
        """The state predicates that say that it fails."""
        found = [node for name, node in self.ground.invariants if name == self.name]
        return [simplify.negation(node) for node in found]

    def is_of_steps(self) -> bool:
        """A step can break it, in whatever states it begins and ends."""
        return any(
            name == self.name
            for instance in self.ground.instances
            for move in instance.moves
            for name, _ in move.demands
        )

    def unfolding(self, *, from_boot: bool) -> Unfolding:
        """A growing run."""
        return Unfolding(
            self.ground, self.evaluator, from_boot=from_boot, deadline=self.deadline
        )

    def asked(self, run: Unfolding) -> list[Expr]:
        """What would show that it fails at the end of the run."""
        steps = len(run.taken)
        asked = [run.at(steps, node) for node in self.broken()]
        return [*asked, run.demand_broken(self.name)] if steps else asked


@dataclass(frozen=True, slots=True)
class Argued:
    """A verdict at a scope, and the argument in words: `k-induction, k = 2`."""

    verdict: Verdict
    how: str


def k_induction(question: Question, *, most: int, simple_paths: bool = True) -> Argued:
    """The argument for the least k up to `most` at which it closes.

    Raises EnginesDisagree when a violation that the solver finds cannot be replayed.
    """
    boot = question.unfolding(from_boot=True)
    anywhere = question.unfolding(from_boot=False)
    covered = 0
    try:
        for k in range(most + 1):
            covered = k
            if k or not question.is_of_steps():
                asked = anywhere.either(question.asked(anywhere))
                if anywhere.find(asked) is None:
                    return Argued(ProvedAtScope(), f"k-induction, k = {k}")
            run = _violation(question, boot)
            if run is not None:
                return Argued(Violated(run), "bounded model checking")
            for longer in (boot, anywhere):
                longer.rule_out(question.asked(longer))
                longer.step()
            if simple_paths:
                _differ_from_all_before(anywhere)
    except Undecided as undecided:
        return Argued(Unknown(f"{undecided}, at k = {covered}"), "k-induction")
    said = f"not k-inductive up to k = {most}, and no run so short breaks it"
    return Argued(Unknown(said), "k-induction")


def shortest_violation(question: Question) -> Run | None:
    """A shortest run that breaks the property, or None at the deadline.

    It goes on for as long as it takes: for properties that are known to fail.
    """
    boot = question.unfolding(from_boot=True)
    try:
        while True:
            run = _violation(question, boot)
            if run is not None:
                return run
            boot.rule_out(question.asked(boot))
            boot.step()
    except Undecided:
        return None


def _violation(question: Question, boot: Unfolding) -> Run | None:
    """A run of just this length that breaks the property, replayed."""
    found = boot.find(boot.either(question.asked(boot)))
    if found is None:
        return None
    run = boot.run_in(found, len(boot.taken))
    return confirm(question.evaluator, question.name, run)


def _differ_from_all_before(run: Unfolding) -> None:
    """The last state is none of the earlier ones."""
    *before, last = run.states
    for state in before:
        run.solver.add(z3.Or([last[key] != cell for key, cell in state.items()]))
