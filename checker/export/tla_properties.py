r"""Properties in TLA+: invariants, properties of actions, and examples.

`always` is an invariant. Of `every_step`, what is asked of steps becomes a property of
actions, `[][...]_vars`, and what is asked of refused calls an invariant; a step that
changes nothing is no step in TLA+, so nothing is asked of it. Of `sometimes` the module
states the example, and its denial, which TLC refutes by showing one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.export.layout import (
    OPEN,
    Block,
    bullets,
    implication,
    junction,
    line,
    over,
)
from checker.export.tla_call import OK, Call
from checker.export.tla_sharing import with_names
from checker.export.tla_terms import Terms
from spec.lang import simplify
from spec.lang.disjoint import contradictory
from spec.lang.ir import Node, Place, make
from spec.lang.model import Obligation, Traced
from spec.lang.walk import postorder, substitute


@dataclass(frozen=True, slots=True)
class Stated:
    """A definition of a property, and how TLC is asked about it."""

    name: str
    word: str
    """"INVARIANT", "PROPERTY", or "EXAMPLE" for the denial of one."""
    body: Block


@dataclass(frozen=True, slots=True)
class Sentences:
    """Writes the properties of a module over its calls."""

    terms: Terms
    calls: Sequence[Call]
    still: dict[Node, Node] = field(default_factory=dict)

    def name(self, prop: Traced, suffix: str = "") -> str:
        """The operator of a property, or of a part of it."""
        wanted = prop.name + suffix
        return self.terms.names.of(("PROPERTY", prop.name, suffix), wanted)

    def of(self, prop: Traced) -> Iterator[Stated]:
        """The definitions that say it."""
        if prop.node is not None:
            said = self._said(prop.node)
            name = self.name(prop)
            if prop.kind == "sometimes":
                yield Stated(name, "DEFINITION", said)
                yield Stated(self.name(prop, "_never"), "EXAMPLE", line(f"~{name}"))
            else:
                yield Stated(name, "INVARIANT", said)
            return
        taken, refused = self._of_steps(prop)
        if taken:
            inside = bullets("/\\", taken) if len(taken) > 1 else taken[0]
            rows = ("[][", *(f"    {row}" for row in inside.lines), "]_vars")
            yield Stated(self.name(prop), "PROPERTY", Block(rows, OPEN))
        if refused:
            name = self.name(prop, "_when_refused")
            yield Stated(name, "INVARIANT", bullets("/\\", refused))

    def _said(self, root: Node) -> Block:
        return with_names([root], self.terms, lambda terms: terms.block(root))

    def _of_steps(self, prop: Traced) -> tuple[list[Block], list[Block]]:
        """What is asked of steps that are taken, and of calls that are refused."""
        by_name = {one.action.name: one for one in self.calls}
        alike: dict[Node, list[Call]] = {}
        taken, refused = [], []
        for demand in prop.obligations:
            one = by_name[demand.action]
            rungs = one.action.rungs
            if demand.rung is not None and not rungs[demand.rung].leaks:
                asked = self._of_one_state(demand.node)
                if asked is not simplify.TRUE:
                    refused.append(self._of_a_refusal(one, demand, asked))
            elif any(rung.leaks for rung in rungs) or _has_params(demand.node):
                taken.append(self._of_a_step(one, demand))
            else:
                alike.setdefault(demand.node, []).append(one)
        return [*(self._of_some(*each) for each in alike.items()), *taken], refused

    def _of_one_state(self, asked: Node) -> Node:
        """What is asked of a step that changes nothing."""
        if asked not in self.still:
            self.still[asked] = before_only(asked)
        return self.still[asked]

    def _of_some(self, asked: Node, calls: list[Call]) -> Block:
        """What is asked alike of the steps of several calls, or of every step."""
        said = self._said(asked)
        if len(calls) == len(self.calls):
            return said
        ways = [over(one.some("\\E", one.action.params), one.taken()) for one in calls]
        return implication(junction("\\/", ways), said)

    def _of_a_step(self, one: Call, demand: Obligation) -> Block:
        """What is asked of every step that the call takes."""
        premise = [one.taken()]
        rungs = one.action.rungs
        if any(rung.leaks for rung in rungs):
            at = OK if demand.rung is None else one.label(rungs[demand.rung])
            premise.append(one.answers(at))
        asked = implication(junction("/\\", premise), self._said(demand.node))
        return over(one.some("\\A", one.action.params), asked)

    def _of_a_refusal(self, one: Call, demand: Obligation, asked: Node) -> Block:
        """What is asked of every state in which the call answers with the error."""
        assert demand.rung is not None
        rung = one.action.rungs[demand.rung]
        premise = [one.answers(one.label(rung))]
        if demand.alternative is not None and len(rung.alternatives) > 1:
            premise.append(self.terms.block(rung.alternatives[demand.alternative].when))
        whole = implication(junction("/\\", premise), self._said(asked))
        return over(one.some("\\A", one.action.arguments()), whole)


def _has_params(root: Node) -> bool:
    return any(node.op == "PARAM" for node in postorder([root]))


def before_only(root: Node) -> Node:
    """What is said of a step that changes nothing, as a term about one state."""
    said = substitute(root, {}, _before)
    while True:
        settled = {
            node: node.args[0]
            for node in postorder([said])
            if node.op in {"FORALL", "EXISTS"} and node.args[0].op == "CONST"
        }
        if not settled:
            return said
        said = substitute(said, settled, _before)


def _before(node: Node, args: tuple[Node, ...]) -> Node:
    if node.op == "READ" and isinstance(node.attr, Place):
        return make("READ", *args, attr=Place(node.attr.field), of=node.type)
    again = simplify.rebuilt(node, args)
    if again.op == "OR" and contradictory([simplify.negation(a) for a in again.args]):
        return simplify.TRUE
    return again
