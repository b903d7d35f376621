"""A small state, and a way to trace one page over it and read what it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from spec.lang import (
    COMPUTED,
    COPIED,
    FALSE,
    FRESH,
    KEPT,
    RESET,
    SHARED,
    TRUE,
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
    event,
    field,
    syscall,
    trace_model,
)
from spec.lang.action import Action
from spec.lang.errors import SpecError
from spec.lang.model import Cites

EPERM, ESRCH = Errno(1, "EPERM"), Errno(3, "ESRCH")


class Thing(Sort, first=1):
    """What the table is indexed by."""


class Place(Sort):
    """Another sort."""


class Colour(Enum):
    """Three members."""

    members = ("RED", "GREEN", "BLUE")


RED, GREEN, BLUE = (Colour.of(name) for name in Colour.members)


class Small(Int, bits=4):
    """0 to 15."""


class Colours(SetOf[Colour], element=Colour):
    """Some colours."""


class ThingRow(Row[Thing]):
    """One thing."""

    colour = field(Colour, initial=RED, fork=COPIED, thread=SHARED, exec=KEPT)
    above = field(
        Thing, initial=lambda row: row, fork=COMPUTED, thread=COPIED, exec=KEPT
    )
    size = field(
        Small,
        initial=0,
        fork=FRESH(Small.lift(7)),
        thread=FRESH(Small.lift(1)),
        exec=RESET(Small.lift(2)),
    )
    is_open = field(Bool, initial=FALSE, fork=COPIED, thread=COPIED, exec=COMPUTED)


class Tint(Row[Thing]):
    """More of each thing, in a second table of the same sort."""

    colours = field(
        Colours, initial=Colours.containing(), fork=COPIED, thread=COPIED, exec=KEPT
    )


class PlainRow(Row[Place]):
    """A table that takes no part in creation."""

    level = field(Small, initial=3)


class World(State):
    """The state of these tests."""

    thing = Table(Thing, ThingRow, inherits=True)
    tint = Table(Thing, Tint, inherits=True)
    place = Table(Place, PlainRow)
    family = Forest(Thing, "thing.above")
    total = field(Small, initial=0)


Page = Callable[..., None]
FIRST: Final = Thing.element(0)


def traced(page: Page, *, cites: Cites | None = None, **given: Any) -> Action:
    """The action that a page is traced to; `caller` makes it a system call."""
    return model_of(page, cites=cites, **given).actions[0]


def model_of(*pages: Page, **given: Any) -> Model:
    """A model with these pages."""
    calls = [
        syscall(source="call(2)")(page)
        if "caller" in page.__annotations__
        else event(source="call(2)")(page)
        for page in pages
    ]
    return trace_model("world", World, calls, **given)


def refusal(page: Page, **given: Any) -> str:
    """What the notation says of a page that breaks a law."""
    with pytest.raises(SpecError) as caught:
        model_of(page, **given)
    return str(caught.value)


def term_refusal(build: Callable[[], object]) -> str:
    """What the notation says of a term that cannot be."""
    with pytest.raises(SpecError) as caught:
        build()
    return str(caught.value)


def a_step(step: Step, old: World, new: World, caller: Thing) -> None:
    """A page with no law broken."""
    step.fails(EPERM, when=old.thing[caller].is_open, cite="ERRORS EPERM")
    new.thing[caller].is_open = TRUE
    step.returns(0)
