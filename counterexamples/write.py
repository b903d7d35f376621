"""A trace -> text. The same run always gives the same text, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.evaluate import Evaluator, Failed, State, Transition
from checker.trace import Header, Trace, changes
from counterexamples.explain import instance
from counterexamples.form import KEYS, NONE
from spec.lang.action import Action
from spec.lang.model import snake
from spec.lang.prose import cell_name, value_text

GAP = "   "


def write(evaluator: Evaluator, trace: Trace) -> str:
    """The text of a trace, replayed already, of this evaluator's model."""
    lines = [f"# {title(evaluator, trace)}", *header_lines(trace.header), "", "init"]
    asked = [request(evaluator, step) for step in trace.run]
    width = max(map(len, asked), default=0)
    before = evaluator.initial
    for said, step in zip(asked, trace.run, strict=True):
        reply = answer(evaluator, step)
        lines.append(f"{said.ljust(width)}{GAP}{reply}" if reply else said)
        lines += change_lines(evaluator, before, step.after)
        before = step.after
    lines.append(f"! {instance(evaluator, trace)}")
    return "\n".join(lines) + "\n"


def title(evaluator: Evaluator, trace: Trace) -> str:
    """What the run shows, in a line."""
    header, length = trace.header, len(trace.run)
    reached = evaluator.properties[header.prop].kind == "sometimes"
    verb = "is reached" if reached else "fails"
    steps = "1 step" if length == 1 else f"{length} steps"
    mutant = f", on mutant {header.mutant}" if header.mutant else ""
    return f"{header.prop} {verb} in {steps}{mutant}"


def header_lines(header: Header) -> Iterator[str]:
    """The keys in their fixed order."""
    values = (
        header.prop,
        header.system,
        ",".join(f"{name}={option}" for name, option in header.reading) or NONE,
        header.mutant or NONE,
        ",".join(f"{name}={size}" for name, size in header.scope) or NONE,
        header.engine,
        header.spec,
    )
    width = max(map(len, KEYS)) + 2
    for key, value in zip(KEYS, values, strict=True):
        yield f"{key.ljust(width)}{value}"
    if header.date:
        yield f"{'date'.ljust(width)}{header.date}"


def request(evaluator: Evaluator, step: Transition) -> str:
    """Who asks for what: `process 0 -> fork()`, `event crash(victim=1)`."""
    action = evaluator.model.action(step.invocation.action)
    given = ", ".join(_given(action, step, "argument"))
    who = caller(action, step.invocation.args)
    asks = f"{who} ->" if who else "event"
    return f"{asks} {action.name}({given})"


def caller(action: Action, args: Sequence[int]) -> str | None:
    """Who makes the call: `process 0`; None for an event."""
    for param, value in zip(action.params, args, strict=True):
        if param.role == "caller":
            sort = snake(getattr(param.type, "name", param.name))
            return f"{sort} {value_text(value, param.type)}"
    return None


def answer(evaluator: Evaluator, step: Transition) -> str:
    """What the caller sees, and what the kernel chose."""
    action = evaluator.model.action(step.invocation.action)
    seen = _seen(action, step)
    who = caller(action, step.invocation.args)
    said = "" if seen is None else f"{who} <- {seen}" if who else f"<- {seen}"
    chosen = ", ".join(_given(action, step, "choice"))
    if not chosen or _refused(action, step):
        return said
    return f"{said} with {chosen}" if said else f"with {chosen}"


def _refused(action: Action, step: Transition) -> bool:
    outcome = step.outcome
    return isinstance(outcome, Failed) and not action.rungs[outcome.rung].leaks


def _seen(action: Action, step: Transition) -> str | None:
    outcome = step.outcome
    if isinstance(outcome, Failed):
        return str(outcome.error)
    if outcome.value is not None and action.result is not None:
        return value_text(outcome.value, action.result.type)
    if action.kind == "event":
        return None
    return "done" if action.returns else "gone"


def _given(action: Action, step: Transition, role: str) -> Iterator[str]:
    for param, value in zip(action.params, step.invocation.args, strict=True):
        if param.role == role:
            yield f"{param.name}={value_text(value, param.type)}"


def changed_cells(
    evaluator: Evaluator, before: State, after: State
) -> Iterator[tuple[str, str, str]]:
    """The cells that a step changed: name, value before, value after."""
    infos = {info.name: info for info in evaluator.model.shape.fields()}
    for change in changes(evaluator, before, after):
        info = infos[change.field]
        name = cell_name(change.field, change.row, info.index)
        old, new = (value_text(v, info.type) for v in (change.before, change.after))
        yield name, old, new


def change_lines(evaluator: Evaluator, before: State, after: State) -> list[str]:
    """The cells that a step changed, one a line."""
    found = list(changed_cells(evaluator, before, after))
    width = max((len(name) for name, _, _ in found), default=0)
    return [f"      {name.ljust(width)}{GAP}{old} -> {new}" for name, old, new in found]
