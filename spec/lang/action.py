"""What tracing a call yields: the action that every engine reads.

An action is: its parameters; who may take it (`able`); a ladder of rungs, of which the
first that holds decides (fails, blocks, out of scope); what the kernel picks; the
simultaneous writes; and the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spec.lang.ir import Node, make
from spec.lang.types import Type


@dataclass(frozen=True, slots=True, order=True)
class Errno:
    """A reason for failure, by its name and number in the manual."""

    number: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: the `caller`, an `argument`, or a `choice` of the kernel.

    In a slice there is also what is `free`: nobody's argument, and limited by the
    conditions of the call alone.
    """

    name: str
    type: Type
    role: str

    def node(self) -> Node:
        """The node that stands for it in the action."""
        return make("PARAM", attr=self.name, of=self.type)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One error a rung allows, when it applies, and the sentence that says so."""

    error: Errno
    when: Node
    cite: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of the ladder. Of several alternatives any that holds may be seen.

    `leaks` is false in every specification. A mutant sets it: the line still answers
    with its error, and the effects happen all the same.
    """

    kind: str
    """"fails", "blocks" or "out_of_scope"."""
    when: Node
    alternatives: tuple[Alternative, ...]
    cite: str
    leaks: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """The kernel chooses `param` among the elements of the set `among`."""

    param: str
    among: Node


@dataclass(frozen=True, slots=True)
class Every:
    """The target of a bulk write: each value of `variable` for which `member` holds."""

    variable: Node
    member: Node


@dataclass(frozen=True, slots=True)
class Write:
    """`field` at `target` becomes `value` when `when`; None is a single cell.

    In a bulk write `value` and `when` may mention the variable of the `Every`.
    """

    field: str
    target: Node | Every | None
    value: Node
    when: Node

    def terms(self) -> Iterator[Node]:
        """What it is made of: the value, the condition, and what says where."""
        yield self.value
        yield self.when
        if isinstance(self.target, Every):
            yield self.target.member
        elif self.target is not None:
            yield self.target


@dataclass(frozen=True, slots=True)
class Action:
    """One system call or event, traced."""

    name: str
    kind: str
    """"syscall" or "event"."""
    params: tuple[Param, ...]
    able: Node
    rungs: tuple[Rung, ...]
    picks: tuple[Pick, ...]
    writes: tuple[Write, ...]
    result: Node | None
    """What the caller gets back; None for events and calls that never return."""
    returns: bool
    source: str
    doc: str
    inherits: tuple[str, ...] = field(default=())
    """The events (fork, exec, ...) whose declarations the page applied."""

    def arguments(self) -> tuple[Param, ...]:
        """The parameters that are not choices of the kernel."""
        return tuple(p for p in self.params if p.role != "choice")

    def choices(self) -> tuple[Param, ...]:
        """The parameters that the kernel chooses."""
        return tuple(p for p in self.params if p.role == "choice")
