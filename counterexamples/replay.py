"""Run a trace file again: every step through the reference evaluator.

The model is built from the header's names. Each step is taken as the file says it was;
then the run is written anew, and the two texts are compared. Where they differ, the
file does not tell what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from checker.evaluate import Evaluator, Invocation, State, Stopped, Transition
from checker.scope import Size, parse_sizes, scope_for
from checker.trace import Header, Trace, shows
from counterexamples.form import (
    LARGEST_SORT,
    NONE,
    Asked,
    BadTrace,
    Document,
    DoesNotHappen,
)
from counterexamples.parse import parse
from counterexamples.write import answer, caller, write
from spec.lang.action import Action, Param
from spec.lang.errors import SpecError
from spec.lang.model import Model, Traced, lookup
from spec.lang.prose import element_name
from spec.lang.types import BOOL, EnumType, IntType, SetType, SortType, Type

T = TypeVar("T")
Library = Callable[[Header], tuple[Model, Traced]]
"""Builds what a header names; raises UnknownName."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of the file that does not say what happens."""

    line: int
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A trace file, run again."""

    trace: Trace
    evaluator: Evaluator
    text: str
    """The same run, written anew."""
    differences: tuple[Difference, ...]
    still_shows: bool
    """The property still fails (or, of a `sometimes`, is still reached)."""


def replay(data: bytes, library: Library) -> Replay:
    """Run the trace in these bytes again; raises BadTrace."""
    document = parse(data)
    header, evaluator = _prepared(document, library)
    run = taken(document.steps, evaluator)
    trace = Trace(header, run)
    text = write(evaluator, trace)
    lines = zip_longest(document.lines, text.splitlines(), fillvalue="")
    different = tuple(
        Difference(number, recorded, found)
        for number, (recorded, found) in enumerate(lines, start=1)
        if recorded != found
    )
    return Replay(trace, evaluator, text, different, shows(evaluator, header.prop, run))


def _prepared(document: Document, library: Library) -> tuple[Header, Evaluator]:
    said = document.header
    sizes = _at(document, "scope", lambda: _sizes(said["scope"].text))
    numbers = (size for size in sizes.values() if isinstance(size, int))
    if max(numbers, default=0) > LARGEST_SORT:
        problem = f"a trace's scope has at most {LARGEST_SORT} of anything"
        raise BadTrace(said["scope"].line, problem)
    header = Header(
        prop=said["property"].text,
        system=said["system"].text,
        reading=_reading(document),
        mutant=None if said["mutant"].text == NONE else said["mutant"].text,
        scope=tuple(sizes.items()),
        engine=said["engine"].text,
        spec=said["spec"].text,
        date=said["date"].text if "date" in said else None,
    )
    model, prop = _at(document, "system", lambda: library(header))
    scope = _at(document, "scope", lambda: scope_for(model, sizes, [prop]))
    return header, Evaluator(model, scope, [prop])


def _sizes(text: str) -> dict[str, Size]:
    return {} if text == NONE else parse_sizes(text)


def _at(document: Document, key: str, build: Callable[[], T]) -> T:
    """Build; what goes wrong is the fault of the header's line for `key`."""
    try:
        return build()
    except SpecError as error:
        raise BadTrace(document.header[key].line, str(error)) from None


def _reading(document: Document) -> tuple[tuple[str, str], ...]:
    entry = document.header["reading"]
    if entry.text == NONE:
        return ()
    pairs = [part.partition("=") for part in entry.text.split(",")]
    if not all(name and option for name, _, option in pairs):
        raise BadTrace(entry.line, "a reading is of the form name=option,name=option")
    return tuple((name, option) for name, _, option in pairs)


def taken(steps: Iterable[Asked], evaluator: Evaluator) -> tuple[Transition, ...]:
    """The steps from boot, each as it is asked for; raises BadTrace."""
    state, run = evaluator.initial, []
    for asked in steps:
        step = _step(evaluator, state, asked)
        run.append(step)
        state = step.after
    return tuple(run)


def _step(evaluator: Evaluator, state: State, asked: Asked) -> Transition:
    """The step that answers as the file says; raises BadTrace when none does."""
    actions = {action.name: action for action in evaluator.model.actions}
    try:
        action = lookup(actions, asked.action, f"call of {evaluator.model.name}")
    except SpecError as error:
        raise BadTrace(asked.line, str(error)) from None
    invocation = Invocation(action.name, tuple(_arguments(evaluator, action, asked)))
    chosen = bool(asked.choices)
    seen: list[str] = []
    for found in evaluator.outcomes(state, invocation, chosen=chosen):
        if isinstance(found, Stopped):
            seen.append(_why(found))
        elif answer(evaluator, found) == asked.answer:
            return found
        else:
            seen.append(f"the answer is {answer(evaluator, found) or 'silence'!r}")
    expected = "; or ".join(dict.fromkeys(seen[:4]))
    raise DoesNotHappen(asked.line, f"this does not happen here: {expected}")


def _why(stopped: Stopped) -> str:
    cite = f" ({stopped.cite})" if stopped.cite else ""
    return {
        "disabled": "the caller cannot make a call",
        "blocks": f"the caller sleeps{cite}",
        "out_of_scope": f"the model says nothing of it{cite}",
        "no_choice": "the kernel cannot choose that",
    }.get(stopped.kind, stopped.kind)


def _arguments(evaluator: Evaluator, action: Action, asked: Asked) -> Iterable[int]:
    """The action's parameters in order; a choice that is not given is 0."""
    given = dict(asked.arguments) | dict(asked.choices)
    names = {param.name for param in action.params}
    for name in given:
        if name not in names:
            raise BadTrace(asked.line, f"{action.name} has no parameter {name}")
    for param in action.params:
        if param.role == "caller":
            yield _caller(evaluator, action, param, asked)
        elif param.name in given:
            yield _value(evaluator, given[param.name], param.type, asked.line)
        elif param.role == "choice":
            yield 0
        else:
            raise BadTrace(asked.line, f"{action.name} needs its {param.name}")


def _caller(evaluator: Evaluator, action: Action, param: Param, asked: Asked) -> int:
    word, _, name = (asked.caller or "").partition(" ")
    if not name:
        raise BadTrace(asked.line, f"{action.name} has a caller: name it, then ->")
    value = _value(evaluator, name, param.type, asked.line)
    args = [value if other is param else 0 for other in action.params]
    expected = caller(action, args)
    if expected != asked.caller:
        raise BadTrace(asked.line, f"{word!r} is not a caller; write {expected!r}")
    return value


def _value(evaluator: Evaluator, text: str, kind: Type, line: int) -> int:
    """The value of the type that this text names; raises BadTrace."""
    if isinstance(kind, SetType):
        inside = [part.strip() for part in text.strip("{}").split(",") if part.strip()]
        if text[0] + text[-1] != "{}":
            raise BadTrace(line, f"{text[:40]!r} is not a set: write {{A, B}}")
        found = (_value(evaluator, part, kind.element, line) for part in inside)
        return sum({1 << value for value in found})
    if isinstance(kind, IntType):
        return _integer(text, kind, line)
    names: Mapping[str, int]
    if kind == BOOL:
        names = {"FALSE": 0, "TRUE": 1}
    else:
        assert isinstance(kind, SortType | EnumType)
        size = evaluator.scope.size(kind)
        names = {element_name(position, kind): position for position in range(size)}
    if text not in names:
        known = ", ".join(list(names)[:8])
        raise BadTrace(line, f"{text[:40]!r} is none of {known}")
    return names[text]


def _integer(text: str, kind: IntType, line: int) -> int:
    try:
        value = int(text[:20], 16 if text.startswith("0x") else 10)
    except ValueError:
        value = -1
    if len(text) > 20 or not 0 <= value < 1 << kind.bits:
        raise BadTrace(line, f"{text[:40]!r} is not a number of {kind.bits} bits")
    return value
