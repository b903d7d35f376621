"""What bears on an obligation: symbols, definitions, and the invariants that are near.

A solver that is told everything is lost in what does not matter. To leave something out
is always sound, so an obligation is first asked about with what shares its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import z3

from checker.proof.first_order import Expr
from checker.proof.obligations import Duty, Theory


class Relevance:
    """What the formulas of one theory are about."""

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self._symbols: dict[int, frozenset[str]] = {}
        self._kept: list[Expr] = []
        """Z3 gives the number of a formula again once nobody has the formula."""
        forests = theory.model.shape.forests
        self._fields = set(theory.infos) | {f"{name}.above" for name in forests}
        self._reads = {
            name: self._fields_of(formulas)
            for name, formulas in theory.hypotheses.items()
        }

    def symbols(self, formula: Expr) -> frozenset[str]:
        """The names of the symbols in the formula that have no fixed meaning."""
        stack = [formula]
        while stack:
            here = stack[-1]
            inside = _inside(here)
            left = [e for e in inside if e.get_id() not in self._symbols]
            if left:
                stack.extend(left)
                continue
            found = frozenset[str]().union(*(self._symbols[e.get_id()] for e in inside))
            if z3.is_app(here) and here.decl().kind() == z3.Z3_OP_UNINTERPRETED:
                found |= {here.decl().name()}
            self._symbols[here.get_id()] = found
            self._kept.append(stack.pop())
        return self._symbols[formula.get_id()]

    def known(self, duty: Duty, names: Iterable[str]) -> list[Expr]:
        """What is known where the goal must hold, with these invariants assumed.

        Of the definitions only those of symbols that occur, directly or in another one.
        """
        assumed = [f for name in names for f in self.theory.hypotheses[name]]
        about = self._all_symbols([duty.goal, duty.when, *assumed])
        return [*self._defining(duty, about), duty.when]

    def _defining(self, duty: Duty, about: frozenset[str]) -> Iterator[Expr]:
        language = self.theory.language
        left = [*language.axioms, *duty.definitions]
        wanted = about & language.defined
        grown = True
        while grown:
            grown, others = False, []
            for formula in left:
                defined = self.symbols(formula) & language.defined
                if defined and not defined & wanted:
                    others.append(formula)
                    continue
                yield formula
                grown |= not defined <= wanted
                wanted |= defined
            left = others

    def near(self, duty: Duty, standing: Mapping[str, None]) -> list[list[str]]:
        """Growing choices of invariants to assume.

        First the one to be kept, with the laws of a forest whose ancestors the goal
        speaks of; then those that speak of nothing but what the goal does; of hardly
        anything but what the goal and the call do; and all that share a field with the
        goal, or all their fields with it and the call.
        """
        goal = self._fields_of(
            [duty.goal, *self._defining(duty, self.symbols(duty.goal))]
        )
        around = goal | self._fields_of([duty.when])
        own = {n for n in standing if n == duty.prop or f"{n}.above" in goal}
        shared = {n for n in standing if self._reads[n] & goal} | own
        shared |= {n for n in standing if self._reads[n] <= around}
        forests = set(self.theory.model.shape.forests)
        inner = {n for n in shared - forests if self._reads[n] <= goal} | own
        close = {n for n in shared - forests if len(self._reads[n] - around) <= 1} | own
        sets = (own, inner, close, shared)
        return [[n for n in standing if n in some] for some in sets]

    def _fields_of(self, formulas: Iterable[Expr]) -> frozenset[str]:
        return self._all_symbols(formulas) & self._fields

    def _all_symbols(self, formulas: Iterable[Expr]) -> frozenset[str]:
        return frozenset[str]().union(*(self.symbols(f) for f in formulas))


def _inside(formula: Expr) -> list[Expr]:
    if z3.is_quantifier(formula):
        return [formula.body()]
    return formula.children() if z3.is_app(formula) else []
