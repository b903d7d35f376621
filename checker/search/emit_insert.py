"""`settle`: insert what was routed, a partition at a time, and check what is new.

A partition is an append-only array of states and an open-addressing index of 32-bit
slots: the low `BITS` bits are one more than a state's number, the rest are bits of its
hash, which spare most looks at states that differ. Zero is an empty slot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.search.emit import Emitter, Word
from checker.search.emit_states import hash_of, is_same, load_state, store_state
from checker.search.layout import PART_WORDS, Part, Work

if TYPE_CHECKING:
    from llvmlite import ir

GROUP = 16
SMALLEST_BITS = 6


def slots_allowed(bits: Word, f: Emitter) -> Word:
    """How many states an index of 2**bits slots may hold: three quarters."""
    return f.select(bits.is_("==", 0), 0, (f.number(3) << bits) >> 2)


def tag_of(mixed: Word, bits: Word) -> Word:
    """The bits of a hash that a slot keeps, in place (above the low `bits`)."""
    return (((mixed >> 22) & 0xFFFFFFFF) >> bits) << bits


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
        f.leave_when(turn, slots_allowed(chosen.get(), f).is_(">", count))
        chosen.set(chosen.get() + 1)
    bits = chosen.get()
    with f.when(bits.is_(">", f.load(part, Part.BITS_MAX))):
        f.returns(1)
    f.store(bits, part, Part.BITS)
    with f.loop(0, f.number(1) << (bits - 1)) as pair:
        f.store(f.number(0), index, pair)
    mask = (f.number(1) << bits) - 1
    with f.loop(0, count) as number:
        mixed = hash_of(load_state(f, states + number * (8 * width), width))
        slot = f.variable(mixed & mask, "slot")
        with f.forever() as probe:
            f.leave_when(probe, f.load32(index, slot.get()).is_("==", 0))
            slot.set((slot.get() + 1) & mask)
        f.store32(tag_of(mixed, bits) | (number + 1), index, slot.get())
    f.returns(0)
    return f.function


def emit_insert(module: ir.Module, width: int, grow: ir.Function) -> ir.Function:
    """`insert(part, states, n) -> how many were taken in`: all, unless room ran out.

    Works in groups: hash each and ask for its slot's cache line, then ask for the
    state the slot names, then compare.
    """
    f = Emitter(module, "insert", ["part", "entries", "amount"])
    part, entries, amount = f.params()
    hashes = f.scratch(GROUP)
    done = f.variable(0, "done")
    with f.forever() as turn:
        first = done.get()
        f.leave_when(turn, first.is_(">=", amount))
        group = f.smaller(f.number(GROUP), amount - first)
        base = entries + first * (8 * width)
        _announce(f, part, base, group, hashes, width)
        failed = _resolve(f, part, base, group, hashes, width, grow)
        done.set(first + f.select(failed.is_("==", 0), group, failed - 1))
        f.leave_when(turn, failed.is_("!=", 0))
    f.returns(done.get())
    return f.function


def _announce(
    f: Emitter, part: Word, base: Word, group: Word, hashes: Word, width: int
) -> None:
    """Hash a group and have its slots and then its likely equals fetched."""
    index, states = f.load(part, Part.INDEX), f.load(part, Part.STATES)
    mask = (f.number(1) << f.load(part, Part.BITS)) - 1
    with f.loop(0, group) as i:
        mixed = hash_of(load_state(f, base + i * (8 * width), width))
        f.store(mixed, hashes, i)
        f.prefetch(index + (mixed & mask) * 4)
    with f.loop(0, group) as i:
        held = f.load32(index, f.load(hashes, i) & mask) & mask
        f.prefetch(states + (held - 1) * (8 * width))


def _resolve(
    f: Emitter,
    part: Word,
    base: Word,
    group: Word,
    hashes: Word,
    width: int,
    grow: ir.Function,
) -> Word:
    """Insert a group; 0, or one more than the number of the state without room."""
    index, states = f.load(part, Part.INDEX), f.load(part, Part.STATES)
    room = f.load(part, Part.ROOM)
    failed = f.variable(0, "failed")
    counter = f.variable(0, "i")
    with f.forever() as turn:
        i = counter.get()
        f.leave_when(turn, i.is_(">=", group))
        bits, count = f.load(part, Part.BITS), f.load(part, Part.COUNT)
        stuck = f.variable(count.is_(">=", room).word(), "stuck")
        with f.when(count.is_(">=", slots_allowed(bits, f)), likely=False):
            stuck.set(stuck.get() | f.call(grow, part))
        with f.when(stuck.get().is_("!=", 0), likely=False):
            failed.set(i + 1)
        f.leave_when(turn, stuck.get().is_("!=", 0))
        state = load_state(f, base + i * (8 * width), width)
        _insert_one(f, part, index, states, state, f.load(hashes, i))
        counter.set(i + 1)
    return failed.get()


def _insert_one(
    f: Emitter, part: Word, index: Word, states: Word, state: list[Word], mixed: Word
) -> None:
    """Find `state` or append it; the index has an empty slot and there is room."""
    width = len(state)
    bits, count = f.load(part, Part.BITS), f.load(part, Part.COUNT)
    mask = (f.number(1) << bits) - 1
    tag = tag_of(mixed, bits)
    slot = f.variable(mixed & mask, "slot")
    with f.forever() as probe:
        held = f.load32(index, slot.get())
        with f.when(held.is_("==", 0)):
            f.store32(tag | (count + 1), index, slot.get())
            store_state(f, state, states + count * (8 * width))
            f.store(count + 1, part, Part.COUNT)
        f.leave_when(probe, held.is_("==", 0))
        suspect = f.variable(0, "suspect")
        with f.when(((held ^ tag) & 0xFFFFFFFF).is_("<=", mask)):
            where = states + ((held & mask) - 1) * (8 * width)
            suspect.set(is_same(state, load_state(f, where, width)).word())
        f.leave_when(probe, suspect.get().is_("!=", 0))
        slot.set((slot.get() + 1) & mask)


def emit_settle(module: ir.Module, width: int) -> None:
    """`settle(work) -> 0, or one more than the partition that ran out of room`."""
    insert = emit_insert(module, width, emit_grow(module, width))
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
