"""Which properties can notice a mutation at all: those whose slice it changes.

What settles a property is its slice. If the slice of the mutant is the slice of the
model, so is the verdict, and no search is needed to say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from checker.mutants.mutate import Mutant
from checker.slicing.closure import with_data
from checker.slicing.slice import slice_model
from spec.lang.model import Model, Traced


@dataclass
class Watch:
    """A model, and for each property the fields of the slice that settled it."""

    model: Model
    settled: Mapping[str, frozenset[str]]
    _seen: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def noticing(
        self, mutant: Mutant, properties: Iterable[Traced]
    ) -> tuple[Traced, ...]:
        """The properties whose slices the mutation changes, over the mutant."""
        listed = tuple(properties)
        pairs = zip(listed, mutant.retraced(listed), strict=True)
        return tuple(new for old, new in pairs if self._sees(mutant, old, new))

    def _sees(self, mutant: Mutant, old: Traced, new: Traced) -> bool:
        fields = self.settled[old.name]
        models = [_alone(m, mutant.action) for m in (self.model, mutant.model)]
        parts = [_about(prop, mutant.action) for prop in (old, new)]
        key = (mutant.name, fields, *(part.obligations for part in parts))
        if key not in self._seen:
            slices = [
                slice_model(model, [part], fields)
                for model, part in zip(models, parts, strict=True)
            ]
            seen = [(s.model.actions, _terms(s.properties)) for s in slices]
            closed = with_data(models[1], fields) == fields
            self._seen[key] = not closed or seen[0] != seen[1]
        return self._seen[key]


def _alone(model: Model, action: str) -> Model:
    return replace(model, actions=(model.action(action),))


def _about(prop: Traced, action: str) -> Traced:
    demands = tuple(o for o in prop.obligations if o.action == action)
    return replace(prop, obligations=demands)


def _terms(properties: Iterable[Traced]) -> list[tuple[object, ...]]:
    return [(prop.node, prop.obligations) for prop in properties]
