"""Does a proof notice when the model is broken? Asked of every mutant.

Of each mutant some obligation must fail. At a small scope that is shown by a state that
satisfies everything proved and a step of the broken call after which something proved
is false (`breaking`). Where there is none, the mutant may say the same as the original
wherever the invariants hold; or all obligations may hold of the mutant as well, both
shown for any number (`surviving`): then nothing that is proved watches the broken line,
and the mutant survives. The mutants of one call are tried together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from checker.ground import GroundModel
from checker.mutants.departures import changed_fields
from checker.mutants.mutate import Mutant, mutants, spread
from checker.proof.apart import told_apart
from checker.proof.beside import Beside, beside
from checker.proof.breaking import broken_by
from checker.proof.prove import ProofRun
from checker.proof.settle import proved_of
from checker.proof.surviving import Surviving
from checker.scope import smallest
from checker.slicing.cone import fields_of
from spec.lang.model import Model, Scope, Traced, snake
from spec.lang.types import SortType

NOTICED: Final = "noticed"
EQUIVALENT: Final = "equivalent"
SURVIVED: Final = "survived"
UNDECIDED: Final = "undecided"


@dataclass(frozen=True, slots=True)
class ProofFate:
    """What became of a mutant; `broken` are properties that no longer hold of it.

    Noticed: a step breaks these; that no step breaks others is not said. Undecided: the
    solver could not say.
    """

    mutant: str
    action: str
    fate: str
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """The fates of the mutants that were tried, in their order.

    `idle` are the properties that no mutant tried breaks at the scope; `untried` is how
    many mutants there was no time for.
    """

    fates: tuple[ProofFate, ...]
    idle: tuple[str, ...]
    untried: int

    def of(self, fate: str) -> tuple[ProofFate, ...]:
        """The mutants with this fate."""
        return tuple(one for one in self.fates if one.fate == fate)


Told = Callable[[str, int, int], bool]
"""Hears the mutant that is next, its number and how many there are; true ends it."""
Stops = Callable[[str], bool]
"""Whether to end before this mutant."""

TOGETHER: Final = 128
"""So many mutants of a call are tried together at most."""


def notice(
    run: ProofRun,
    scope: Scope,
    wanted: Iterable[str] | None = None,
    *,
    most: int | None = None,
    seconds: float = 2.0,
    budget: float = 900.0,
    told: Told = lambda *_: False,
) -> Notice:
    """Try the mutants of the run's model against what the run proved.

    `wanted` names properties: only mutants that bear on one of them, or on what its
    proof leans on, are tried. `most` takes so many of them, and however many there is
    time for, they are from all parts of the model. `seconds` is the limit for one
    obligation and `budget` for all. Raises EnginesDisagree as the bounded check does.
    """
    proved = proved_of(run)
    names = {p.name for p in proved if not p.declared.lemma}
    asked = names if wanted is None else names & set(wanted)
    concerned = _leaned_on(run, asked)
    chosen = [p for p in proved if p.name in concerned]
    bearing = [m for m in mutants(run.model) if _bears(run.model, m, chosen)]
    every = spread(bearing, most)
    deadline = time.monotonic() + budget
    fates: dict[str, ProofFate] = {}
    ended = False

    def stops(mutant: str) -> bool:
        nonlocal ended
        late = time.monotonic() > deadline
        ended = ended or late or told(mutant, len(fates), len(every))
        return ended

    trial = _Trial(run, scope, proved, frozenset(asked), seconds)
    for group in _groups(every):
        if stops(group[0].name):
            break
        for fate in trial.fates(group, stops):
            fates[fate.mutant] = fate
    broken = {name for fate in fates.values() for name in fate.broken}
    return Notice(
        tuple(fates[m.name] for m in every if m.name in fates),
        tuple(p.name for p in proved if p.name in asked - broken),
        len(every) - len(fates),
    )


def _leaned_on(run: ProofRun, names: Iterable[str]) -> frozenset[str]:
    """These properties, and all that their proofs lean on."""
    found, left = set[str](), list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += run.proofs[name].lemmas
    return frozenset(found)


def _bears(model: Model, mutant: Mutant, properties: Iterable[Traced]) -> bool:
    """What is broken of the call can matter to some property.

    An effect matters to who reads its field, or asks about the call; when the call
    happens matters to whom any of its effects does, what it answers to who asks.
    """
    one, other = (m.action(mutant.action) for m in (model, mutant.model))
    written = changed_fields(one, other)
    if (one.able, one.rungs, one.picks) != (other.able, other.rungs, other.picks):
        written |= {write.field for write in (*one.writes, *other.writes)}
    for prop in properties:
        about = [o.node for o in prop.obligations if o.action == mutant.action]
        asks_again = about and not written
        if asks_again or fields_of(prop.node, *about) & written:
            return True
    return False


GOLDEN: Final = (5**0.5 - 1) / 2
"""Steps of this part of a list meet every part of it before they meet one again."""


def _groups(listed: Sequence[Mutant]) -> list[Sequence[Mutant]]:
    """Those of one call together; however many groups are tried, they are from all."""
    calls: dict[str, list[Mutant]] = {}
    for mutant in listed:
        calls.setdefault(mutant.action, []).append(mutant)
    parts: list[Sequence[Mutant]] = []
    for those in calls.values():
        count = -(-len(those) // TOGETHER)
        parts += [those[first::count] for first in range(count)]
    numbers = sorted(range(len(parts)), key=lambda n: n * GOLDEN % 1)
    return [parts[number] for number in numbers]


class _Trial:
    def __init__(
        self,
        run: ProofRun,
        scope: Scope,
        proved: tuple[Traced, ...],
        asked: frozenset[str],
        seconds: float,
    ) -> None:
        self.model, self.scope, self.seconds = run.model, scope, seconds
        self.proved, self.asked = proved, asked
        self.surviving = Surviving(run, seconds)

    def fates(self, group: Sequence[Mutant], stops: Stops) -> Iterator[ProofFate]:
        """What becomes of mutants of one call; where it stops, of the first of them."""
        together = beside(self.model, group, self.proved)
        grounded = together.grounded(self.scope)
        broken = self._broken(together, self.scope, grounded)
        for mutant in group:
            if mutant.name in broken:
                yield _fate(mutant, NOTICED, broken[mutant.name])
        left = [mutant for mutant in group if mutant.name not in broken]
        told = self._told_apart(together, grounded, {m.name for m in left})
        known = self.surviving.of_call(together)
        open_ = []
        for mutant in left:
            if stops(mutant.name):
                return
            if mutant.name not in told and self.surviving.same(mutant):
                yield _fate(mutant, EQUIVALENT)
            elif known.survives(mutant.name):
                yield _fate(mutant, SURVIVED)
            else:
                open_.append(mutant)
        if open_:
            yield from self._at_a_larger_scope(together, open_)

    def _broken(
        self, together: Beside, scope: Scope, grounded: GroundModel | None = None
    ) -> dict[str, set[str]]:
        return broken_by(together, scope, self.asked, self.seconds, grounded)

    def _at_a_larger_scope(
        self, together: Beside, open_: Iterable[Mutant]
    ) -> Iterator[ProofFate]:
        """What a step breaks when there is one more of everything."""
        larger = Scope({name: size + 1 for name, size in self.scope.sizes.items()})
        some = together.only({mutant.name for mutant in open_})
        broken = self._broken(some, larger)
        for mutant in some.mutants:
            seen = broken.get(mutant.name, ())
            yield _fate(mutant, NOTICED if seen else UNDECIDED, seen)

    def _told_apart(
        self, together: Beside, grounded: GroundModel, names: set[str]
    ) -> set[str]:
        """Those that some state tells from the original: here, or where there is less.

        Where there is less of what a call is not given, it is refused more often.
        """
        told = told_apart(together, grounded, names, self.seconds)
        kinds = [param.type for param in together.original.params]
        given = {kind.name for kind in kinds if isinstance(kind, SortType)}
        least = smallest(self.model, together.properties)
        sizes = {
            name: size if name in given else max(FEW, least.get(snake(name), 1))
            for name, size in self.scope.sizes.items()
        }
        left = names - told
        if left and sizes != self.scope.sizes:
            some = together.only(left)
            again = some.grounded(Scope(sizes))
            told |= told_apart(some, again, left, self.seconds)
        return told


FEW: Final = 2
"""Elements of a sort of which there is less."""


def _fate(mutant: Mutant, fate: str, broken: Iterable[str] = ()) -> ProofFate:
    return ProofFate(mutant.name, mutant.action, fate, tuple(sorted(broken)))
