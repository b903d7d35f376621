"""Do names decide: the sentences about two runs, for `pidproof prove --scope`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.bounded.interference import NonInterference, check_interference
from checker.task import Task
from checker.verdict import AS_EXPECTED, INCONCLUSIVE
from properties.identity import two_runs_for
from spec.lang import TwoRuns

VIOLATED = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about two runs, and what was found of it."""

    system: str
    said: TwoRuns
    found: NonInterference

    @property
    def influenced(self) -> tuple[str, ...]:
        """The calls that a name decides."""
        return tuple(name for name, shown in self.found.found.items() if shown)

    @property
    def exit_code(self) -> int:
        """As of an invariant: proved, violated, or open."""
        if self.found.holds:
            return AS_EXPECTED
        return VIOLATED if self.influenced else INCONCLUSIVE

    def verdict(self) -> str:
        """In the words of every report."""
        names = {AS_EXPECTED: "proved at scope", VIOLATED: "violated"}
        return names.get(self.exit_code, "unknown")

    def line(self) -> str:
        """One line of the report."""
        mark = {AS_EXPECTED: "ok", VIOLATED: "no"}.get(self.exit_code, "??")
        why = f"; decided by a name: {', '.join(self.influenced)}"
        left = f"; open: {', '.join(self.found.undecided)}"
        said = f"{why if self.influenced else ''}{left if self.found.undecided else ''}"
        how = f"by two runs that differ in names, {self.found.seconds:.1f} s{said}"
        return f"  {mark}  {self.said.name}  {self.verdict()}  {how}"

    def row(self) -> dict[str, object]:
        """The same in JSON."""
        return {
            "system": self.system,
            "property": self.said.name,
            "verdict": self.verdict(),
            "engine": "two runs",
            "calls": sorted(self.found.found),
            "influenced": list(self.influenced),
            "undecided": dict(self.found.undecided),
            "seconds": round(self.found.seconds, 3),
        }


def decided_by_names(task: Task, seconds: float) -> Iterator[Told]:
    """Every sentence about the task's system; `seconds` for each, 0 for ever."""
    for said in two_runs_for(task.system):
        sorts = [sort.sort_type().name for sort in said.renamed]
        found = check_interference(
            task.model, task.scope, sorts, said.errors, seconds=seconds or None
        )
        yield Told(task.system, said, found)
