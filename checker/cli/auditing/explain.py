"""Why the model does not allow a record, in the words of a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from checker.audit.demands import Asking, Attempt, Cell, Demand, Objection, objection
from checker.audit.lexing import printable
from checker.audit.replay import Possibility
from checker.cli.auditing.knowing import IDS
from checker.cli.auditing.people import LOW_BYTE, OUTSIDE
from checker.cli.auditing.scene import Scene
from checker.cli.auditing.sending import CONTINUED, CORE, STOPPED
from checker.evaluate import Failed, Invocation, State, Stopped, Transition
from spec.lang.action import Action
from spec.lang.types import EnumType, SetType

MOST_REASONS: Final = 8
"""States whose objections are told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The record after which no allowed state remains."""

    line: int
    pid: int
    call: str
    guard: str
    allowed: tuple[str, ...]


def refusal(
    scene: Scene, asking: Asking, demand: Demand, before: Sequence[Possibility]
) -> Refusal:
    """Which guard refuses the record, and what would have been allowed instead."""
    teller = _Teller(scene, asking)
    guards: dict[str, None] = {}
    allowed: dict[str, None] = {}
    if demand.impossible:
        guards[demand.impossible] = None
    for possibility in before[:MOST_REASONS]:
        for attempt in demand.attempts:
            why = objection(asking, attempt, possibility.state)
            guards[teller.guard(why, possibility.state)] = None
            allowed.update(dict.fromkeys(teller.allowed(why)))
    return Refusal(
        demand.line,
        demand.pid,
        printable(demand.text),
        printable("; or: ".join(guards), 1_000),
        tuple(allowed),
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    scene: Scene
    asking: Asking

    def guard(self, why: Objection, state: State) -> str:
        """The condition that the record does not meet."""
        attempt = why.attempt
        if attempt.invocation is None:
            assert why.cell is not None
            return self._cell(why.cell, why.held)
        action = self._action(attempt.invocation)
        stopped = [o for o in why.outcomes if isinstance(o, Stopped)]
        failed = [
            o.outcome
            for o in why.outcomes
            if isinstance(o, Transition) and isinstance(o.outcome, Failed)
        ]
        if stopped:
            return self._stopped(action, stopped[0])
        if failed and str(failed[0].error) != attempt.error:
            rung = action.rungs[failed[0].rung]
            return f"{action.name} fails with {failed[0].error} here ({rung.cite})"
        if why.cell is not None:
            return self._cell(why.cell, why.held)
        if attempt.error is not None:
            return f"nothing makes {action.name} fail with {attempt.error} here"
        return self._success(action, attempt, state)

    def _success(self, action: Action, attempt: Attempt, state: State) -> str:
        """It can succeed, but not so."""
        assert attempt.invocation is not None
        found = self.asking.evaluator.outcomes(state, attempt.invocation, chosen=True)
        for one in found:
            if isinstance(one, Transition):
                for cell in attempt.leaves:
                    held = self.asking.cell(cell, one.after)
                    if held not in cell.values:
                        return self._cell(cell, held)
        picked = [pick.param for pick in action.picks]
        if any(isinstance(one, Stopped) for one in found):
            return f"{action.name} cannot choose this {' or '.join(picked)} here"
        return f"{action.name} answers otherwise here"

    @staticmethod
    def _stopped(action: Action, why: Stopped) -> str:
        if why.kind == "disabled":
            return f"the caller of {action.name} cannot run here"
        if why.kind == "out_of_scope":
            return f"{action.name} is outside the model here ({why.cite})"
        return f"{action.name} sleeps here: nothing is there to answer ({why.cite})"

    def allowed(self, why: Objection) -> Iterator[str]:
        """Each answer that the call could have given."""
        if why.attempt.invocation is None:
            if why.cell is not None:
                yield self._value(why.cell.field, why.held)
            return
        name = why.attempt.invocation.action
        for outcome in why.outcomes:
            match outcome:
                case Stopped(kind):
                    yield f"{name}: no answer ({kind.replace('_', ' ')})"
                case Transition(outcome=Failed(error)):
                    yield f"{name} = -1 {error}"
                case Transition(outcome=returned):  # exhaustive
                    value = getattr(returned, "value", None)
                    said = "success" if value is None else self._number(value)
                    yield f"{name} = {said}"

    def _cell(self, cell: Cell, held: int) -> str:
        said = " or ".join(self._value(cell.field, v) for v in sorted(cell.values))
        name = cell.field.partition(".")[2].replace("_", " ")
        now = self._value(cell.field, held)
        if name == "blocked":
            told = cell.since or f"the log says {said}"
            return f"{cell.about} blocks {now} here, and {told}"
        return f"the {name} of {cell.about} is {now}, and the log says {said}"

    def _value(self, name: str, value: int) -> str:
        """A cell's value in words."""
        info = next(
            info
            for info in self.asking.evaluator.model.shape.fields()
            if info.name == name
        )
        kind = info.type
        if isinstance(kind, EnumType):
            return kind.members[value]
        if isinstance(kind, SetType) and isinstance(kind.element, EnumType):
            members = kind.element.members
            return (
                " ".join(m for n, m in enumerate(members) if value >> n & 1) or "none"
            )
        if name.endswith(".status"):
            return status_words(value)
        if name.partition(".")[2] in IDS:
            users = {user: uid for uid, user in self.scene.users.items()}
            return str(users.get(value, value))
        if name.endswith(".parent"):
            lives = [life for life in self.scene.people.lives if life.row == value]
            return str(lives[-1].pid) if lives and value != OUTSIDE else "outside"
        return str(value)

    def _number(self, value: int) -> str:
        """A number of the model as strace knows it."""
        for pid, element in self.scene.people.elements.items():
            if element + 1 == value:
                return str(pid)
        return "a process outside the log" if value == OUTSIDE + 1 else str(value)

    def _action(self, invocation: Invocation) -> Action:
        actions = self.asking.evaluator.model.actions
        return next(a for a in actions if a.name == invocation.action)


def status_words(word: int) -> str:
    """A status word as strace says it."""
    low = word & LOW_BYTE
    if low == 0:
        return f"exited with {word >> 8}"
    if word == CONTINUED:
        return "continued"
    if low == STOPPED:
        return f"stopped by signal {word >> 8}"
    core = " and left a core" if low & CORE else ""
    return f"killed by signal {low & (CORE - 1)}{core}"
