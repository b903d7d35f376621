"""Counterexamples to induction as people and as programs read them."""

from __future__ import annotations

from collections.abc import Iterator

from checker.evaluate import Evaluator
from checker.proof.settle import Hindrance
from checker.scope import written
from counterexamples.explain import Reasons
from counterexamples.write import answer, change_lines, changed_cells, request
from spec.lang.model import Model


def lines_of(model: Model, shown: Hindrance) -> Iterator[str]:
    """The state, the step, what it breaks, and the lemmas that would exclude it."""
    found = shown.obstacle
    evaluator = Evaluator(model, found.scope)
    sizes = ",".join(f"{name}={size}" for name, size in written(found.scope))
    at = f" ({sizes})" if sizes else ""
    yield f"a step breaks it, from a state that may be unreachable{at}:"
    cells = list(changed_cells(evaluator, evaluator.initial, found.before))
    yield "  all as at boot" if not cells else "  all as at boot, but"
    yield from (f"      {name} = {value}" for name, _, value in cells)
    said = f"{request(evaluator, found.step)}   {answer(evaluator, found.step)}"
    yield f"  {said.rstrip()}"
    yield from change_lines(evaluator, found.before, found.step.after)
    yield f"  ! {reason(model, shown)}"
    for lemma in shown.inductive:
        yield f"a lemma that excludes the state, kept at a small scope: {lemma.name}"
        yield f"  {lemma.declared.doc}"
    for lemma in shown.plausible:
        yield "would exclude the state, true wherever some runs went, not inductive:"
        yield f"  {lemma.declared.doc}"


def reason(model: Model, shown: Hindrance) -> str:
    """Which cells make the property false."""
    found = shown.obstacle
    evaluator = Evaluator(model, found.scope)
    before, after = found.before, found.step.after
    if found.goal.kind == "always":
        reasons = Reasons(evaluator, after, None)
    else:
        reasons = Reasons(evaluator, before, after)
    return reasons.sentence(found.broken(model), truth=False)


def document_of(model: Model, shown: Hindrance) -> dict[str, object]:
    """The same for programs."""
    found = shown.obstacle
    evaluator = Evaluator(model, found.scope)
    before = changed_cells(evaluator, evaluator.initial, found.before)
    changed = changed_cells(evaluator, found.before, found.step.after)
    return {
        "scope": dict(written(found.scope)),
        "before": {name: value for name, _, value in before},
        "step": request(evaluator, found.step),
        "answer": answer(evaluator, found.step),
        "changed": {name: [old, new] for name, old, new in changed},
        "broken": reason(model, shown),
        "excluded_by": [one.declared.doc for one in shown.inductive],
        "perhaps_excluded_by": [one.declared.doc for one in shown.plausible],
    }
