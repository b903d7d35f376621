"""In which block of a plan each term is computed: once, where all its uses meet.

A term used below two branches that do not contain each other would otherwise be written
into both, and a machine's code would be many times the size of its model. So it is
computed before the branches part. What is used in one block only stays there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from checker.native.plan import Else, End, If, Step
from spec.lang.ir import Node
from spec.lang.walk import postorder

Arguments = Callable[[Node], Sequence[Node]]


@dataclass(slots=True)
class Blocks:
    """The nest of a plan's branches. Block 0 is outside of all of them."""

    parent: list[int] = field(default_factory=lambda: [0])
    depth: list[int] = field(default_factory=lambda: [0])
    opener: list[int] = field(default_factory=lambda: [0])
    """The step that opens the block."""
    at: list[int] = field(default_factory=list)
    """The block in which each step is taken."""

    def opened(self, within: int, step: int) -> int:
        """A new block inside another."""
        self.parent.append(within)
        self.depth.append(self.depth[within] + 1)
        self.opener.append(step)
        return len(self.parent) - 1

    def meeting(self, one: int, other: int) -> int:
        """The innermost block around both."""
        while one != other:
            if self.depth[one] >= self.depth[other]:
                one = self.parent[one]
            else:
                other = self.parent[other]
        return one

    def anchor(self, step: int, block: int) -> int:
        """The step of `block` itself in which `step` takes place."""
        here = self.at[step]
        while here != block:
            step, here = self.opener[here], self.parent[here]
        return step


def blocks_of(steps: Iterable[Step]) -> Blocks:
    """The nest of the branches of a plan."""
    blocks = Blocks()
    here = [0]
    openers: list[int] = []
    for number, step in enumerate(steps):
        match step:
            case If():
                blocks.at.append(here[-1])
                openers.append(number)
                here.append(blocks.opened(here[-1], number))
            case Else():
                here.pop()
                blocks.at.append(here[-1])
                here.append(blocks.opened(here[-1], openers[-1]))
            case End():
                here.pop()
                openers.pop()
                blocks.at.append(here[-1])
            case _:
                blocks.at.append(here[-1])
    return blocks


def hoisted(
    steps: Sequence[Step], uses: Sequence[Sequence[Node]], arguments: Arguments
) -> dict[int, list[Node]]:
    """The terms to compute before a step because branches inside it share them.

    `uses` are the terms that each step computes, `arguments` those that a term does.
    """
    blocks = blocks_of(steps)
    place: dict[Node, int] = {}
    first: dict[Node, int] = {}

    def used(node: Node, block: int, step: int) -> None:
        known = place.get(node)
        place[node] = block if known is None else blocks.meeting(known, block)
        first[node] = min(first.get(node, step), step)

    for number, nodes in enumerate(uses):
        for node in nodes:
            used(node, blocks.at[number], number)
    before: dict[int, list[Node]] = {}
    for node in reversed(postorder(place)):
        if node not in place:
            continue
        anchor = blocks.anchor(first[node], place[node])
        if anchor != first[node] and node.op != "CONST":
            before.setdefault(anchor, []).append(node)
        for argument in arguments(node):
            used(argument, place[node], anchor)
    return {number: nodes[::-1] for number, nodes in before.items()}
