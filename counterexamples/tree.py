"""The family that a Forest's parent field makes, in one state: for reports.

Nothing here knows what the rows are. A row that holds what it held before anything
existed is left out, unless something hangs below it. A mutant can make a ring; rows on
one are shown below the mark `(ring)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.evaluate import Evaluator, State
from spec.lang.ir import make
from spec.lang.model import snake
from spec.lang.prose import element_name, value_text
from spec.lang.schema import FieldInfo
from spec.lang.types import SortType


@dataclass(frozen=True, slots=True)
class Twig:
    """One row, flattened: how deep it hangs, what it is, and whether it changed."""

    depth: int
    name: str
    label: str
    changed: bool


def twigs(
    evaluator: Evaluator, state: State, other: State | None = None
) -> tuple[Twig, ...]:
    """The rows of each forest of the model, parents before children.

    A row is marked as changed when it differs in `other`.
    """
    found: list[Twig] = []
    for parent in evaluator.model.shape.forests:
        found += _Family(evaluator, parent, state, other or state).twigs()
    return tuple(found)


class _Family:
    def __init__(
        self, evaluator: Evaluator, parent: str, state: State, other: State
    ) -> None:
        self._evaluator, self._state, self._other = evaluator, state, other
        infos = {info.name: info for info in evaluator.model.shape.fields()}
        index = infos[parent].index
        assert index is not None
        self._index: SortType = index
        self._fields = [i for i in infos.values() if i.index == index]
        self._parent = infos[parent]
        self._above: tuple[int, ...] = state[evaluator.fields[parent]]

    def twigs(self) -> Iterator[Twig]:
        """Roots first, each followed by what hangs below it; rings last."""
        rows = range(len(self._above))
        below = {row: [q for q in rows if self._above[q] == row != q] for row in rows}
        roots = [row for row in rows if self._above[row] == row]
        shown = set[int]()
        used = [row for row in roots if below[row] or not self._is_blank(row)]
        stack = [(row, 0) for row in reversed(used)]
        shown.update(roots)
        yield from self._hanging(stack, below, shown)
        rings = [row for row in rows if row not in shown]
        for row in rings:
            if row not in shown:
                yield Twig(0, "(ring)", "", changed=False)
                shown.add(row)
                yield from self._hanging([(row, 1)], below, shown)

    def _hanging(
        self, stack: list[tuple[int, int]], below: dict[int, list[int]], shown: set[int]
    ) -> Iterator[Twig]:
        while stack:
            row, depth = stack.pop()
            yield self._twig(row, depth)
            children = [q for q in below[row] if q not in shown]
            shown.update(children)
            stack.extend((q, depth + 1) for q in reversed(children))

    def _twig(self, row: int, depth: int) -> Twig:
        name = f"{snake(self._index.name)} {element_name(row, self._index)}"
        label = " ".join(
            f"{info.name.split('.')[1]}={value_text(value, info.type)}"
            for info, value, blank in self._cells(row)
            if info is not self._parent and value != blank
        )
        return Twig(depth, name, label, self._has_changed(row))

    def _cells(self, row: int) -> Iterator[tuple[FieldInfo, int, int]]:
        param = make("PARAM", attr="row", of=self._index)
        for info in self._fields:
            value = self._state[self._evaluator.fields[info.name]][row]
            yield info, value, self._evaluator.term(info.initial, {param: row})

    def _is_blank(self, row: int) -> bool:
        return all(value == blank for _, value, blank in self._cells(row))

    def _has_changed(self, row: int) -> bool:
        return any(
            self._state[position][row] != self._other[position][row]
            for position in (self._evaluator.fields[info.name] for info in self._fields)
        )
