"""Packed states: where cells lie, and that packing loses nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.ground import Cell, ground
from checker.native.cache import Cache
from checker.native.layout import WORD, Layout, UnfitScope, hot_fields, lay_out
from checker.native.model import compile_model
from spec.lang import Scope, simplify
from spec.lang.ir import Node, Place, make
from spec.lang.types import BOOL, IntType, SortType
from tests import toys


def cells(*shapes: tuple[str, int, int]) -> list[Cell]:
    """Cells of fields given as (name, rows or 0, number of values)."""
    return [
        Cell(name, row, IntType(8), size, 0)
        for name, rows, size in shapes
        for row in (range(rows) if rows else [None])
    ]


FIELDS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 40), st.integers(1, 1 << 20)),
    min_size=1,
    max_size=6,
    unique_by=lambda shape: shape[0],
)


def bits_taken(layout: Layout) -> list[tuple[int, int]]:
    """Every (word, bit) that some cell takes."""
    return [
        (slot.word, slot.offset + bit)
        for slot in layout.slots
        for bit in range(slot.bits)
    ]


@settings(derandomize=True, deadline=None)
@given(shapes=FIELDS, data=st.data())
def test_cells_never_overlap_or_straddle_a_word(
    shapes: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """No bit is taken twice, none lies outside its word, and bit 0 is nobody's."""
    hot = data.draw(st.sets(st.sampled_from([name for name, _, _ in shapes])))
    layout = lay_out(cells(*shapes), hot)
    taken = bits_taken(layout)

    assert len(set(taken)) == len(taken)
    assert all(bit < WORD and word < layout.width for word, bit in taken)
    assert (0, 0) not in taken


@settings(derandomize=True, deadline=None)
@given(shapes=FIELDS, data=st.data())
def test_what_is_packed_is_unpacked(
    shapes: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """Any values, in any layout; the mark of a state is set."""
    hot = data.draw(st.sets(st.sampled_from([name for name, _, _ in shapes])))
    layout = lay_out(cells(*shapes), hot)
    state = []
    for _, rows, size in shapes:
        held = st.integers(0, size - 1)
        several = st.lists(held, min_size=rows, max_size=rows).map(tuple)
        state.append(data.draw(several if rows else held))
    kept = [value for value in state if value != ()]
    packed = layout.pack([kept, kept])

    assert packed.shape == (2, layout.width)
    assert packed.dtype == np.uint64
    assert int(packed[0, 0]) & 1 == 1
    assert layout.unpack(packed) == [tuple(kept), tuple(kept)]


def test_the_rows_of_a_hot_field_stand_side_by_side() -> None:
    """One word's worth at a time, so that a shift finds the row."""
    layout = lay_out(cells(("cold", 3, 8), ("hot", 30, 16), ("one", 0, 2)), {"hot"})
    runs = layout.runs["hot"]

    assert [(run.first, run.count) for run in runs] == [(0, 15), (15, 15)]


def test_a_field_of_one_value_takes_no_bits() -> None:
    """Its cells are there all the same."""
    layout = lay_out(cells(("idle", 3, 1), ("busy", 2, 4)), {"idle"})

    assert layout.width == 1
    assert layout.unpack(layout.pack([((0, 0, 0), (3, 1))])) == [((0, 0, 0), (3, 1))]


def test_values_are_cut_to_their_cell() -> None:
    """A value too large spoils nothing but itself."""
    layout = lay_out(cells(("a", 0, 4), ("b", 0, 4)))

    assert layout.unpack(layout.pack([(7, 2)])) == [(3, 2)]


def test_a_cell_wider_than_a_word_is_refused() -> None:
    """The message names the field."""
    with pytest.raises(UnfitScope, match=r"a value of wide .* needs 64 bits"):
        lay_out([Cell("wide", None, BOOL, 1 << 64, 0)])


def test_hot_fields_are_those_read_at_computed_rows() -> None:
    """In Model P, the status of a parent and what an ancestor is."""
    model = toys.model_p()
    finite = ground(model, Scope({"Pid": 4, "Code": 2}))

    assert hot_fields(finite) == {"pid.status", "pid.parent", "pid.is_subreaper"}


def test_model_p_fits_a_word_at_eight() -> None:
    """57 bits: two for a status, three for a parent, a flag, a code."""
    finite = ground(toys.model_p(), Scope({"Pid": 8, "Code": 2}))

    assert lay_out(finite.cells, hot_fields(finite)).width == 1


def test_a_scope_without_a_named_element_is_refused() -> None:
    """The message says which sort is too small."""
    model = toys.model_p()
    small = toys.Pid.element(2).node
    properties = [model.trace(toys.every_parent_runs)]
    finite = ground(model, Scope({"Pid": 2, "Code": 2}), properties)
    goals = (("never", _is_parent_of_inits_parent(small)),)
    wrong = replace(finite, goals=goals)

    with pytest.raises(UnfitScope, match="must give pid at least 3"):
        compile_model(wrong, Cache(None))


def _is_parent_of_inits_parent(element: Node) -> Node:
    kind = SortType("Pid", 1)
    init = simplify.constant(0, kind)
    parent = make("READ", init, attr=Place("pid.parent"), of=kind)
    above = make("READ", parent, attr=Place("pid.parent"), of=kind)
    return simplify.equality(above, element)
