"""The first-order reading agrees with the evaluator where sorts are finite."""

from __future__ import annotations

from functools import cache

import networkx as nx
import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checker.proof.first_order import (
    Expr,
    Language,
    LoweredWrite,
    Symbolic,
    Value,
    Written,
    forest_laws,
)
from spec.lang import Model, Scope
from spec.lang.action import Every, Write
from spec.lang.ir import make
from spec.lang.simplify import TRUE
from spec.lang.types import SortType
from spec.lang.walk import postorder
from tests import toys
from tests.agreement.drawing import MODELS, calls, sorts_of
from tests.agreement.finite_language import Finite, states_with_forests

FAST = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def finite(name: str, size: int) -> Finite:
    model = MODELS[name]()
    sizes = {sort: size + n % 2 for n, sort in enumerate(sorts_of(model))}
    return Finite(model, Scope(sizes))


def picks_by_description(model: Model, action: str) -> bool:
    """The call has a term that the first-order reading leaves open (FIRST)."""
    found = model.action(action)
    roots = [rung.when for rung in found.rungs]
    roots += [node for w in found.writes for node in (w.value, w.when)]
    return any(node.op == "FIRST" for node in postorder(roots))


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@FAST
def test_every_step_of_the_evaluator_is_one_in_first_order_logic(
    name: str, data: st.DataObject
) -> None:
    """And, where nothing is left open, there is no other."""
    both = finite(name, data.draw(st.sampled_from([2, 3])))
    state = data.draw(states_with_forests(both.model, both.scope))
    for action in both.model.actions:
        call = data.draw(calls(action, both.scope))
        expected = both.expected(state, call)
        solver = both.solver(state, call)
        exact = not picks_by_description(both.model, action.name)
        for ending in both.theory.endings:
            if ending.action is not action:
                continue
            after = expected.get(ending.case)
            if after is None:
                assert not exact or solver.check(ending.when) == z3.unsat
                continue
            cells = z3.And(both.after(ending, after))
            assert solver.check(ending.when, cells) == z3.sat
            assert not exact or solver.check(z3.Not(cells)) == z3.unsat


# The forest: parent pointers against the relation

NODE = SortType("Node")
FIELD = "node.parent"


class Pointers:
    """A forest as parent pointers over bit-vectors: who is above is walked."""

    def __init__(self, parents: list[Expr]) -> None:
        self.parents = parents

    def read(self, name: str, index: Expr | None) -> Value:
        del name
        found = self.parents[-1]
        for n in range(len(self.parents) - 2, -1, -1):
            found = z3.If(index == n, self.parents[n], found)
        return found

    def ancestor(self, name: str, above: Expr, below: Expr) -> Expr:
        met, at = [], below
        for _ in range(len(self.parents) - 1):
            at = self.read(name, at)
            met.append(at == above)
        return z3.And(above != below, z3.Or([*met, z3.BoolVal(val=False)]))


def any_forest(size: int) -> tuple[Pointers, list[list[Expr]]]:
    """Parents that are unknown, and each forest up to the names of its rows."""
    parents = [z3.BitVec(f"parent{n}", 3) for n in range(size)]
    forests = [
        [parent == value for parent, value in zip(parents, values, strict=True)]
        for values in map(parents_of, sorted(forests_of(size)))
    ]
    return Pointers(parents), forests


Branches = tuple["Branches", ...]
"""A forest without names: for each root what hangs below it, the same way."""


def forests_of(size: int) -> set[Branches]:
    """Every forest of `size` nodes: a tree with one node more, without its root."""

    def below(tree: nx.Graph[int], node: int, above: int | None) -> Branches:
        hanging = (below(tree, q, node) for q in tree[node] if q != above)
        return tuple(sorted(hanging))

    trees = nx.nonisomorphic_trees(size + 1)
    return {below(tree, root, None) for tree in trees for root in tree}


def parents_of(forest: Branches) -> list[int]:
    """The parent of each node, numbered from the roots down; a root is its own."""
    parents: list[int] = []

    def hang(branches: Branches, above: int | None) -> None:
        for branch in branches:
            node = len(parents)
            parents.append(node if above is None else above)
            hang(branch, node)

    hang(forest, None)
    return parents


def test_there_are_as_many_forests_as_there_should_be() -> None:
    """Rooted trees with one node more: 2, 4, 9, 20, 48 (OEIS A000081)."""
    assert [len(forests_of(n)) for n in range(1, 7)] == [1, 2, 4, 9, 20, 48]


def lowered(variable: bool, member: Expr, target: Expr, value: Expr) -> LoweredWrite:
    node = make("VAR", attr=1, of=NODE)
    to = Every(node, TRUE) if variable else node
    bound = z3.BitVec("q", 3) if variable else None
    return LoweredWrite(Write(FIELD, to, node, TRUE), bound, target, member, value)


def disagreement(size: int, before: Pointers, after: Written, a: Expr, b: Expr) -> Expr:
    """The updated relation is not the one walked over the updated parents."""
    moved = Pointers([after.read(FIELD, z3.BitVecVal(n, 3)) for n in range(size)])
    walked = moved.ancestor(FIELD, a, b)
    del before
    return walked != after.ancestor(FIELD, a, b)


def never(
    size: int, forests: list[list[Expr]], used: list[Expr], broken: list[Expr]
) -> bool:
    """In no forest, and for no rows, all of `broken` holds."""
    solver = z3.SolverFor("QF_FD")
    solver.add(*[z3.ULT(one, size) for one in used], *broken)
    return all(solver.check(*forest) == z3.unsat for forest in forests)


SIZES = [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("size", SIZES)
def test_hanging_elsewhere_agrees_on_every_forest(size: int) -> None:
    """Attaching, moving one, and removing: any row, to any row not below it."""
    before, forests = any_forest(size)
    child, parent, a, b = (z3.BitVec(n, 3) for n in ("child", "parent", "a", "b"))
    write = lowered(False, z3.BoolVal(val=True), child, parent)
    after = Written(before, (write,))
    allowed = z3.Not(before.ancestor(FIELD, child, parent))
    broken = [allowed, disagreement(size, before, after, a, b)]

    assert never(size, forests, [child, parent, a, b], broken)


@pytest.mark.parametrize("size", SIZES)
def test_passing_children_on_agrees_on_every_forest(size: int) -> None:
    """All children of a row hang below any other row that is not below it."""
    before, forests = any_forest(size)
    origin, heir, a, b = (z3.BitVec(n, 3) for n in ("origin", "heir", "a", "b"))
    q = z3.BitVec("q", 3)
    member = z3.And(before.read(FIELD, q) == origin, q != origin)
    write = lowered(True, member, z3.BoolVal(val=True), heir)
    allowed = z3.Not(before.ancestor(FIELD, origin, heir))
    with_origin = Written(
        before, (write,), {write.write: (origin, z3.BoolVal(val=True))}
    )
    broken = [allowed, disagreement(size, before, with_origin, a, b)]

    assert never(size, forests, [origin, heir, a, b], broken)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_moving_any_set_agrees_on_every_forest(size: int) -> None:
    """Rows of which none is above another, to a row that is not below any."""
    before, forests = any_forest(size)
    chosen, heir, a, b = (
        z3.BitVec(n, w) for n, w in zip("cdab", (8, 3, 3, 3), strict=True)
    )

    def moved(row: Expr) -> Expr:
        return z3.Extract(0, 0, z3.LShR(chosen, z3.ZeroExt(5, row))) == 1

    rows = [z3.BitVecVal(n, 3) for n in range(size)]
    write = lowered(True, moved(z3.BitVec("q", 3)), z3.BoolVal(val=True), heir)
    apart = [
        z3.Not(z3.And(moved(x), moved(y), before.ancestor(FIELD, x, y)))
        for x in rows
        for y in rows
    ]
    clear = [
        z3.Not(z3.And(moved(x), z3.Or(x == heir, before.ancestor(FIELD, x, heir))))
        for x in rows
    ]
    after = Written(before, (write,))
    broken = disagreement(size, before, after, a, b)
    solver = z3.SolverFor("BV")
    solver.add(*apart, *clear, broken, z3.ULT(chosen, 1 << size))
    solver.add(*[z3.ULT(one, size) for one in (heir, a, b)])

    for forest in forests:
        assert solver.check(*forest) == z3.unsat


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_the_laws_leave_one_relation_for_each_forest(size: int) -> None:
    """And none for parents with a cycle."""
    language = Language()
    node, _ = z3.EnumSort(f"Node{size}", [f"node{size}.{n}" for n in range(size)])
    language._sorts["Node"] = node
    model = toys.model_p()
    info = next(i for i in model.shape.fields() if i.name == "pid.parent")
    renamed = type(info)(FIELD, NODE, NODE, info.initial, (), "", info.kind)
    state = Symbolic(language, [renamed])
    solver = z3.Solver()
    solver.add(*[law for _, law in forest_laws(state, FIELD, language, NODE)])
    a, b = z3.Consts("a b", node)
    met, at = [], b
    for _ in range(size):
        at = state.read(FIELD, at)
        met.append(z3.And(at == a, a != b))

    assert solver.check() == z3.sat
    solver.add(state.ancestor(FIELD, a, b) != z3.Or(met))
    assert solver.check() == z3.unsat
