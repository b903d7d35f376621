"""Probes: properties that should fail, each showing that something does happen.

A verdict is worth something only if what it speaks of happens at all. So beside the
properties the engines are given probes, which are properties themselves:

    reach      no call succeeds; no `fails` line answers: one probe for each. Where it
               fails there is the example that the generated `sometimes` asks for.
    premise    the premise of a property never holds. Where it never fails, the
               property is true of nothing: vacuous.
    example    a `sometimes` turned around. Where it fails there is the example.
    scope      no call leaves the model's scope. Where it fails the run says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from spec.lang import simplify
from spec.lang.action import Action
from spec.lang.declare import Property
from spec.lang.ir import Binding, Node, make
from spec.lang.model import Model, Obligation, Traced, rung_label
from spec.lang.prose import infix
from spec.lang.terms import TRUE
from spec.lang.types import SortType
from spec.lang.walk import bind, substitute

REACH: Final = "reach"
PREMISE: Final = "premise"
EXAMPLE: Final = "example"
SCOPE: Final = "scope"


@dataclass(frozen=True, slots=True)
class Probe:
    """A property that should fail, and what it is for: one of the four kinds."""

    kind: str
    prop: Traced
    about: str
    """The property or the call it tells something about."""
    says: str
    """In words: what was met if it fails."""


def _traced(
    name: str, node: Node | None, obligations: tuple[Obligation, ...] = ()
) -> Traced:
    kind = "always" if node is not None else "every_step"
    declared = Property(name, kind, lambda *_: TRUE, "")
    return Traced(name, kind, node, obligations, declared)


def generated(model: Model) -> tuple[Property, ...]:
    """The `sometimes` that go without saying: each success, each `fails` line."""
    return tuple(
        Property(name, "sometimes", lambda *_: TRUE, doc, source=action.source)
        for action in model.actions
        for name, doc, _ in _endings(action)
    )


def _endings(action: Action) -> Iterator[tuple[str, str, Obligation]]:
    succeeds = Obligation(action.name, None, None, simplify.FALSE)
    yield f"{action.name}_succeeds", f"{action.name} can succeed.", succeeds
    for position, rung in enumerate(action.rungs):
        for which, alternative in enumerate(rung.alternatives):
            name = rung_label(action, rung, which)
            doc = f"{action.name} can answer {alternative.error} ({alternative.cite})."
            yield name, doc, Obligation(action.name, position, which, simplify.FALSE)


def reach_probes(model: Model) -> Iterator[Probe]:
    """One for each call's success and for each of its `fails` lines."""
    for action in model.actions:
        for name, doc, demand in _endings(action):
            yield Probe(REACH, _traced(name, None, (demand,)), action.name, doc)


def example_probes(properties: Iterable[Traced]) -> Iterator[Probe]:
    """Each `sometimes`, turned around, under its own name."""
    for prop in properties:
        if prop.kind == "sometimes" and prop.node is not None:
            refuted = simplify.negation(prop.node)
            said = prop.declared.doc
            yield Probe(EXAMPLE, _traced(prop.name, refuted), prop.name, said)


def scope_probes(model: Model) -> Iterator[Probe]:
    """One for each `out_of_scope` line that some caller can reach."""
    for action in model.actions:
        passed: list[Node] = [action.able]
        for position, rung in enumerate(action.rungs):
            if rung.kind == "out_of_scope":
                here = simplify.conjunction((*passed, rung.when))
                met = _for_some_arguments(action, here)
                name = f"out of scope: {action.name} {position}"
                node = simplify.negation(met)
                said = f"{action.name} when {infix(rung.when)} ({rung.cite})"
                yield Probe(SCOPE, _traced(name, node), action.name, said)
            passed.append(simplify.negation(rung.when))


def deadlock_property(model: Model) -> Traced:
    """That some call can be made in every state, whatever it does."""
    ways = []
    for action in model.actions:
        stops = (r.when for r in action.rungs if not r.alternatives)
        passed = [action.able, *(simplify.negation(when) for when in stops)]
        params = {param.name: param.node() for param in action.params}
        fails = [r.when for r in action.rungs if r.alternatives]
        chosen = simplify.conjunction(
            simplify.membership(params[pick.param], pick.among) for pick in action.picks
        )
        answers = simplify.disjunction((*fails, chosen))
        can = simplify.conjunction((*passed, answers))
        ways.append(_for_some_arguments(action, can))
    declared = Property(
        "something_can_always_happen",
        "deadlock",
        lambda *_: TRUE,
        "In every state some call can be made, and answers.",
    )
    return Traced(declared.name, "always", simplify.disjunction(ways), (), declared)


def _for_some_arguments(action: Action, node: Node) -> Node:
    for param in action.params:
        leaf = param.node()
        if isinstance(param.type, SortType) or hasattr(param.type, "members"):
            node = bind("EXISTS", param.type, _replacing(node, leaf))
        else:
            values = (simplify.TRUE, simplify.FALSE)
            node = simplify.disjunction(_replacing(node, leaf)(v) for v in values)
    return node


def _replacing(node: Node, leaf: Node) -> Callable[[Node], Node]:
    return lambda value: substitute(node, {leaf: value}, simplify.rebuilt)


def premise_name(prop: str) -> str:
    """The name of the probe for the premise of this property."""
    return f"premise of {prop}"


def premise_probes(properties: Iterable[Traced]) -> Iterator[Probe]:
    """For each property that has a premise: that it never holds.

    A property about steps has one probe over all its obligations: it fails once a step
    is taken of which the property says something.
    """
    for prop in properties:
        name = premise_name(prop.name)
        if prop.declared.kind == "always" and prop.node is not None:
            premise = premise_of(prop.node)
            if premise is not simplify.TRUE:
                probe = _traced(name, simplify.negation(premise))
                yield Probe(PREMISE, probe, prop.name, infix(premise))
        elif prop.kind == "every_step":
            met = tuple(
                replace(demand, node=simplify.negation(premise_of(demand.node)))
                for demand in prop.obligations
            )
            said = _said_of_steps(prop)
            yield Probe(PREMISE, _traced(name, None, met), prop.name, said)


def _said_of_steps(prop: Traced) -> str:
    calls = list(dict.fromkeys(demand.action for demand in prop.obligations))
    if not calls:
        return "it says nothing of any call of this system"
    shown = ", ".join(calls[:4]) + (", ..." if len(calls) > 4 else "")
    return f"a step of {shown} of which it says something"


def premise_of(node: Node) -> Node:
    """When the sentence says something: TRUE if it always does.

    `implies(p, q)` is the disjunction of the opposite of p, first, and of q. A
    quantifier says something if its body does of some element, a conjunction if one of
    its parts does.
    """
    match node.op:
        case "OR":
            return simplify.negation(node.args[0])
        case "AND":
            return simplify.disjunction(premise_of(arg) for arg in node.args)
        case "FORALL":
            inside = premise_of(node.args[0])
            binding = node.attr
            assert isinstance(binding, Binding)
            if inside is simplify.TRUE:
                return inside
            variable = make("VAR", attr=binding.level, of=binding.type)
            return bind("EXISTS", binding.type, _replacing(inside, variable))
    return simplify.TRUE
