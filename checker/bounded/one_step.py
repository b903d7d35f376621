"""What no single step breaks: invariants that keep each other, asked call by call.

What is true at boot, and broken by no step from a state in which all the invariants of
a set hold, is true of every state that can be reached, however deep. Whether one call
breaks any of them is a small question, where all calls together make a large one. When
an invariant is given up, what was found out with its help is asked again; so the calls
that change least, which are soon asked, come first. Of a small model all calls together
are the quicker question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from checker.bounded.unfolding import Interruption, Lexicon, Undecided, Unfolding
from checker.evaluate import Evaluator
from checker.ground import GroundModel, Instance
from checker.lower_z3 import Expr
from checker.slicing.cone import fields_of
from spec.lang import simplify
from spec.lang.ir import Node

Named = tuple[str, Node]
"""A condition on states, and the property that it belongs to."""
Wrong = tuple[str, Expr]
"""A property, and that it is broken."""
Progress = Callable[[str], bool]
"""Called with what is asked about next; a true answer stops it all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What holds at the scope, by one step of induction."""

    invariants: tuple[Named, ...]
    """Conditions true of every state that can be reached."""
    properties: frozenset[str]
    """The properties that hold, those about steps included."""
    never: frozenset[str] = frozenset()
    """The goals that no state satisfies in which the invariants hold."""


def kept_by_every_step(
    ground: GroundModel,
    evaluator: Evaluator,
    *,
    together: bool = False,
    deadline: float | None = None,
    limit: float | None = None,
    progress: Progress = lambda _: False,
) -> Kept:
    """Of the properties of a model that was grounded with `keep_params`, what is kept.

    `together` asks about all calls at once; `deadline` is in seconds of
    `time.monotonic`, `limit` in seconds for one question. What there is no time for
    counts as not kept. Raises Interruption when it is stopped.
    """
    calls = sorted(ground.instances, key=_changed)
    asked: list[tuple[Instance, ...]]
    asked = [tuple(calls)] if together else [(call,) for call in calls]
    return _Induction(ground, evaluator, asked, deadline, limit, progress).result()


@dataclass
class _Induction:
    ground: GroundModel
    evaluator: Evaluator
    groups: list[tuple[Instance, ...]]
    """The calls, by the questions that are asked about them."""
    deadline: float | None
    limit: float | None
    progress: Progress
    standing: dict[str, Node] = field(default_factory=dict)
    """The invariants that no step was seen to break."""
    lost: set[str] = field(default_factory=set)
    """The properties that some step may break."""
    lexicon: Lexicon = field(default_factory=dict)

    def result(self) -> Kept:
        """Give up invariants until the rest keep each other."""
        self._begin()
        asked = 0
        while asked < len(self.groups):
            before = len(self.standing)
            self._tell(asked)
            self._ask_about(self.groups[asked])
            asked = asked + 1 if len(self.standing) == before else 0
        self._ask_about_refusals()
        names = frozenset(
            name
            for name, prop in self.evaluator.properties.items()
            if prop.kind != "sometimes" and name not in self.lost
        )
        return Kept(tuple(self.standing.items()), names, self._never())

    def _tell(self, asked: int) -> None:
        calls = ", ".join(dict.fromkeys(call.action for call in self.groups[asked]))
        if self.progress(f"a step of {calls} ({asked + 1} of {len(self.groups)})"):
            raise Interruption("interrupted")

    def _begin(self) -> None:
        """Every invariant stands that is true at boot."""
        kinds = {name: p.kind for name, p in self.evaluator.properties.items()}
        boot = self.evaluator.initial
        for name, node in self.ground.invariants:
            if kinds[name] != "always":
                continue
            if self.evaluator.holds(name, boot):
                self.standing[name] = node
            else:
                self.lost.add(name)

    def _run(self, ground: GroundModel) -> Unfolding:
        return Unfolding(
            ground,
            self.evaluator,
            from_boot=False,
            deadline=self.deadline,
            lexicon=self.lexicon,
        )

    def _lose(self, names: set[str]) -> None:
        self.lost |= names
        for name in names & self.standing.keys():
            del self.standing[name]

    def _ask_about(self, calls: tuple[Instance, ...]) -> None:
        """Lose what these calls may break, from a state where the invariants hold."""
        moves = [move for call in calls for move in call.moves]
        writes = {key[0] for move in moves for key, _ in move.writes}
        touched = {
            name: node
            for name, node in self.standing.items()
            if writes & fields_of(node)
        }
        demanded = {n for move in moves for n, _ in move.demands} - self.lost
        if not touched and not demanded:
            return
        run = self._run(replace(self.ground, instances=calls))
        run.step()
        asked = _after(run, touched)
        asked += [(name, run.demand_broken(name)) for name in sorted(demanded)]
        self._lose(self._ask(run, asked))

    def _ask_about_refusals(self) -> None:
        """What step properties say of refused calls is about one state."""
        refused = [
            (name, node)
            for name, node in self.ground.invariants
            if self.evaluator.properties[name].kind == "every_step"
            and name not in self.lost
        ]
        if refused:
            run = self._run(self.ground)
            wrong = [(n, run.at(0, simplify.negation(node))) for n, node in refused]
            self._lose(self._ask(run, wrong))

    def _never(self) -> frozenset[str]:
        """The goals that the invariants rule out."""
        run = self._run(self.ground)
        asked = [(name, run.at(0, node)) for name, node in self.ground.goals]
        met = self._ask(run, asked) if asked else set()
        return frozenset(name for name, _ in asked if name not in met)

    def _ask(self, run: Unfolding, asked: list[Wrong]) -> set[str]:
        """Those that can be so where the invariants hold."""
        run.assert_all(run.at(0, node) for node in self.standing.values())
        found: set[str] = set()
        while asked:
            more = _broken(run, asked, self.limit)
            if not more:
                break
            found |= more
            asked = [(name, wrong) for name, wrong in asked if name not in more]
        return found


def _changed(call: Instance) -> int:
    """How many cells the call can change."""
    return len({key for move in call.moves for key, _ in move.writes})


def _after(run: Unfolding, standing: dict[str, Node]) -> list[Wrong]:
    """The invariants do not hold after the step."""
    return [
        (name, run.at(1, simplify.negation(node))) for name, node in standing.items()
    ]


def _broken(run: Unfolding, asked: list[Wrong], limit: float | None) -> set[str]:
    """What can be broken, if anything can; of each alone if that is not soon known."""
    try:
        found = run.find(run.either(wrong for _, wrong in asked), limit=limit)
    except Interruption:
        raise
    except Undecided:
        if len(asked) == 1:
            return {asked[0][0]}
        return set().union(*(_broken(run, [one], limit) for one in asked))
    if found is None:
        return set()
    lost = {name for name, wrong in asked if run.true_in(found, wrong)}
    assert lost, "a step that breaks something breaks something by name"
    return lost
