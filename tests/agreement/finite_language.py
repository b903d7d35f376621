"""The first-order reading of a model, interpreted at a scope: its sorts are finite."""

from __future__ import annotations

import z3
from hypothesis import strategies as st

from checker.bounded.unfolding import case_of
from checker.evaluate import Evaluator, Invocation, State, Stopped
from checker.ground import Case
from checker.proof.first_order import Expr, Language, SetTerm, Value, enumeration
from checker.proof.obligations import Ending, Theory
from spec.lang import Model, Scope
from spec.lang.types import BoolType, IntType, SetType, SortType, Type


class FiniteLanguage(Language):
    """Sorts are enumerations of as many members as the scope says."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def elements(self, kind: SortType) -> list[Expr]:
        names = tuple(str(n) for n in range(self.scope.size(kind)))
        return enumeration(f"finite-{kind.name}", names)[1]

    def sort(self, kind: Type) -> Expr:
        if isinstance(kind, SortType):
            return self.elements(kind)[0].sort()
        return super().sort(kind)

    def _element(self, position: int, kind: SortType) -> Expr:
        return self.elements(kind)[position]

    def values(self, kind: Type) -> list[Expr]:
        """Every value of a sort or an enumeration."""
        if isinstance(kind, SortType):
            return self.elements(kind)
        return self.members(kind)  # type: ignore[arg-type]


@st.composite
def states_with_forests(draw: st.DrawFn, model: Model, scope: Scope) -> State:
    """Any state whose parent fields have no cycle."""
    values: list[object] = []
    for info in model.shape.fields():
        most = scope.size(info.type) - 1
        if info.index is None:
            values.append(draw(st.integers(0, most)))
            continue
        rows = range(scope.size(info.index))
        tops = [n if info.name in model.shape.forests else most for n in rows]
        values.append(tuple(draw(st.integers(0, top)) for top in tops))
    return tuple(values)


def strictly_above(parents: tuple[int, ...], below: int) -> set[int]:
    """Who is met on the way up."""
    found: set[int] = set()
    while parents[below] != below:
        below = parents[below]
        found.add(below)
    return found


class Finite:
    """A model at a scope: the evaluator, and the first-order reading interpreted."""

    def __init__(self, model: Model, scope: Scope) -> None:
        self.model, self.scope = model, scope
        self.language = FiniteLanguage(scope)
        self.theory = Theory(model, (), self.language)
        self.evaluator = Evaluator(model, scope)

    def solver(self, state: State, call: Invocation) -> Expr:
        """A solver that knows the state and the arguments, and nothing else."""
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        solver.add(*self.language.axioms, *self._numbers(), *self._state(state))
        action = self.model.action(call.action)
        ending = next(e for e in self.theory.endings if e.action is action)
        solver.add(*ending.before.axioms)
        for param, value in zip(action.params, call.args, strict=True):
            held = ending.before.params[param.node()]
            solver.add(self.same(held, value, param.type))
        return solver

    def _numbers(self) -> list[Expr]:
        """What the order of a sort and its counting are at this scope."""
        said = []
        for name, size in self.scope.sizes.items():
            first = 1 if name in ("Number", "Pid", "Manager") else 0
            kind = SortType(name, first)
            listed = self.language.elements(kind)
            less, counted = self.language.less(kind), self.language.counted(kind)
            for n in range(size):
                said.append(counted(listed[n]) == n + first)
                said += [less(listed[n], listed[m]) == (n < m) for m in range(size)]
        return said

    def _state(self, state: State) -> list[Expr]:
        said = []
        symbolic = self.theory.symbolic
        for info, held in zip(self.model.shape.fields(), state, strict=True):
            if info.index is None:
                said.append(self.same(symbolic.read(info.name, None), held, info.type))
                continue
            rows = self.language.elements(info.index)
            for row, value in zip(rows, held, strict=True):
                cell = symbolic.read(info.name, row)
                said.append(self.same(cell, value, info.type))
            if info.name in self.model.shape.forests:
                said += self.relation(symbolic, info.name, held)
        return said

    def relation(
        self, state: object, name: str, parents: tuple[int, ...]
    ) -> list[Expr]:
        """The relation of the state is who is above whom by these parents."""
        info = self.theory.infos[name]
        assert info.index is not None
        rows = self.language.elements(info.index)
        return [
            state.ancestor(name, rows[a], rows[b])  # type: ignore[attr-defined]
            == (a in strictly_above(parents, b))
            for a in range(len(rows))
            for b in range(len(rows))
        ]

    def same(self, term: Value, value: int, kind: Type) -> Expr:
        """The term has the value, as the evaluator counts values."""
        if isinstance(term, SetTerm):
            assert isinstance(kind, SetType)
            members = self.language.values(kind.element)
            return z3.And(
                [term.has(m) == bool(value >> n & 1) for n, m in enumerate(members)]
            )
        if isinstance(kind, BoolType | IntType):
            return term == self.language.constant(int(value), kind)
        return term == self.language.values(kind)[int(value)]

    def after(self, ending: Ending, state: State) -> list[Expr]:
        """The state after this ending is `state`, its forests included."""
        said = []
        for info, held in zip(self.model.shape.fields(), state, strict=True):
            if info.index is None:
                cell = ending.after.read(info.name, None)
                said.append(self.same(cell, held, info.type))
                continue
            rows = self.language.elements(info.index)
            for row, value in zip(rows, held, strict=True):
                cell = ending.after.read(info.name, row)
                said.append(self.same(cell, value, info.type))
        return said

    def expected(self, state: State, call: Invocation) -> dict[Case, State]:
        """How the evaluator lets exactly this call end, and where."""
        found = {}
        for step in self.evaluator.outcomes(state, call):
            if not isinstance(step, Stopped):
                case = case_of(step)
                if case.rung is not None or step.invocation == call:
                    found[case] = step.after
        return found
