"""Results as people and as programs read them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

from checker.evaluate import Evaluator
from checker.scope import scope_words, written
from checker.task import Covered, Result, Task
from checker.trace import Header, Trace, digest
from checker.verdict import Bounded, ProvedAtScope, Unknown, Vacuous, Violated
from counterexamples.html import page
from counterexamples.render import render
from counterexamples.view import View, view
from counterexamples.write import write

SCHEMA = "pidproof/1"
STYLES = {
    "proved": "green",
    "proved at scope": "green",
    "bounded": "cyan",
    "violated": "red",
    "vacuous": "yellow",
    "unknown": "yellow",
}


class ReportLost(Exception):
    """A report could not be written; the results were printed all the same."""


def scope_text(task: Task) -> str:
    """`process=3,number=4`."""
    return scope_words(task.scope)


def reading_text(task: Task) -> str:
    """`numbers=any`; empty where a system has no readings."""
    return ",".join(f"{n}={option}" for n, option in task.model.reading.items())


WIDE = 160
"""Columns of a report that goes to a file or a pipe."""


def console() -> Console:
    """Standard output; markup in a name is only text."""
    wide = None if sys.stdout.isatty() else WIDE
    return Console(
        file=sys.stdout, highlight=False, markup=False, soft_wrap=True, width=wide
    )


def width_for(tasks: Iterable[Task]) -> int:
    """How wide the column of the properties' names is."""
    return max((len(p.name) for task in tasks for p in task.properties), default=0)


def trace_of(result: Result, mutant: str | None) -> tuple[Evaluator, Trace] | None:
    """The run of a result as a trace, with the evaluator it runs on."""
    if result.run is None or result.generated:
        return None
    task = result.task
    header = Header(
        prop=result.prop.name,
        system=task.system,
        reading=tuple(task.model.reading.items()),
        mutant=mutant,
        scope=written(task.scope),
        engine=result.engine,
        spec=digest(task.model),
    )
    props = [p for p in task.properties if p.name == result.prop.name]
    evaluator = Evaluator(task.model, task.scope, props)
    return evaluator, Trace(header, result.run)


def as_json(results: Iterable[Result], mutant: str | None) -> str:
    """The versioned document: keys are added in a new version only."""
    return json.dumps(
        {"schema": SCHEMA, "results": [_row(r, mutant) for r in results]}, indent=1
    )


def _row(result: Result, mutant: str | None) -> dict[str, object]:
    shown = trace_of(result, mutant)
    return {
        "system": result.task.system,
        "property": result.prop.name,
        "verdict": result.verdict.json_name,
        "engine": result.engine,
        "scope": scope_text(result.task),
        "reading": reading_text(result.task),
        "distinct": result.distinct,
        "transitions": result.transitions,
        "depth": result.depth,
        "seconds": round(result.seconds, 3),
        "trace": None if shown is None else write(*shown),
    }


def as_html(results: Iterable[Result], mutant: str | None) -> str:
    """The page: the table of verdicts, then every run that was not expected."""
    listed = list(results)
    rows = [
        {
            **{k: "" if v is None else v for k, v in _row(result, mutant).items()},
            "expected": result.expected,
            "as_expected": result.exit_code == 0,
            "note": detail(result),
        }
        for result in listed
    ]
    return page("pidproof", _views(listed, mutant), rows)


def _views(results: Iterable[Result], mutant: str | None) -> Iterator[View]:
    for result in results:
        shown = trace_of(result, mutant)
        if shown is not None and isinstance(result.verdict, Violated):
            yield view(*shown)


def detail(result: Result) -> str:
    """What a verdict says besides its name."""
    match result.verdict:
        case Violated(trace=run):
            none = "there is no example at this scope"
            return none if run is None else f"in {_steps(len(run))}"
        case ProvedAtScope(witness=run) if run is not None:
            return f"reached in {_steps(len(run))}"
        case ProvedAtScope() if result.prop.kind == "sometimes":
            return "reached"
        case Bounded(depth=depth):
            return f"up to {_steps(depth)}"
        case Vacuous(why=why) | Unknown(reason=why):
            return why
    return ""


def _steps(number: int) -> str:
    return "1 step" if number == 1 else f"{number} steps"


class TextReport:
    """Verdicts as they come, a line each; then what was covered, and the runs."""

    def __init__(
        self, mutant: str | None, width: int, *, verbose: bool = False
    ) -> None:
        self.mutant, self.width, self.verbose = mutant, width, verbose
        self.console = console()
        self._task: Task | None = None
        self._goals: list[Result] = []

    def result(self, result: Result) -> None:
        """One line; a generated goal that is reached gets none."""
        self._heading(result.task)
        if result.generated:
            self._goals.append(result)
            if result.exit_code == 0:
                return
        mark, style = ("ok", "green") if result.exit_code == 0 else ("no", "bold red")
        if result.exit_code == 5:
            mark, style = "??", "bold yellow"
        name = result.verdict.json_name
        more = detail(result)
        if result.exit_code == 0 and name == "violated":
            more = f"{more}, as expected"
        line = Text.assemble(
            (f"  {mark}  ", style),
            result.prop.name.ljust(self.width),
            "  ",
            (name, STYLES[name]),
            f"  {more}" if more else "",
        )
        self.console.print(line)

    def _heading(self, task: Task) -> None:
        if task is self._task:
            return
        self._task, self._goals = task, []
        about = "  ".join(
            part
            for part in (
                reading_text(task),
                scope_text(task),
                f"mutant {self.mutant}" if self.mutant else "",
            )
            if part
        )
        self.console.print(Text.assemble((task.system, "bold"), "  ", (about, "dim")))

    def covered(self, covered: Covered) -> None:
        """What was searched of a task, and what the model says nothing of."""
        self._heading(covered.task)
        parts = []
        if covered.distinct is not None:
            parts += [f"{covered.distinct:,} states", f"{covered.transitions:,} steps"]
        if covered.depth is not None:
            parts.append(f"depth {covered.depth}")
        if covered.searches > 1:
            parts.append(f"{covered.searches} searches")
        parts.append(f"{covered.seconds:.1f} s")
        if self._goals:
            met = sum(1 for goal in self._goals if goal.exit_code == 0)
            parts.append(f"{met} of {len(self._goals)} calls and errors reached")
        self.console.print(Text(f"      {', '.join(parts)}", "dim"))
        if covered.out_of_scope:
            points = "; ".join(covered.out_of_scope)
            count = len(covered.out_of_scope)
            plural = "point" if count == 1 else "points"
            note = f"      {count} out-of-scope {plural} reached: {points}"
            self.console.print(Text(note, "dim"))
        if self.verbose:
            lines = (line for said in covered.reductions for line in said.split("\n"))
            for line in lines:
                self.console.print(Text(f"      {line}", "dim"))
        for note in covered.notes:
            self.console.print(Text(f"      note: {note}", "yellow"))

    def runs(self, results: Iterable[Result]) -> None:
        """The runs behind the violations that nobody expected."""
        for result in results:
            shown = trace_of(result, self.mutant)
            violated = isinstance(result.verdict, Violated)
            if shown is not None and violated and result.exit_code:
                self.console.print()
                self.console.print(render(view(*shown)))

    def summary(self, results: Iterable[Result], seconds: float) -> None:
        """The last line."""
        listed = [result for result in results if not result.generated]
        good = sum(1 for result in listed if result.exit_code == 0)
        bad = len(listed) - good
        properties = "property" if len(listed) == 1 else "properties"
        said = f"{len(listed)} {properties}, {good} as expected"
        said += f", {bad} not" if bad else ""
        style = "bold red" if bad else "bold green"
        self.console.print()
        self.console.print(Text(f"{said}; {seconds:.1f} s", style))


def save(results: Iterable[Result], mutant: str | None, folder: Path) -> list[Path]:
    """One file for each run: `system-property.trace`; raises ReportLost."""
    saved = []
    for result in results:
        shown = trace_of(result, mutant)
        if shown is not None:
            name = result.prop.name.replace("_", "-")
            path = folder / f"{result.task.system}-{name}.trace"
            put(path, write(*shown))
            saved.append(path)
    return saved


def put(path: Path, text: str) -> None:
    """Write a file whole or not at all; raises ReportLost."""
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            path.write_text(text, "utf-8")
            return
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise ReportLost(f"{path} could not be written: {reason}") from None
