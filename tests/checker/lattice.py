"""A hand-written machine whose every number is known: counters that only go up.

A state has `dims` counters from 0 to `top`; action i adds one to counter i. So there
are (top + 1)**dims states, dims * top * (top + 1)**(dims - 1) transitions, the depth is
dims * top, and a state's depth is the sum of its counters. The same machine comes in
any width: counter i lives in word i % width.

Bit 0 is shown by the states `bad`, bit 1 by a step of counter 0 from `top` - 1, bit 2
by the state without successors, bit 64 + 3 (only with two seen words) by the start.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from llvmlite import ir

from checker.native.engine import STANDARD, compiled, loaded
from checker.search.emit import Emitter, Flag, Word
from checker.search.emit_states import (
    FINISH,
    MIX,
    is_same,
    load_state,
    store_state,
)
from checker.search.machine import Machine, Words

BITS = 6
BAD, LAST_STEP, STUCK, START = 0, 1, 2, 67


def packed(counters: Sequence[int], width: int) -> Words:
    """The words of a state."""
    words = np.zeros(width, np.uint64)
    words[0] = 1
    for number, value in enumerate(counters):
        place = np.uint64(1 + BITS * (number // width))
        words[number % width] |= np.uint64(value) << place
    return words


def counters_of(words: Words, dims: int) -> tuple[int, ...]:
    """The counters in the words of a state."""
    width = len(words)
    return tuple(
        int(words[number % width]) >> (1 + BITS * (number // width)) & (2**BITS - 1)
        for number in range(dims)
    )


def lattice(
    dims: int,
    top: int,
    *,
    width: int = 1,
    bad: Sequence[Sequence[int]] = (),
    seen_words: int = 1,
    identity: str = "",
) -> Machine:
    """The machine of `dims` counters up to `top`."""
    module = ir.Module(name="lattice")
    shape = (dims, top, width)
    _emit_check(module, shape, bad, seen_words)
    _emit_expand(module, shape, labelled=False, seen_words=seen_words)
    _emit_expand(module, shape, labelled=True, seen_words=seen_words)
    code = loaded(compiled(str(module), STANDARD))
    return Machine(
        width=width,
        seen_words=seen_words,
        max_successors=dims,
        expand=code.address("expand"),
        check=code.address("check"),
        expand_labelled=code.address("expand_labelled"),
        initial=packed([0] * dims, width).reshape(1, width),
        identity=identity or f"lattice {shape} {bad} {seen_words}",
        scope=f"dims={dims},top={top}",
        owner=code,
    )


def _show(f: Emitter, seen: Word, bit: int, flag: Flag) -> None:
    """Set a bit where `flag` holds."""
    word = f.load(seen, bit // 64)
    f.store(word | (flag.word() << (bit % 64)), seen, bit // 64)


def _constant(f: Emitter, counters: Sequence[int], width: int) -> list[Word]:
    return [f.number(int(word)) for word in packed(counters, width)]


def _emit_check(
    module: ir.Module,
    shape: tuple[int, int, int],
    bad: Sequence[Sequence[int]],
    seen_words: int,
) -> None:
    dims, _, width = shape
    f = Emitter(module, "check", ["states", "amount", "seen"])
    states, amount, seen = f.params()
    with f.loop(0, amount) as i:
        state = load_state(f, states + i * (8 * width), width)
        for counters in bad:
            _show(f, seen, BAD, is_same(state, _constant(f, counters, width)))
        if seen_words > 1:
            _show(f, seen, START, is_same(state, _constant(f, [0] * dims, width)))
    f.returns()


def _emit_expand(
    module: ir.Module, shape: tuple[int, int, int], *, labelled: bool, seen_words: int
) -> None:
    dims, top, width = shape
    names = ["states", "amount", "out"]
    names += ["action", "source", "flags"] if labelled else ["seen"]
    f = Emitter(module, "expand_labelled" if labelled else "expand", names)
    states, amount, out, *rest = f.params()
    made = f.variable(0, "made")
    with f.loop(0, amount) as i:
        state = load_state(f, states + i * (8 * width), width)
        for number in range(dims):
            word, place = number % width, 1 + BITS * (number // width)
            value = (state[word] >> place) & (2**BITS - 1)
            with f.when(value.is_("<", top)):
                after = list(state)
                after[word] = state[word] + (1 << place)
                store_state(f, after, out + made.get() * (8 * width))
                last = value.is_("==", top - 1) & f.number(number).is_("==", 0)
                if labelled:
                    action, source, flags = rest
                    f.store32(f.number(10 + number), action, made.get())
                    f.store32(i, source, made.get())
                    for seen_word in range(seen_words):
                        where = made.get() * seen_words + seen_word
                        f.store(f.number(0), flags, where)
                    _show(f, flags + made.get() * (8 * seen_words), LAST_STEP, last)
                else:
                    _show(f, rest[0], LAST_STEP, last)
                made.set(made.get() + 1)
        if not labelled:
            full = _constant(f, [top] * dims, width)
            _show(f, rest[0], STUCK, is_same(state, full))
    f.returns(made.get())


def crowded(amount: int) -> Machine:
    """A machine that never moves, and whose initial states are all in one partition.

    They are found by undoing the hash of states of one word.
    """
    module = ir.Module(name="crowded")
    for name in ("check", "expand", "expand_labelled"):
        Emitter(module, name, ["states", "amount", "out", "seen"]).returns()
    code = loaded(compiled(str(module), STANDARD))
    hashes = np.arange(3 * amount, dtype=np.uint64) * np.uint64(0x10001)
    words = (hashes ^ (hashes >> np.uint64(32))) * np.uint64(pow(FINISH, -1, 1 << 64))
    words = (words ^ (words >> np.uint64(32))) * np.uint64(pow(MIX, -1, 1 << 64))
    states = words[words & np.uint64(1) == 1][:amount]
    assert len(states) == amount
    return Machine(
        width=1,
        seen_words=1,
        max_successors=1,
        expand=code.address("expand"),
        check=code.address("check"),
        expand_labelled=code.address("expand_labelled"),
        initial=states.reshape(-1, 1),
        identity="crowded",
        scope=f"amount={amount}",
        owner=code,
    )
