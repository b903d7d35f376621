"""What has to be shown so that a property holds for any number of everything.

Of an `always` property: that it holds at boot, and that each call and event that writes
a field it reads keeps it; what no write touches cannot change.
Of an `every_step` property: that each way each call can end satisfies it. Of a forest:
that boot satisfies its laws and each call that changes it keeps them. Each obligation
may assume the invariants in the state before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from checker.ground import Case
from checker.lower_first_order import Words, booted, written
from checker.proof.first_order import (
    ALWAYS,
    Expr,
    Language,
    Symbolic,
    Value,
    Written,
    forest_laws,
)
from checker.slicing.cone import fields_of, unwritten_kept
from spec.lang import simplify
from spec.lang.action import Action
from spec.lang.ir import Node
from spec.lang.model import Model, Traced, rung_label
from spec.lang.schema import FieldInfo
from spec.lang.types import SetType, SortType

BOOT: Final = "boot"


@dataclass(frozen=True)
class Duty:
    """One obligation: in the step, the assumed invariants imply `goal`."""

    prop: str
    """The property, or the field of a forest."""
    at: str
    """"boot", or how a call ends: "fork_succeeds", "fork_fails_with_EAGAIN"."""
    definitions: tuple[Expr, ...]
    """What gives the symbols that stand for a choice or a count their meaning."""
    when: Expr
    """The call ends so: its conditions, in the state before."""
    goal: Expr
    assumes: bool
    """Whether the invariants may be assumed (not at boot)."""
    action: str = ""
    """The call; none at boot."""


@dataclass(frozen=True)
class Ending:
    """One way a call ends, from any state: when, and the state after it."""

    action: Action
    case: Case
    label: str
    when: Expr
    before: Words
    after: Written


class Theory:
    """A model in first-order logic, with its invariants in the state before."""

    def __init__(
        self,
        model: Model,
        invariants: Iterable[Traced],
        language: Language | None = None,
    ) -> None:
        self.model = model
        self.language = language or Language()
        self.infos = {info.name: info for info in model.shape.fields()}
        self.symbolic = Symbolic(self.language, self.infos.values())
        self.base = Words(self.language, self.symbolic)
        self.hypotheses: dict[str, list[Expr]] = {
            name: [law for _, law in self._laws(self.symbolic, name)]
            for name in model.shape.forests
        }
        self.lemmas: set[str] = set()
        for prop in invariants:
            assert prop.node is not None
            self.lemmas |= {prop.name} if prop.declared.lemma else set()
            self.hypotheses[prop.name] = [self.base.lower(prop.node)]

    @cached_property
    def endings(self) -> list[Ending]:
        """Every way every call ends."""
        return [e for action in self.model.actions for e in self._endings(action)]

    @cached_property
    def _ends(self) -> dict[tuple[str, Case], Ending]:
        return {(end.action.name, end.case): end for end in self.endings}

    def _laws(self, state: Symbolic | Written, name: str) -> list[tuple[str, Expr]]:
        kind = self._index(self.infos[name])
        return forest_laws(state, name, self.language, kind)

    def _index(self, info: FieldInfo) -> SortType:
        assert info.index is not None
        return info.index

    # The steps

    def _endings(self, action: Action) -> Iterator[Ending]:
        words = self._beside(self.base, memo=dict(self.base.memo))
        words.params = {p.node(): self._parameter(p.node()) for p in action.params}
        chosen = [
            simplify.membership(_param(action, pick.param), pick.among)
            for pick in action.picks
        ]
        passed: list[Node] = [action.able]
        same = Written(self.symbolic, ())
        moved = written(words, action.writes)

        def ending(case: Case, when: Iterable[Node], after: Written) -> Ending:
            label = _label(action, case)
            formula = words.lower(simplify.conjunction(when))
            return Ending(action, case, label, formula, words, after)

        for position, rung in enumerate(action.rungs):
            for which, alternative in enumerate(rung.alternatives):
                case = Case(position, which)
                here = [*passed, rung.when, alternative.when]
                if rung.leaks:
                    yield ending(case, [*here, *chosen], moved)
                else:
                    yield ending(case, here, same)
            passed.append(simplify.negation(rung.when))
        yield ending(Case(), [*passed, *chosen], moved)

    def _beside(self, words: Words, memo: dict[Node, Value]) -> Words:
        """The same words, with axioms of their own."""
        return replace(words, memo=memo, axioms=[], counts=list(words.counts))

    def _parameter(self, node: Node) -> Value:
        kind = node.type
        name = f"{node.attr}:{kind}" if isinstance(kind, SetType) else str(node.attr)
        return self.language.symbol(f"arg.{name}", (), kind)()

    # What must be shown

    def of_invariant(self, prop: Traced) -> Iterator[Duty]:
        """It holds at boot, and every way to step that touches it keeps it.

        A call that writes no field that it reads leaves it as it was.
        """
        node = prop.node
        assert node is not None
        yield self._at_boot(prop.name, node)
        fields = fields_of(node)
        for end in self._moving():
            if not any(write.field in fields for write in end.action.writes):
                continue
            params, counts = end.before.params, list(end.before.counts)
            words = Words(self.language, end.after, params=params, counts=counts)
            goal = words.lower(node)
            yield self._kept(prop.name, end, goal, words.axioms)

    def of_step_property(self, prop: Traced) -> Iterator[Duty]:
        """Each way in which a call that it is about can end satisfies it.

        What is true of every step that writes no more than the call has no duty.
        """
        for demand in prop.obligations:
            end = self._ends[demand.action, Case(demand.rung, demand.alternative)]
            node = unwritten_kept(
                demand.node, {w.write.field for w in end.after.writes}
            )
            if node is simplify.TRUE:
                continue
            words = self._beside(end.before, memo={})
            words.new = end.after
            goal = words.lower(node)
            yield self._kept(prop.name, end, goal, words.axioms)

    def of_forest(self, name: str) -> Iterator[Duty]:
        """Its laws hold at boot, and every call that writes its parents keeps them."""
        state, words = booted(self.model, self.language)
        for _law, goal in self._laws(state, name):
            yield _boot_duty(name, words.axioms, goal)
        for end in self._moving():
            if any(write.field == name for write in end.action.writes):
                for _law, goal in self._laws(end.after, name):
                    yield self._kept(name, end, goal, [])

    def _moving(self) -> Iterator[Ending]:
        return (end for end in self.endings if end.after.writes)

    def _at_boot(self, name: str, node: Node) -> Duty:
        state, words = booted(self.model, self.language)
        stated = Words(self.language, state)
        goal = stated.lower(node)
        return _boot_duty(name, [*words.axioms, *stated.axioms], goal)

    def _kept(self, name: str, end: Ending, goal: Expr, more: list[Expr]) -> Duty:
        definitions = (*self.base.axioms, *end.before.axioms, *more)
        action = end.action.name
        return Duty(name, end.label, definitions, end.when, goal, True, action)


def _boot_duty(name: str, definitions: list[Expr], goal: Expr) -> Duty:
    return Duty(name, BOOT, tuple(definitions), ALWAYS, goal, assumes=False)


def _param(action: Action, name: str) -> Node:
    return next(param.node() for param in action.params if param.name == name)


def _label(action: Action, case: Case) -> str:
    if case.rung is None or case.alternative is None:
        return f"{action.name}_succeeds"
    return rung_label(action, action.rungs[case.rung], case.alternative)
