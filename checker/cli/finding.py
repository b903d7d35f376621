"""Find a counterexample for every property: `python -m checker.cli.finding`.

Writes `counterexamples/found/NNNN-what-happened.trace`: for each property the run of
its most telling mutant, for a `sometimes` an example, for a property that the documents
break a run of the model itself. A property keeps its number for ever; a new one gets
the next. Run it again when a page or a property has changed; `git diff` shows what that
did to the runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from checker.cli.naming import sizes_for
from checker.evaluate import Evaluator
from checker.mutants.mutate import Mutant, mutants
from checker.mutants.notice import Watch
from checker.mutants.score import glance
from checker.mutants.telling import Example, telling
from checker.scope import scope_for, written
from checker.searcher import Limits, Searcher
from checker.slicing.closure import data_of
from checker.slicing.refine import Engine, check
from checker.trace import Header, Trace, confirm, digest
from checker.verdict import ProvedAtScope, Run, Violated
from counterexamples import parse, write
from counterexamples.form import NONE, Document
from properties.catalogue import CATALOGUE, for_system
from properties.manifest import manifest
from spec.lang import Model, Property, Scope
from spec.lang.model import Traced
from spec.systems import SYSTEMS

AFRESH: Final = "--afresh"
FOUND: Final = Path(__file__).parents[2] / "counterexamples" / "found"

TELLING: Final = {
    "no_two_processes_share_a_pid": "fork_picks_any_pid",
    "no_number_is_reused_while_in_use": "fork_picks_pid_ignoring_process_group",
    "no_number_of_a_session_is_reused": "fork_picks_pid_ignoring_process_session",
    "getppid_names_a_running_process": "exit_group_forgets_process_parent",
    "every_process_has_a_living_parent": "exit_group_forgets_process_parent_of_RUNNING",
    "no_zombie_is_left_without_a_reaper": "exit_group_forgets_process_parent_of_ZOMBIE",
    "the_family_is_one_tree_rooted_at_init": "exit_group_sets_process_parent_to_caller",
    "the_nearest_subreaper_or_init_adopts_every_orphan": (
        "exit_group_changes_process_parent_ignoring_process_is_subreaper"
    ),
    "number_one_belongs_to_init": "exit_group_is_never_out_of_scope",
    "no_running_process_vanishes": "exit_group_sets_process_phase_to_FREE",
    "wait_returns_the_number_of_a_selected_child": "wait4_picks_any_child",
    "only_the_parent_collects": "wait4_picks_child_ignoring_process_parent",
    "a_status_is_collected_exactly_once": "wait4_forgets_process_phase",
    "a_failed_exec_changes_nothing": "execve_fails_with_ENOENT_too_late",
}
"""The mutant to show, where the choice by words would be a worse one."""

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

    def shown(self, name: str, known: str | None = None) -> Shown | None:
        """What to show of the property, on the mutant `known` if that still fails."""
        prop = self.traced[name]
        if prop.kind == "sometimes" or self.expected.get(name) == Violated.json_name:
            return self._of_the_model(prop)
        for wanted in [known, None] if known else [None]:
            for engine in self.engines:
                found = self._telling(prop, wanted, engine)
                if found is not None and found.run is not None:
                    return Shown(
                        found.mutant.model, found.prop, found.mutant.name, found.run
                    )
        return None

    def _telling(
        self, prop: Traced, known: str | None, engine: Engine
    ) -> Example | None:
        candidates = [m for m in self.mutants if known in {None, m.name}]
        return telling(self.watch, self.scope, prop, candidates, engine)

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


def kept(folder: Path = FOUND) -> dict[str, Document]:
    """What the files say, by the property they are about."""
    read = [parse.parse(path.read_bytes()) for path in sorted(folder.glob("*.trace"))]
    return {document.header["property"].text: document for document in read}


def files(folder: Path = FOUND) -> dict[str, Path]:
    """The files there are, by the property they are about."""
    return dict(zip(kept(folder), sorted(folder.glob("*.trace")), strict=True))


def find(
    folder: Path, say: Say, only: Collection[str] = (), *, afresh: bool = False
) -> Iterator[str]:
    """Write the files; yields the properties of which there is nothing to show."""
    told = {} if afresh else _mutants_in(kept(folder))
    there = files(folder)
    numbers = {name: int(path.name[:4]) for name, path in there.items()}
    finders = cache(Finder.of)
    for prop in CATALOGUE:
        if only and prop.name not in only:
            there.pop(prop.name, None)
            continue
        known = TELLING.get(prop.name) or told.get(prop.name)
        shown = finders(home_of(prop)).shown(prop.name, known)
        if shown is None:
            yield prop.name
            continue
        number = numbers.setdefault(prop.name, max(numbers.values(), default=0) + 1)
        said = (shown.mutant or prop.name).replace("_", "-")
        path = folder / f"{number:04}-{said}.trace"
        old = there.pop(prop.name, path)
        path.write_text(finders(home_of(prop)).text(shown), encoding="utf-8")
        if old != path:
            old.unlink()
        say(f"{path.name}  {prop.name}")
    for path in there.values():
        path.unlink()


def _mutants_in(documents: Mapping[str, Document]) -> dict[str, str]:
    found = {name: d.header["mutant"].text for name, d in documents.items()}
    return {name: mutant for name, mutant in found.items() if mutant != NONE}


def main() -> int:
    """Write them all; 1 when a property has nothing to show."""
    asked = [name for name in sys.argv[1:] if name != AFRESH]
    missing = list(find(FOUND, print, asked, afresh=AFRESH in sys.argv))
    for name in missing:
        print(f"nothing shows {name}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
