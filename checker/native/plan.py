"""In which order the guards of all moves are tested, and with which branches.

Most moves share parts of their guards (the caller runs, a number is free), and a branch
on a shared part skips many of them. What is left at a leaf is cheap enough to be
computed without a branch: the successor is written and the output advances by 0 or 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from spec.lang.ir import Node
from spec.lang.simplify import conjunction, negation

CHEAP: Final = 40
"""A body of at most this cost is computed without a branch."""
DEAREST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """A move to place: its number, the parts of its guard, the cost of its effects."""

    number: int
    guard: tuple[Node, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class If:
    """Do what follows, up to the matching Else or End, where `condition` holds."""

    condition: Node


@dataclass(frozen=True, slots=True)
class Else:
    """Do what follows, up to the matching End, where the condition did not hold."""


@dataclass(frozen=True, slots=True)
class End:
    """The branches meet again."""


@dataclass(frozen=True, slots=True)
class Take:
    """Produce the successor of move `number` if what is left of its guard holds."""

    number: int
    guard: tuple[Node, ...]


Step = If | Else | End | Take


class Costs:
    """A bound on the instructions of a term, sharing inside it left aside."""

    def __init__(self) -> None:
        self._known: dict[Node, int] = {}

    def of(self, root: Node) -> int:
        """The cost of one term."""
        known = self._known
        stack = [root]
        while stack:
            node = stack[-1]
            if node in known:
                stack.pop()
                continue
            waiting = [arg for arg in node.args if arg not in known]
            if waiting:
                stack.extend(waiting)
                continue
            own = 0 if node.op == "CONST" else max(1, len(node.args) - 1)
            known[node] = min(DEAREST, own + sum(known[arg] for arg in node.args))
            stack.pop()
        return known[root]

    def total(self, nodes: Iterable[Node]) -> int:
        """The cost of several terms."""
        return sum(self.of(node) for node in nodes)


def parts_of(guard: Node) -> tuple[Node, ...]:
    """The conjuncts of a guard."""
    return guard.args if guard.op == "AND" else (guard,)


def plan(jobs: Sequence[Job], costs: Costs) -> list[Step]:
    """Place every job, in a nest of branches."""
    steps: list[Step] = []
    waiting: list[Step | list[Job]] = [list(jobs)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(_split(item, costs)))
        else:
            steps.append(item)
    return steps


def _split(jobs: list[Job], costs: Costs) -> list[Step | list[Job]]:
    """One layer of branches over these jobs."""
    tally = Counter(_subject(part) for job in jobs for part in job.guard)
    found: list[Step | list[Job]] = []
    left = jobs
    while left:
        if sum(_cost(job, costs) for job in left) <= CHEAP:
            found += [Take(job.number, job.guard) for job in left]
            break
        condition = _most_shared(left, tally)
        if condition is None:
            found += _alone(left, costs)
            break
        yes = [job for job in left if condition in job.guard]
        no = [job for job in left if negation(condition) in job.guard]
        tally.subtract(_subject(part) for job in (*yes, *no) for part in job.guard)
        if yes and no:
            found += [If(condition), _without(yes, [condition])]
            found += [Else(), _without(no, [negation(condition)]), End()]
        else:
            found += _together(yes or no)
        placed = {job.number for job in (*yes, *no)}
        left = [job for job in left if job.number not in placed]
    return found


def _subject(part: Node) -> Node:
    return part.args[0] if part.op == "NOT" else part


def _cost(job: Job, costs: Costs) -> int:
    return job.cost + costs.total(job.guard)


def _most_shared(jobs: list[Job], tally: Counter[Node]) -> Node | None:
    """The condition that decides most of the jobs; None if none decides two."""
    best, uses = None, 1
    for job in jobs:
        for part in job.guard:
            if tally[_subject(part)] > uses:
                best, uses = _subject(part), tally[_subject(part)]
    return best


def _alone(jobs: list[Job], costs: Costs) -> list[Step | list[Job]]:
    """Jobs that share nothing: a branch around each dear one."""
    found: list[Step | list[Job]] = []
    for job in jobs:
        if _cost(job, costs) <= CHEAP or not job.guard:
            found.append(Take(job.number, job.guard))
            continue
        cheap = costs.total(job.guard) <= CHEAP
        tested = job.guard if cheap else job.guard[:1]
        found += [If(conjunction(tested)), _without([job], tested), End()]
    return found


def _together(jobs: list[Job]) -> list[Step | list[Job]]:
    """One branch on everything that all of these jobs need."""
    first, *others = jobs
    shared = [p for p in first.guard if all(p in other.guard for other in others)]
    return [If(conjunction(shared)), _without(jobs, shared), End()]


def _without(jobs: list[Job], known: Sequence[Node]) -> list[Job]:
    return [
        Job(j.number, tuple(part for part in j.guard if part not in known), j.cost)
        for j in jobs
    ]


def most_taken(steps: Sequence[Step]) -> int:
    """How many moves one state can take at most, as far as the branches show."""
    counts = [0]
    for step in steps:
        match step:
            case If():
                counts += [0, 0]
            case Else():
                counts[-2], counts[-1] = counts[-1], 0
            case End():
                after, before = counts.pop(), counts.pop()
                counts[-1] += max(after, before)
            case Take():
                counts[-1] += 1
    return counts[-1]
