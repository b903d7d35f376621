r"""A call in TLA+: its ladder of errors, and the operator that takes the step.

fork_answer(caller) ==
    IF   ~\E p \in Process : process[p].phase = "FREE"
    THEN "EAGAIN"
    ELSE "OK"

fork(caller, child, pid) ==
    /\ process[caller].phase = "RUNNING"
    /\ fork_answer(caller) = "OK"
    /\ child \in {p \in Process : process[p].phase = "FREE"}
    /\ process' = [process EXCEPT ![child].parent = caller, ...]
    /\ UNCHANGED last_number
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from checker.export.layout import (
    COMPARISON,
    OPEN,
    SUM,
    Block,
    around,
    beside,
    bullets,
    call,
    infix,
    line,
    listed,
)
from checker.export.tla_effects import State
from checker.export.tla_sharing import with_names
from checker.export.tla_terms import Names, Terms, domain
from spec.lang import simplify
from spec.lang.action import Action, Every, Param, Rung
from spec.lang.model import rung_label

OK: Final = "OK"
"""What a ladder answers when no line of it holds."""
UNABLE: Final = '"unable"'
"""What it answers first, to who cannot call at all."""


@dataclass(frozen=True, slots=True)
class Call:
    """One action of the model, and how the module writes it."""

    action: Action
    state: State
    terms: Terms

    @property
    def names(self) -> Names:
        return self.terms.names

    @property
    def name(self) -> str:
        """The operator that takes the step."""
        return self.names.of(("ACTION", self.action.name), self.action.name)

    @property
    def answer(self) -> str:
        """The operator that says what the ladder answers."""
        wanted = f"{self.action.name}_answer"
        return self.names.of(("ANSWER", self.action.name), wanted)

    @property
    def decides(self) -> bool:
        """Something can stand in the way of the call."""
        return bool(self.action.rungs) or self.action.able is not simplify.TRUE

    def over(self, params: Iterable[Param]) -> list[Block]:
        """These parameters, by name."""
        return [self.terms.block(param.node()) for param in params]

    def taken(self) -> Block:
        """The operator over all its parameters."""
        return call(self.name, self.over(self.action.params))

    def answers(self, label: str) -> Block:
        """The ladder answers this."""
        asked = call(self.answer, self.over(self.action.arguments()))
        return infix("=", [asked, line(f'"{label}"')], SUM, COMPARISON)

    def some(self, sign: str, params: Iterable[Param]) -> str:
        r"""`\E caller \in Process, pid \in Number :`, or nothing without parameters."""
        by_domain: dict[str, list[str]] = {}
        for param in params:
            said = self.terms.block(param.node()).lines[0]
            by_domain.setdefault(domain(param.type, self.names), []).append(said)
        bound = [f"{', '.join(ps)} \\in {kind}" for kind, ps in by_domain.items()]
        return f"{sign} {', '.join(bound)} :" if bound else ""

    def definitions(self) -> Iterator[str]:
        """The ladder, if there is one, and the step."""
        yield from self._comment()
        if self.decides:
            yield from self._ladder()
            yield ""
        yield from self._step()

    def _comment(self) -> Iterator[str]:
        action = self.action
        doc = action.doc.partition("\n\n")[0].replace("\n", " ")
        yield f"\\* {action.name}: {doc}".rstrip(": ")
        if action.source:
            yield f"\\* {action.source}"

    def _head(self, name: str, params: Iterable[Param]) -> str:
        """The first line of a definition, however long."""
        said = ", ".join(block.lines[0] for block in self.over(params))
        return f"{name}({said}) ==" if said else f"{name} =="

    # The ladder

    def label(self, rung: Rung) -> str:
        """What the ladder answers at this rung."""
        if rung.kind != "fails":
            return {"blocks": "sleeps", "out_of_scope": "out of scope"}[rung.kind]
        prefix = f"{self.action.name}_fails_with_"
        labels = [
            rung_label(self.action, rung, which).removeprefix(prefix)
            for which in range(len(rung.alternatives))
        ]
        return " or ".join(labels)

    def _ladder(self) -> Iterator[str]:
        """Evaluated as a value, so that TLC takes no disjunct of it for a step."""
        rows: list[str] = []
        able = self.action.able
        unable = [] if able is simplify.TRUE else [(simplify.negation(able), UNABLE)]
        lines = [
            *unable,
            *((rung.when, self._answer(rung)) for rung in self.action.rungs),
        ]

        def body(terms: Terms) -> Block:
            for when, answer in lines:
                rows.extend(around("IF   ", terms.block(when)).lines)
                rows.extend((f"THEN {answer}", "ELSE"))
            rows[-1] = f'ELSE "{OK}"'
            return Block(tuple(rows), OPEN)

        yield self._head(self.answer, self.action.arguments())
        said = with_names([when for when, _ in lines], self.terms, body)
        yield from (f"    {row}" for row in said.lines)

    def _answer(self, rung: Rung) -> str:
        """The label, with the sentence that says so."""
        cite = f"  \\* {rung.cite}" if rung.cite else ""
        return f'"{self.label(rung)}"{cite}'

    # The step

    def _step(self) -> Iterator[str]:
        action = self.action
        by_name = {p.name: p for p in action.params}
        roots = [pick.among for pick in action.picks]
        for write in action.writes:
            roots += [write.value, write.when]
            if isinstance(write.target, Every):
                roots.append(write.target.member)
            elif write.target is not None:
                roots.append(write.target)

        def body(terms: Terms) -> Block:
            items: list[Block] = []
            if self.decides:
                items.append(self._goes_on())
            for pick in action.picks:
                chosen = terms.block(by_name[pick.param].node())
                among = terms.block(pick.among)
                items.append(infix("\\in", [chosen, among], SUM, COMPARISON))
            written = dict(self.state.effects(action.writes, terms))
            items += [beside(f"{name}' =", after) for name, after in written.items()]
            kept = [line(n) for n in self.state.variables() if n not in written]
            if kept:
                several = listed("<<", kept, ">>") if len(kept) > 1 else kept[0]
                items.append(around("UNCHANGED ", several))
            return bullets("/\\", items)

        yield self._head(self.name, action.params)
        yield from (f"    {row}" for row in with_names(roots, self.terms, body).lines)

    def _goes_on(self) -> Block:
        """Nothing stands in the way; in a mutant, or only an error that leaks."""
        leaks = [self.label(rung) for rung in self.action.rungs if rung.leaks]
        if not leaks:
            return self.answers(OK)
        asked = call(self.answer, self.over(self.action.arguments()))
        allowed = listed("{", [line(f'"{label}"') for label in (OK, *leaks)], "}")
        return infix("\\in", [asked, allowed], SUM, COMPARISON)
