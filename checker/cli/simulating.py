"""What `pidproof simulate` does once its options are read."""

from __future__ import annotations

from dataclasses import dataclass

from checker.cli.checking import reading_for
from checker.cli.naming import system_named, task
from checker.cli.progress import ProgressLine
from checker.cli.report import TextReport, width_for
from checker.cli.stopping import Stopping
from checker.scope import parse_sizes
from checker.simulate import Simulated, simulate
from checker.task import Result, Task
from checker.verdict import AS_EXPECTED, INCONCLUSIVE, Violated, worst
from spec.systems import SYSTEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options, as given."""

    systems: tuple[str, ...]
    seed: int
    steps: int
    seconds: float
    scope: str
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
            sizes = parse_sizes(wanted.scope)
            one = task(name, reading=reading, sizes=sizes, mutant=wanted.mutant)
            line.doing(f"{name}: seed {wanted.seed}")
            found = _walked(one, wanted, stopping)
            line.clear()
            print(f"{name}  {_said(found, wanted)}", flush=True)
            codes.append(_told(one, found, wanted))
            if stopping.asked:
                codes.append(INCONCLUSIVE)
                break
    return worst(codes)


def _walked(one: Task, wanted: Wanted, stopping: Stopping) -> Simulated:
    """Everything that holds by the manifest is checked; what does not would end it."""
    props = tuple(
        prop
        for prop in one.properties
        if prop.kind != "sometimes" and one.expected.get(prop.name) != "violated"
    )
    with stopping.polling():
        return simulate(
            one.model,
            one.scope,
            props,
            seed=wanted.seed,
            steps=wanted.steps,
            seconds=wanted.seconds,
            should_stop=stopping,
        )


def _said(found: Simulated, wanted: Wanted) -> str:
    """What was covered."""
    rate = found.steps / found.seconds / 1e6 if found.seconds else 0.0
    walks = "1 run" if found.walks == 1 else f"{found.walks:,} runs"
    return (
        f"{found.steps:,} steps in {walks} of up to {wanted.steps:,}, "
        f"{rate:.1f} M steps/s, seed {wanted.seed}"
    )


def _told(one: Task, found: Simulated, wanted: Wanted) -> int:
    """Print what failed, with its run; the exit code."""
    if found.prop is None:
        return AS_EXPECTED
    declared = {p.name: p.declared for p in one.properties}[found.prop]
    result = Result(
        task=one,
        prop=declared,
        verdict=Violated(found.run),
        engine="simulate",
        distinct=None,
        transitions=found.steps,
        depth=found.length,
        seconds=found.seconds,
    )
    report = TextReport(wanted.mutant, width_for([one]))
    report.result(result)
    report.runs([result])
    return result.exit_code
