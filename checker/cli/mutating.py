"""What `pidproof mutants` does once its options are read."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Final

from checker.cli.checking import reading_for, searcher_within
from checker.cli.naming import system_named, task
from checker.cli.progress import ProgressLine
from checker.cli.report import SCHEMA
from checker.cli.stopping import Interrupted, Stopping
from checker.mutants.score import (
    CAUGHT,
    SAME,
    SURVIVED,
    UNDECIDED,
    UNNOTICED,
    UNSEEN,
    Fate,
    MutationReport,
    score,
)
from checker.scope import parse_sizes
from checker.verdict import AS_EXPECTED, INCONCLUSIVE
from counterexamples.witnesses import runs_of
from spec.systems import SYSTEMS

MOST_STATES: Final = 1_000_000
"""How far one search goes for one mutant; what that leaves open is undecided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    systems: tuple[str, ...]
    scope: str
    reading: tuple[str, ...]
    least: float | None
    most: int | None
    quick: bool
    timeout: float | None
    json: bool


def run(wanted: Wanted) -> int:
    """Score every mutant and print; 5 if that is cut short, or below what is asked."""
    names = wanted.systems or tuple(SYSTEMS)
    for name in names:
        system_named(name)
    asked = _Asked(wanted)
    with asked.stopping.watching():
        try:
            for name in names:
                asked.system(name)
        except Interrupted:
            asked.cut_short = True
    asked.line.clear()
    asked.conclude()
    if asked.cut_short or asked.score < (wanted.least or 0.0):
        return INCONCLUSIVE
    return AS_EXPECTED


class _Asked:
    """One run of the command: what was found so far."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.stopping, self.line = wanted, Stopping(), ProgressLine()
        self.fates: list[tuple[str, Fate]] = []
        self.idle: list[str] = []
        self.cut_short = False
        self.started = time.monotonic()

    def system(self, name: str) -> None:
        """Score one system."""
        wanted = self.wanted
        reading = reading_for(name, wanted.reading, strict=bool(wanted.systems))
        one = task(name, reading=reading, sizes=parse_sizes(wanted.scope))
        left, unheard = self._seconds_left(), 0
        searcher = searcher_within(left, self.stopping, self.line, MOST_STATES)

        def told(fate: Fate, number: int, total: int) -> bool:
            nonlocal unheard
            unheard = total - number
            self.line.doing(f"{name}: {number} of {total} mutants")
            self._print(name, fate)
            self.fates.append((name, fate))
            return self.stopping.asked

        self.line.doing(name)
        found = score(
            one.model,
            one.properties,
            one.scope,
            searcher,
            told=told,
            seconds=left,
            most=wanted.most,
            quick=wanted.quick,
            kept=partial(runs_of, name),
        )
        self._completed(name, found, unheard=unheard)

    def _completed(self, name: str, found: MutationReport, *, unheard: int) -> None:
        """The report knows more catches than were told on the way."""
        self.cut_short |= unheard > 0
        self.fates = [each for each in self.fates if each[0] != name]
        self.fates += [(name, fate) for fate in found.fates]
        whole = self.wanted.most is None and not self.wanted.quick
        if not unheard and whole:
            self.idle += [f"{name} {prop}" for prop in found.idle]

    def _seconds_left(self) -> float | None:
        if self.wanted.timeout is None:
            return None
        left = self.wanted.timeout - (time.monotonic() - self.started)
        self.cut_short |= left <= 0
        return max(left, 0.0)

    def _print(self, name: str, fate: Fate) -> None:
        open_or_missed = fate.fate not in {CAUGHT, SAME}
        if open_or_missed and not (self.wanted.json or self.wanted.quick):
            self.line.clear()
            print(f"{name}  {fate.fate}  {fate.name}", flush=True)

    @property
    def score(self) -> float:
        """The part that is caught of those not known to say the same."""
        counted = [fate for _, fate in self.fates if fate.fate != SAME]
        caught = sum(1 for fate in counted if fate.fate == CAUGHT)
        return caught / len(counted) if counted else 1.0

    def conclude(self) -> None:
        """The document, or the last lines."""
        counted = [(name, fate) for name, fate in self.fates if fate.fate != SAME]
        if self.wanted.json:
            listed = [
                {
                    "name": f"{name}/{fate.name}",
                    "caught_by": list(fate.caught_by),
                    "fate": fate.fate,
                }
                for name, fate in counted
            ]
            document = {
                "schema": SCHEMA,
                "mutants": listed,
                "score": round(self.score, 4),
            }
            print(json.dumps(document, indent=1), flush=True)
            return
        for prop in self.idle:
            print(f"catches nothing: {prop}")
        print(f"{self._counts(counted)}{'; cut short' if self.cut_short else ''}")

    def _counts(self, counted: list[tuple[str, Fate]]) -> str:
        """How many of which fate; what was missed apart by whether it differs."""
        found = Counter(fate.fate for _, fate in counted)
        said = f"{found[CAUGHT]} of {len(counted)} mutants caught, {self.score:.1%}"
        if found[SURVIVED] + found[UNNOTICED]:
            missed = found[SURVIVED] + found[UNNOTICED]
            said += f"; {missed} differ, and no property noticed"
        if found[UNSEEN]:
            said += f"; {found[UNSEEN]} said the same in all that was looked at"
        if found[UNDECIDED]:
            said += f"; {found[UNDECIDED]} undecided"
        same = len(self.fates) - len(counted)
        return f"{said}; {same} more are the same as the original" if same else said
