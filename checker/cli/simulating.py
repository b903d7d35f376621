"""What `pidproof simulate` does once its options are read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from checker.check import Result, Task
from checker.cli.checking import reading_for
from checker.cli.library import system_named, task
from checker.cli.progress import ProgressLine
from checker.cli.report import TextReport, width_for
from checker.cli.stopping import Interrupted, Stopping
from checker.evaluate import Evaluator, State, Transition
from checker.scope import parse_sizes
from checker.verdict import AS_EXPECTED, INCONCLUSIVE, Violated, worst
from spec.systems import SYSTEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    systems: tuple[str, ...]
    seed: int
    steps: int
    seconds: float
    scope: str | None
    reading: tuple[str, ...]
    mutant: str | None


def run(wanted: Wanted) -> int:
    """Walk through each system; the exit code of what was found."""
    names = wanted.systems or tuple(SYSTEMS)
    for name in names:
        system_named(name)
    stopping, line, codes = Stopping(), ProgressLine(), [AS_EXPECTED]
    with stopping.watching():
        for name in names:
            reading = reading_for(name, wanted.reading, strict=bool(wanted.systems))
            sizes = parse_sizes(wanted.scope) if wanted.scope else {}
            one = task(name, reading=reading, sizes=sizes, mutant=wanted.mutant)
            line.doing(f"{name}: seed {wanted.seed}")
            walk = _Walk(one, wanted)
            try:
                found = walk.result()
            except Interrupted:
                found = None
                codes.append(INCONCLUSIVE)
            line.clear()
            print(f"{name}  {walk.said()}")
            if found is not None:
                report = TextReport(wanted.mutant, width_for([one]))
                report.result(found)
                report.runs([found])
                codes.append(found.exit_code)
            if stopping.asked:
                break
    return worst(codes)


class _Walk:
    """Random runs of one task, until the time is over or something fails."""

    def __init__(self, one: Task, wanted: Wanted) -> None:
        self.task, self.wanted = one, wanted
        props = [p for p in one.properties if p.kind != "sometimes"]
        self.evaluator = Evaluator(one.model, one.scope, props)
        self.started = time.monotonic()
        self.taken = self.runs = self.deepest = 0

    def said(self) -> str:
        """What was covered."""
        spent = time.monotonic() - self.started
        runs = "1 run" if self.runs == 1 else f"{self.runs:,} runs"
        return f"{self.taken:,} steps in {runs}, {self.deepest:,} deep, {spent:.1f} s"

    def result(self) -> Result | None:
        """The first property that fails, with its run; None if none does."""
        random = Random(self.wanted.seed)  # noqa: S311  (not a secret)
        deadline = self.started + self.wanted.seconds
        while time.monotonic() < deadline:
            self.runs += 1
            run: list[Transition] = []
            state = self.evaluator.initial
            for step in self._steps(random, deadline):
                run.append(step)
                broken = next(self._broken(state, step), None)
                if broken is not None:
                    return self._found(broken, tuple(run))
                state = step.after
        return None

    def _steps(self, random: Random, deadline: float) -> Iterator[Transition]:
        state: State = self.evaluator.initial
        actions = list(self.task.model.actions)
        for depth in range(1, self.wanted.steps + 1):
            random.shuffle(actions)
            for action in actions:
                moves = self._moves(state, action.name)
                if moves:
                    break
            else:
                return
            step = random.choice(moves)
            self.taken += 1
            self.deepest = max(self.deepest, depth)
            yield step
            state = step.after
            if time.monotonic() > deadline:
                return

    def _moves(self, state: State, name: str) -> list[Transition]:
        calls = self.evaluator.invocations(self.task.model.action(name))
        return [
            found
            for call in calls
            for found in self.evaluator.outcomes(state, call)
            if isinstance(found, Transition)
        ]

    def _broken(self, before: State, step: Transition) -> Iterator[str]:
        for prop in self.evaluator.properties.values():
            if prop.kind == "every_step":
                if not self.evaluator.holds_of(prop.name, before, step):
                    yield prop.name
            elif not self.evaluator.holds(prop.name, step.after):
                yield prop.name

    def _found(self, name: str, run: tuple[Transition, ...]) -> Result:
        prop = self.evaluator.properties[name].declared
        spent = time.monotonic() - self.started
        return Result(
            task=self.task,
            prop=prop,
            verdict=Violated(run),
            engine="simulate",
            distinct=None,
            transitions=self.taken,
            depth=len(run),
            seconds=spent,
        )
