"""Kept runs that show what can happen: goals, examples, the premises of properties.

A file for each system, `witnesses/unix.txt`. A check takes these runs first, step by
step through the reference evaluator, and looks for itself only where none is left that
shows what it is kept for.

    # comment
    at process=3,number=4

    meets fork_succeeds
    meets premise of a_child_has_a_number_of_its_own
    process 0 -> fork()  process 0 <- 2 with child=1, pid=2

A run is for what its `meets` lines name, at the scope of the last `at` line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from checker.evaluate import Evaluator
from checker.verdict import Run
from counterexamples.form import Asked, BadTrace
from counterexamples.parse import lines_of, step_in
from counterexamples.replay import taken
from counterexamples.write import answer, request

HOME: Final = Path(__file__).parent / "witnesses"


@dataclass(frozen=True, slots=True)
class Witness:
    """A run as it stands in the file, and what it is kept for."""

    scope: str
    meets: tuple[str, ...]
    steps: tuple[Asked, ...]

    def run(self, evaluator: Evaluator) -> Run | None:
        """The run, if the evaluator takes it; None if it is one of another model."""
        try:
            return taken(self.steps, evaluator)
        except BadTrace:
            return None


@cache
def witnesses_of(system: str) -> tuple[Witness, ...]:
    """What is kept of a system: nothing, if there is no file of it."""
    path = HOME / f"{system}.txt"
    return read(path.read_bytes()) if path.is_file() else ()


def runs_of(system: str, evaluator: Evaluator) -> Iterator[Run]:
    """The runs kept of a system, at any scope, that the evaluator takes."""
    for witness in witnesses_of(system):
        run = witness.run(evaluator)
        if run is not None:
            yield run


def read(data: bytes) -> tuple[Witness, ...]:
    """The runs in these bytes; raises BadTrace."""
    found: list[Witness] = []
    scope, meets, steps = "", list[str](), list[Asked]()
    for number, line in enumerate((*lines_of(data), ""), start=1):
        word, _, rest = line.partition(" ")
        if not line and meets:
            found.append(Witness(scope, tuple(meets), tuple(steps)))
            meets, steps = [], []
        elif word == "meets" and scope and not steps:
            meets.append(rest)
        elif word == "at" and not meets:
            scope = rest
        elif line and word != "#":
            if not (scope and meets):
                raise BadTrace(number, "a run begins with `meets`, below a line `at`")
            steps.append(step_in(line, number))
    return tuple(found)


def text_of(
    scope: str, runs: Iterable[tuple[Run, Iterable[str]]], evaluator: Evaluator
) -> Iterator[str]:
    """The lines of a section: runs of the evaluator's model, and what they meet."""
    yield f"at {scope}"
    yield ""
    for run, names in runs:
        yield from (f"meets {name}" for name in names)
        yield from (
            f"{request(evaluator, s)}  {answer(evaluator, s)}".rstrip() for s in run
        )
        yield ""
