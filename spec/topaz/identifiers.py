"""Identifiers: which one a new process can get.

The section promises that two processes never share one (topaz 4:4), and says nothing of
identifiers by which only a group is called. Ultrix, for whose sake the range is what it
is (topaz 4:2), avoids those too: the reading `unused`. The reading `of_no_process`
takes the section at its word.

Source   topaz 4:2, 4:4
Modelled both readings
Not      the size of the range, which is the scope of a check
"""

from __future__ import annotations

from typing import Final

from spec.lang import Reading, SetOf, Step, those
from spec.lang.step import Hook
from spec.process.numbers import names_something
from spec.process.sorts import EAGAIN, Number
from spec.process.words import is_numbered
from spec.topaz.state import Kernel


def unused_identifiers(s: Kernel) -> SetOf[Number]:
    """The identifiers that name no process and no group."""
    return those(Number, lambda n: ~names_something(s, n))


def identifiers_of_no_process(s: Kernel) -> SetOf[Number]:
    """The identifiers that name no process."""
    return those(Number, lambda n: ~is_numbered(s, n))


def unused_identifier(step: Step, old: Kernel, number: Number) -> None:
    """The reading `unused`."""
    free = unused_identifiers(old)
    step.fails(EAGAIN, when=free.is_empty(), cite="topaz 4:4")
    step.picks(number, among=free)


def identifier_of_no_process(step: Step, old: Kernel, number: Number) -> None:
    """The reading `of_no_process`."""
    free = identifiers_of_no_process(old)
    step.fails(EAGAIN, when=free.is_empty(), cite="topaz 4:4")
    step.picks(number, among=free)


IDENTIFIERS: Final = Reading(
    name="identifiers",
    options=("unused", "of_no_process"),
    default="unused",
    about="Whether a new process can get an identifier by which a group is called.",
    cites=("topaz 4:2", "topaz 4:4"),
)

IDENTIFIER_HOOKS: Final[dict[str, Hook]] = {
    "unused": unused_identifier,
    "of_no_process": identifier_of_no_process,
}
