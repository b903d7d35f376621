"""Kernels that rebuild a trace: pick the smallest state with a given trait.

Each goes through `n` states, looks at one at a time, and keeps the smallest that
qualifies in `best`, which the caller has filled with ones. They return 1 if `best`
was replaced, else 0. The order of the states does not matter, so neither does the
number of threads that stored them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.search.emit import Emitter, Word
from checker.search.emit_states import is_same, is_smaller, load_state, store_state

if TYPE_CHECKING:
    from llvmlite import ir


def _keep_smallest(f: Emitter, state: list[Word], best: Word) -> Word:
    """Replace `best` by a smaller state; 1 if that was done."""
    smaller = is_smaller(state, load_state(f, best, len(state)))
    with f.when(smaller):
        store_state(f, state, best)
    return smaller.word()


def emit_showing(module: ir.Module, width: int, seen_words: int) -> None:
    """`showing(check, expand, states, n, out, seen, bit, best)`: shows bit `bit`.

    The bit is looked for in what `check` says of the state if `check` is not 0, else
    in what `expand` says of its steps. `out` and `seen` are scratch.
    """
    names = ["check", "expand", "states", "amount", "out", "seen", "bit", "best"]
    f = Emitter(module, "showing", names)
    check, expand, states, amount, out, seen, bit, best = f.params()
    found = f.variable(0, "found")
    with f.loop(0, amount) as i:
        where = states + i * (8 * width)
        for word in range(seen_words):
            f.store(f.number(0), seen, word)
        with f.when(check.is_("!=", 0)):
            f.call_at(check, where, f.number(1), seen)
        with f.when(check.is_("==", 0)):
            f.call_at(expand, where, f.number(1), out, seen)
        shown = (f.load(seen, bit >> 6) >> (bit & 63)) & 1
        with f.when(shown.is_("!=", 0)):
            kept = _keep_smallest(f, load_state(f, where, width), best)
            found.set(found.get() | kept)
    f.returns(found.get())


def emit_leading(module: ir.Module, width: int) -> None:
    """`leading(expand, states, n, out, seen, target, best)`: has `target` as successor.

    `out` and `seen` are scratch.
    """
    names = ["expand", "states", "amount", "out", "seen", "target", "best"]
    f = Emitter(module, "leading", names)
    expand, states, amount, out, seen, target, best = f.params()
    wanted = load_state(f, target, width)
    found = f.variable(0, "found")
    with f.loop(0, amount) as i:
        where = states + i * (8 * width)
        made = f.call_at(expand, where, f.number(1), out, seen)
        hit = f.variable(0, "hit")
        with f.loop(0, made) as j:
            successor = load_state(f, out + j * (8 * width), width)
            hit.set(hit.get() | is_same(successor, wanted).word())
        with f.when(hit.get().is_("!=", 0)):
            kept = _keep_smallest(f, load_state(f, where, width), best)
            found.set(found.get() | kept)
    f.returns(found.get())
