"""The family: the forest that a parent field makes, as a page asks it and changes it.

Finite engines follow parent pointers; first-order logic keeps the ancestor relation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from spec.lang.ir import Binding, Node, Place, make
from spec.lang.quantify import those
from spec.lang.terms import Bool, SetOf, Sort
from spec.lang.walk import bind

if TYPE_CHECKING:
    from spec.lang.schema import State

S = TypeVar("S", bound=Sort)


class Forest(Generic[S]):
    """The forest that a parent field makes; a root is its own parent."""

    def __init__(self, index: type[S], parent: str) -> None:
        self.index, self.parent = index, parent

    @overload
    def __get__(self, state: None, owner: type) -> Forest[S]: ...
    @overload
    def __get__(self, state: State, owner: type) -> ForestView[S]: ...
    def __get__(self, state: State | None, owner: type) -> Forest[S] | ForestView[S]:
        return self if state is None else ForestView(self, state)


class ForestView(Generic[S]):
    """The family relation of one state; attach, move and remove in `new`."""

    def __init__(self, forest: Forest[S], state: State) -> None:
        table, name = forest.parent.split(".")
        self._info = state.seen_shape.tables[table].fields[name]
        self._sort, self._port = forest.index, state.seen_at.port

    def parent_of(self, child: S) -> S:
        """The parent; a root is its own."""
        return self._sort(self._port.read(self._info, self._node(child)))

    def children_of(self, parent: S) -> SetOf[S]:
        """Those whose parent is `parent`; a root is not its own child."""
        return those(
            self._sort,
            lambda q: (self.parent_of(q) == parent) & (q != parent),
        )

    def is_ancestor(self, above: S, below: S) -> Bool:
        """`above` is a strict ancestor of `below`."""
        pair = (self._node(above), self._node(below))
        return Bool(make("ANCESTOR", *pair, attr=self._place()))

    def nearest_ancestor(self, start: S, such_that: Callable[[S], Bool]) -> S:
        """The nearest strict ancestor with the property, else the root above."""
        place = self._place()
        return self._sort(
            bind(
                "NEAREST",
                self._sort.type,
                lambda q: such_that(self._sort(q)).node,
                self._node(start),
                attr_of=lambda binding: Binding(binding.level, binding.type, place),
            )
        )

    def attach(self, child: S, parent: S) -> None:
        """`child` hangs below `parent` from now on."""
        self._port.write(self._info, self._sort.lift(child), parent)

    def move_children(self, children: SetOf[S], to: S) -> None:
        """All of `children` hang below `to` from now on."""
        self._port.write(self._info, children, to)

    def remove(self, leaf: S) -> None:
        """`leaf` hangs below nothing from now on."""
        self._port.write(self._info, self._sort.lift(leaf), leaf)

    def _node(self, element: S) -> Node:
        return self._sort.lift(element).node

    def _place(self) -> Place:
        row = make("PARAM", attr="row", of=self._sort.type)
        place = self._port.read(self._info, row).attr
        assert isinstance(place, Place)
        return place
