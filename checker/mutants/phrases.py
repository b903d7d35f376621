"""A phrase that several effects of a call share is broken in all of them.

Terms that are the same are one node, so what a page says once, of several fields or of
a row and of its value, is found again. Where only one effect has a phrase the rules of
`mutations` break it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from checker.mutants.mutations import Breakage
from checker.mutants.weaken import lesser
from spec.lang import simplify
from spec.lang.action import Action, Every, Write
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
            changed[term] = (
                make(term.op, *args, attr=term.attr)
                if term.op in BINDERS
                else simplify.rebuilt(term, args)
            )
    return changed


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
