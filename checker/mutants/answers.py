"""Rules for answers, and for calls that only look: what they say, and that they write.

Like `mutations`, one change each, with a name that says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checker.mutants.mutations import Breakage, initial_of, others_of
from checker.mutants.weaken import weakened, words
from spec.lang import simplify
from spec.lang.action import Action, Write
from spec.lang.ir import Node, Place
from spec.lang.model import Model
from spec.lang.types import EnumType, SortType
from spec.lang.walk import postorder


def results_broken(_model: Model, action: Action) -> Iterator[Breakage]:
    """The answer forgets one part of a condition or of a term, or is another one."""
    if action.result is None:
        return
    for part, result in weakened(action.result):
        name = f"{action.name}_returns_ignoring_{part}"
        yield Breakage(name, replace(action, result=result))
    for result, label in others_of(action, action.result):
        name = f"{action.name}_returns_{label}"
        yield Breakage(name, replace(action, result=result))


def looks_lose(model: Model, action: Action) -> Iterator[Breakage]:
    """A call that changes nothing resets a cell that it looks at."""
    if action.writes:
        return
    infos = {info.name: info for info in model.shape.fields()}
    for read in dict.fromkeys(_cells(action)):
        place, row = read.attr, read.args[0]
        assert isinstance(place, Place)
        said = f"{place.field.replace('.', '_')}_of_{words(row)}"
        reset = Write(
            place.field, row, initial_of(infos[place.field], row), simplify.TRUE
        )
        yield Breakage(f"{action.name}_resets_{said}", replace(action, writes=(reset,)))


def _cells(action: Action) -> Iterator[Node]:
    """The cells that the call looks at by its parameters."""
    looks = [action.able, *(rung.when for rung in action.rungs)]
    looks += [] if action.result is None else [action.result]
    for node in postorder(looks):
        if node.op == "READ" and node.args and node.args[0].op == "PARAM":
            yield node


def looks_store(model: Model, action: Action) -> Iterator[Breakage]:
    """A call that changes nothing keeps an argument in a field of its kind."""
    callers = [param for param in action.params if param.role == "caller"]
    if action.writes or not callers:
        return
    row = callers[0].node()
    for param in action.params:
        kind = param.type
        if param.role != "argument" or not isinstance(kind, SortType | EnumType):
            continue
        for info in model.shape.fields():
            if info.index == row.type and info.type == kind:
                stored = Write(info.name, row, param.node(), simplify.TRUE)
                said = f"{info.name.replace('.', '_')}_to_{param.name}"
                yield Breakage(
                    f"{action.name}_sets_{said}", replace(action, writes=(stored,))
                )
