"""A machine's functions as LLVM IR: numbered bits, planned branches, modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from checker.afterwards import Afterwards
from checker.ground import GroundModel, Move
from checker.native.checks import check_text, demands_text, exact_text
from checker.native.demands import Demands, Suspicion, doubtful
from checker.native.expand import Expanded, Labelled, Plain
from checker.native.function import ENDING, Watch, declarations, words_for
from checker.native.lanes import Lanes
from checker.native.layout import Layout, UnfitScope
from checker.native.plan import Costs, Job, Step, most_taken, parts_of, plan
from spec.lang import simplify
from spec.lang.ir import Node

MOST_MOVES: Final = 1 << 16
"""The successors of one state must also fit on a thread's stack."""


@dataclass(frozen=True)
class Program:
    """What the functions are written from."""

    model: GroundModel
    layout: Layout
    moves: tuple[Move, ...]
    demands: tuple[Demands, ...]
    """By move."""
    doubts: tuple[Suspicion, ...]
    watches: tuple[Watch, ...]
    """What each bit means."""
    steps: tuple[Step, ...]


def program(model: GroundModel, layout: Layout) -> Program:
    """Number the bits, restate the demands, plan the branches.

    Raises UnfitScope when there are more moves than anybody would wait for.
    """
    moves = [move for instance in model.instances for move in instance.moves]
    if len(moves) > MOST_MOVES:
        message = (
            f"the model has {len(moves)} moves at this scope, and at most "
            f"{MOST_MOVES} can be compiled; choose a smaller scope"
        )
        raise UnfitScope(message)
    watches = [Watch("", "stuck")]
    watches += _watched("state", (name for name, _ in model.invariants))
    watches += _watched("goal", (name for name, _ in model.goals))
    watches += _watched("step", (name for m in moves for name, _ in m.demands))
    bits = {watch: n for n, watch in enumerate(watches)}
    afterwards = Afterwards()
    doubts, demands = doubtful(
        moves, [list(_restated(move, bits, afterwards)) for move in moves]
    )
    costs = Costs()
    jobs = [Job(n, parts_of(m.when), _cost(m, costs)) for n, m in enumerate(moves)]
    return Program(
        model=model,
        layout=layout,
        moves=tuple(moves),
        demands=tuple(demands),
        doubts=tuple(doubts),
        watches=tuple(watches),
        steps=tuple(plan(jobs, costs)),
    )


def _watched(kind: str, names: Iterable[str]) -> list[Watch]:
    return [Watch(name, kind) for name in dict.fromkeys(names)]


def _restated(
    move: Move, bits: Mapping[Watch, int], afterwards: Afterwards
) -> Iterator[tuple[int, Node]]:
    """The demands on a move as terms about the state before it."""
    for name, demand in move.demands:
        node = afterwards.of(demand, move.writes)
        if node is not simplify.TRUE:
            yield bits[Watch(name, "step")], node


def _cost(move: Move, costs: Costs) -> int:
    values = [value for _, value in move.writes]
    return 2 + len(values) + costs.total(values)


def successors_module(source: Program, *, canonical: bool) -> str:
    """`expand`."""
    parts = [Plain(_expanded(source, canonical=canonical)).written()]
    if source.doubts:
        parts.append("declare void @demands(ptr, i64, ptr)")
    return _module(parts, Lanes(1), canonical=canonical)


def questions_module(source: Program, lanes: Lanes) -> str:
    """`check`, and the demands on steps that `expand` asks about."""
    model, layout = source.model, source.layout
    bits = {watch: n for n, watch in enumerate(source.watches)}
    parts = [check_text(model, layout, bits, lanes)]
    if source.doubts:
        parts.append("declare void @demands_exactly(ptr, i64, ptr)")
        parts.append(demands_text(layout, model.scope, source.doubts, lanes))
    return _module(parts, lanes, canonical=False)


def labels_module(source: Program, *, canonical: bool) -> str:
    """`expand_labelled`: what only the states on the way to a report go through."""
    most = max(1, most_taken(source.steps))
    parts = [
        Labelled(_expanded(source, canonical=canonical)).written(),
        exact_text(source.layout, words_for(source.watches), most),
    ]
    return _module(parts, Lanes(1), canonical=canonical)


def _expanded(source: Program, *, canonical: bool) -> Expanded:
    return Expanded(
        layout=source.layout,
        scope=source.model.scope,
        moves=source.moves,
        steps=source.steps,
        demands=source.demands,
        seen_words=words_for(source.watches),
        has_doubts=bool(source.doubts),
        has_canonical=canonical,
    )


def _module(parts: list[str], lanes: Lanes, *, canonical: bool) -> str:
    if canonical:
        parts = [*parts, "declare i64 @canonicalise_between(i64, i64)"]
    return "\n".join([*parts, declarations(lanes), ENDING])
