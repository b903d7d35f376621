"""The state in TLA+, and the simultaneous writes of a step to it.

Each table is one variable, a function from elements to records; each single cell is a
variable. A step gives a written table as one expression, every write reading the state
before; a second write to a cell stands apart from the first by its condition, so their
order does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.export.layout import (
    ATOM,
    COMPARISON,
    SUM,
    Block,
    around,
    below,
    beside,
    choice,
    infix,
    junction,
    line,
    listed,
)
from checker.export.tla_terms import Names, Terms, domain
from spec.lang import simplify
from spec.lang.action import Every, Write
from spec.lang.ir import Node, make
from spec.lang.model import Model
from spec.lang.schema import FieldInfo


@dataclass(frozen=True, slots=True)
class State:
    """The variables of a module: single cells, then tables."""

    model: Model
    names: Names

    def variables(self) -> dict[str, tuple[FieldInfo, ...]]:
        """The fields by the variable that holds them."""
        shape = self.model.shape
        found: dict[str, tuple[FieldInfo, ...]] = {
            self.name(info.name): (info,) for info in shape.cells.values()
        }
        for table in shape.tables.values():
            found[self.name(table.name)] = tuple(table.fields.values())
        return found

    def name(self, field: str) -> str:
        """The variable that holds the field."""
        table = field.partition(".")[0]
        return self.names.of(("STATE", table), table)

    def types(self) -> Iterator[tuple[str, Block]]:
        """What each variable is a member of."""
        for name, infos in self.variables().items():
            index = infos[0].index
            if index is None:
                yield name, line(domain(infos[0].type, self.names))
                continue
            columns = [
                line(f"{_column(info.name)}: {domain(info.type, self.names)}")
                for info in infos
            ]
            rows = listed("[", columns, "]")
            yield name, beside(f"[{domain(index, self.names)} ->", rows, "]")

    def initial(self, terms: Terms) -> Iterator[tuple[str, Block]]:
        """What each variable is at boot."""
        for name, infos in self.variables().items():
            index = infos[0].index
            if index is None:
                start = terms.block(infos[0].initial)
            else:
                row = make("PARAM", attr="row", of=index)
                here = terms.also({row: "each"})
                columns = [
                    around(f"{_column(info.name)} |-> ", here.block(info.initial))
                    for info in infos
                ]
                rows = listed("[", columns, "]")
                head = f"[each \\in {domain(index, self.names)} |->"
                start = beside(head, rows, "]")
            writes = [w for w in self.model.boot if self.name(w.field) == name]
            if not writes:
                yield name, start
            elif index is None:
                yield name, self._cell(writes, start, terms)
            else:
                after = self._table(writes, "blank", terms)
                rows_of = beside("LET blank ==", start), beside("IN ", after)
                yield name, Block(tuple(r for block in rows_of for r in block.lines))

    def effects(
        self, writes: Iterable[Write], terms: Terms
    ) -> Iterator[tuple[str, Block]]:
        """What each written variable is after the step."""
        listed_ = list(writes)
        for name, infos in self.variables().items():
            here = [w for w in listed_ if self.name(w.field) == name]
            if here and infos[0].index is None:
                yield name, self._cell(here, line(name), terms)
            elif here:
                yield name, self._table(here, name, terms)

    def _cell(self, writes: list[Write], start: Block, terms: Terms) -> Block:
        after = start
        for write in writes:
            after = _if(write.when, terms.block(write.value), after, terms)
        return after

    def _table(self, writes: list[Write], base: str, terms: Terms) -> Block:
        if any(isinstance(write.target, Every) for write in writes):
            index = self.model.shape.tables[writes[0].field.partition(".")[0]].index
            each = [_for_each(write, terms) for write in writes]
            rows = listed(f"[{base}[each] EXCEPT ", each, "]")
            head = f"[each \\in {domain(index.type, self.names)} |->"
            return below(head, rows, "]", ATOM)
        conditions = {write.when for write in writes}
        common = conditions.pop() if len(conditions) == 1 else simplify.TRUE
        at = [_at(write, common, terms) for write in writes]
        changed = listed(f"[{base} EXCEPT ", at, "]")
        return _if(common, changed, line(base), terms)


def _column(field: str) -> str:
    return field.partition(".")[2]


def _if(when: Node, yes: Block, no: Block, terms: Terms) -> Block:
    return yes if when is simplify.TRUE else choice(terms.block(when), yes, no)


def _at(write: Write, common: Node, terms: Terms) -> Block:
    """One write at one element, where `common` is known to hold."""
    assert isinstance(write.target, Node)
    when = simplify.TRUE if write.when is common else write.when
    held = _if(when, terms.block(write.value), line("@"), terms)
    place = around("![", terms.block(write.target), f"].{_column(write.field)} = ")
    *first, last = place.lines
    return Block((*first, *around(last, held).lines))


def _for_each(write: Write, terms: Terms) -> Block:
    """One write, at one element or at many, as it looks from the element `each`."""
    here = terms
    if isinstance(write.target, Every):
        here = terms.also({write.target.variable: "each"})
        conditions = [write.target.member, write.when]
        asked = here.block(simplify.conjunction(conditions))
    else:
        assert write.target is not None
        asked = infix("=", [line("each"), terms.block(write.target)], SUM, COMPARISON)
        if write.when is not simplify.TRUE:
            asked = junction("/\\", [asked, terms.block(write.when)])
    held = choice(asked, here.block(write.value), line("@"))
    return around(f"!.{_column(write.field)} = ", held)
