"""What `pidproof export` does once its options are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.cli.checking import Unusable, reading_for, searcher_within
from checker.cli.naming import task
from checker.cli.progress import ProgressLine
from checker.cli.report import ReportLost
from checker.cli.stopping import Stopping
from checker.export.tla import Count, export_tla
from checker.ground import ground
from checker.scope import parse_sizes
from checker.slicing.closure import cone_of
from checker.slicing.slice import slice_model
from checker.task import Task
from checker.verdict import Violated
from spec.lang.model import Model, Traced
from spec.systems import SYSTEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    form: str
    systems: tuple[str, ...]
    properties: tuple[str, ...]
    scope: str | None
    reading: tuple[str, ...]
    mutant: str | None
    slices: bool
    count: bool
    timeout: float
    output: Path | None


@dataclass(frozen=True, slots=True)
class File:
    """What to write under a name, and what to show of it on a terminal."""

    name: str
    content: bytes
    shown: str


def run(wanted: Wanted) -> int:
    """Show one model, or write the files of several; the exit code."""
    names = list(dict.fromkeys(wanted.systems or SYSTEMS))
    if len(names) != 1 and wanted.output is None:
        raise Unusable(
            "one system is shown at a time: name one, or give a directory to write "
            "to with --output"
        )
    line, stopping = ProgressLine(), Stopping()
    with stopping.watching():
        for name in names:
            files = list(_files(name, wanted, stopping, line))
            line.clear()
            if wanted.output is None:
                print(files[0].shown, end="")
            else:
                _write(files, wanted.output)
    return 0


def _files(
    name: str, wanted: Wanted, stopping: Stopping, line: ProgressLine
) -> Iterator[File]:
    asked = task(
        name,
        wanted.properties,
        reading=reading_for(name, wanted.reading, strict=bool(wanted.systems)),
        sizes=parse_sizes(wanted.scope) if wanted.scope else {},
        mutant=wanted.mutant,
        goals=False,
    )
    model, properties = asked.model, asked.properties
    if wanted.slices:
        model, properties = _sliced(asked)
    if wanted.form == "tla":
        count = _counted(asked, model, wanted, stopping, line)
        known = [n for n, verdict in asked.expected.items() if verdict == VIOLATED]
        made = export_tla(model, asked.scope, properties, count=count, refuted=known)
        yield _text(f"{made.name}.tla", made.module)
        yield _text(f"{made.name}.cfg", made.configuration)
        return
    from checker.export.aiger import Aiger
    from checker.export.btor2 import Btor2
    from checker.export.circuit import build

    whole = ground(model, asked.scope, properties, keep_params=True)
    if wanted.form == "aiger":
        aiger = Aiger()
        build(whole, aiger)
        yield File(f"{model.name}.aig", aiger.binary(), aiger.text())
    else:
        btor2 = Btor2()
        build(whole, btor2)
        yield _text(f"{model.name}.btor2", btor2.text())


VIOLATED = Violated.json_name


def _text(name: str, text: str) -> File:
    return File(name, text.encode(), text)


def _sliced(asked: Task) -> tuple[Model, tuple[Traced, ...]]:
    """The exact slice of the properties together."""
    fields = cone_of(asked.model, asked.properties)
    sliced = slice_model(asked.model, asked.properties, fields)
    return sliced.model, sliced.properties


def _counted(
    asked: Task, model: Model, wanted: Wanted, stopping: Stopping, line: ProgressLine
) -> Count | str:
    """What a complete search of the model finds within the time given for it."""
    if not wanted.count:
        return "not counted"
    searcher = searcher_within(wanted.timeout, stopping, line)
    searcher.symmetry = False
    found = searcher(model, asked.scope, ())
    if not found.complete:
        least, within = f"{found.distinct:,}", f"{wanted.timeout:g} s"
        return f"not counted to the end in {within}; at least {least} distinct states"
    return Count(found.distinct, found.transitions, found.depth)


def _write(files: list[File], folder: Path) -> None:
    for file in files:
        path = folder / file.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ReportLost(f"{path} could not be written: {reason}") from None
        print(path)
