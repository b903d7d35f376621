"""Every property, in the order in which they are reported."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from properties import (
    adoption,
    answers,
    collecting,
    creation,
    dominance,
    endings,
    exec,
    family,
    groups,
    guids,
    handles,
    inheritance,
    job_control,
    keeping,
    killing,
    leftovers,
    mitigations,
    numbers,
    protection,
    queues,
    sessions,
    sharing,
    signals,
    states,
    statuses,
    stops,
    templates,
    terminals,
    thread_leftovers,
    threads,
    vforks,
    waiting,
)
from spec.lang import Property

THEMES: Final[tuple[ModuleType, ...]] = (
    numbers,
    family,
    adoption,
    creation,
    inheritance,
    endings,
    collecting,
    waiting,
    statuses,
    handles,
    exec,
    threads,
    vforks,
    sharing,
    groups,
    sessions,
    terminals,
    job_control,
    signals,
    stops,
    killing,
    queues,
    states,
    answers,
    keeping,
    templates,
    guids,
    protection,
    dominance,
    mitigations,
    leftovers,
    thread_leftovers,
)


def _declared(theme: ModuleType) -> tuple[Property, ...]:
    """The properties of a theme, in the order of its page."""
    return tuple(p for p in vars(theme).values() if isinstance(p, Property))


CATALOGUE: Final[tuple[Property, ...]] = tuple(
    prop for theme in THEMES for prop in _declared(theme)
)


def for_system(name: str) -> tuple[Property, ...]:
    """The properties that are about the system of this name."""
    return tuple(p for p in CATALOGUE if not p.systems or name in p.systems)
