"""The kernels as functions of this process.

They are emitted with llvmlite rather than written with numba, because importing numba
takes five times as long as importing llvmlite's binding (0.44 s against 0.09 s), which
is most of what a warm start may take; and because what they do (bit sets, slots, raw
addresses) is not what numba makes pleasant.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_int64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from llvmlite import ir

from checker.native.cache import Entry, standard_cache
from checker.native.engine import STANDARD, compiled, loaded, processor
from checker.search.emit_insert import emit_settle
from checker.search.emit_route import emit_route
from checker.search.emit_states import Shape
from checker.search.emit_trace import emit_leading, emit_showing
from checker.search.emit_walk import WALK_PARAMS, emit_walk

Native = Callable[..., int]

EXPORTED = {
    "route": 1,
    "settle": 1,
    "insert": 3,
    "grow": 1,
    "check_new": 3,
    "showing": 8,
    "leading": 7,
    "walk": len(WALK_PARAMS),
}
"""Name of each kernel and how many 64-bit arguments it takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Kernels:
    """The compiled kernels for one shape; each releases the interpreter's lock.

    `route`, `settle`: see emit_route, emit_insert; `insert`, `grow`, `check_new`: the
    parts of `settle`, for partitions that are on disk; `showing`, `leading`: see
    emit_trace; `walk`: see emit_walk. `owner` keeps the machine code alive.
    """

    route: Native
    settle: Native
    insert: Native
    grow: Native
    check_new: Native
    showing: Native
    leading: Native
    walk: Native
    owner: object


def kernels_text(shape: Shape, seen_words: int) -> str:
    """The LLVM assembly of all kernels for one shape of state."""
    module = ir.Module(name="search")
    emit_route(module, shape.width)
    emit_settle(module, shape)
    emit_showing(module, shape.width, seen_words)
    emit_leading(module, shape.width)
    emit_walk(module, shape.width, seen_words)
    for function in module.functions:
        if function.name not in EXPORTED and not function.is_declaration:
            function.linkage = "internal"
    return str(module)


@lru_cache(maxsize=16)
def kernels_for(shape: Shape, seen_words: int) -> Kernels:
    """The kernels for one shape of state: from the user's cache, or compiled."""
    cache, key = standard_cache(), _key(shape, seen_words)
    entry = cache.load(key)
    if entry is None:
        text = kernels_text(shape, seen_words)
        entry = Entry({"kernels": sorted(EXPORTED)}, compiled(text, STANDARD))
        cache.store(key, entry)
    code = loaded(entry.code)
    functions = {
        name: code.function(name, *[c_int64] * arguments, result=c_int64)
        for name, arguments in EXPORTED.items()
    }
    return Kernels(owner=code, **functions)


def _key(shape: Shape, seen_words: int) -> str:
    """Everything that decides the machine code."""
    told = sha256(f"{processor()} {shape} {seen_words}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        told.update(path.read_bytes())
    return told.hexdigest()
