"""Terms, actions and models as text: one line per node, sharing kept.

    %3 = EQ %1 %2 : Bool

What `parsing` reads back is the identical graph. The text without its prose is also
what a model's digest is taken from: it says what the model does and nothing else, so
caches, checkpoints and traces can tell whether they still speak of the same model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256

from spec.lang.action import Action, Every, Write
from spec.lang.errors import SpecError
from spec.lang.ir import Fresh, Node
from spec.lang.model import Model, Traced
from spec.lang.types import Type
from spec.lang.walk import postorder


class Printer:
    """Lines of text; a node gets its line before the first line that mentions it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._numbers: dict[Node, int] = {}

    def ref(self, root: Node) -> str:
        """`%n`, after the lines of everything below that is not printed yet."""
        if root not in self._numbers:
            for node in postorder([root]):
                if node not in self._numbers:
                    self.lines.append(self._line(node))
                    self._numbers[node] = len(self._numbers)
        return f"%{self._numbers[root]}"

    def _line(self, node: Node) -> str:
        if isinstance(node.attr, Fresh):
            message = "a variable without a binder has no name to print"
            raise SpecError(message)
        words = [] if node.attr is None else [str(node.attr)]
        words += [f"%{self._numbers[arg]}" for arg in node.args]
        here = f"%{len(self._numbers)}"
        return f"{here} = {' '.join([node.op, *words])} : {node.type}"

    def put(self, *words: str) -> None:
        """One line of plain words."""
        self.lines.append(" ".join(words))

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def print_terms(roots: Iterable[Node]) -> str:
    """Terms that share their common parts, and a last line that names them."""
    printer = Printer()
    refs = [printer.ref(root) for root in roots]
    printer.put("terms", *refs)
    return printer.text()


def print_action(action: Action) -> str:
    """One traced call."""
    printer = Printer()
    _action(printer, action, prose=True)
    return printer.text()


def print_model(model: Model, properties: Iterable[Traced] = ()) -> str:
    """A whole model, with properties traced over it."""
    return _model(model, properties, prose=True)


def model_digest(model: Model, properties: Iterable[Traced] = ()) -> str:
    """A hash of what the model does; the same in every process and on every machine.

    Documentation and citations do not count.
    """
    text = _model(model, properties, prose=False)
    return sha256(text.encode()).hexdigest()


def _model(model: Model, properties: Iterable[Traced], *, prose: bool) -> str:
    printer = Printer()
    printer.put("model", model.name)
    for name, option in model.reading.items():
        printer.put("reading", name, option)
    for info in model.shape.fields():
        index = _kind(info.index)
        printer.put(
            "field", info.name, str(info.type), index, printer.ref(info.initial)
        )
    for forest in model.shape.forests:
        printer.put("forest", forest)
    for write in model.boot:
        _write(printer, "boot", write)
    for action in model.actions:
        _action(printer, action, prose=prose)
    for prop in properties:
        _property(printer, prop)
    return printer.text()


def _kind(kind: Type | None) -> str:
    return "-" if kind is None else str(kind)


def _maybe(printer: Printer, node: Node | None) -> str:
    return "-" if node is None else printer.ref(node)


def _quoted(text: str, *, prose: bool) -> str:
    return json.dumps(text if prose else "")


def _action(printer: Printer, action: Action, *, prose: bool) -> None:
    printer.put("action", action.name, action.kind)
    printer.put("source", _quoted(action.source, prose=prose))
    printer.put("doc", _quoted(action.doc, prose=prose))
    for param in action.params:
        printer.put("param", param.name, param.role, str(param.type))
    printer.put("able", printer.ref(action.able))
    for rung in action.rungs:
        cite = _quoted(rung.cite, prose=prose)
        leak = "leaks" if rung.leaks else "holds"
        printer.put("rung", rung.kind, leak, printer.ref(rung.when), cite)
        for allowed in rung.alternatives:
            error = (allowed.error.name, str(allowed.error.number))
            cite = _quoted(allowed.cite, prose=prose)
            printer.put("allows", *error, printer.ref(allowed.when), cite)
    for pick in action.picks:
        printer.put("pick", pick.param, printer.ref(pick.among))
    for write in action.writes:
        _write(printer, "write", write)
    printer.put("result", _maybe(printer, action.result))
    printer.put("inherits", *action.inherits)
    printer.put("returns" if action.returns else "never_returns")


def _write(printer: Printer, word: str, write: Write) -> None:
    if isinstance(write.target, Every):
        variable, member = write.target.variable, write.target.member
        where = ["every", printer.ref(variable), printer.ref(member)]
    else:
        where = ["at", _maybe(printer, write.target)]
    value, when = printer.ref(write.value), printer.ref(write.when)
    printer.put(word, write.field, *where, value, when)


def _property(printer: Printer, prop: Traced) -> None:
    printer.put("property", prop.name, prop.kind, _maybe(printer, prop.node))
    for demand in prop.obligations:
        case = ("-" if n is None else str(n) for n in (demand.rung, demand.alternative))
        printer.put("demand", demand.action, *case, printer.ref(demand.node))
