"""The tree of processes over time, one line for each process.

    6916 unshare       ├──────────────────────────────────────┤ exit 0
    └ 6917 sh, sleep     ├────────────────────────────────────┤ exit 0
      ├ 6918 sh           ├┤                                    exit 0
      └ 6919 sleep         ├─────^──────zzzzzzzzzzzzzzzzzzzzzz  exit 0, never collected

A bar is a life, `^` an adoption, `z` a zombie that waits to be collected. A process
stands under the one that made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.text import Text

from checker.audit import values
from checker.audit.lexing import Unreadable, printable
from checker.audit.log import Call, Happening
from checker.audit.strace_line import Exited, Killed
from checker.cli.auditing.findings import Findings, Zombie
from checker.cli.auditing.people import Life
from checker.cli.auditing.scene import Scene

MOST_LINES: Final = 200
LONGEST_NAME: Final = 40
SHORTEST_BAR: Final = 20
ENDS: Final = 34
"""Columns for how a process ended."""


@dataclass(frozen=True, slots=True)
class _Row:
    life: Life
    label: str
    end: str
    leaks: bool


def picture(
    scene: Scene, found: Findings, leaks: Sequence[Zombie], width: int
) -> Iterator[Text]:
    """The lines of the picture, `width` columns wide."""
    rows = list(_rows(scene, found, leaks))
    shown = rows[:MOST_LINES]
    names = min(max(len(row.label) for row in shown), LONGEST_NAME)
    bar = max(width - names - ENDS - 2, SHORTEST_BAR)
    clock = _Clock(scene, bar)
    yield Text(f"{'':{names}} {clock.scale()}", style="dim", no_wrap=True)
    for row in shown:
        label = row.label[:names].ljust(names)
        text = Text(f"{label} ", no_wrap=True)
        text.append_text(_bar(row, clock, found))
        text.append(f" {row.end[:ENDS]}", style="red" if row.leaks else "dim")
        yield text
    if len(rows) > len(shown):
        yield Text(f"and {len(rows) - len(shown)} processes more", style="dim")


class _Clock:
    """Columns for lines of the log: by time, or by line where it tells no times."""

    def __init__(self, scene: Scene, columns: int) -> None:
        times = scene.log.times
        self.columns, self._times = columns, times
        self._by_time = len(times) > 1
        self._start = min(times.values()) if self._by_time else 1.0
        last = max(times.values()) if self._by_time else float(scene.log.lines)
        self._length = max(last - self._start, 1e-9)
        self.last = columns - 1

    def column(self, line: int) -> int:
        """The column of a line of the log."""
        at = self._times.get(line, self._start) if self._by_time else float(line)
        return round((at - self._start) / self._length * (self.columns - 1))

    def scale(self) -> str:
        """The first and the last moment."""
        last = f"{self._length:.3f} s" if self._by_time else f"line {self._length:.0f}"
        return f"0{last.rjust(self.columns - 1)}"


def _bar(row: _Row, clock: _Clock, found: Findings) -> Text:
    life = row.life
    start = clock.column(life.began)
    end = clock.last if life.ended is None else clock.column(life.ended)
    cells = [" "] * clock.columns
    cells[start : end + 1] = "─" * (end - start + 1)
    cells[start], cells[end] = "├", "┤" if life.ended is not None else "→"
    for zombie in found.zombies:
        if _about(zombie.pid, zombie.since_line, life):
            until = clock.last if zombie.until_line is None else zombie.until_line
            stop = clock.column(until) if zombie.until_line is not None else clock.last
            first = clock.column(zombie.since_line) + 1
            cells[first : stop + 1] = "z" * max(0, stop + 1 - first)
    for adoption in found.adoptions:
        if _about(adoption.pid, adoption.line, life):
            cells[clock.column(adoption.line)] = "^"
    return Text("".join(cells), style="red" if row.leaks else "green", no_wrap=True)


def _about(pid: int, line: int, life: Life) -> bool:
    return pid == life.pid and line >= life.began


def _rows(scene: Scene, found: Findings, leaks: Sequence[Zombie]) -> Iterator[_Row]:
    """The processes, each under the one that made it."""
    made: dict[int, list[Life]] = {}
    for life in scene.people.lives:
        if life.process is None:
            above = 0 if life.maker is None else id(life.maker.owner)
            made.setdefault(above, []).append(life)
    programs, ends = _programs(scene), _ends(scene)
    leaking = {zombie.pid for zombie in leaks}
    waiting = {z.pid for z in found.zombies if not z.collected}
    stack = [(life, "", "") for life in reversed(made.get(0, []))]
    while stack:
        life, lead, below = stack.pop()
        names = ", ".join(programs.get(id(life), ()))
        end = ends.get(id(life), "still there")
        if life.pid in leaking:
            end += ", LEAKS"
        elif life.pid in waiting and life.maker is not None:
            end += ", adopted as a zombie"
        yield _Row(life, f"{lead}{life.pid} {names}", end, life.pid in leaking)
        children = made.get(id(life), [])
        for place in range(len(children) - 1, -1, -1):
            is_last = place == len(children) - 1
            corner, under = ("└ ", "  ") if is_last else ("├ ", "│ ")
            stack.append((children[place], below + corner, below + under))


def _programs(scene: Scene) -> dict[int, list[str]]:
    """The names of the programs that each process has run, in order."""
    found: dict[int, list[str]] = {}
    for record in scene.log.records:
        if not (isinstance(record, Call) and record.name.startswith("exec")):
            continue
        if record.result is None or not record.result.startswith("0"):
            continue
        try:
            path = values.listed(f"({record.arguments})")[0].strip('"')
        except (Unreadable, IndexError):
            continue
        name = printable(path.rpartition("/")[2], 15)
        found.setdefault(id(scene.caller(record).owner), []).append(name)
    return found


def _ends(scene: Scene) -> dict[int, str]:
    found: dict[int, str] = {}
    for record in scene.log.records:
        if isinstance(record, Happening):
            life = scene.people.at(record.pid, record.line)
            if life is not None and isinstance(record.what, Exited):
                found[id(life)] = f"exit {record.what.code}"
            elif life is not None and isinstance(record.what, Killed):
                found[id(life)] = record.what.signal
    return found
