"""Scopes as people write them, and whether a model has a meaning at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spec.lang.action import Action, Every
from spec.lang.errors import SpecError
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced, lookup, snake
from spec.lang.types import SetType, SortType, Type
from spec.lang.walk import postorder


class BadScope(SpecError):
    """A scope that cannot be read, or at which the model has no meaning."""


LARGEST = 4_096
"""The most elements a sort can have: beyond it nothing here ends in a lifetime."""


def sorts_of(model: Model) -> dict[str, SortType]:
    """Every sort of the model by its written name: those of the state come first."""
    found: dict[str, SortType] = {}
    for kind in _types(model):
        inside = kind.element if isinstance(kind, SetType) else kind
        if isinstance(inside, SortType):
            found.setdefault(snake(inside.name), inside)
    return found


def _types(model: Model) -> Iterator[Type]:
    for info in model.shape.fields():
        if info.index is not None:
            yield info.index
    for info in model.shape.fields():
        yield info.type
    for action in model.actions:
        for param in action.params:
            yield param.type


def smallest(model: Model, properties: Iterable[Traced] = ()) -> dict[str, int]:
    """For each sort, by its written name, the least size at which constants exist."""
    needed = dict.fromkeys(sorts_of(model), 1)
    for node in postorder(_terms(model, properties)):
        if node.op == "CONST" and isinstance(node.type, SortType):
            name = snake(node.type.name)
            needed[name] = max(needed.get(name, 1), int(str(node.attr)) + 1)
    return needed


def _terms(model: Model, properties: Iterable[Traced]) -> list[Node]:
    roots = [info.initial for info in model.shape.fields()]
    for write in model.boot:
        roots += [write.value, write.when]
        roots += [write.target] if isinstance(write.target, Node) else []
    for action in model.actions:
        roots += _action_terms(action)
    for prop in properties:
        roots += [prop.node] if prop.node is not None else []
        roots += [demand.node for demand in prop.obligations]
    return roots


def _action_terms(action: Action) -> Iterator[Node]:
    yield action.able
    for rung in action.rungs:
        yield rung.when
    for pick in action.picks:
        yield pick.among
    for write in action.writes:
        yield write.value
        yield write.when
        if isinstance(write.target, Every):
            yield write.target.member
        elif write.target is not None:
            yield write.target
    if action.result is not None:
        yield action.result


def parse_sizes(text: str) -> dict[str, int]:
    """`process=4,number=5` as sizes by name; raises BadScope."""
    sizes: dict[str, int] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not (name and equals and number.isascii() and number.isdecimal()):
            message = f"{part!r} is not of the form process=4"
            raise BadScope(message)
        if name in sizes:
            message = f"the scope gives {name} twice"
            raise BadScope(message)
        if len(number) > len(str(LARGEST)) or not 1 <= int(number) <= LARGEST:
            message = f"{name}={number[:20]}: a size is from 1 to {LARGEST}"
            raise BadScope(message)
        sizes[name] = int(number)
    return sizes


def scope_for(
    model: Model, sizes: Mapping[str, int], properties: Iterable[Traced] = ()
) -> Scope:
    """The scope with these sizes, by written names; every sort of the model has one.

    Raises UnknownName for a sort the model does not have, and BadScope for a size that
    is missing, or too small for a constant that a page or a property names.
    """
    sorts = sorts_of(model)
    for name in sizes:
        lookup(sorts, name, f"sort of {model.name}")
    missing = [name for name in sorts if name not in sizes]
    if missing:
        message = (
            f"the scope gives no size for {', '.join(missing)}: add {missing[0]}=2"
        )
        raise BadScope(message)
    for name, least in smallest(model, properties).items():
        if sizes.get(name, least) < least:
            message = (
                f"{name}={sizes[name]} is too small: {model.name} names "
                f"{least} of them, so the least size is {least}"
            )
            raise BadScope(message)
    return Scope({sorts[name].name: sizes[name] for name in sorts})


MOST_CALLS = 1_000_000
"""Ways to make one call, choices included, beyond which no search begins."""


def require_searchable(model: Model, scope: Scope) -> None:
    """Refuse a scope that no engine would see the end of; raises BadScope."""
    for action in model.actions:
        ways = 1
        for param in action.params:
            ways *= min(scope.size(param.type), MOST_CALLS + 1)
        if ways > MOST_CALLS:
            sizes = ",".join(f"{name}={size}" for name, size in written(scope))
            message = (
                f"the scope {sizes} is too large to explore: {action.name} alone can "
                f"be made in more than {MOST_CALLS:,} ways; choose smaller sizes"
            )
            raise BadScope(message)


def written(scope: Scope) -> tuple[tuple[str, int], ...]:
    """The scope's sizes by written names."""
    return tuple((snake(name), size) for name, size in scope.sizes.items())
