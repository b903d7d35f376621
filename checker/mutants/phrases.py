"""A phrase that a call says several times is broken wherever it stands.

Terms that are the same are one node, so what a page says once, of several fields or of
a row and of its value, is found again; so is what several lines of the ladder ask, or
a line and a choice. Where one effect or one line alone has a phrase, the rules of
`mutations` break it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from checker.mutants.mutations import Breakage
from checker.mutants.weaken import lesser, words
from spec.lang import simplify
from spec.lang.action import Action, Every, Rung, Write
from spec.lang.ir import BINDERS, Node, make
from spec.lang.model import Model
from spec.lang.walk import postorder


def phrases_weakened(_model: Model, action: Action) -> Iterator[Breakage]:
    """What several terms of the effects share forgets one of its parts."""
    roots = list(dict.fromkeys(term for w in action.writes for term in w.terms()))
    used = Counter(node for root in roots for node in postorder([root]))
    whole = postorder(roots)
    for node in whole:
        if used[node] < 2:
            continue
        for part, less in lesser(node):
            again = _without(whole, node, less)
            writes = tuple(_rewritten(write, again) for write in action.writes)
            name = f"{action.name}_ignores_{part}"
            yield Breakage(name, replace(action, writes=writes))


def _without(whole: Iterable[Node], node: Node, less: Node) -> dict[Node, Node]:
    """What each term becomes when the node becomes less; only what changes."""
    changed = {node: less}
    for term in whole:
        if term not in changed and any(arg in changed for arg in term.args):
            args = tuple(changed.get(arg, arg) for arg in term.args)
            changed[term] = _rebuilt(term, args)
    return changed


def _rebuilt(term: Node, args: tuple[Node, ...]) -> Node:
    if term.op in BINDERS:
        return make(term.op, *args, attr=term.attr)
    return simplify.rebuilt(term, args)


def _rewritten(write: Write, again: dict[Node, Node]) -> Write:
    target = write.target
    if isinstance(target, Every):
        target = Every(target.variable, again.get(target.member, target.member))
    elif target is not None:
        target = again.get(target, target)
    value, when = (again.get(term, term) for term in (write.value, write.when))
    if (target, value, when) == (write.target, write.value, write.when):
        return write
    return Write(write.field, target, value, when)


SAID: Final = frozenset({"AND", "OR"})
"""Where a question stands as a part of a condition."""


def questions_forgotten(_model: Model, action: Action) -> Iterator[Breakage]:
    """What several lines or choices ask, besides others, none of them asks any more."""
    lines = [rung.when for rung in action.rungs]
    choices = [pick.among for pick in action.picks]
    used = Counter(q for term in (*lines, *choices) for q in _questions(term))
    for question in (q for q in used if used[q] > 1):
        rungs = tuple(_not_asking(rung, question) for rung in action.rungs)
        picks = tuple(
            replace(pick, among=_dropped(pick.among, question)) for pick in action.picks
        )
        name = f"{action.name}_never_asks_about_{words(question)}"
        yield Breakage(name, replace(action, rungs=rungs, picks=picks))


def _questions(term: Node) -> dict[Node, None]:
    """What the term asks as a part of a condition, in either sense, in order."""
    parts = [
        part.args[0] if part.op == "NOT" else part
        for node in postorder([term])
        if node.op in SAID
        for part in node.args
    ]
    return dict.fromkeys(part for part in parts if part.op not in SAID)


def _not_asking(rung: Rung, question: Node) -> Rung:
    alternatives = tuple(
        replace(one, when=_dropped(one.when, question)) for one in rung.alternatives
    )
    when = (
        simplify.disjunction(one.when for one in alternatives)
        if alternatives
        else _dropped(rung.when, question)
    )
    return replace(rung, when=when, alternatives=alternatives)


def _dropped(root: Node, question: Node) -> Node:
    """The condition without the question, or its opposite, wherever it is a part."""
    asked = {question, simplify.negation(question)}
    again: dict[Node, Node] = {}
    for term in postorder([root]):
        args = tuple(again[arg] for arg in term.args)
        kept = [again[arg] for arg in term.args if arg not in asked]
        if term.op in SAID and kept and len(kept) < len(args):
            again[term] = kept[0] if len(kept) == 1 else simplify.apply(term.op, *kept)
        else:
            again[term] = term if args == term.args else _rebuilt(term, args)
    return again[root]
