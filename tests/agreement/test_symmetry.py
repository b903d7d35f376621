"""The canonical form: exact on small scopes, and the same in machine code."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.evaluate import State
from checker.ground import Cell
from checker.native.engine import Code, compiled, loaded
from checker.native.layout import Layout, lay_out
from checker.symmetry.canonical import Canonical
from checker.symmetry.find import Group, find_symmetry
from checker.symmetry.native import canonical_code
from checker.symmetry.plan import Plan, plan_of
from spec.lang import (
    FALSE,
    Bool,
    Model,
    Row,
    Scope,
    SetOf,
    Sort,
    Table,
    field,
    trace_model,
)
from spec.lang import State as StateOf
from spec.lang.types import SortType
from tests import toys
from tests.agreement.drawing import MODELS, sorts_of, states


class Guest(Sort):
    """Somebody at a party."""


class Room(Sort):
    """Where they are."""


class Guests(SetOf[Guest], element=Guest):
    """Some of them."""


class GuestRow(Row[Guest]):
    knows = field(Guests, initial=Guests.containing())
    room = field(Room, initial=Room.element(0))
    is_tired = field(Bool, initial=FALSE)


class RoomRow(Row[Room]):
    banned = field(Guests, initial=Guests.containing())


class Party(StateOf):
    """Sets of elements, in rows and in single cells, of one sort and of another."""

    guest = Table(Guest, GuestRow)
    room = Table(Room, RoomRow)
    host = field(Guest, initial=Guest.element(0))
    invited = field(Guests, initial=Guests.containing())


def party() -> Model:
    """Nothing happens, so that nobody can be told from anybody else."""
    return trace_model("party", Party, ())


KNOWN = MODELS | {"party": party}
NAMES = ("two-phase", "model-p-any", "topaz", "party")


@dataclass(frozen=True)
class Case:
    """A model at a scope, its canonical form, and the same compiled."""

    model: Model
    scope: Scope
    canonical: Canonical
    layout: Layout
    code: Code

    def natively(self, state: State) -> State:
        """What the machine code makes of the state."""
        words = self.layout.pack([state])
        self.code.function("canonicalise", ctypes.c_size_t)(words.ctypes.data)
        return self.layout.unpack(words)[0]

    def images(self, state: State) -> Iterator[State]:
        """The whole orbit."""
        groups = self.canonical.plan.groups
        for images in product(*(permutations(group) for group in groups)):
            renamed = [
                pair
                for group, image in zip(groups, images, strict=True)
                for pair in zip(group, image, strict=True)
            ]
            yield self.canonical.permuted(state, dict(renamed))


@cache
def case(name: str, size: int) -> Case:
    """Every sort has `size` elements; of the small ones, fewer."""
    model = KNOWN[name]()
    smaller = {"Room": 2, "Guid": 2} if size == 3 else {}
    scope = Scope(dict.fromkeys(sorts_of(model), size) | smaller)
    return case_of(model, scope, find_symmetry(model, scope).groups)


def case_of(model: Model, scope: Scope, groups: Sequence[Group]) -> Case:
    plan = plan_of(model, scope, groups)
    layout = lay_out(list(cells(model, scope)))
    code = loaded(compiled(canonical_code(plan, layout)))
    return Case(model, scope, Canonical(plan), layout, code)


def cells(model: Model, scope: Scope) -> Iterator[Cell]:
    for info in model.shape.fields():
        size = scope.size(info.type)
        rows = [None] if info.index is None else range(scope.size(info.index))
        for row in rows:
            yield Cell(info.name, row, info.type, size, 0)


@st.composite
def permutations_of(draw: st.DrawFn, plan: Plan) -> dict[int, int]:
    """A renaming of the nodes, each within its group."""
    renamed: dict[int, int] = {}
    for group in plan.groups:
        image = draw(st.permutations(group))
        renamed |= dict(zip(group, image, strict=True))
    return renamed


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40)
def test_every_image_has_the_same_canonical_form(
    name: str, size: int, data: st.DataObject
) -> None:
    found = case(name, size)
    state = data.draw(states(found.model, found.scope))
    renaming = data.draw(permutations_of(found.canonical.plan))
    image = found.canonical.permuted(state, renaming)

    assert found.canonical(state) == found.canonical(image)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40)
def test_the_canonical_form_is_an_image_and_its_own_form(
    name: str, data: st.DataObject
) -> None:
    found = case(name, 3)
    state = data.draw(states(found.model, found.scope))
    form = found.canonical(state)

    assert form in set(found.images(state))
    assert form == found.canonical(form)


@pytest.mark.parametrize("size", [3, 4, 6])
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40)
def test_machine_code_finds_the_same_form(
    name: str, size: int, data: st.DataObject
) -> None:
    found = case(name, size)
    state = data.draw(states(found.model, found.scope))

    assert found.canonical(state) == found.natively(state)


@cache
def odd_case(name: str) -> Case:
    """Two groups in one sort, with gaps; or a sort of one element."""
    if name == "gaps":
        model, scope = toys.model_p("any"), Scope({"Pid": 7, "Code": 2})
        assert isinstance(toys.Pid.type, SortType)
        groups = [Group(toys.Pid.type, (1, 3, 6)), Group(toys.Pid.type, (2, 5))]
        return case_of(model, scope, groups)
    model, scope = party(), Scope({"Guest": 5, "Room": 1})
    return case_of(model, scope, find_symmetry(model, scope).groups)


@pytest.mark.parametrize("name", ["gaps", "one room"])
@given(data=st.data())
@settings(max_examples=60)
def test_groups_of_any_shape_are_sorted(name: str, data: st.DataObject) -> None:
    found = odd_case(name)
    state = data.draw(states(found.model, found.scope))
    renaming = data.draw(permutations_of(found.canonical.plan))
    image = found.canonical.permuted(state, renaming)
    form = found.canonical(state)

    assert form == found.canonical(image) == found.natively(image)
    assert form in set(found.images(state))


@given(data=st.data())
@settings(max_examples=100)
def test_cycles_of_references_are_told_apart(data: st.DataObject) -> None:
    """Two triangles and a hexagon look alike to each of their nodes."""
    found = case("model-p-any", 8)
    parents = data.draw(st.permutations(range(1, 8)))
    state = ((0,) * 8, (0, *parents), (0,) * 8, (0,) * 8)
    renaming = data.draw(permutations_of(found.canonical.plan))
    image = found.canonical.permuted(state, renaming)

    assert found.canonical(state) == found.canonical(image)
    assert found.canonical(state) == found.natively(image)


def test_when_all_know_all_not_every_choice_is_tried() -> None:
    found = case("party", 8)
    everybody = (1 << 8) - 1
    zeros = (0,) * 8
    state = (0, 0, (everybody,) * 8, zeros, zeros, zeros)
    all_but_one = (0, 0, (everybody,) * 7 + (everybody ^ 2,), zeros, zeros, zeros)

    assert found.canonical(state) == found.natively(state)
    assert found.canonical(all_but_one) == found.natively(all_but_one)


def test_two_triangles_are_not_a_hexagon() -> None:
    found = case("model-p-any", 8)
    zeros = (0,) * 8
    triangles = (zeros, (0, 2, 3, 1, 5, 6, 4, 7), zeros, zeros)
    hexagon = (zeros, (0, 2, 3, 4, 5, 6, 1, 7), zeros, zeros)

    assert found.canonical(triangles) != found.canonical(hexagon)
