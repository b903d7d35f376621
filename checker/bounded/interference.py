"""Non-interference at a scope: two runs that differ in names, and decide alike.

Rename the elements of some sorts throughout a state, and in the arguments of a call
too. If names decide nothing, the call is refused in the renamed state exactly where it
was refused before. That is a question about two states at once, so no search of single
states answers it; the solver is given both, one state being the other renamed by a
permutation that it may choose as well. Every state at the scope counts, reachable or
not, so "no" is a proof at that scope; a "yes" is two states that the reference
evaluator has been asked about before anybody sees them. Nothing is asked of calls that
sleep.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import z3

from checker.bounded.unfolding import (
    FOR_EVER,
    EnginesDisagree,
    Undecided,
    read_state,
)
from checker.evaluate import Evaluator, Failed, Invocation, State, Transition
from checker.ground import GroundModel, Key, ground
from checker.lower_z3 import (
    Expr,
    Vocabulary,
    cell_variables,
    in_range,
    position,
    value_expr,
    variable,
    width,
)
from spec.lang.action import Errno
from spec.lang.errors import SpecError
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced
from spec.lang.types import SetType, SortType, Type


@dataclass(frozen=True, slots=True)
class Influence:
    """A name that decided: one call, refused in one of two states that differ in names.

    `renaming` has, for each sort by name, the element that each becomes.
    """

    call: Invocation
    renamed_call: Invocation
    before: State
    renamed: State
    renaming: Mapping[str, tuple[int, ...]]
    refused_first: bool


@dataclass(frozen=True, slots=True)
class NonInterference:
    """What was found for each call that can be refused: None where names never decide.

    `undecided` are calls on which the solver gave up, each with its reason.
    """

    found: Mapping[str, Influence | None]
    undecided: Mapping[str, str]
    seconds: float

    @property
    def holds(self) -> bool:
        """No name decides anything, of any call, at this scope."""
        return not self.undecided and not any(self.found.values())


def check_interference(
    model: Model,
    scope: Scope,
    sorts: Iterable[str],
    errors: Iterable[Errno],
    *,
    assuming: Iterable[Traced] = (),
    seconds: float | None = None,
) -> NonInterference:
    """Whether the names of `sorts` influence which calls answer one of `errors`.

    `assuming` are invariants of the model: states that break them do not count.
    Raises SpecError for a sort that indexes a table, whose elements are things and not
    names, and EnginesDisagree when the evaluator does not confirm what was found.
    """
    started = time.perf_counter()
    sorts = tuple(sorts)
    things = {info.index.name for info in model.shape.fields() if info.index}
    for name in sorts:
        if name in things:
            message = f"{name} indexes a table: its elements are things, not names"
            raise SpecError(message)
    listed = tuple(p for p in assuming if p.kind == "always")
    pair = _Pair(
        ground(model, scope, listed, keep_params=True),
        Evaluator(model, scope, listed),
        frozenset(sorts),
        frozenset(errors),
    )
    found: dict[str, Influence | None] = {}
    undecided: dict[str, str] = {}
    for name in pair.refusing():
        left = None if seconds is None else seconds - (time.perf_counter() - started)
        try:
            found[name] = pair.influence(name, left)
        except Undecided as reason:
            undecided[name] = str(reason)
    return NonInterference(found, undecided, time.perf_counter() - started)


class _Pair:
    """A state, a permutation of the names, and the state that it makes of the first."""

    def __init__(
        self,
        grounded: GroundModel,
        evaluator: Evaluator,
        sorts: frozenset[str],
        errors: frozenset[Errno],
    ) -> None:
        self.ground, self.evaluator, self.sorts = grounded, evaluator, sorts
        self.scope, self.model = grounded.scope, grounded.model
        self.solver = z3.SolverFor("QF_FD")
        self.errors = errors
        self.becomes = {name: self._permutation(name) for name in sorted(sorts)}
        self.cells = cell_variables(grounded.cells, self.scope, "one")
        for cell in grounded.cells:
            self._within(self.cells[cell.field, cell.row], cell.type)
        params = self._params()
        self.one = Vocabulary(self.scope, self.cells, {}, params)
        self.other = Vocabulary(
            self.scope,
            self._renamed_cells(),
            {},
            {node: self._renamed(held, node.type) for node, held in params.items()},
        )
        for _, node in grounded.invariants:
            self.solver.add(self.one.lower(node))

    def refusing(self) -> list[str]:
        """The calls that can answer one of the errors."""
        names = (
            r.action for r in self.ground.refusals if self._counts(r.action, r.case)
        )
        return list(dict.fromkeys(names))

    def influence(self, name: str, seconds: float | None) -> Influence | None:
        """Two states that differ in names, in one of which the call is refused."""
        ways = [
            r.when
            for r in self.ground.refusals
            if r.action == name and self._counts(name, r.case)
        ]
        first = z3.Or([self.one.lower(when) for when in ways])
        second = z3.Or([self.other.lower(when) for when in ways])
        if seconds is not None and seconds <= 0:
            raise Undecided("out of time")
        self.solver.set("timeout", FOR_EVER if seconds is None else int(seconds * 1000))
        answers = [self._is_answered(name, words) for words in (self.one, self.other)]
        answer = self.solver.check(z3.Xor(first, second), *answers)
        if answer == z3.unsat:
            return None
        if answer != z3.sat:
            raise Undecided(f"the solver gave up: {self.solver.reason_unknown()}")
        return self._confirmed(name, self.solver.model())

    def _is_answered(self, name: str, words: Vocabulary) -> Expr:
        """The call does not sleep: only of calls that end is anything decided."""
        sleeps = [
            words.lower(r.when)
            for r in self.ground.refusals
            if r.action == name and r.kind == "blocks"
        ]
        return z3.Not(z3.Or(sleeps))

    def _counts(self, action: str, case: object) -> bool:
        rung, which = getattr(case, "rung", None), getattr(case, "alternative", None)
        if rung is None or which is None:
            return False
        alternatives = self.model.action(action).rungs[rung].alternatives
        return alternatives[which].error in self.errors

    # Renaming

    def _permutation(self, name: str) -> list[Expr]:
        kind = SortType(name, 0)
        images = [
            variable(f"{name}{n} becomes", kind, self.scope)
            for n in range(self.scope.size(kind))
        ]
        for image in images:
            self._within(image, kind)
        self.solver.add(
            z3.Distinct(images) if len(images) > 1 else z3.BoolVal(val=True)
        )
        return images

    def _within(self, expr: Expr, kind: Type) -> None:
        bound = in_range(expr, kind, self.scope)
        if bound is not None:
            self.solver.add(bound)

    def _params(self) -> dict[Node, Expr]:
        found: dict[Node, Expr] = {}
        for action in self.model.actions:
            for param in action.params:
                node = param.node()
                if node not in found:
                    found[node] = variable(
                        f"{param.name}:{param.type}", param.type, self.scope
                    )
                    self._within(found[node], param.type)
        return found

    def _renamed(self, held: Expr, kind: Type) -> Expr:
        """A value after the renaming; sets move bit by bit."""
        if isinstance(kind, SortType) and kind.name in self.sorts:
            images = self.becomes[kind.name]
            found = images[-1]
            for n, image in enumerate(images[:-1]):
                here = held == value_expr(n, kind, self.scope)
                found = z3.If(here, image, found)
            return found
        if (
            isinstance(kind, SetType)
            and getattr(kind.element, "name", "") in self.sorts
        ):
            return self._renamed_set(held, kind)
        return held

    def _renamed_set(self, held: Expr, kind: SetType) -> Expr:
        bits = width(kind, self.scope)
        one = z3.BitVecVal(1, bits)
        none = z3.BitVecVal(0, bits)
        whole = none
        for n, image in enumerate(self.becomes[str(getattr(kind.element, "name", ""))]):
            wide = (
                z3.ZeroExt(bits - image.size(), image) if bits > image.size() else image
            )
            has = z3.Extract(n, n, held) == 1
            whole = whole | z3.If(has, one << wide, none)
        return whole

    def _renamed_cells(self) -> dict[Key, Expr]:
        return {
            (cell.field, cell.row): self._renamed(
                self.cells[cell.field, cell.row], cell.type
            )
            for cell in self.ground.cells
        }

    # Reading back

    def _confirmed(self, name: str, found: Expr) -> Influence:
        action = self.model.action(name)
        before = read_state(self.ground, found, self.cells)
        renamed = read_state(self.ground, found, dict(self.other.old))
        call, again = (
            Invocation(
                name,
                tuple(position(found, words.params[p.node()]) for p in action.params),
            )
            for words in (self.one, self.other)
        )
        first, second = self._refused(before, call), self._refused(renamed, again)
        if first == second:
            message = (
                f"the solver says that names decide {name}{call.args} in {before}; "
                "the evaluator does not"
            )
            raise EnginesDisagree(message)
        renaming = {
            sort: tuple(position(found, image) for image in images)
            for sort, images in self.becomes.items()
        }
        return Influence(call, again, before, renamed, renaming, first)

    def _refused(self, state: State, call: Invocation) -> bool:
        """The evaluator's answer: one of the errors is what the call gets."""
        return any(
            isinstance(step, Transition)
            and isinstance(step.outcome, Failed)
            and step.outcome.error in self.errors
            for step in self.evaluator.outcomes(state, call)
        )
