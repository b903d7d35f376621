"""What needs no search: true at boot, and kept by every step from any state at all.

Many properties say what one call does, and are as true in states that no run reaches.
For them one question to the solver takes the place of a search, however large the slice
is. What is not kept is given up without a reason; whether it holds is then for a search
to say.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from checker.bounded.one_step import kept_by_every_step
from checker.evaluate import Evaluator
from checker.ground import ground
from checker.unroll import size_in_bits
from spec.lang.model import Model, Scope, Traced

SEARCHED: Final = 8
"""A state of so many bits is small enough for a search to be tried first."""
SECONDS: Final = 4.0
"""How long an argument about one slice may take."""


def bits_of(model: Model, scope: Scope) -> int:
    """How many bits a state has."""
    found = 0
    for info in model.shape.fields():
        rows = 1 if info.index is None else scope.size(info.index)
        found += rows * size_in_bits(info.type, scope)
    return found


def held_by_every_step(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced],
    seconds: float = SECONDS,
) -> frozenset[str]:
    """The names of those that one step of induction proves within the time."""
    listed = tuple(properties)
    return kept_by_every_step(
        ground(model, scope, listed, keep_params=True),
        Evaluator(model, scope, listed),
        together=True,
        deadline=time.monotonic() + seconds,
    ).properties
