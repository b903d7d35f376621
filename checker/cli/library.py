"""What the headers of many traces name: each model is built once, each mutant alone."""

from __future__ import annotations

from functools import cache

from checker.cli.naming import properties_named, system_named
from checker.mutants.mutate import one_mutant
from checker.scope import restricted, scope_for
from checker.trace import Header
from spec.lang.model import Model, Traced

Reading = tuple[tuple[str, str], ...]


@cache
def _model(system: str, reading: Reading) -> Model:
    return system_named(system).model(dict(reading))


@cache
def _traced(system: str, reading: Reading, prop: str) -> Traced:
    (named,) = properties_named(system, [prop])
    return _model(system, reading).trace(named)


def library(header: Header) -> tuple[Model, Traced]:
    """The model and the property that a header names; raises UnknownName."""
    model = _model(header.system, header.reading)
    prop = _traced(header.system, header.reading, header.prop)
    if header.mutant is not None:
        mutant = one_mutant(model, header.mutant)
        model, (prop,) = mutant.model, mutant.retraced([prop])
    if any(isinstance(size, str) for _, size in header.scope):
        model = restricted(model, scope_for(model, dict(header.scope), [prop]))
    return model, prop
