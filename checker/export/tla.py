r"""A model as a TLA+ module, and the TLC configuration for a scope.

The module is written from the traced pages, not from anything unrolled: sorts are
constants, tables are functions to records, a call is one operator over its parameters.
Its ladder of errors is an operator of its own, so that the order stays visible; only
success moves, as an error changes nothing.

How properties are written, `tla_properties` says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from checker.export.layout import OPEN, below, beside, bullets, listed, over
from checker.export.tla_call import Call
from checker.export.tla_effects import State
from checker.export.tla_library import library
from checker.export.tla_properties import Sentences, Stated
from checker.export.tla_terms import Names, Terms, camel, value
from checker.scope import smallest, sorts_of, written
from spec.lang.model import Model, Scope, Traced, snake
from spec.lang.types import EnumType, SetType, SortType, Type

RULE = 76


@dataclass(frozen=True, slots=True)
class Count:
    """What a complete search of the exported model visits at the scope."""

    distinct: int
    transitions: int
    depth: int
    """Steps to the deepest state."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The module's name, its text, and the text of its configuration."""

    name: str
    module: str
    configuration: str


def export_tla(
    model: Model,
    scope: Scope,
    properties: Iterable[Traced] = (),
    *,
    count: Count | str = "not counted",
    refuted: Collection[str] = (),
) -> Exported:
    """The module and its configuration at the scope.

    `count` is what TLC should find, or why nothing is known of that. The properties
    named in `refuted` are known to fail: the configuration mentions them and does not
    check them, since TLC stops at the first violation.
    """
    return _Module(model, scope, tuple(properties), count, frozenset(refuted)).result()


class _Module:
    def __init__(
        self,
        model: Model,
        scope: Scope,
        properties: tuple[Traced, ...],
        count: Count | str,
        refuted: frozenset[str],
    ) -> None:
        self.model, self.scope, self.properties = model, scope, properties
        self.count, self.refuted = count, refuted
        self.names = Names()
        self.terms = Terms(self.names)
        self.state = State(model, self.names)
        for kind in self._kinds():
            self.names.of(kind, kind.name)
        self.state.variables()
        self.calls = [Call(a, self.state, self.terms) for a in model.actions]
        self.sentences = Sentences(self.terms, self.calls)
        for one in self.calls:
            one.taken()
        for prop in properties:
            self.sentences.name(prop)
        self.invariants: list[str] = ["TypeOK"]
        self.temporal: list[str] = []
        self.aside: list[str] = []
        """What the configuration only mentions, each with the reason."""

    def result(self) -> Exported:
        name = camel(self.model.name)
        inside = list(chain(self._state(), self._behaviour(), self._properties()))
        title = f" MODULE {name} "
        rows = [
            title.center(RULE, "-"),
            *self._heading(name),
            "EXTENDS Naturals, FiniteSets",
            *self._constants(),
            *library(self.terms.used),
            *self._enumerations(),
            *inside,
            "=" * RULE,
        ]
        module = "\n".join(row.rstrip() for row in rows) + "\n"
        return Exported(name, module, "\n".join(self._configuration()) + "\n")

    def _kinds(self) -> Iterator[SortType | EnumType]:
        """The sorts and the enumerations of the state and of the parameters."""
        infos = self.model.shape.fields()
        kinds: list[Type] = [info.index for info in infos if info.index is not None]
        kinds += [info.type for info in infos]
        kinds += [p.type for action in self.model.actions for p in action.params]
        for kind in kinds:
            inside = kind.element if isinstance(kind, SetType) else kind
            if isinstance(inside, SortType | EnumType):
                yield inside

    @property
    def sorts(self) -> list[SortType]:
        """The sorts that the text names."""
        return [k for k in self.names.taken.values() if isinstance(k, SortType)]

    @property
    def enums(self) -> list[EnumType]:
        """The enumerations that the text names."""
        return [k for k in self.names.taken.values() if isinstance(k, EnumType)]

    # The head of the module

    def _heading(self, name: str) -> Iterator[str]:
        yield f"\\* The model {self.model.name}, exported from its specification."
        for question, answer in self.model.reading.items():
            yield f"\\* Reading: {question}={answer}"
        known = {snake(kind.name) for kind in self.sorts}
        known |= {snake(kind.name) for kind in self.enums}
        told = [(sort, size) for sort, size in written(self.scope) if sort in known]
        sizes = ", ".join(f"{sort}={size}" for sort, size in told)
        yield f"\\* Scope of {name}.cfg: {sizes or 'nothing to size'}"
        if isinstance(self.count, str):
            yield f"\\* Expected of TLC: {self.count}"
        else:
            found = self.count
            made, depth = found.transitions + 1, found.depth + 1
            yield f"\\* Expected of TLC: {found.distinct} distinct states,"
            yield f"\\*   {made} states generated, depth {depth};"
            yield "\\*   counted by a complete search of this very model."

    def _constants(self) -> Iterator[str]:
        if not self.sorts:
            return
        yield ""
        yield "CONSTANTS"
        for number, kind in enumerate(self.sorts):
            end = "," if number < len(self.sorts) - 1 else ""
            yield f"    {self.names.of(kind, kind.name)}{end}"
        yield ""
        least = smallest(self.model, self.properties)
        by_name = {kind: name for name, kind in sorts_of(self.model).items()}
        for kind in self.sorts:
            name, first = self.names.of(kind, kind.name), kind.first
            size = f"Cardinality({name})"
            last = size if first == 1 else f"({size} + {first} - 1)"
            last = f"({size} - 1)" if first == 0 else last
            yield f"ASSUME {name} = {first}..{last}"
            needed = least.get(by_name.get(kind, ""), 1)
            if needed > 1:
                yield f"ASSUME Cardinality({name}) >= {needed}"

    def _enumerations(self) -> Iterator[str]:
        if self.enums:
            yield ""
        for kind in self.enums:
            members = [value(n, kind) for n in range(len(kind.members))]
            head = f"{self.names.of(kind, kind.name)} == {{"
            yield from listed(head, members, "}").lines

    # State and behaviour

    def _state(self) -> Iterator[str]:
        names = list(self.state.variables())
        yield from ("", "VARIABLES")
        yield from (f"    {n}{',' if n != names[-1] else ''}" for n in names)
        yield from ("", f"vars == <<{', '.join(names)}>>", "")
        held = [beside(f"{n} \\in", kind, "", OPEN) for n, kind in self.state.types()]
        yield from below("TypeOK ==", bullets("/\\", held)).lines
        yield ""
        start = self.state.initial(self.terms)
        at_boot = [beside(f"{n} =", first, "", OPEN) for n, first in start]
        yield from below("Init ==", bullets("/\\", at_boot)).lines

    def _behaviour(self) -> Iterator[str]:
        for one in self.calls:
            yield ""
            yield from one.definitions()
        yield ""
        ways = [
            over(one.some("\\E", one.action.params), one.taken()) for one in self.calls
        ]
        yield from below("Next ==", bullets("\\/", ways)).lines
        yield from ("", "Spec == Init /\\ [][Next]_vars")

    # The properties

    def _properties(self) -> Iterator[str]:
        for prop in self.properties:
            yield ""
            doc = prop.declared.doc.partition("\n\n")[0].replace("\n", " ")
            if doc:
                yield f"\\* {doc}"
            stated = list(self.sentences.of(prop))
            if not stated:
                yield f"\\* {prop.name} asks nothing of the calls of this model."
            for one in stated:
                yield from below(f"{one.name} ==", one.body).lines
                self._configure(prop, one)

    def _configure(self, prop: Traced, one: Stated) -> None:
        if one.word == "EXAMPLE":
            self.aside.append(f"INVARIANT {one.name}  \\* refuted by an example")
        elif prop.name in self.refuted:
            self.aside.append(f"{one.word} {one.name}  \\* known to be violated")
        elif one.word == "INVARIANT":
            self.invariants.append(one.name)
        elif one.word == "PROPERTY":
            self.temporal.append(one.name)

    # The configuration

    def _configuration(self) -> Iterator[str]:
        yield "\\* Run TLC with -deadlock (it then looks for none): a model may end."
        yield "SPECIFICATION Spec"
        if self.sorts:
            yield "CONSTANTS"
        for kind in self.sorts:
            elements = range(kind.first, kind.first + self.scope.size(kind))
            inside = ", ".join(map(str, elements))
            yield f"    {self.names.of(kind, kind.name)} = {{{inside}}}"
        for word, names in (
            ("INVARIANTS", self.invariants),
            ("PROPERTIES", self.temporal),
        ):
            if names:
                yield word
                yield from (f"    {name}" for name in names)
        if self.aside:
            yield "\\* Not checked; take the backslash and the star away to see why:"
            yield from (f"\\* {row}" for row in self.aside)
