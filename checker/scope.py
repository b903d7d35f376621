"""Scopes as people write them, and whether a model has a meaning at one.

`process=4,sig=TERM+STOP` gives the sort Process four elements, and lets callers name
two members of the enumeration Sig. What is not given is not bounded so: a sort needs a
size, an enumeration that is not named is taken whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from spec.lang import simplify
from spec.lang.action import Action, Param
from spec.lang.errors import SpecError
from spec.lang.ir import Node
from spec.lang.model import Model, Scope, Traced, lookup, snake
from spec.lang.types import EnumType, SetType, SortType, Type
from spec.lang.walk import postorder


class BadScope(SpecError):
    """A scope that cannot be read, or at which the model has no meaning."""


LARGEST: Final = 4_096
"""The most elements a sort can have: beyond it nothing here ends in a lifetime."""

Size = int | str
"""How many elements a sort has; or `TERM+STOP`, the members of an enumeration."""


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


def enumerations_of(model: Model) -> dict[str, EnumType]:
    """Every enumeration that callers name a member of, by its written name."""
    found: dict[str, EnumType] = {}
    for action in model.actions:
        for param in action.params:
            inside = _enumeration(param)
            if inside is not None:
                found.setdefault(snake(inside.name), inside)
    return found


def _enumeration(param: Param) -> EnumType | None:
    """What the argument is a member of, or a set of members of."""
    kind = param.type
    inside = kind.element if isinstance(kind, SetType) else kind
    is_argument = param.role == "argument"
    return inside if is_argument and isinstance(inside, EnumType) else None


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
        yield from write.terms()
    if action.result is not None:
        yield action.result


def parse_sizes(text: str) -> dict[str, Size]:
    """`process=4,sig=TERM+STOP` by name; raises BadScope."""
    sizes: dict[str, Size] = {}
    for part in text.split(","):
        name, equals, given = (piece.strip() for piece in part.partition("="))
        is_number = given.isascii() and given.isdecimal()
        members = re.fullmatch(r"[A-Za-z_]\w*(\s*\+\s*[A-Za-z_]\w*)*", given, re.ASCII)
        if not (name and equals and (is_number or members)):
            message = f"{part!r} is not of the form process=4, or sig=TERM+STOP"
            raise BadScope(message)
        if name in sizes:
            message = f"the scope gives {name} twice"
            raise BadScope(message)
        sizes[name] = _number(name, given) if is_number else given
    return sizes


def _number(name: str, given: str) -> int:
    if len(given) > len(str(LARGEST)) or not 1 <= int(given) <= LARGEST:
        message = f"{name}={given[:20]}: a size is from 1 to {LARGEST}"
        raise BadScope(message)
    return int(given)


def scope_for(
    model: Model, sizes: Mapping[str, Size], properties: Iterable[Traced] = ()
) -> Scope:
    """The scope with these sizes, by written names; every sort of the model has one.

    Raises UnknownName for a sort, an enumeration or a member that the model does not
    have, and BadScope for a size that is missing, or too small for a constant that a
    page or a property names.
    """
    sorts, enumerations = sorts_of(model), enumerations_of(model)
    only: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, int] = {}
    for name, given in sizes.items():
        if name in enumerations:
            only[enumerations[name].name] = _members(name, given, enumerations[name])
            continue
        lookup({**sorts, **enumerations}, name, f"sort of {model.name}")
        if isinstance(given, str):
            message = f"{name}={given}: {name} is a sort, so give a size: {name}=2"
            raise BadScope(message)
        numbers[name] = given
    missing = [name for name in sorts if name not in numbers]
    if missing:
        message = (
            f"the scope gives no size for {', '.join(missing)}: add {missing[0]}=2"
        )
        raise BadScope(message)
    for name, least in smallest(model, properties).items():
        if numbers.get(name, least) < least:
            message = (
                f"{name}={numbers[name]} is too small: {model.name} names "
                f"{least} of them, so the least size is {least}"
            )
            raise BadScope(message)
    return Scope({sorts[name].name: numbers[name] for name in sorts}, only)


def _members(name: str, given: Size, kind: EnumType) -> tuple[str, ...]:
    if isinstance(given, int):
        first = "+".join(kind.members[:2])
        message = (
            f"{name}={given}: {name} is an enumeration, so name members: {name}={first}"
        )
        raise BadScope(message)
    known = {member: member for member in kind.members}
    named = {lookup(known, m.strip(), f"member of {name}") for m in given.split("+")}
    return tuple(member for member in kind.members if member in named)


def restricted(model: Model, scope: Scope) -> Model:
    """The model in which callers name only what the scope lets them name.

    Who calls with another argument is not able to call, so that every engine, and every
    slice, sees the same.
    """
    if not scope.only:
        return model
    return replace(model, actions=tuple(_restricted(a, scope) for a in model.actions))


def _restricted(action: Action, scope: Scope) -> Action:
    able = [action.able]
    for param in action.params:
        kind = _enumeration(param)
        if kind is not None and kind.name in scope.only:
            able.append(_allowed(param, kind, scope.only[kind.name]))
    return replace(action, able=simplify.conjunction(able))


def _allowed(param: Param, kind: EnumType, named: tuple[str, ...]) -> Node:
    members = [kind.members.index(name) for name in named]
    if isinstance(param.type, SetType):
        whole = simplify.constant(sum(1 << member for member in members), param.type)
        others = simplify.apply("DIFFERENCE", param.node(), whole)
        return simplify.equality(others, simplify.constant(0, param.type))
    values = (simplify.constant(member, kind) for member in members)
    return simplify.disjunction(simplify.equality(param.node(), v) for v in values)


MOST_CALLS = 1_000_000
"""Ways to make one call, choices included, beyond which no search begins."""


def require_searchable(model: Model, scope: Scope) -> None:
    """Refuse a scope that no engine would see the end of; raises BadScope."""
    for action in model.actions:
        if _ways(action, scope) > MOST_CALLS:
            sizes = ",".join(f"{name}={size}" for name, size in written(scope))
            message = (
                f"the scope {sizes} is too large to explore: {action.name} alone can "
                f"be made in more than {MOST_CALLS:,} ways; choose smaller sizes"
            )
            raise BadScope(message)


def ways_to_call(model: Model, scope: Scope) -> int:
    """In how many ways all the calls can be made, choices included; at least that."""
    return sum(_ways(action, scope) for action in model.actions)


def _ways(action: Action, scope: Scope) -> int:
    ways = 1
    for param in action.params:
        ways *= min(_values(scope, param), MOST_CALLS + 1)
    return ways


def _values(scope: Scope, param: Param) -> int:
    """How many values the parameter takes, which can be far too many to list."""
    kind = _enumeration(param)
    if kind is None or kind.name not in scope.only:
        return scope.size(param.type)
    return len(scope.among(param))


def written(scope: Scope) -> tuple[tuple[str, Size], ...]:
    """The scope by written names, as `parse_sizes` reads it."""
    sizes: list[tuple[str, Size]] = [
        (snake(n), size) for n, size in scope.sizes.items()
    ]
    members = [(snake(name), "+".join(some)) for name, some in scope.only.items()]
    return (*sizes, *members)


def scope_words(scope: Scope) -> str:
    """The scope as it is given: `process=3,number=4`."""
    return ",".join(f"{name}={size}" for name, size in written(scope))
