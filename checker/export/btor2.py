"""A circuit as BTOR2: words, one line for each, the same line never twice.

Source   Niemetz, Preiner, Wolf, Biere: Btor2, BtorMC and Boolector 3.0 (CAV 2018)
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """A line of the file, and how many bits its value has."""

    number: int
    bits: int


@dataclass
class Btor2:
    """Gates that write BTOR2."""

    lines: list[str] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """The file."""
        return "".join(f"{line}\n" for line in self.lines)

    def note(self, text: str) -> None:
        """A remark for whoever reads the circuit."""
        self.lines.append(f"; {text}")

    def _line(self, said: str) -> int:
        """The number of a line that says this; what names something is new."""
        if said not in self.known:
            self.known[said] = len(self.known) + 1
            self.lines.append(f"{self.known[said]} {said}")
        return self.known[said]

    def _word(self, operator: str, bits: int, *rest: object) -> Word:
        sort = self._line(f"sort bitvec {bits}")
        said = " ".join(map(str, (operator, sort, *rest)))
        return Word(self._line(said), bits)

    def _operation(self, operator: str, bits: int, *args: Word) -> Word:
        return self._word(operator, bits, *(arg.number for arg in args))

    def source(self, name: str, bits: int) -> Word:
        """An input, free in every step."""
        return self._word("input", bits, _symbol(name))

    def state(self, name: str, bits: int, initial: int) -> Word:
        """A word of the state."""
        start = self.constant(initial, bits)
        word = self._word("state", bits, _symbol(name))
        self._operation("init", bits, word, start)
        return word

    def follow(self, state: Word, after: Word) -> None:
        """What a word of the state is after the step."""
        self._operation("next", state.bits, state, after)

    def bad(self, name: str, signal: Word) -> None:
        """A signal that should never be true."""
        self._line(f"bad {signal.number} {_symbol(name)}")

    def width(self, word: Word) -> int:
        return word.bits

    def constant(self, value: int, bits: int) -> Word:
        return self._word("constd", bits, value)

    def invert(self, word: Word) -> Word:
        return self._operation("not", word.bits, word)

    def both(self, left: Word, right: Word) -> Word:
        return self._operation("and", left.bits, left, right)

    def either(self, left: Word, right: Word) -> Word:
        return self._operation("or", left.bits, left, right)

    def differ(self, left: Word, right: Word) -> Word:
        return self._operation("xor", left.bits, left, right)

    def same(self, left: Word, right: Word) -> Word:
        return self._operation("eq", 1, left, right)

    def less(self, left: Word, right: Word) -> Word:
        return self._operation("ult", 1, left, right)

    def choose(self, condition: Word, yes: Word, no: Word) -> Word:
        return self._operation("ite", yes.bits, condition, yes, no)

    def plus(self, left: Word, right: Word) -> Word:
        return self._operation("add", left.bits, left, right)

    def minus(self, left: Word, right: Word) -> Word:
        return self._operation("sub", left.bits, left, right)

    def up(self, word: Word, by: Word) -> Word:
        """Shifted to the more significant end; 0 when shifted out."""
        return self._operation("sll", word.bits, word, by)

    def down(self, word: Word, by: Word) -> Word:
        return self._operation("srl", word.bits, word, by)

    def resized(self, word: Word, bits: int) -> Word:
        """With zeros in front, or cut."""
        if bits > word.bits:
            return self._word("uext", bits, word.number, bits - word.bits)
        if bits < word.bits:
            return self._word("slice", bits, word.number, bits - 1, 0)
        return word


def _symbol(name: str) -> str:
    """A name without blanks."""
    return "_".join(name.split())
