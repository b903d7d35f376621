"""Find a counterexample for every property: `python -m checker.cli.finding`.

Writes `counterexamples/found/NNNN-what-happened.trace`: for each property the run of
its most telling mutant, for a `sometimes` an example, for a property that the documents
break a run of the model itself. A property keeps its number for ever; a new one gets
the next. What is there and still shows its property stays as it is, unless the property
is named or `--afresh` is given; `git diff` shows what changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from checker.cli.finder import Finder
from checker.cli.naming import named_in
from counterexamples import parse
from counterexamples.form import NONE, BadTrace, Document
from counterexamples.replay import replay
from properties.catalogue import CATALOGUE
from spec.lang import Property
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
        "exit_group_forgets_process_parent"
    ),
    "number_one_belongs_to_init": "exit_group_is_never_out_of_scope",
    "no_running_process_vanishes": "exit_group_sets_process_phase_to_FREE",
    "wait_returns_the_number_of_a_selected_child": "wait4_picks_any_child",
    "only_the_parent_collects": "wait4_picks_child_ignoring_process_parent",
    "a_status_is_collected_exactly_once": "wait4_forgets_process_phase",
    "a_failed_exec_changes_nothing": "execve_fails_with_ENOENT_too_late",
}
"""The mutant to show, where the choice by rank would be a worse one."""

Say = Callable[[str], object]


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


def still_shows(path: Path) -> bool:
    """The file replays to itself, and shows its property."""
    try:
        found = replay(path.read_bytes(), named_in)
    except BadTrace:
        return False
    return found.still_shows and not found.differences


def find(
    folder: Path, say: Say, only: Collection[str] = (), *, afresh: bool = False
) -> Iterator[str]:
    """Write the files; yields the properties of which there is nothing to show."""
    there = files(folder)
    told = {} if afresh else _mutants_in(kept(folder))
    numbers = {name: int(path.name[:4]) for name, path in there.items()}
    finders = cache(Finder.of)
    for prop in CATALOGUE:
        if only and prop.name not in only:
            continue
        old = there.get(prop.name)
        if old is not None and not (only or afresh) and still_shows(old):
            continue
        known = TELLING.get(prop.name) or told.get(prop.name)
        finder = finders(home_of(prop))
        shown = finder.shown(prop.name, known)
        if shown is None:
            yield prop.name
            continue
        number = numbers.setdefault(prop.name, max(numbers.values(), default=0) + 1)
        said = (shown.mutant or prop.name).replace("_", "-")
        path = folder / f"{number:04}-{said}.trace"
        path.write_text(finder.text(shown), encoding="utf-8")
        if old not in {None, path}:
            old.unlink()
        say(f"{path.name}  {prop.name}")
    named = {prop.name for prop in CATALOGUE}
    for name in there.keys() - named:
        there[name].unlink()


def _mutants_in(documents: Mapping[str, Document]) -> dict[str, str]:
    found = {name: d.header["mutant"].text for name, d in documents.items()}
    return {name: mutant for name, mutant in found.items() if mutant != NONE}


def main() -> int:
    """Write what is missing; 1 when a property has nothing to show."""
    asked = [name for name in sys.argv[1:] if name != AFRESH]
    missing = 0
    for name in find(FOUND, _say, asked, afresh=AFRESH in sys.argv):
        print(f"nothing shows {name}", file=sys.stderr, flush=True)
        missing += 1
    return 1 if missing else 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
