"""Does a mutation make a difference anywhere? Asked as a property of the original.

In a state where the broken call and the original are enabled alike, answer alike and
leave the same state, nobody can tell them apart; if that is so in every reachable
state, the mutant's runs are the model's runs, and no property can catch it.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.cone import can_quantify, existing
from checker.mutate import Mutant
from checker.ways import Way, guard_of, ways_of
from spec.lang import simplify
from spec.lang.action import Action, Every, Write
from spec.lang.declare import Property
from spec.lang.ir import Node, Place, make
from spec.lang.model import Model, Traced
from spec.lang.schema import FieldInfo
from spec.lang.terms import TRUE
from spec.lang.walk import bind, substitute


def difference(model: Model, mutant: Mutant) -> Traced | None:
    """The property that holds where original and broken call are the same.

    None when it cannot be said: a parameter of a type too large to quantify.
    """
    one, other = model.action(mutant.action), mutant.model.action(mutant.action)
    if not all(can_quantify(param.type) for param in other.params):
        return None
    infos = {info.name: info for info in model.shape.fields()}
    apart = simplify.disjunction(_apart(one, other, infos))
    parts = [apart]
    for param in other.params:
        parts = existing(param.name, param.type, parts)
    node = simplify.negation(simplify.conjunction(parts))
    name = f"{mutant.name} makes no difference"
    declared = Property(name, "always", lambda *_: TRUE, "")
    return Traced(name, "always", node, (), declared)


def _apart(one: Action, other: Action, infos: dict[str, FieldInfo]) -> Iterator[Node]:
    """The ways in which the two calls can differ in a state."""
    endings = [_endings(action) for action in (one, other)]
    for key in dict.fromkeys([*endings[0], *endings[1]]):
        ways = [found.get(key, simplify.FALSE) for found in endings]
        yield simplify.negation(simplify.equality(*ways))
    moves = simplify.conjunction((endings[0][_MOVES], endings[1][_MOVES]))
    written = dict.fromkeys(w.field for a in (one, other) for w in a.writes)
    for name in written:
        differs = _differs(infos[name], one, other)
        yield simplify.conjunction((moves, differs))
    if one.result is not None and other.result is not None:
        same = simplify.equality(one.result, other.result)
        yield simplify.conjunction((moves, simplify.negation(same)))


_MOVES = ("moves", "")


def _endings(action: Action) -> dict[tuple[str, str], Node]:
    """When the call succeeds, and when it answers with which error."""
    found: dict[tuple[str, str], list[Node]] = {_MOVES: []}
    for way in ways_of(action):
        said = "leaks" if way.rung is not None else "succeeds"
        guard = simplify.conjunction(guard_of(action, way))
        found[_MOVES].append(guard)
        found.setdefault((said, _error(action, way)), []).append(guard)
    for position, rung in enumerate(action.rungs):
        for which in range(0 if rung.leaks else len(rung.alternatives)):
            way = Way(action.name, position, which)
            guard = simplify.conjunction(guard_of(action, way))
            found.setdefault(("fails", _error(action, way)), []).append(guard)
    return {key: simplify.disjunction(ways) for key, ways in found.items()}


def _error(action: Action, way: Way) -> str:
    if way.rung is None:
        return ""
    return str(action.rungs[way.rung].alternatives[way.alternative or 0].error)


def _differs(info: FieldInfo, one: Action, other: Action) -> Node:
    """Some cell of the field ends up with different values."""
    if info.index is None:
        before = make("READ", attr=Place(info.name), of=info.type)
        values = [_after(action, info.name, None, before) for action in (one, other)]
        return simplify.negation(simplify.equality(*values))

    def body(row: Node) -> Node:
        before = make("READ", row, attr=Place(info.name), of=info.type)
        values = [_after(action, info.name, row, before) for action in (one, other)]
        return simplify.negation(simplify.equality(*values))

    return bind("EXISTS", info.index, body)


def _after(action: Action, field: str, row: Node | None, before: Node) -> Node:
    """The value of a cell after the call."""
    value = before
    for write in action.writes:
        if write.field == field:
            when, written = _at(write, row)
            value = simplify.choice(when, written, value)
    return value


def _at(write: Write, row: Node | None) -> tuple[Node, Node]:
    """When the write reaches the row, and what it leaves there."""
    if row is None or write.target is None:
        return write.when, write.value
    if isinstance(write.target, Every):
        here = {write.target.variable: row}
        parts = (write.target.member, write.when, write.value)
        member, when, value = (substitute(part, here) for part in parts)
        return simplify.conjunction((member, when)), value
    here_too = simplify.equality(write.target, row)
    return simplify.conjunction((here_too, write.when)), write.value
