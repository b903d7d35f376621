"""Readings side by side: what each option breaks and what it makes true."""

from __future__ import annotations

from collections.abc import Iterator

from checker.check import check
from checker.cli.checking import searcher_within
from checker.cli.naming import system_named, task
from checker.cli.progress import ProgressLine
from checker.cli.stopping import Stopping
from checker.scope import parse_sizes
from checker.task import Result
from checker.verdict import worst
from spec.lang.model import Reading
from spec.systems import SYSTEMS


def compare_readings(
    systems: tuple[str, ...], scope: str, timeout: float | None
) -> int:
    """Print, for each option of each reading, what does not hold under it."""
    stopping, line = Stopping(), ProgressLine()
    searcher = searcher_within(timeout, stopping, line)
    sizes = parse_sizes(scope) if scope else {}
    codes = []
    with stopping.watching():
        for name in systems or tuple(SYSTEMS):
            for reading, option in _options(system_named(name).readings):
                line.doing(f"{name} {reading.name}={option}")
                stopping.check()
                one = task(
                    name, reading={reading.name: option}, sizes=sizes, goals=False
                )
                events = check(one, "explore", searcher)
                results = [event for event in events if isinstance(event, Result)]
                line.clear()
                _print(name, reading, option, results)
                codes += [r.exit_code for r in results if r.prop.kind != "sometimes"]
    return worst(codes)


def _options(readings: tuple[Reading, ...]) -> Iterator[tuple[Reading, str]]:
    for reading in readings:
        for option in reading.options:
            yield reading, option


def _print(name: str, reading: Reading, option: str, results: list[Result]) -> None:
    usual = "  (default)" if option == reading.default else ""
    print(f"{name}  {reading.name}={option}{usual}")
    asserted = [r for r in results if r.prop.kind != "sometimes"]
    broken = [r for r in asserted if r.verdict.json_name != "proved at scope"]
    for result in broken:
        expected = ", as expected" if result.exit_code == 0 else ", not expected"
        print(f"    {result.verdict.json_name}{expected}: {result.prop.name}")
    print(f"    {len(asserted) - len(broken)} of {len(asserted)} properties hold")
