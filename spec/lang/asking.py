"""What a step property asks of the call and the outcome it is traced for.

A sentence is spoken for every way in which every call can end, and most ask little of
it: whether it succeeded, or which call it is. Ways that give the same answers get the
same node, so the sentence is spoken once for each set of answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from spec.lang.ir import Node
from spec.lang.terms import Term


@dataclass(frozen=True, slots=True)
class _Question:
    """An attribute of the call (0) or of the outcome (1), asked perhaps with words."""

    about: int
    name: str
    words: tuple[Any, ...] | None

    def answer(self, case: tuple[object, object]) -> object:
        found = getattr(case[self.about], self.name)
        return found if self.words is None else found(*self.words)


Said = list[tuple[_Question, object]]
"""What was asked while a sentence was spoken, and what was answered."""


class _Listening:
    """Answers as what it stands for does, and writes down what was asked."""

    __slots__ = ("_about", "_of", "_said")

    def __init__(self, of: object, about: int, said: Said) -> None:
        self._of, self._about, self._said = of, about, said

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, name)
        if not callable(found) or isinstance(found, Term):
            self._said.append((_Question(self._about, name, None), found))
            return found

        def asked(*words: Any) -> Any:
            answer = found(*words)
            self._said.append((_Question(self._about, name, words), answer))
            return answer

        return asked


@dataclass
class Spoken:
    """A sentence, and the nodes it came to for the answers it was given."""

    speak: Callable[[Any, Any], Node]
    """The sentence, of a call and an outcome."""
    known: list[tuple[Said, Node]] = field(default_factory=list)

    def of(self, call: object, outcome: object) -> Node:
        """The node for this way to end; spoken if these answers are new."""
        case = (call, outcome)
        for said, node in self.known:
            if all(_same(question.answer(case), was) for question, was in said):
                return node
        said = []
        node = self.speak(_Listening(call, 0, said), _Listening(outcome, 1, said))
        self.known.append((said, node))
        return node


def _same(one: object, other: object) -> bool:
    if isinstance(one, Term) and isinstance(other, Term):
        return type(one) is type(other) and one.node is other.node
    if isinstance(one, Term) or isinstance(other, Term):
        return False
    return one is other or (type(one) is type(other) and one == other)
