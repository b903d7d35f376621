"""`settle`: insert what was routed, a partition at a time, and check what is new.

A partition is an append-only array of states and an index of 32-bit slots. The low
`BITS` bits of a slot are one more than a state's number, the rest are bits of its hash;
zero is an empty slot. Slots are kept in buckets of 16, one cache line: a bucket is
compared in one vector instruction, so that the common case, a state that is there
already, takes no branch the processor could guess wrong. A full bucket continues in
the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.search.emit import Emitter, Word
from checker.search.emit_states import (
    Shape,
    hash_of,
    is_same,
    load_state,
    store_state,
)
from checker.search.layout import PART_WORDS, Part, Work

if TYPE_CHECKING:
    from llvmlite import ir

GROUP = 32
BUCKET_BITS = 4
BUCKET = 1 << BUCKET_BITS
SMALLEST_BITS = 6


def slots_allowed(f: Emitter, bits: Word) -> Word:
    """How many states an index of 2**bits slots may hold: 13 of 16."""
    return f.select(bits.is_("==", 0), 0, (f.number(13) << bits) >> 4)


def tag_of(mixed: Word, bits: Word) -> Word:
    """The bits of a hash that a slot keeps, in place (above the low `bits`)."""
    return (((mixed >> 22) & 0xFFFFFFFF) >> bits) << bits


def bucket_of(mixed: Word, mask: Word) -> Word:
    """The number of the first slot of the bucket where a hash belongs."""
    return mixed & mask & ~(BUCKET - 1)


def _place(f: Emitter, index: Word, mixed: Word, bits: Word, number: Word) -> None:
    """Write state `number` to the first empty slot from its bucket on."""
    mask = (f.number(1) << bits) - 1
    at = f.variable(bucket_of(mixed, mask), "at")
    with f.forever() as probe:
        empty = f.equal_slots(index + at.get() * 4, f.number(0), f.number(0))
        with f.when(empty.is_("!=", 0)):
            slot = at.get() + f.lowest_bit(empty)
            f.store32(tag_of(mixed, bits) | (number + 1), index, slot)
        f.leave_when(probe, empty.is_("!=", 0))
        at.set((at.get() + BUCKET) & mask)


def emit_grow(module: ir.Module, shape: Shape) -> ir.Function:
    """`grow(part) -> 1 if it cannot`: make the index fit for one more state.

    The index is rebuilt from the keys in a region reserved for the largest one, so
    nothing is allocated. Also builds the index of keys that were just loaded.
    """
    f = Emitter(module, "grow", ["part"])
    (part,) = f.params()
    count, keys = f.load(part, Part.COUNT), f.load(part, Part.KEYS)
    index, old = f.load(part, Part.INDEX), f.load(part, Part.BITS)
    chosen = f.variable(f.select(old.is_("==", 0), SMALLEST_BITS, old), "bits")
    with f.forever() as turn:
        f.leave_when(turn, slots_allowed(f, chosen.get()).is_(">", count))
        chosen.set(chosen.get() + 1)
    bits = chosen.get()
    with f.when(bits.is_(">", f.load(part, Part.BITS_MAX))):
        f.returns(1)
    f.store(bits, part, Part.BITS)
    with f.loop(0, f.number(1) << (bits - 1)) as pair:
        f.store(f.number(0), index, pair)
    with f.loop(0, count) as number:
        key = load_state(f, keys + number * (8 * shape.key_width), shape.key_width)
        mixed = key[0] if shape.fingerprints else hash_of(key)
        _place(f, index, mixed, bits, number)
    f.returns(0)
    return f.function


def emit_insert_one(module: ir.Module, shape: Shape, grow: ir.Function) -> ir.Function:
    """`insert_one(part, state, hash) -> 1 if it is new and there is no room, else 0`.

    Finds the state or appends it, whatever it takes.
    """
    f = Emitter(module, "insert_one", ["part", "where", "mixed"])
    part, where, mixed = f.params()
    count, keys = f.load(part, Part.COUNT), f.load(part, Part.KEYS)
    with f.when(count.is_(">=", slots_allowed(f, f.load(part, Part.BITS)))):
        stuck = f.call(grow, part)
        with f.when(stuck.is_("!=", 0)):
            f.returns(1)
    index, bits = f.load(part, Part.INDEX), f.load(part, Part.BITS)
    mask = (f.number(1) << bits) - 1
    tag = tag_of(mixed, bits)
    state = load_state(f, where, shape.width)
    key, key_width = shape.key_of(state, mixed), shape.key_width
    at = f.variable(bucket_of(mixed, mask), "at")
    with f.forever() as probe:
        bucket = index + at.get() * 4
        matches = f.variable(f.equal_slots(bucket, tag, mask), "matches")
        with f.forever() as turn:
            f.leave_when(turn, matches.get().is_("==", 0))
            held = f.load32(bucket, f.lowest_bit(matches.get())) & mask
            is_empty = held.is_("==", 0)  # an empty slot looks like one with tag 0
            known = f.select(is_empty, keys, keys + (held - 1) * (8 * key_width))
            same = is_same(key, load_state(f, known, key_width))
            with f.when(same & is_empty.no()):
                f.returns(0)
            matches.set(matches.get() & (matches.get() - 1))
        empty = f.equal_slots(bucket, f.number(0), f.number(0))
        f.leave_when(probe, empty.is_("!=", 0))
        at.set((at.get() + BUCKET) & mask)
    with f.when(count.is_(">=", f.load(part, Part.ROOM))):
        f.returns(1)
    slot = at.get() + f.lowest_bit(empty)
    f.store32(tag | (count + 1), index, slot)
    store_state(f, key, keys + count * (8 * key_width))
    if shape.fingerprints:
        number = count - f.load(part, Part.END)
        whole = f.load(part, Part.NEXT) + number * (8 * shape.width)
        store_state(f, state, whole)
    f.store(count + 1, part, Part.COUNT)
    f.returns(0)
    return f.function


def emit_insert(module: ir.Module, shape: Shape, one: ir.Function) -> ir.Function:
    """`insert(part, states, n) -> 0, or 1 if room ran out` and some were left out.

    Works in groups: hash each and ask for its bucket, find the key that the bucket
    names and ask for it, compare. What is not settled by then is done one by one.
    """
    f = Emitter(module, "insert", ["part", "entries", "amount"])
    part, entries, amount = f.params()
    hashes, guesses = f.scratch(GROUP), f.scratch(GROUP)
    nowhere = f.scratch(shape.key_width)
    store_state(f, [f.number(0)] * shape.key_width, nowhere)
    done, failed = f.variable(0, "done"), f.variable(0, "failed")
    with f.forever() as turn:
        first = done.get()
        f.leave_when(turn, first.is_(">=", amount) | failed.get().is_("!=", 0))
        group = f.smaller(f.number(GROUP), amount - first)
        base = entries + first * (8 * shape.width)
        _guess(f, part, (base, group), (hashes, guesses, nowhere), shape)
        with f.loop(0, group) as i:
            state = base + i * (8 * shape.width)
            mixed = f.load(hashes, i)
            key = shape.key_of(load_state(f, state, shape.width), mixed)
            guess = load_state(f, f.load(guesses, i), shape.key_width)
            with f.when(is_same(key, guess).no(), likely=False):
                stuck = f.call(one, part, state, mixed)
                failed.set(failed.get() | stuck)
        done.set(first + group)
    f.returns(failed.get())
    return f.function


def _guess(
    f: Emitter,
    part: Word,
    entries: tuple[Word, Word],
    scratch: tuple[Word, Word, Word],
    shape: Shape,
) -> None:
    """Hash a group; find, without branches, where the equal of each is if it is known.

    Where nothing matches the guess is `nowhere`, a key that no state has.
    """
    index, keys = f.load(part, Part.INDEX), f.load(part, Part.KEYS)
    bits = f.load(part, Part.BITS)
    (base, group), (hashes, guesses, nowhere) = entries, scratch
    mask = (f.number(1) << bits) - 1
    with f.loop(0, group) as i:
        state = load_state(f, base + i * (8 * shape.width), shape.width)
        mixed = hash_of(state)
        f.store(mixed, hashes, i)
        f.prefetch(index + bucket_of(mixed, mask) * 4)
    with f.loop(0, group) as i:
        mixed = f.load(hashes, i)
        bucket = index + bucket_of(mixed, mask) * 4
        matches = f.equal_slots(bucket, tag_of(mixed, bits), mask)
        match = f.lowest_bit(matches | (1 << (BUCKET - 1)))
        held = f.load32(bucket, match) & mask
        known = keys + (held - 1) * (8 * shape.key_width)
        guess = f.select(held.is_("==", 0), nowhere, known)
        f.prefetch(guess)
        f.store(guess, guesses, i)


def emit_check_new(module: ir.Module, shape: Shape) -> ir.Function:
    """`check_new(work, part, before)`: check the states appended after `before`."""
    f = Emitter(module, "check_new", ["work", "part", "before"])
    work, part, before = f.params()
    new = f.load(part, Part.COUNT) - before
    with f.when(new.is_("!=", 0)):
        states = f.load(part, Part.KEYS) + before * (8 * shape.width)
        if shape.fingerprints:
            number = before - f.load(part, Part.END)
            states = f.load(part, Part.NEXT) + number * (8 * shape.width)
        f.call_at(f.load(work, Work.CHECK), states, new, f.load(work, Work.SHOWN))
        f.store(f.load(work, Work.DISTINCT) + new, work, Work.DISTINCT)
    f.returns()
    return f.function


def emit_settle(module: ir.Module, shape: Shape) -> None:
    """`settle(work) -> 0, or one more than the partition that ran out of room`."""
    one = emit_insert_one(module, shape, emit_grow(module, shape))
    insert = emit_insert(module, shape, one)
    check = emit_check_new(module, shape)
    f = Emitter(module, "settle", ["work"])
    (work,) = f.params()
    works, threads = f.load(work, Work.WORKS), f.load(work, Work.THREADS)
    failed = f.variable(0, "failed")
    with f.forever() as turn:
        part = f.fetch_add(f.load(work, Work.TICKET), 1)
        f.leave_when(turn, part.is_(">=", f.load(work, Work.LIMIT)))
        record = f.load(work, Work.PARTS) + part * (8 * PART_WORDS)
        before = f.load(record, Part.COUNT)
        with f.loop(0, threads) as thread:
            other = f.load(works, thread)
            fills, room = f.load(other, Work.FILL), f.load(other, Work.ROOM)
            fill = f.load(fills, part)
            with f.when(fill.is_("!=", 0)):
                entries = f.load(other, Work.BUFFER) + part * room * (8 * shape.width)
                stuck = f.call(insert, record, entries, fill)
                f.store(f.number(0), fills, part)
                with f.when(stuck.is_("!=", 0), likely=False):
                    failed.set(part + 1)
        f.call(check, work, record, before)
        f.leave_when(turn, failed.get().is_("!=", 0))
    f.returns(failed.get())
