"""A model whose calls use every operator of the notation, for exporters to write."""

from __future__ import annotations

from spec.lang import (
    FALSE,
    Bool,
    Enum,
    Errno,
    Forest,
    Int,
    Model,
    Row,
    SetOf,
    Sort,
    State,
    Step,
    Table,
    all_of,
    event,
    field,
    ite,
    some_of,
    those,
    trace_model,
)
from spec.lang.quantify import count_of, the_one

EBUSY, EPERM = Errno(16, "EBUSY"), Errno(1, "EPERM")


class Part(Sort, first=1):
    """What the machine is made of; parts hang below parts."""


class Colour(Enum):
    """A part's colour."""

    members = ("RED", "GREEN", "BLUE")


class Word(Int, bits=2):
    """A register."""


class Wide(Int, bits=4):
    """A wider one."""


class Parts(SetOf[Part], element=Part):
    """Some parts."""


class PartRow(Row[Part]):
    """One part."""

    above = field(Part, initial=lambda row: row)
    colour = field(Colour, initial=Colour.of("GREEN"))
    is_on = field(Bool, initial=FALSE)


class Machine(State):
    """Two registers, a set and a forest."""

    a = field(Word, initial=1)
    b = field(Word, initial=2)
    chosen = field(Parts, initial=Parts.containing())
    part = Table(Part, PartRow)
    tree = Forest(Part, "part.above")


FIRST = Part.element(0)


@event()
def calculate(step: Step, old: Machine, new: Machine, amount: Word) -> None:
    """Arithmetic that wraps around."""
    step.fails(EBUSY, when=(old.a == old.b) & (amount > 2), cite="a book")
    new.a = (old.a + amount) ^ (old.b - amount)
    new.b = ((old.b << amount) | (old.a >> 1)) & 3
    step.returns(0)


@event()
def widen(step: Step, old: Machine, new: Machine, part: Part) -> None:
    """Numbers of another width, numbers of parts and of members."""
    wide = Wide.from_term(old.a) + Wide.from_term(part)
    new.a = Word.from_term(wide + Wide.from_term(old.part[part].colour))
    step.returns()


@event()
def gather(step: Step, old: Machine, new: Machine, parts: Parts, part: Part) -> None:
    """Sets of parts."""
    step.blocks(when=parts.size() > 2)
    on = those(Part, lambda p: old.part[p].is_on)
    one = Parts.containing(part)
    new.chosen = ite(old.a < 2, (old.chosen | parts) & on, (old.chosen - parts) | one)
    new.part[part].is_on = ~old.part[part].is_on
    step.returns()


@event()
def hang(
    step: Step, old: Machine, new: Machine, child: Part, top: Part, luck: Colour
) -> None:
    """A part moves below another, and may light up; others take a colour."""
    step.fails_any(
        (EPERM, (child == top) | old.tree.is_ancestor(child, top), "a book"),
        (EBUSY, old.chosen.has(child), "another book"),
    )
    step.picks(luck, among=those(Colour, lambda c: c != Colour.of("RED")))
    lit = old.tree.nearest_ancestor(
        child, such_that=lambda p: (p == FIRST) | old.part[p].is_on
    )
    new.tree.attach(child, top)
    new.part[child].is_on = luck == Colour.of("BLUE")
    counted = count_of(Part, lambda p: old.part[p].colour == Colour.of("BLUE"))
    below = those(Part, lambda p: (old.part[p].above == lit) & (p <= child))
    with step.given(counted < 2):
        new.part[below].colour = the_one(
            Colour,
            lambda c: ~some_of(Part, lambda p: old.part[p].colour == c),
        )
    step.returns(lit)


@event()
def reset(step: Step, old: Machine, new: Machine) -> None:
    """Registers as at boot, once every part is on or coloured."""
    first = the_one(Part, lambda p: old.part[p].is_on)
    step.blocks(
        when=~all_of(
            Part, lambda p: old.part[p].is_on | (old.part[p].colour != Colour.of("RED"))
        )
    )
    new.a = 1
    new.b = Word.from_term(first)
    new.part[those(Part, lambda p: old.part[p].is_on)].above = lambda p: ite(
        p == first, p, old.part[p].above
    )
    step.returns()


def machine() -> Model:
    """The machine; its trees stay trees."""
    return trace_model("machine", Machine, (calculate, widen, gather, hang, reset))
