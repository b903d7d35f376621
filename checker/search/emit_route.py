"""`route`: expand waiting states and deal their successors to the partitions.

A kernel call works until the level is expanded or a partition's buffer is full.

The filter of 512 KiB drops 14 in 100 successors of a large level taken in stripes
(below) and 60 of a small one, against 2 if partitions are expanded one by one; a larger
filter drops more, but looking into it costs more than inserting what it would drop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.search.emit import Emitter, Word
from checker.search.emit_states import hash_of, is_same, load_state, store_state
from checker.search.layout import PART_WORDS, Part, Work

if TYPE_CHECKING:
    from llvmlite import ir


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


def emit_gather(module: ir.Module, width: int) -> ir.Function:
    """`gather(work) -> 1 if there was a stripe left to gather, else 0`.

    Stripe j is state number j of the level in every partition. States that were made
    together are at about the same place of their partitions, so a stripe holds
    relatives, whose successors coincide: that is what makes the filter worth having.
    """
    f = Emitter(module, "gather", ["work"])
    (work,) = f.params()
    stripe = f.fetch_add(f.load(work, Work.TICKET), 1)
    with f.when(stripe.is_(">=", f.load(work, Work.STRIPES))):
        f.returns(0)
    parts, gathered = f.load(work, Work.PARTS), f.load(work, Work.IN)
    amount = f.variable(0, "amount")
    with f.loop(f.load(work, Work.FIRST), f.load(work, Work.LIMIT)) as part:
        record = parts + part * (8 * PART_WORDS)
        number = f.load(record, Part.START) + stripe
        with f.when(number.is_("<", f.load(record, Part.END))):
            source = f.load(record, Part.LEVEL) + stripe * (8 * width)
            target = gathered + amount.get() * (8 * width)
            store_state(f, load_state(f, source, width), target)
            amount.set(amount.get() + 1)
    f.store(f.number(0), work, Work.NEXT)
    f.store(amount.get(), work, Work.GATHERED)
    f.returns(1)
    return f.function


def emit_route(module: ir.Module, width: int) -> None:
    """`route(work)`: 0 no waiting state is left, 1 a buffer is full, 2 budget spent."""
    deal, gather = emit_deal(module, width), emit_gather(module, width)
    f = Emitter(module, "route", ["work"])
    (work,) = f.params()
    why = f.variable(0, "why")
    start = f.load(work, Work.TRANSITIONS)
    budget = f.load(work, Work.BUDGET)
    with f.forever() as turn:
        why.set(f.call(deal, work))
        f.leave_when(turn, why.get().is_("!=", 0))
        waiting = f.load(work, Work.NEXT).is_("<", f.load(work, Work.GATHERED))
        more = f.variable(waiting.word(), "more")
        with f.when(more.get().is_("==", 0)):
            more.set(f.call(gather, work))
        f.leave_when(turn, more.get().is_("==", 0))
        spent = (f.load(work, Work.TRANSITIONS) - start).is_(">=", budget)
        why.set(f.select(spent, 2, 0))
        f.leave_when(turn, spent)
        _expand_chunk(f, work, width)
    f.returns(why.get())


def _expand_chunk(f: Emitter, work: Word, width: int) -> None:
    """Expand the next `CHUNK` gathered states into `OUT`."""
    done, gathered = f.load(work, Work.NEXT), f.load(work, Work.GATHERED)
    amount = f.smaller(f.load(work, Work.CHUNK), gathered - done)
    states = f.load(work, Work.IN) + done * (8 * width)
    out, seen = f.load(work, Work.OUT), f.load(work, Work.SEEN)
    made = f.call_at(f.load(work, Work.EXPAND), states, amount, out, seen)
    f.store(done + amount, work, Work.NEXT)
    f.store(f.number(0), work, Work.POSITION)
    f.store(made, work, Work.PRODUCED)
    f.store(f.load(work, Work.TRANSITIONS) + made, work, Work.TRANSITIONS)
