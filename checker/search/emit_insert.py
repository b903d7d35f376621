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
from checker.search.emit_states import hash_of, is_same, load_state, store_state
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


def emit_grow(module: ir.Module, width: int) -> ir.Function:
    """`grow(part) -> 1 if it cannot`: make the index fit for one more state.

    The index is rebuilt from the states in a region reserved for the largest one, so
    nothing is allocated. Also builds the index of states that were just loaded.
    """
    f = Emitter(module, "grow", ["part"])
    (part,) = f.params()
    count, states = f.load(part, Part.COUNT), f.load(part, Part.STATES)
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
        mixed = hash_of(load_state(f, states + number * (8 * width), width))
        _place(f, index, mixed, bits, number)
    f.returns(0)
    return f.function


def emit_insert_one(module: ir.Module, width: int, grow: ir.Function) -> ir.Function:
    """`insert_one(part, state, hash) -> 1 if it is new and there is no room, else 0`.

    Finds the state or appends it, whatever it takes.
    """
    f = Emitter(module, "insert_one", ["part", "where", "mixed"])
    part, where, mixed = f.params()
    count, states = f.load(part, Part.COUNT), f.load(part, Part.STATES)
    with f.when(count.is_(">=", slots_allowed(f, f.load(part, Part.BITS)))):
        stuck = f.call(grow, part)
        with f.when(stuck.is_("!=", 0)):
            f.returns(1)
    index, bits = f.load(part, Part.INDEX), f.load(part, Part.BITS)
    mask = (f.number(1) << bits) - 1
    tag = tag_of(mixed, bits)
    state = load_state(f, where, width)
    at = f.variable(bucket_of(mixed, mask), "at")
    with f.forever() as probe:
        bucket = index + at.get() * 4
        matches = f.variable(f.equal_slots(bucket, tag, mask), "matches")
        with f.forever() as turn:
            f.leave_when(turn, matches.get().is_("==", 0))
            held = f.load32(bucket, f.lowest_bit(matches.get())) & mask
            known = states + (held - 1) * (8 * width)
            same = is_same(state, load_state(f, known, width))
            with f.when(same & held.is_("!=", 0)):
                f.returns(0)
            matches.set(matches.get() & (matches.get() - 1))
        empty = f.equal_slots(bucket, f.number(0), f.number(0))
        f.leave_when(probe, empty.is_("!=", 0))
        at.set((at.get() + BUCKET) & mask)
    with f.when(count.is_(">=", f.load(part, Part.ROOM))):
        f.returns(1)
    slot = at.get() + f.lowest_bit(empty)
    f.store32(tag | (count + 1), index, slot)
    store_state(f, state, states + count * (8 * width))
    f.store(count + 1, part, Part.COUNT)
    f.returns(0)
    return f.function


def emit_insert(module: ir.Module, width: int, one: ir.Function) -> ir.Function:
    """`insert(part, states, n) -> how many were taken in`: all, unless room ran out.

    Works in groups: hash each and ask for its bucket, find the state that the bucket
    names and ask for it, compare. What is not settled by then is done one by one.
    """
    f = Emitter(module, "insert", ["part", "entries", "amount"])
    part, entries, amount = f.params()
    hashes, guesses = f.scratch(GROUP), f.scratch(GROUP)
    done, failed = f.variable(0, "done"), f.variable(0, "failed")
    with f.forever() as turn:
        first = done.get()
        f.leave_when(turn, first.is_(">=", amount) | failed.get().is_("!=", 0))
        group = f.smaller(f.number(GROUP), amount - first)
        base = entries + first * (8 * width)
        _guess(f, part, base, group, (hashes, guesses), width)
        with f.loop(0, group) as i:
            state = base + i * (8 * width)
            guess = load_state(f, f.load(guesses, i), width)
            same = is_same(load_state(f, state, width), guess)
            with f.when(same.no(), likely=False):
                stuck = f.call(one, part, state, f.load(hashes, i))
                failed.set(failed.get() | stuck)
        done.set(first + group)
    f.returns(f.select(failed.get().is_("==", 0), amount, 0))
    return f.function


def _guess(
    f: Emitter,
    part: Word,
    base: Word,
    group: Word,
    scratch: tuple[Word, Word],
    width: int,
) -> None:
    """Hash a group; find, without branches, where the equal of each is if it is known.

    Where nothing matches the guess is whatever is at `STATES` (some other state, or
    zeroes), which is never mistaken for an equal unless it is one.
    """
    index, states = f.load(part, Part.INDEX), f.load(part, Part.STATES)
    bits = f.load(part, Part.BITS)
    hashes, guesses = scratch
    mask = (f.number(1) << bits) - 1
    with f.loop(0, group) as i:
        mixed = hash_of(load_state(f, base + i * (8 * width), width))
        f.store(mixed, hashes, i)
        f.prefetch(index + bucket_of(mixed, mask) * 4)
    with f.loop(0, group) as i:
        mixed = f.load(hashes, i)
        bucket = index + bucket_of(mixed, mask) * 4
        matches = f.equal_slots(bucket, tag_of(mixed, bits), mask)
        match = f.lowest_bit(matches | (1 << (BUCKET - 1)))
        held = f.load32(bucket, match) & mask
        number = f.select(held.is_("==", 0), 0, held - 1)
        guess = states + number * (8 * width)
        f.prefetch(guess)
        f.store(guess, guesses, i)


def emit_settle(module: ir.Module, width: int) -> None:
    """`settle(work) -> 0, or one more than the partition that ran out of room`."""
    one = emit_insert_one(module, width, emit_grow(module, width))
    insert = emit_insert(module, width, one)
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
                entries = f.load(other, Work.BUFFER) + part * room * (8 * width)
                taken = f.call(insert, record, entries, fill)
                f.store(f.number(0), fills, part)
                with f.when(taken.is_("<", fill), likely=False):
                    failed.set(part + 1)
        _check_new(f, work, record, before, width)
        f.leave_when(turn, failed.get().is_("!=", 0))
    f.returns(failed.get())


def _check_new(f: Emitter, work: Word, record: Word, before: Word, width: int) -> None:
    """Count and check the states appended since there were `before`."""
    new = f.load(record, Part.COUNT) - before
    with f.when(new.is_("!=", 0)):
        states = f.load(record, Part.STATES) + before * (8 * width)
        f.call_at(f.load(work, Work.CHECK), states, new, f.load(work, Work.SEEN))
        f.store(f.load(work, Work.DISTINCT) + new, work, Work.DISTINCT)
