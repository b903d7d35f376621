"""`route`: expand waiting states and deal their successors to the partitions.

A kernel call works until the level is expanded or a partition's buffer is full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.search.emit import Emitter, Word
from checker.search.emit_states import hash_of, is_same, load_state, store_state
from checker.search.layout import PART_WORDS, Part, Work

if TYPE_CHECKING:
    from llvmlite import ir

NO_PART = (1 << 64) - 1


def emit_deal(module: ir.Module, width: int) -> ir.Function:
    """`deal(work) -> 1 if a buffer is full, else 0`: route what `OUT` holds.

    A successor that a small direct-mapped filter has met recently is dropped; the
    rest go to their partition's buffer. Neither step branches on the data.
    """
    f = Emitter(module, "deal", ["work"])
    (work,) = f.params()
    out, produced = f.load(work, Work.OUT), f.load(work, Work.PRODUCED)
    filters, mask = f.load(work, Work.FILTER), f.load(work, Work.FILTER_MASK)
    fills, buffer = f.load(work, Work.FILL), f.load(work, Work.BUFFER)
    room, shift = f.load(work, Work.ROOM), f.load(work, Work.SHIFT)
    position = f.variable(f.load(work, Work.POSITION), "position")
    routed = f.variable(f.load(work, Work.ROUTED), "routed")
    with f.forever() as turn:
        here = position.get()
        f.leave_when(turn, here.is_(">=", produced))
        state = load_state(f, out + here * (8 * width), width)
        mixed = hash_of(state)
        part = mixed >> shift
        fill = f.load(fills, part)
        f.leave_when(turn, fill.is_(">=", room))
        recent = filters + (mixed & mask) * (8 * width)
        unmet = f.number(1) - is_same(state, load_state(f, recent, width)).word()
        store_state(f, state, recent)
        store_state(f, state, buffer + (part * room + fill) * (8 * width))
        f.store(fill + unmet, fills, part)
        routed.set(routed.get() + unmet)
        position.set(here + 1)
    f.store(position.get(), work, Work.POSITION)
    f.store(routed.get(), work, Work.ROUTED)
    f.returns(position.get().is_("<", produced).word())
    return f.function


def emit_take(module: ir.Module) -> ir.Function:
    """`take(work) -> 1 if a partition with waiting states was found, else 0`."""
    f = Emitter(module, "take", ["work"])
    (work,) = f.params()
    found = f.variable(0, "found")
    with f.forever() as turn:
        part = f.fetch_add(f.load(work, Work.TICKET), 1)
        f.leave_when(turn, part.is_(">=", f.load(work, Work.LIMIT)))
        record = f.load(work, Work.PARTS) + part * (8 * PART_WORDS)
        waiting = f.load(record, Part.CURSOR).is_("<", f.load(record, Part.END))
        with f.when(waiting):
            f.store(part, work, Work.PART)
            found.set(1)
        f.leave_when(turn, waiting)
    f.returns(found.get())
    return f.function


def emit_route(module: ir.Module, width: int) -> None:
    """`route(work) -> 1 if a buffer is full, 0 if no waiting state is left`."""
    deal, take = emit_deal(module, width), emit_take(module)
    f = Emitter(module, "route", ["work"])
    (work,) = f.params()
    full = f.variable(0, "full")
    with f.forever() as turn:
        full.set(f.call(deal, work))
        f.leave_when(turn, full.get().is_("!=", 0))
        taken = f.variable(1, "taken")
        with f.when(f.load(work, Work.PART).is_("==", NO_PART)):
            taken.set(f.call(take, work))
        f.leave_when(turn, taken.get().is_("==", 0))
        _expand_chunk(f, work, width)
    f.returns(full.get())


def _expand_chunk(f: Emitter, work: Word, width: int) -> None:
    """Expand the next `CHUNK` states of the partition in hand."""
    part = f.load(work, Work.PART)
    record = f.load(work, Work.PARTS) + part * (8 * PART_WORDS)
    cursor, end = f.load(record, Part.CURSOR), f.load(record, Part.END)
    amount = f.smaller(f.load(work, Work.CHUNK), end - cursor)
    states = f.load(record, Part.STATES) + cursor * (8 * width)
    out, seen = f.load(work, Work.OUT), f.load(work, Work.SEEN)
    made = f.call_at(f.load(work, Work.EXPAND), states, amount, out, seen)
    f.store(cursor + amount, record, Part.CURSOR)
    f.store(f.number(0), work, Work.POSITION)
    f.store(made, work, Work.PRODUCED)
    f.store(f.load(work, Work.TRANSITIONS) + made, work, Work.TRANSITIONS)
    with f.when((cursor + amount).is_(">=", end)):
        f.store(f.number(NO_PART), work, Work.PART)
