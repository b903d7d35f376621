"""Runs that differ in names alone: a solver need look at one of them.

Where the elements of a sort are interchangeable, every run can be renamed so that they
come into it in their order: the second is no argument of a call before the first was
one. Runs that break the order need not be looked at, which divides the work by up to n!
for n elements. It takes that a renamed run is a run. So the state at boot must not tell
the elements apart, and where a call takes the first of several, the invariants must
leave it one candidate at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

import z3

from checker.bounded.one_step import Named
from checker.bounded.unfolding import Interruption, Undecided, Unfolding
from checker.evaluate import Evaluator
from checker.ground import Cell, GroundModel, ground
from checker.lower_z3 import Expr, value_expr
from checker.symmetry.find import Group, find_symmetry
from spec.lang import simplify
from spec.lang.ir import Node
from spec.lang.model import Traced
from spec.lang.types import SetType, SortType

SECONDS: Final = 10.0
"""For the question whether the invariants leave one candidate."""


def interchangeable(
    model: GroundModel,
    properties: Iterable[Traced],
    invariants: Iterable[Named],
    deadline: float | None = None,
) -> tuple[Group, ...]:
    """The elements that runs, and what is asked of them, do not tell apart.

    `invariants` are conditions true of every state that can be reached.
    """
    found = find_symmetry(model.model, model.scope, properties, twins=False)
    sorts = {group.sort for group in found.groups}
    guards = [
        guard
        for guard, sort in zip(found.guards, found.guarded, strict=True)
        if sort in sorts
    ]
    about = dict(zip(found.guards, found.guarded, strict=True))
    lost = {about[guard] for guard in _open(model, guards, invariants, deadline)}
    return tuple(
        group
        for group in found.groups
        if group.sort not in lost and _is_unseen_at_boot(model, group)
    )


def _open(
    model: GroundModel,
    guards: list[Traced],
    invariants: Iterable[Named],
    deadline: float | None,
) -> Iterator[Traced]:
    """The guards that do not follow from the invariants."""
    if not guards:
        return
    evaluator = Evaluator(model.model, model.scope, guards)
    run = Unfolding(model, evaluator, from_boot=False, deadline=deadline)
    run.assert_all(run.at(0, node) for _, node in invariants)
    unrolled = ground(model.model, model.scope, guards, keep_params=True)
    said = dict(unrolled.invariants)
    for guard in guards:
        wrong = run.at(0, simplify.negation(said[guard.name]))
        try:
            if run.find(wrong, limit=SECONDS) is not None:
                yield guard
        except Interruption:
            raise
        except Undecided:
            yield guard


def _is_unseen_at_boot(model: GroundModel, group: Group) -> bool:
    """To exchange any two of the elements leaves the state at boot as it is."""
    infos = {info.name: info for info in model.model.shape.fields()}
    held = {(cell.field, cell.row): cell for cell in model.cells}
    for one, other in pairwise(group.elements):
        swap = {one: other, other: one}
        for cell in model.cells:
            row = cell.row
            if row is not None and infos[cell.field].index == group.sort:
                row = swap.get(row, row)
            if held[cell.field, row].initial != _renamed(cell, group.sort, swap):
                return False
    return True


def _renamed(cell: Cell, sort: SortType, swap: Mapping[int, int]) -> int:
    """What the cell holds at boot, with two elements exchanged."""
    if cell.type == sort:
        return swap.get(cell.initial, cell.initial)
    if isinstance(cell.type, SetType) and cell.type.element == sort:
        bits = range(cell.initial.bit_length())
        members = [n for n in bits if cell.initial >> n & 1]
        return sum(1 << swap.get(n, n) for n in members)
    return cell.initial


class InOrder:
    """Keeps the runs of an unfolding to those in which elements come in order."""

    def __init__(self, run: Unfolding, groups: Iterable[Group]) -> None:
        self._run, self._groups = run, tuple(groups)
        self._steps = 0
        self._met: dict[tuple[SortType, int], Expr] = {}
        """By element: it has been an argument by now."""

    def catch_up(self) -> None:
        """Say it of the steps that have been added."""
        for number in range(self._steps, len(self._run.taken)):
            for group in self._groups:
                self._say(number, group)
        self._steps = len(self._run.taken)

    def _say(self, number: int, group: Group) -> None:
        named = self._named(number, group)
        for at, names in enumerate(named):
            for before, element in pairwise(group.elements):
                earlier = [other[before] for other in named[:at]]
                earlier += self._met_before(group.sort, before)
                first = z3.Or(earlier)
                self._run.assert_all([z3.Implies(names[element], first)])
        for element in group.elements:
            met = z3.Bool(f"met:{group.sort.name}:{element}@{number}")
            now = [names[element] for names in named]
            now += self._met_before(group.sort, element)
            self._run.assert_all([met == z3.Or(now)])
            self._met[group.sort, element] = met

    def _met_before(self, sort: SortType, element: int) -> list[Expr]:
        known = self._met.get((sort, element))
        return [] if known is None else [known]

    def _named(self, number: int, group: Group) -> list[dict[int, Expr]]:
        """For each parameter of the sort: when the step's argument is an element."""
        run = self._run
        params = run.params[number]
        return [
            {
                element: z3.And(
                    run.has_parameter(number, param),
                    params[param] == value_expr(element, param.type, run.ground.scope),
                )
                for element in group.elements
            }
            for param in _of_sort(params, group.sort)
        ]


def _of_sort(params: Iterable[Node], sort: SortType) -> list[Node]:
    return [param for param in params if param.type == sort]
