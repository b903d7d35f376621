"""Find a counterexample for every property: `python -m checker.cli.finding`.

Writes `counterexamples/found/NNNN-what-happened.trace`: for each property the run of
its most telling mutant, for a `sometimes` an example, for a property that the documents
break a run of the model itself. A property keeps its number for ever; a new one gets
the next. Run it again when a page or a property has changed; `git diff` shows what that
did to the runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from checker.cli.library import sizes_for
from checker.evaluate import Evaluator
from checker.mutate import Mutant, mutants
from checker.mutation_score import glance
from checker.notice import Watch
from checker.refine import Engine, check
from checker.scope import scope_for, written
from checker.searcher import Limits, Searcher
from checker.slice import data_of
from checker.telling import telling
from checker.trace import Header, Trace, confirm, digest
from checker.verdict import ProvedAtScope, Run, Violated
from counterexamples import parse, write
from properties.catalogue import CATALOGUE, for_system
from properties.manifest import manifest
from spec.lang import Model, Property, Scope
from spec.lang.model import Traced
from spec.systems import SYSTEMS

FOUND: Final = Path(__file__).parents[2] / "counterexamples" / "found"

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Shown:
    """A run that shows something of a property, of a model or of its mutant."""

    model: Model
    prop: Traced
    mutant: str | None
    run: Run


@dataclass
class Finder:
    """One system: what holds of it, and what its mutants break."""

    model: Model
    scope: Scope
    traced: dict[str, Traced]

    @classmethod
    def of(cls, system: str) -> Finder:
        """For the system of this name, under its default reading and scope."""
        model = SYSTEMS[system].model()
        traced = {p.name: model.trace(p) for p in for_system(system)}
        scope = scope_for(model, sizes_for(model, {}), traced.values())
        return cls(model, scope, traced)

    def __post_init__(self) -> None:
        self.mutants: tuple[Mutant, ...] = mutants(self.model)
        fields = {p.name: data_of(self.model, [p]) for p in self.traced.values()}
        self.watch = Watch(self.model, fields)
        self.engines: tuple[Engine, ...] = (glance, Searcher(Limits()))
        self.expected = manifest().expected(self.model.name, self.model.reading)

    def shown(self, name: str) -> Shown | None:
        """What to show of the property; None when there is nothing."""
        prop = self.traced[name]
        if prop.kind == "sometimes" or self.expected.get(name) == Violated.json_name:
            return self._of_the_model(prop)
        for engine in self.engines:
            found = telling(self.watch, self.scope, prop, self.mutants, engine)
            if found is not None and found.run is not None:
                return Shown(
                    found.mutant.model, found.prop, found.mutant.name, found.run
                )
        return None

    def breaking(self, name: str) -> str | None:
        """The name of a mutant that breaks the property, with or without a run."""
        prop = self.traced[name]
        for engine in self.engines:
            found = telling(self.watch, self.scope, prop, self.mutants, engine)
            if found is not None:
                return found.mutant.name
        return None

    def _of_the_model(self, prop: Traced) -> Shown | None:
        for engine in self.engines:
            for answer in check(self.model, self.scope, [prop], engine):
                match answer.verdict:
                    case Violated(trace=run) | ProvedAtScope(witness=run) if run:
                        return Shown(self.model, prop, None, run)
        return None

    def text(self, shown: Shown) -> str:
        """The trace file."""
        evaluator = Evaluator(shown.model, self.scope, [shown.prop])
        header = Header(
            prop=shown.prop.name,
            system=self.model.name,
            reading=tuple(self.model.reading.items()),
            mutant=shown.mutant,
            scope=written(self.scope),
            engine="explore",
            spec=digest(shown.model),
        )
        run = confirm(evaluator, shown.prop.name, shown.run)
        return write.write(evaluator, Trace(header, run))


def home_of(prop: Property) -> str:
    """The system in which the property is shown: the first that it is about."""
    return next(name for name in SYSTEMS if not prop.systems or name in prop.systems)


def kept(folder: Path = FOUND) -> dict[str, Path]:
    """The files there are, by the property they are about."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.trace")):
        document = parse.parse(path.read_bytes())
        found[document.header["property"].text] = path
    return found


def find(folder: Path, say: Say) -> Iterator[str]:
    """Write every file; yields the properties of which there is nothing to show."""
    files = kept(folder)
    numbers = {name: int(path.name[:4]) for name, path in files.items()}
    finders = {name: Finder.of(name) for name in SYSTEMS}
    for prop in CATALOGUE:
        finder = finders[home_of(prop)]
        shown = finder.shown(prop.name)
        if shown is None:
            yield prop.name
            continue
        number = numbers.setdefault(prop.name, max(numbers.values(), default=0) + 1)
        said = (shown.mutant or prop.name).replace("_", "-")
        path = folder / f"{number:04}-{said}.trace"
        if prop.name in files and files[prop.name] != path:
            files[prop.name].unlink()
        path.write_text(finder.text(shown), encoding="utf-8")
        say(f"{path.name}  {prop.name}")


def main() -> int:
    """Write them all; 1 when a property has nothing to show."""
    missing = list(find(FOUND, print))
    for name in missing:
        print(f"nothing shows {name}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
