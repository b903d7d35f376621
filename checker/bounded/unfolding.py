"""Runs of a model as one growing formula: states, and the steps between them.

The parameters are left to the solver, so a step is one number that says which move is
taken, and one variable for each parameter that some move has. What the solver finds is
read back as states and invocations of the reference evaluator.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import z3

from checker.evaluate import Evaluator, Failed, Invocation, State, Stopped, Transition
from checker.ground import Case, GroundModel, Key, Move
from checker.lower_z3 import (
    Expr,
    Vocabulary,
    cell_variables,
    in_range,
    position,
    value_expr,
    variable,
)
from spec.lang.ir import Node

FOR_EVER: Final = (1 << 32) - 1
"""Z3's limit in milliseconds when there is none."""


class EnginesDisagree(Exception):
    """Two readings of one text differ: a failure of the run, never a warning."""


class Undecided(Exception):
    """The solver gave up; the text says why."""


class Interruption(Undecided):
    """Somebody asked to stop: it makes no sense to ask for less instead."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to step: a move of an action whose parameters are open."""

    action: str
    move: Move


def choices_of(ground: GroundModel) -> tuple[Choice, ...]:
    """Every move of a model that was grounded with `keep_params`."""
    return tuple(
        Choice(instance.action, move)
        for instance in ground.instances
        for move in instance.moves
    )


Lexicon = dict[tuple[str, int], Vocabulary]
"""What has been put into words of states and steps, by their numbers."""


class Unfolding:
    """A Z3 solver over the runs of a model; grows by one step at a time.

    `from_boot` says that the first state is the one at boot; otherwise it is any state.
    `deadline` is in seconds of `time.monotonic`; None waits for ever. Unfoldings of one
    model at one scope can share a `lexicon`, whatever the calls that each may take.
    """

    def __init__(
        self,
        ground: GroundModel,
        evaluator: Evaluator,
        *,
        from_boot: bool,
        deadline: float | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        self._lexicon = {} if lexicon is None else lexicon
        self.ground, self.evaluator, self.deadline = ground, evaluator, deadline
        self.choices = choices_of(ground)
        self.solver = z3.SolverFor("QF_FD")
        self.states: list[dict[Key, Expr]] = []
        self.taken: list[Expr] = []
        self.params: list[dict[Node, Expr]] = []
        self.words: list[Vocabulary] = []
        self._actions = {action.name: action for action in ground.model.actions}
        self._new_state()
        if from_boot:
            for cell in ground.cells:
                held = self.states[0][cell.field, cell.row]
                booted = value_expr(cell.initial, cell.type, ground.scope)
                self.solver.add(held == booted)

    # Growing

    def _new_state(self) -> None:
        ground, at = self.ground, len(self.states)
        state = cell_variables(ground.cells, ground.scope, str(at))
        for cell in ground.cells:
            self._within(state[cell.field, cell.row], cell.type)
        self.states.append(state)
        self.words.append(self._vocabulary(at, "at"))

    def _within(self, expr: Expr, kind: object) -> None:
        bound = in_range(expr, kind, self.ground.scope)  # type: ignore[arg-type]
        if bound is not None:
            self.solver.add(bound)

    def _vocabulary(self, at: int, stem: str) -> Vocabulary:
        """The words of state `at`, with parameters of their own."""
        words = self._lexicon.get((stem, at))
        if words is None:
            words = Vocabulary(self.ground.scope, self.states[at], {}, {})
            words.params = self._parameters(f"{stem}{at}")
            self._lexicon[stem, at] = words
        for param, expr in words.params.items():
            self._within(expr, param.type)
        return words

    def _parameters(self, suffix: str) -> dict[Node, Expr]:
        scope = self.ground.scope
        nodes = [p.node() for a in self.ground.model.actions for p in a.params]
        return {
            node: variable(f"{node.attr}:{node.type}@{suffix}", node.type, scope)
            for node in nodes
        }

    def step(self) -> None:
        """One more step, and the state it leads to."""
        at = len(self.states) - 1
        self._new_state()
        before, following = self.states[at], self.states[at + 1]
        words = self._vocabulary(at, "step")
        words.new = following
        bits = len(self.choices).bit_length()
        taken = z3.BitVec(f"taken@{at}", max(1, bits))
        self.solver.add(z3.ULT(taken, len(self.choices)))
        touched: dict[Key, list[Expr]] = {}
        for number, choice in enumerate(self.choices):
            this = taken == number
            effects = [words.lower(choice.move.when)]
            for key, value in choice.move.writes:
                effects.append(following[key] == words.lower(value))
                touched.setdefault(key, []).append(this)
            self.solver.add(z3.Implies(this, z3.And(effects)))
        for key, cell in before.items():
            kept = following[key] == cell
            self.solver.add(z3.Or(*touched.get(key, []), kept))
        self.taken.append(taken)
        self.params.append(dict(words.params))
        self._step_words = words

    # Asking

    def at(self, number: int, node: Node) -> Expr:
        """A state predicate at state `number`; open parameters are the solver's."""
        return self.words[number].lower(node)

    def demand_broken(self, name: str) -> Expr:
        """The last step breaks a step property."""
        words, taken = self._step_words, self.taken[-1]
        broken = [
            z3.And(taken == number, z3.Not(words.lower(node)))
            for number, choice in enumerate(self.choices)
            for demand, node in choice.move.demands
            if demand == name
        ]
        return z3.Or(broken)

    def has_parameter(self, number: int, param: Node) -> Expr:
        """Step `number` is of a call that has this parameter."""
        taken = [
            self.taken[number] == at
            for at, choice in enumerate(self.choices)
            if any(param == p.node() for p in self._actions[choice.action].params)
        ]
        return z3.Or([*taken, z3.BoolVal(val=False)])

    def succeeds(self, action: str) -> Expr:
        """The last step is a success of this call."""
        taken = [
            self.taken[-1] == number
            for number, choice in enumerate(self.choices)
            if choice.action == action and choice.move.case == Case()
        ]
        return z3.Or([*taken, z3.BoolVal(val=False)])

    def find(self, *assumptions: Expr, limit: float | None = None) -> Expr | None:
        """A Z3 model under the assumptions, or None.

        Raises Undecided at the deadline, or after `limit` seconds; Interruption when
        somebody presses Ctrl-C meanwhile.
        """
        left = limit
        if self.deadline is not None:
            until = self.deadline - time.monotonic()
            left = until if left is None else min(left, until)
        if left is not None and left <= 0:
            raise Undecided("out of time")
        self.solver.set("timeout", FOR_EVER if left is None else int(left * 1000) + 1)
        answer = self.solver.check(*assumptions)
        if answer == z3.sat:
            return self.solver.model()
        if answer == z3.unsat:
            return None
        why = self.solver.reason_unknown()
        if "interrupt" in why:
            raise Interruption("interrupted")
        raise Undecided(f"the solver gave up: {why}")

    def find_smallest(self, assumed: Iterable[Expr], broken: Expr) -> Expr | None:
        """As `find`, with as many cells of the first state as at boot as can be."""
        kept = [*assumed, broken]
        found = self.find(*kept)
        if found is None:
            return None
        for cell in self.ground.cells:
            held = self.states[0][cell.field, cell.row]
            booted = held == value_expr(cell.initial, cell.type, self.ground.scope)
            if self.true_in(found, booted):
                kept.append(booted)
                continue
            nearer = self.find(*kept, booted)
            if nearer is not None:
                found = nearer
                kept.append(booted)
        return found

    def rule_out(self, impossible: Iterable[Expr]) -> None:
        """Tell the solver what it has found out: none of these can hold."""
        self.solver.add(*[z3.Not(formula) for formula in impossible])

    def assert_all(self, formulas: Iterable[Expr]) -> None:
        """What is asked from now on is asked where all of these hold."""
        self.solver.add(*formulas)

    def either(self, formulas: Iterable[Expr]) -> Expr:
        """A fresh boolean that says that one of the formulas holds; an assumption."""
        marker = z3.FreshBool("either")
        self.solver.add(marker == z3.Or(list(formulas)))
        return marker

    def true_in(self, found: Expr, formula: Expr) -> bool:
        """Whether the formula holds in what the solver found."""
        return bool(z3.is_true(found.eval(formula, model_completion=True)))

    # Reading back

    def state_in(self, found: Expr, number: int) -> State:
        """State `number` of what the solver found, as the evaluator writes states."""
        return read_state(self.ground, found, self.states[number])

    def run_in(self, found: Expr, length: int) -> tuple[Transition, ...]:
        """The first steps of what was found, each taken again by the evaluator.

        Raises EnginesDisagree when the evaluator cannot take one, or ends elsewhere.
        """
        steps = []
        for number in range(length):
            choice = self.choices[position(found, self.taken[number])]
            params = self._actions[choice.action].params
            args = tuple(position(found, self.params[number][p.node()]) for p in params)
            steps.append(
                replayed(
                    self.evaluator,
                    self.state_in(found, number),
                    Invocation(choice.action, args),
                    choice.move.case,
                    self.state_in(found, number + 1),
                )
            )
        return tuple(steps)


def read_state(ground: GroundModel, found: Expr, cells: dict[Key, Expr]) -> State:
    """A state of the evaluator from the cells of a Z3 model."""
    values: dict[str, list[int]] = {}
    single: set[str] = set()
    for cell in ground.cells:
        value = position(found, cells[cell.field, cell.row])
        values.setdefault(cell.field, []).append(value)
        if cell.row is None:
            single.add(cell.field)
    fields = [info.name for info in ground.model.shape.fields()]
    return tuple(values[n][0] if n in single else tuple(values[n]) for n in fields)


def replayed(
    evaluator: Evaluator, before: State, call: Invocation, case: Case, after: State
) -> Transition:
    """The evaluator's own step for what the solver says; raises EnginesDisagree."""
    for step in evaluator.outcomes(before, call):
        if isinstance(step, Stopped) or case_of(step) != case:
            continue
        if step.invocation == call and step.after == after:
            return step
    message = (
        f"the solver takes {call.action}{call.args} ({case}) from {before} to {after}; "
        "the evaluator does not"
    )
    raise EnginesDisagree(message)


def case_of(step: Transition) -> Case:
    """Which way of ending a step is."""
    if isinstance(step.outcome, Failed):
        return Case(step.outcome.rung, step.outcome.alternative)
    return Case()


def answers(evaluator: Evaluator, state: State) -> Iterator[Transition]:
    """Every answer that any call can get in this state, errors included."""
    for action in evaluator.model.actions:
        for call in evaluator.invocations(action):
            for step in evaluator.outcomes(state, call):
                if isinstance(step, Transition):
                    yield step


def breaking_call(evaluator: Evaluator, name: str, state: State) -> Transition:
    """A call whose answer breaks the step property; raises EnginesDisagree."""
    for step in answers(evaluator, state):
        if not evaluator.holds_of(name, state, step):
            return step
    message = f"the solver breaks {name} in {state}, and the evaluator does not"
    raise EnginesDisagree(message)
