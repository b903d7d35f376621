"""What `pidproof prove --scope` does: one property after the other, one method."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from checker.bounded.at_scope import AtScope, Method
from checker.bounded.external import abc_program
from checker.cli.checking import reading_for
from checker.cli.names_decide import decided_by_names
from checker.cli.naming import task
from checker.cli.progress import ProgressLine
from checker.cli.report import (
    SCHEMA,
    STYLES,
    TextReport,
    console,
    detail,
    reading_text,
    scope_text,
    trace_of,
    width_for,
)
from checker.cli.stopping import Stopping
from checker.premises import Premises
from checker.scope import parse_sizes
from checker.task import Result, Task
from checker.verdict import AS_EXPECTED, INCONCLUSIVE, worst
from counterexamples.write import write
from spec.lang.errors import UnknownName
from spec.lang.model import Traced
from spec.systems import SYSTEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    systems: tuple[str, ...]
    properties: tuple[str, ...]
    scope: str | None
    method: str | None
    reading: tuple[str, ...]
    mutant: str | None
    timeout: float
    json: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A result, and the argument behind it."""

    result: Result
    argument: AtScope


def run(wanted: Wanted) -> int:
    """Argue, print; the exit code."""
    method = Method(wanted.method or Method.PDR)
    if method is Method.ABC:
        abc_program()
    line, stopping = ProgressLine(), Stopping()
    found: list[Told] = []
    with stopping.watching():
        tasks = list(_tasks(wanted))
        width = width_for(tasks)
        for one in tasks:
            if not wanted.json:
                scope = scope_text(one)
                print(f"{one.system}, {scope}: {_TITLES[method]}")
            premises = Premises(one, method, wanted.timeout or None)
            for prop in one.properties:
                stopping.check()
                line.doing(f"{one.system}: {prop.name}")
                told = _argued(premises, prop)
                line.clear()
                found.append(told)
                if not wanted.json:
                    _print(told, width)
        named = [
            told
            for one in tasks
            if not wanted.properties and wanted.mutant is None
            for told in decided_by_names(one, wanted.timeout)
        ]
    results = [told.result for told in found]
    if wanted.json:
        rows = [_row(told, wanted.mutant) for told in found]
        rows += [told.row() for told in named]
        print(json.dumps({"schema": SCHEMA, "results": rows}, indent=1))
    else:
        for told_of_names in named:
            console().print(told_of_names.line())
        TextReport(wanted.mutant, width).runs(results)
    codes = [result.exit_code for result in results]
    return worst([*codes, *(told.exit_code for told in named)])


_MARKS: Final = {AS_EXPECTED: "ok", INCONCLUSIVE: "??"}
_TITLES: Final = {
    Method.K_INDUCTION: "k-induction",
    Method.PDR: "property-directed reachability by Z3's Spacer",
    Method.ABC: "property-directed reachability by ABC",
}


def _tasks(wanted: Wanted) -> Iterator[Task]:
    """Each system at the scope; a system without the properties is passed over."""
    sizes = parse_sizes(wanted.scope) if wanted.scope else {}
    refusals, empty = [], True
    for name in dict.fromkeys(wanted.systems or SYSTEMS):
        try:
            yield task(
                name,
                wanted.properties,
                reading=reading_for(name, wanted.reading, strict=bool(wanted.systems)),
                sizes=sizes,
                mutant=wanted.mutant,
                goals=False,
            )
            empty = False
        except UnknownName as error:
            refusals.append(error)
    if refusals and (empty or wanted.systems):
        raise refusals[0]


def _argued(premises: Premises, prop: Traced) -> Told:
    started = time.perf_counter()
    argument = premises.argued(prop)
    result = Result(
        task=replace(premises.task, properties=(prop,)),
        prop=prop.declared,
        verdict=argument.verdict,
        engine=premises.method.value,
        distinct=None,
        transitions=None,
        depth=None,
        seconds=time.perf_counter() - started,
    )
    return Told(result, argument)


def _print(told: Told, width: int) -> None:
    result, argument = told.result, told.argument
    out = console()
    mark = _MARKS.get(result.exit_code, "no")
    out.print(f"  {mark}  {result.prop.name.ljust(width)}  ", end="")
    said = result.verdict.json_name
    out.print(said, style=STYLES[said], end="")
    parts = [detail(result), f"by {argument.how}", f"{result.seconds:.1f} s"]
    parts.append(f"{argument.kept} of {argument.fields} fields")
    out.print(f"  {'; '.join(part for part in parts if part)}")


def _row(told: Told, mutant: str | None) -> dict[str, object]:
    result, argument = told.result, told.argument
    shown = trace_of(result, mutant)
    return {
        "system": result.task.system,
        "property": result.prop.name,
        "verdict": result.verdict.json_name,
        "engine": result.engine,
        "method": argument.how,
        "detail": detail(result),
        "scope": scope_text(result.task),
        "reading": reading_text(result.task),
        "fields_kept": argument.kept,
        "seconds": round(result.seconds, 3),
        "trace": None if shown is None else write(*shown),
    }
