"""The ways in which a call can end, each with its condition and with what is demanded.

A call succeeds, or answers with an error; in a mutant an error can change the state as
a success does. Slicing, lifting and comparing calls look at one way at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.slicing.cone import conjuncts, unwritten_kept
from spec.lang import simplify
from spec.lang.action import Action
from spec.lang.ir import Node
from spec.lang.model import Model, Obligation, Traced


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a call changes the state; what a sliced action stands for."""

    action: str
    rung: int | None
    alternative: int | None
    params: tuple[str, ...] = ()
    """The parameters of the call that the sliced action still has."""


def ways_of(action: Action) -> Iterator[Way]:
    """The ways in which a call can change the state."""
    for position, rung in enumerate(action.rungs):
        if rung.leaks:
            for which in range(len(rung.alternatives)):
                yield Way(action.name, position, which)
    yield Way(action.name, None, None)


def guard_of(action: Action, way: Way) -> list[Node]:
    """The conjuncts under which the call ends in this way."""
    parts = list(conjuncts(action.able))
    for position, line in enumerate(action.rungs):
        if position == way.rung:
            parts += conjuncts(line.when)
            parts += conjuncts(line.alternatives[way.alternative or 0].when)
            break
        parts += conjuncts(simplify.negation(line.when))
    if moves(action, way.rung):
        by_name = {param.name: param.node() for param in action.params}
        for pick in action.picks:
            parts += conjuncts(simplify.membership(by_name[pick.param], pick.among))
    return list(dict.fromkeys(parts))


def moves(action: Action, rung: int | None) -> bool:
    """A call that ends so changes the state."""
    return rung is None or action.rungs[rung].leaks


def settled(model: Model, demand: Obligation) -> Node:
    """What a demand comes to, given what the call writes."""
    action = model.action(demand.action)
    written = action.writes if moves(action, demand.rung) else ()
    return unwritten_kept(demand.node, {write.field for write in written})


def refusals(
    model: Model, properties: Iterable[Traced]
) -> Iterator[tuple[Traced, Obligation, Node, list[Node]]]:
    """The demands on calls that change nothing: settled, and when the call ends so."""
    for prop in properties:
        for demand in prop.obligations:
            action = model.action(demand.action)
            wanted = settled(model, demand)
            if not moves(action, demand.rung) and wanted is not simplify.TRUE:
                way = Way(demand.action, demand.rung, demand.alternative)
                yield prop, demand, wanted, guard_of(action, way)


def demands_of(
    model: Model, way: Way, properties: Iterable[Traced]
) -> list[tuple[str, Node]]:
    """What the properties demand of a call that ends in this way."""
    found = []
    for prop in properties:
        for demand in prop.obligations:
            case = (demand.action, demand.rung, demand.alternative)
            if case == (way.action, way.rung, way.alternative):
                found.append((prop.name, settled(model, demand)))
    return [(name, node) for name, node in found if node is not simplify.TRUE]
