"""Which elements of which sorts are interchangeable, read off the IR.

A permutation of a sort that commutes with every action and every property maps runs to
runs. The notation has few operators that can tell elements apart, so it is enough to
look for them: an element named by a constant is pinned; a set constant tells its
members from the others; order (LT, LE) and position (INT) give the whole sort up,
unless positions are only compared for equality (`Positions`). Everything else
(equality, table indices, sets, quantifiers, counts, forests, picks) commutes. The value
that a call returns counts only where a property reads it.

FIRST takes the least of several candidates, which no permutation respects. It does no
harm where there is one candidate, or where all are alike (`guards`). That this is so is
not known in advance, so it becomes a *guard*: an invariant checked by the reduced
search itself. As long as every state met keeps the guards, each step from it commutes
and the search has missed nothing; when one does not, the reduction is given up and the
search is run again in full.

The first state needs no symmetry: runs from it and from its images are images of each
other. A liveness property is refused: it speaks of cycles, and an orbit's cycle need
not be a cycle of states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from checker.symmetry.guards import named, one_candidate, twin_candidates
from checker.symmetry.positions import positions_in
from spec.lang import simplify
from spec.lang.action import Action, Every
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced
from spec.lang.types import SetType, SortType
from spec.lang.walk import postorder

SAFETY: Final = frozenset({"always", "every_step", "sometimes"})
"""The kinds of property whose verdict a symmetric search keeps."""

ORDERED: Final = frozenset({"LT", "LE"})


@dataclass(frozen=True, slots=True)
class Group:
    """Elements of one sort that may be permuted freely; at least two."""

    sort: SortType
    elements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Symmetry:
    """The groups to reduce by, what the reduction rests on, and why it is not more."""

    groups: tuple[Group, ...]
    guards: tuple[Traced, ...] = ()
    """Invariants to check beside the properties; see the module."""
    guarded: tuple[SortType, ...] = ()
    """The sort that each guard is about."""
    remarks: tuple[str, ...] = ()
    """A sentence for each sort of the state that is not interchangeable throughout."""
    refusal: str | None = None
    """Why nothing may be reduced, whatever the model looks like."""

    def words(self) -> tuple[str, ...]:
        """The reduction as sentences for a report."""
        if self.refusal is not None:
            return (f"no symmetry reduction: {self.refusal}",)
        found = [
            f"{group.sort.name}: {_listed(group)} are interchangeable"
            for group in self.groups
        ]
        guards = [f"as long as {guard.declared.doc}" for guard in self.guards]
        return (*found, *guards, *self.remarks) or ("no sort to reduce by",)


def _listed(group: Group) -> str:
    return ", ".join(str(group.sort.first + element) for element in group.elements)


def find_symmetry(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced] = (),
    *,
    twins: bool = True,
) -> Symmetry:
    """The symmetry that the model and these properties leave at this scope.

    Without `twins` no FIRST may have two candidates, not even two that are alike: then
    one permutation maps a whole run, and not another one from step to step.
    """
    props = tuple(properties)
    for prop in props:
        if prop.kind not in SAFETY:
            return Symmetry((), refusal=f"{prop.name} is about liveness")
    uses = _Uses(model, scope, twins)
    for action in model.actions:
        uses.look(action.name, _terms_of(action), is_action=True)
    for prop in props:
        uses.look(prop.name, _terms_of_property(prop), is_action=False)
    return uses.symmetry(_sorts_of(model))


def _sorts_of(model: Model) -> list[SortType]:
    """The sorts that the state knows, in order of appearance."""
    found: dict[SortType, None] = {}
    for info in model.shape.fields():
        held = info.type.element if isinstance(info.type, SetType) else info.type
        for kind in (info.index, held):
            if isinstance(kind, SortType):
                found[kind] = None
    return list(found)


def _terms_of(action: Action) -> Iterator[Node]:
    """Every term of an action that decides where it leads."""
    yield action.able
    for rung in action.rungs:
        yield rung.when
        yield from (alternative.when for alternative in rung.alternatives)
    yield from (pick.among for pick in action.picks)
    for write in action.writes:
        yield from (write.value, write.when)
        if isinstance(write.target, Every):
            yield write.target.member
        elif write.target is not None:
            yield write.target


def _terms_of_property(prop: Traced) -> Iterator[Node]:
    if prop.node is not None:
        yield prop.node
    yield from (demand.node for demand in prop.obligations)


@dataclass(frozen=True, slots=True)
class _First:
    """A FIRST, and whether it is the only one of its sort in an action."""

    place: str
    node: Node
    is_alone: bool


@dataclass(slots=True)
class _Uses:
    """What has been seen of each sort so far."""

    model: Model
    scope: Scope
    twins: bool
    broken: dict[SortType, str] = field(default_factory=dict)
    marks: dict[SortType, set[int]] = field(default_factory=dict)
    """Sets of elements, as masks, that a constant tells from the others."""
    firsts: dict[SortType, list[_First]] = field(default_factory=dict)

    def look(self, place: str, terms: Iterable[Node], *, is_action: bool) -> None:
        """Note every use that tells elements apart."""
        roots = list(terms)
        positions = positions_in(roots, self.scope)
        for sort in positions.broken:
            self.broken.setdefault(sort, f"{place} uses the position of an element")
        for sort, element in positions.named:
            self._mark(sort, 1 << element)
        firsts: dict[SortType, list[Node]] = {}
        for node in postorder(roots):
            kind = node.args[0].type if node.args else node.type
            if node.op == "CONST":
                self._constant(node)
            elif node.op in ORDERED and isinstance(kind, SortType):
                reason = f"{place} compares its elements by order"
                self.broken.setdefault(kind, reason)
            elif node.op == "FIRST" and isinstance(node.type, SortType):
                firsts.setdefault(node.type, []).append(node)
        for sort, nodes in firsts.items():
            self._mark(sort, 1)  # what "none" yields
            alone = is_action and len(nodes) == 1
            listed = self.firsts.setdefault(sort, [])
            listed += [_First(place, node, alone) for node in nodes]

    def _constant(self, node: Node) -> None:
        value = int(simplify.value_of(node) or 0)
        if isinstance(node.type, SortType):
            self._mark(node.type, 1 << value)
        elif isinstance(node.type, SetType) and isinstance(node.type.element, SortType):
            self._mark(node.type.element, value)

    def _mark(self, sort: SortType, mask: int) -> None:
        self.marks.setdefault(sort, set()).add(mask)

    def symmetry(self, sorts: Iterable[SortType]) -> Symmetry:
        """What is left of the sorts of the state."""
        groups: list[Group] = []
        guards: list[Traced] = []
        guarded: list[SortType] = []
        remarks: list[str] = []
        for sort in sorts:
            found = [] if sort in self.broken else list(self._classes(sort))
            more = list(self._guards(sort, found, len(guards))) if found else []
            if sort in self.broken:
                remarks.append(f"{sort.name} is not reduced: {self.broken[sort]}")
                continue
            groups += found
            guards += more
            guarded += [sort] * len(more)
            free = {element for group in found for element in group.elements}
            fixed = [n for n in range(self.scope.size(sort)) if n not in free]
            if fixed:
                listed = ", ".join(str(sort.first + n) for n in fixed)
                reason = "named in the model, or alone"
                remarks.append(f"{sort.name}: {listed} stay as they are ({reason})")
        return Symmetry(tuple(groups), tuple(guards), tuple(guarded), tuple(remarks))

    def _guards(
        self, sort: SortType, groups: list[Group], before: int
    ) -> Iterator[Traced]:
        """A guard for each FIRST; the sort is broken if one cannot be said.

        Candidates must be permutable among each other for any to stand for the first,
        or be element 0, which comes first wherever it is a candidate.
        """
        together = len(groups) == 1 and groups[0].elements == tuple(
            range(1, self.scope.size(sort))
        )
        said: dict[Node, str] = {}
        for first in self.firsts.get(sort, ()):
            guard = None
            if self.twins and first.is_alone and together:
                guard = twin_candidates(first.node, self.model)
            guard = guard or one_candidate(first.node)
            if guard is None:
                reason = f"{first.place} takes the first of its elements"
                self.broken.setdefault(sort, reason)
            else:
                said.setdefault(guard, first.place)
        for number, (guard, place) in enumerate(said.items(), start=before + 1):
            yield named(guard, sort, place, number)

    def _classes(self, sort: SortType) -> Iterator[Group]:
        """The elements that belong to the same marked sets; classes of one are left."""
        marks = sorted(self.marks.get(sort, ()))
        classes: dict[tuple[int, ...], list[int]] = {}
        for element in range(self.scope.size(sort)):
            key = tuple(mask >> element & 1 for mask in marks)
            classes.setdefault(key, []).append(element)
        for elements in classes.values():
            if len(elements) > 1:
                yield Group(sort, tuple(elements))
