"""A model as machine code, ready for the search: compiled, or found in the cache."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from checker.ground import GroundModel, ground
from checker.native import code as native_code
from checker.native.cache import Cache, Entry, standard_cache
from checker.native.engine import (
    LIGHT,
    QUICK,
    VALUES,
    Code,
    compiled,
    lanes,
    loaded,
    processor,
)
from checker.native.function import Watch, words_for
from checker.native.lanes import Lanes
from checker.native.layout import Layout, Slot, Words, hot_fields, lay_out, roots_of
from checker.native.plan import most_taken
from checker.search.machine import Machine
from checker.symmetry.find import Group
from checker.symmetry.native import NAME as CANONICALISE
from checker.symmetry.native import canonical_code
from checker.symmetry.plan import plan_of
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced
from spec.lang.printing import model_digest
from spec.lang.walk import postorder


@dataclass(frozen=True, slots=True)
class Label:
    """What `expand_labelled` means by a number: a way an instance moves."""

    action: str
    args: tuple[int, ...]
    rung: int | None
    alternative: int | None


@dataclass(frozen=True, slots=True, eq=False)
class NativeModel:
    """A machine, and how to read what it says."""

    machine: Machine
    layout: Layout
    watches: tuple[Watch, ...]
    """What each bit of `seen` means."""
    labels: tuple[Label, ...]
    setup_seconds: float
    cache_hit: bool
    warning: str
    """Why compiled code is not kept or was not trusted; empty if all is well."""

    def pack(self, states: Iterable[Sequence[Any]]) -> Words:
        """Evaluator states as words, shape [n, width]."""
        return self.layout.pack(states)

    def unpack(self, words: Words) -> list[tuple[Any, ...]]:
        """Words, shape [n, width], as evaluator states."""
        return self.layout.unpack(words)

    def watched(self, seen: Sequence[int]) -> list[Watch]:
        """The meaning of the bits that are set in the words `seen`."""
        return [
            watch
            for bit, watch in enumerate(self.watches)
            if int(seen[bit // 64]) >> (bit % 64) & 1
        ]


def compile_model(
    model: GroundModel, cache: Cache | None = None, groups: Sequence[Group] = ()
) -> NativeModel:
    """The machine of a ground model; `cache` is the user's unless given.

    With `groups` of interchangeable elements it goes from one representative of an
    orbit of states to the next.

    Raises UnfitScope when a cell or a term does not fit in a word, or when the model
    names an element that the scope does not have.
    """
    return prepared(ground_digest(model), lambda: model, cache, groups)


def compile_at(
    model: Model,
    scope: Scope,
    properties: Sequence[Traced] = (),
    *,
    reachability: bool = False,
    groups: Sequence[Group] = (),
    cache: Cache | None = None,
    draft: bool = False,
) -> NativeModel:
    """The machine of a model at a scope, as `compile_model(ground(...))` has it.

    When it is in the cache the model is not even unrolled. A `draft` is made in a
    twentieth of the time and is two to three times slower.
    """
    told = f"{model_digest(model, properties)} {scope}"
    return prepared(
        f"{told} {reachability}",
        lambda: ground(model, scope, properties, reachability=reachability),
        cache,
        groups,
        draft=draft,
    )


def prepared(
    identity: str,
    make: Callable[[], GroundModel],
    cache: Cache | None = None,
    groups: Sequence[Group] = (),
    *,
    draft: bool = False,
) -> NativeModel:
    """The machine of the model that `make` makes, if it is not in the cache.

    `identity` is a digest of all that the ground model is made of; what makes it from
    that, the text of this package, is part of the cache's key.
    """
    started = time.perf_counter()
    cache = standard_cache() if cache is None else cache
    if groups:
        identity = f"{identity} {groups}"
    key = _key(f"{identity} {draft}")
    entry = cache.load(key)
    hit = entry is not None
    if entry is None:
        entry = _compiled(make(), groups, draft=draft)
        cache.store(key, entry)
    facts = _Facts.read(entry.header)
    code = loaded(*_parts(entry.code, facts.sizes))
    return NativeModel(
        machine=_machine(facts, code, identity),
        layout=facts.layout,
        watches=facts.watches,
        labels=facts.labels,
        setup_seconds=time.perf_counter() - started,
        cache_hit=hit,
        warning=cache.warning,
    )


def ground_digest(model: GroundModel) -> str:
    """A digest of everything a ground model says."""
    numbers: dict[Node, int] = {}
    told = sha256()
    for node in postorder(roots_of(model)):
        numbers[node] = len(numbers)
        args = [numbers[arg] for arg in node.args]
        told.update(f"{node.op} {node.type} {node.attr} {args}\n".encode())
    for cell in model.cells:
        told.update(f"{cell}\n".encode())
    for instance in model.instances:
        told.update(f"{instance.action} {instance.args}\n".encode())
        for move in instance.moves:
            writes = [(key, numbers[value]) for key, value in move.writes]
            demands = [(name, numbers[node]) for name, node in move.demands]
            line = f"{move.case} {numbers[move.when]} {writes} {demands}\n"
            told.update(line.encode())
    for listed in (model.invariants, model.goals):
        told.update(f"{[(name, numbers[node]) for name, node in listed]}\n".encode())
    told.update(str(model.scope).encode())
    return told.hexdigest()


def _key(identity: str) -> str:
    return sha256(f"{processor()}\n{_sources()}\n{identity}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _sources() -> str:
    """A digest of the text of the notation and of the engines."""
    engines = Path(__file__).parents[1]
    told = sha256()
    own = (engines, *(engines / name for name in ("native", "search", "symmetry")))
    for folder in (*own, engines.parent / "spec" / "lang"):
        for path in sorted(folder.glob("*.py")):
            told.update(path.read_bytes())
    return told.hexdigest()


def _compiled(model: GroundModel, groups: Sequence[Group], *, draft: bool) -> Entry:
    """Lower and compile; the entry for the cache."""
    successors, questions = (QUICK, QUICK) if draft else (LIGHT, VALUES)
    layout = lay_out(model.cells, hot_fields(model))
    program = native_code.program(model, layout)
    canonical = bool(groups)
    codes = [
        compiled(
            native_code.successors_module(program, canonical=canonical), successors
        ),
        compiled(native_code.questions_module(program, Lanes(lanes())), questions),
        compiled(native_code.labels_module(program, canonical=canonical), QUICK),
    ]
    if groups:
        plan = plan_of(model.model, model.scope, groups)
        codes.append(compiled(canonical_code(plan, layout), successors))
    facts = _Facts(
        layout=program.layout,
        watches=program.watches,
        labels=tuple(_labels(model)),
        max_successors=max(1, most_taken(program.steps)),
        initial=tuple(cell.initial for cell in model.cells),
        scope=str(model.scope),
        symmetric=canonical,
        sizes=tuple(len(code) for code in codes),
    )
    return Entry(facts.written(), b"".join(codes))


def _parts(code: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    start = 0
    for size in sizes:
        yield code[start : start + size]
        start += size


def _labels(model: GroundModel) -> Iterator[Label]:
    for instance in model.instances:
        for move in instance.moves:
            case = move.case
            yield Label(instance.action, instance.args, case.rung, case.alternative)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What must be known to use object code; kept beside it."""

    layout: Layout
    watches: tuple[Watch, ...]
    labels: tuple[Label, ...]
    max_successors: int
    initial: tuple[int, ...]
    scope: str
    symmetric: bool
    sizes: tuple[int, ...]
    """Of the object files that make up the code."""

    def written(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def read(cls, header: dict[str, Any]) -> _Facts:
        """From JSON values."""
        layout = header["layout"]
        return cls(
            layout=Layout(
                tuple((name, row) for name, row in layout["keys"]),
                tuple(Slot(**slot) for slot in layout["slots"]),
                layout["width"],
            ),
            watches=tuple(Watch(**watch) for watch in header["watches"]),
            labels=tuple(
                Label(**{**label, "args": tuple(label["args"])})
                for label in header["labels"]
            ),
            max_successors=header["max_successors"],
            initial=tuple(header["initial"]),
            scope=header["scope"],
            symmetric=header["symmetric"],
            sizes=tuple(header["sizes"]),
        )


def _machine(facts: _Facts, code: Code, identity: str) -> Machine:
    layout = facts.layout
    words = [1] + [0] * (layout.width - 1)
    for slot, value in zip(layout.slots, facts.initial, strict=True):
        words[slot.word] |= value << slot.offset
    initial = np.array([words], dtype=np.uint64)
    if facts.symmetric:
        code.function(CANONICALISE, ctypes.c_size_t)(initial.ctypes.data)
    told = f"{identity} {layout.slots} {facts.watches}"
    return Machine(
        width=layout.width,
        seen_words=words_for(facts.watches),
        max_successors=facts.max_successors,
        expand=code.address("expand"),
        check=code.address("check"),
        expand_labelled=code.address("expand_labelled"),
        initial=initial,
        identity=sha256(told.encode()).hexdigest(),
        scope=facts.scope,
        owner=code,
    )
