"""All that is tried for a property before a person is asked.

It is proved with what is given; where that is not enough, with lemmas found without
asking; and where that is not enough either, a small step shows why, with the generated
lemmas that would exclude it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from checker.proof.houdini import forest_sentences
from checker.proof.obstacle import Obstacle, excluding, obstacle
from checker.proof.prove import NO_LEANING, Leaning, ProofRun, prove
from checker.proof.strengthen import Strengthening, strengthen
from checker.slicing.cone import fields_of
from checker.verdict import Proved
from spec.lang.model import Model, Scope, Traced

MOST_ADVICE: Final = 3
"""How many lemmas are proposed against one obstacle."""
PATIENCE: Final = 10.0
"""Seconds for the search for one obstacle, and for making it small."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands in the way of a proof.

    `inductive` are generated lemmas that exclude the obstacle and keep each other at a
    small scope; `plausible` only hold in every state that was visited.
    """

    obstacle: Obstacle
    inductive: tuple[Traced, ...]
    plausible: tuple[Traced, ...]


@dataclass(frozen=True)
class Settled:
    """The proofs, the search for lemmas if there was one, and what is in the way."""

    run: ProofRun
    strengthening: Strengthening | None
    hindered: dict[str, Hindrance]


Progress = Callable[[str], bool]
"""Told what is being done; a true answer ends the run."""


def settle(
    model: Model,
    properties: Iterable[Traced],
    wanted: Iterable[str],
    scope: Scope,
    *,
    seconds: float = 10.0,
    budget: float = 60.0,
    refuted: Collection[str] = (),
    leaning: Leaning = NO_LEANING,
    strengthening: bool = True,
    progress: Progress = lambda _: False,
) -> Settled:
    """Prove what is `wanted` of the properties, and what that turns out to lean on.

    What is among the `refuted` is tried once; for the rest of what is wanted more is
    done. `leaning` is as in `prove`. `scope` is a small one, for what needs one.
    `seconds` is the limit for one obligation, `budget` for the search for lemmas.
    Raises EnginesDisagree as the bounded check does.
    """

    def told(prop: str, done: int, of: int) -> bool:
        return progress(f"{prop} ({done} of {of})")

    listed, names = tuple(properties), set(wanted)
    hoped = names.difference(refuted)
    prove_all = partial(
        prove, model, wanted=names, leaning=leaning, seconds=seconds, progress=told
    )
    run = prove_all(listed)
    goals = _open(run, hoped)
    if not goals:
        return Settled(run, None, {})
    found = strengthen(
        model,
        scope,
        goals,
        proved_of(run),
        seconds=seconds,
        budget=budget,
        look_only=not strengthening,
        progress=progress,
    )
    if found.used:
        run = prove_all((*listed, *found.used))
    hindered = {}
    loose = [p for p in forest_sentences(model) if run.loose]
    for goal in (*loose, *_open(run, hoped)):
        progress(f"{goal.name}: looking for a step that breaks it")
        shown = _hindrance(model, scope, goal, run, found)
        if shown is not None:
            hindered[goal.name] = shown
    return Settled(run, found, hindered)


def proved_of(run: ProofRun) -> tuple[Traced, ...]:
    """The properties that the run proved."""
    return tuple(
        p for p in run.properties if isinstance(run.proofs[p.name].verdict, Proved)
    )


def _open(run: ProofRun, wanted: Iterable[str]) -> tuple[Traced, ...]:
    """What is wanted and not proved, and can be said in first-order logic."""
    names = set(wanted)
    done = {p.name for p in proved_of(run)}
    return tuple(
        p
        for p in run.properties
        if p.name in names - done and run.proofs[p.name].method != "none"
    )


def _at_fault(model: Model, run: ProofRun, goal: Traced) -> Model:
    """The model with only the calls at which the goal was not shown."""
    proof, node = run.proofs.get(goal.name), goal.node
    names = set()
    if proof is not None:
        names = {duty.action for duty in proof.unshown}
    elif node is not None:
        read = fields_of(node)
        writing = (a for a in model.actions if {w.field for w in a.writes} & read)
        names = {action.name for action in writing}
    chosen = tuple(a for a in model.actions if a.name in names)
    return replace(model, actions=chosen) if chosen else model


def _hindrance(
    model: Model,
    scope: Scope,
    goal: Traced,
    run: ProofRun,
    found: Strengthening,
) -> Hindrance | None:
    """An obstacle past all that stands, if there is one; else past what is proved."""
    known = proved_of(run)
    model = _at_fault(model, run, goal)
    standing = {one.name: one for each in found.rounds for one in each.standing}
    unrefuted = {one.name: one for each in found.rounds for one in each.unrefuted}
    beside = {p.name: p for p in (*known, *standing.values())}
    past_all = obstacle(model, scope, goal, beside.values(), seconds=PATIENCE)
    if past_all is not None:
        open_ones = [one for name, one in unrefuted.items() if name not in standing]
        plausible = excluding(model, past_all, open_ones)
        return Hindrance(past_all, (), plausible[:MOST_ADVICE])
    shown = obstacle(model, scope, goal, known, seconds=PATIENCE)
    if shown is None:
        return None
    inductive = excluding(model, shown, standing.values())
    return Hindrance(shown, inductive[:MOST_ADVICE], ())
