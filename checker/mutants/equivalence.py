"""Does a mutation make a difference anywhere? Asked as a property of the original.

In a state where the broken call and the original are enabled alike, answer alike and
leave the same state, nobody can tell them apart; if that is so in every reachable
state, the mutant's runs are the model's runs, and no property can catch it.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.mutants.mutate import Mutant
from checker.slicing.cone import can_quantify, existing
from checker.slicing.ways import Way, guard_of, ways_of
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
    answers = [_answers(action) for action in (one, other)]
    for error in dict.fromkeys([*answers[0], *answers[1]]):
        ways = [found.get(error, simplify.FALSE) for found in answers]
        yield simplify.negation(simplify.equality(*ways))
    for name in _left_otherwise(one, other):
        yield _differs(infos[name], one, other)
    if one.result is not None and other.result is not None:
        same = simplify.equality(one.result, other.result)
        yield simplify.conjunction((answers[0][""], simplify.negation(same)))


def _left_otherwise(one: Action, other: Action) -> list[str]:
    """The fields in which the two can leave something else, answering alike.

    What both write in the same way is the same after both, unless an error of one of
    them has effects.
    """
    leaking = any(rung.leaks for action in (one, other) for rung in action.rungs)
    same = set() if leaking else {*one.writes} & {*other.writes}
    found = dict.fromkeys(w.field for w in (*one.writes, *other.writes))
    unlike = {w.field for w in (*one.writes, *other.writes) if w not in same}
    return [name for name in found if name in unlike]


def _answers(action: Action) -> dict[str, Node]:
    """When the call answers with which error, by name; under "", when it succeeds."""
    found: dict[str, list[Node]] = {"": guard_of(action, Way(action.name, None, None))}
    found[""] = [simplify.conjunction(found[""])]
    for position, rung in enumerate(action.rungs):
        for which in range(len(rung.alternatives)):
            way = Way(action.name, position, which)
            parts = guard_of(action, way)
            for param in action.choices():
                parts = existing(param.name, param.type, parts)
            whole = simplify.conjunction(parts)
            found.setdefault(_error(action, way), []).append(whole)
    return {error: simplify.disjunction(ways) for error, ways in found.items()}


def _moving(action: Action) -> Node:
    """When the effects happen, with these choices."""
    ways = (simplify.conjunction(guard_of(action, way)) for way in ways_of(action))
    return simplify.disjunction(ways)


def _error(action: Action, way: Way) -> str:
    rung = action.rungs[way.rung or 0]
    return str(rung.alternatives[way.alternative or 0].error)


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
    """The value of a cell after the call, or what it was if nothing happens."""
    value = before
    for write in action.writes:
        if write.field == field:
            when, written = _at(write, row)
            value = simplify.choice(when, written, value)
    return simplify.choice(_moving(action), value, before)


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
