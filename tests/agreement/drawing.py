"""What the agreement tests draw: models, scopes, arbitrary states, arbitrary calls.

The states are any at all, reachable or not: engines must agree on nonsense too.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from checker.evaluate import Invocation, State
from spec.lang import Model, Scope
from spec.lang.action import Action
from spec.lang.types import SortType
from spec.topaz.system import TOPAZ
from tests import toys

MODELS: dict[str, Callable[[], Model]] = {
    "die-hard": toys.die_hard,
    "two-phase": toys.two_phase,
    "model-p-lowest": toys.model_p,
    "model-p-any": lambda: toys.model_p("any"),
    "topaz": TOPAZ.model,
    "topaz-set-group": lambda: TOPAZ.model({"groups": "parent_may_set"}),
}


def sorts_of(model: Model) -> tuple[str, ...]:
    """Every sort that a scope must give a size."""
    named = dict.fromkeys(model.shape.sorts())
    for action in model.actions:
        for param in action.params:
            for kind in (param.type, getattr(param.type, "element", None)):
                if isinstance(kind, SortType):
                    named[kind.name] = None
    return tuple(named)


@st.composite
def scopes(draw: st.DrawFn, model: Model, most: int = 4) -> Scope:
    """Each sort with 2 to `most` elements."""
    return Scope({name: draw(st.integers(2, most)) for name in sorts_of(model)})


@st.composite
def states(draw: st.DrawFn, model: Model, scope: Scope) -> State:
    """Any state: each cell holds any value of its type."""
    values: list[object] = []
    for info in model.shape.fields():
        held = st.integers(0, scope.size(info.type) - 1)
        if info.index is None:
            values.append(draw(held))
        else:
            rows = scope.size(info.index)
            values.append(tuple(draw(st.lists(held, min_size=rows, max_size=rows))))
    return tuple(values)


@st.composite
def calls(draw: st.DrawFn, action: Action, scope: Scope) -> Invocation:
    """The action with any parameters, choices included."""
    sizes = [scope.size(param.type) for param in action.params]
    args = tuple(draw(st.integers(0, size - 1)) for size in sizes)
    return Invocation(action.name, args)
