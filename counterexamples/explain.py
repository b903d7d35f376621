"""Why a property is false of a state or a step, in the values of the cells it reads.

The explanation goes down the sentence: of a conjunction that fails, the part that
fails; of a quantifier, the witness; at the bottom, the cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from checker.evaluate import Evaluator, Failed, State, Transition
from checker.python_text import Function, Value, compile_functions
from checker.trace import Trace
from spec.lang import simplify
from spec.lang.ir import BINDERS, Binding, Node, Place
from spec.lang.model import Traced, snake
from spec.lang.prose import cell_name, infix, listed, value_text
from spec.lang.types import BOOL
from spec.lang.walk import opened, postorder, substitute

SHORT = 160
"""A part of the sentence is quoted only when it is not longer than this."""
MOST_FACTS = 12


def instance(evaluator: Evaluator, trace: Trace) -> str:
    """What the end of the run shows: the last line of a trace."""
    prop = evaluator.properties[trace.header.prop]
    before = trace.run[-2].after if len(trace.run) > 1 else evaluator.initial
    last = trace.run[-1].after if trace.run else evaluator.initial
    if prop.kind != "every_step":
        assert prop.node is not None
        truth = prop.kind == "sometimes"
        return Reasons(evaluator, last, None).sentence(prop.node, truth=truth)
    demand = _demand(evaluator, prop, trace)
    if demand is None:
        return "the step is allowed"
    if demand is simplify.FALSE:
        return _forbidden(trace.run[-1])
    return Reasons(evaluator, before, last).sentence(demand, truth=False)


def _forbidden(step: Transition) -> str:
    """The step itself is what must not be."""
    outcome = step.outcome
    how = f"answers {outcome.error}" if isinstance(outcome, Failed) else "succeeds"
    return f"{step.invocation.action} {how}"


def _demand(evaluator: Evaluator, prop: Traced, trace: Trace) -> Node | None:
    """What the property demands of the last step, its parameters filled in."""
    if not trace.run:
        return None
    step = trace.run[-1]
    case = (
        (step.outcome.rung, step.outcome.alternative)
        if isinstance(step.outcome, Failed)
        else (None, None)
    )
    action = evaluator.model.action(step.invocation.action)
    values = zip(action.params, step.invocation.args, strict=True)
    leaves = {p.node(): simplify.constant(v, p.type) for p, v in values}
    for demand in prop.obligations:
        if (demand.action, demand.rung, demand.alternative) == (action.name, *case):
            return substitute(demand.node, leaves, simplify.rebuilt)
    return None


@dataclass
class Reasons:
    """The facts found so far about one sentence in one state, or of one step."""

    evaluator: Evaluator
    before: State
    after: State | None
    witnesses: dict[str, None] = field(default_factory=dict)
    facts: dict[str, None] = field(default_factory=dict)

    def sentence(self, root: Node, *, truth: bool) -> str:
        """The witnesses and the cells that make `root` as it is."""
        stack = [(root, truth)]
        while stack:
            node, expected = stack.pop()
            if bool(self.value(node)) == expected:
                stack.extend(reversed(list(self._below(node, expected))))
        found = list(self.facts) or [self._quoted(root, truth)]
        if len(found) > MOST_FACTS:
            found = [*found[:MOST_FACTS], f"{len(found) - MOST_FACTS} more cells"]
        who = f"{listed(self.witnesses)}: " if self.witnesses else ""
        return f"{who}{listed(found)}"

    def value(self, node: Node) -> int:
        """The value of a term without free variables."""
        if node.op == "CONST":
            return simplify.number(node)
        function = Function("value", (), Value(node))
        fields, scope = self.evaluator.fields, self.evaluator.scope
        code = compile_functions([function], fields, scope)["value"]
        return int(code(self.before, self.after))

    def _below(self, node: Node, truth: bool) -> Iterator[tuple[Node, bool]]:
        """The parts that explain why `node` is `truth`; facts are noted."""
        match node.op:
            case "NOT":
                yield node.args[0], not truth
            case "AND" | "OR":
                parts = [(arg, truth) for arg in node.args]
                if truth == (node.op == "AND"):
                    yield from parts
                else:
                    held = (arg for arg in node.args if bool(self.value(arg)) == truth)
                    yield next(held), truth
            case "FORALL" | "EXISTS":
                yield from self._witness(node, truth)
            case "ITE":
                condition, yes, no = node.args
                chosen = bool(self.value(condition))
                yield condition, chosen
                yield yes if chosen else no, truth
            case "EQ" if node.args[0].type == BOOL:
                for arg in node.args:
                    yield arg, bool(self.value(arg))
            case _:
                self._evidence(node)

    def _witness(self, node: Node, truth: bool) -> Iterator[tuple[Node, bool]]:
        if truth == (node.op == "FORALL"):
            self._note(self._quoted(node, truth))
            self._closed_cells(node)
            return
        binding = node.attr
        assert isinstance(binding, Binding)
        for position in range(self.evaluator.scope.size(binding.type)):
            element = simplify.constant(position, binding.type)
            body = opened(node, element, simplify.rebuilt)
            if bool(self.value(body)) == truth:
                sort = snake(getattr(binding.type, "name", "value")).replace("_", " ")
                shown = value_text(position, binding.type)
                self.witnesses[f"{sort} {shown}"] = None
                yield body, truth
                return

    def _quoted(self, node: Node, truth: bool) -> str:
        said = infix(node if truth else simplify.negation(node))
        return said if len(said) <= SHORT else "what the sentence says of all of them"

    def _evidence(self, node: Node) -> None:
        """Note what a term without booleans reads, innermost first."""
        found: list[Node] = []
        stack = [node]
        while stack:
            term = stack.pop()
            found.append(term)
            if term.op != "ANCESTOR" and term.op not in BINDERS:
                stack.extend(term.args)
        for term in reversed(found):
            if term.op == "READ":
                self._cell(term)
            elif term.op == "ANCESTOR":
                self._ancestor(term)
            elif term.op in BINDERS and len(infix(term)) <= SHORT:
                self._note(f"{infix(term)} = {self._shown(term)}")

    def _closed_cells(self, node: Node) -> None:
        """Note the cells that a quoted sentence reads whatever its variable is."""
        open_terms = set[Node]()
        for term in postorder([node]):
            if term.op == "VAR" or any(arg in open_terms for arg in term.args):
                open_terms.add(term)
            elif term.op == "READ":
                self._cell(term)

    def _cell(self, read: Node) -> None:
        place = read.attr
        assert isinstance(place, Place)
        index = read.args[0] if read.args else None
        row = None if index is None else self.value(index)
        name = cell_name(place.field, row, None if index is None else index.type)
        verb = "="
        if self.after is not None:
            verb = "was" if place.epoch == "old" else "is"
        self._note(f"{name} {verb} {self._shown(read)}")

    def _ancestor(self, node: Node) -> None:
        above, below = (value_text(self.value(a), a.type) for a in node.args)
        verb = "is" if self.value(node) else "is not"
        self._note(f"{above} {verb} an ancestor of {below}")

    def _shown(self, node: Node) -> str:
        return value_text(self.value(node), node.type)

    def _note(self, fact: str) -> None:
        self.facts[fact] = None
