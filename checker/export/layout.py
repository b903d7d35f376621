r"""Terms laid out in lines, with parentheses and bullets where TLA+ needs them.

TLA+ reads a list of `/\` or `\/` by its columns: an item goes on as long as its lines
stand to the right of the bullet. Whatever takes several lines is therefore a list of
items, or stands in brackets, or ends a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ATOM, SUM, COMPARISON, NEGATION, JUNCTION, OPEN, SENTENCE = range(7)
"""How tightly a text binds, tightest first; what is OPEN goes on to the right."""

WIDTH: Final = 62
"""What is longer takes several lines."""

OPENING: Final = ("(", "[", "{", ":", "EXCEPT", "|->")


@dataclass(frozen=True, slots=True)
class Block:
    """A text of one or more lines, and how tightly it binds."""

    lines: tuple[str, ...]
    weight: int = ATOM

    @property
    def length(self) -> int:
        """Its length in one line; what has several is never short."""
        return len(self.lines[0]) if len(self.lines) == 1 else 10 * WIDTH


def line(text: str, weight: int = ATOM) -> Block:
    """A block of one line."""
    return Block((text,), weight)


def around(before: str, block: Block, after: str = "", weight: int = ATOM) -> Block:
    """The block between two texts, its further lines below its first."""
    return hung(before, block, after, len(before), weight)


def hung(
    before: str, block: Block, after: str, indent: int, weight: int = ATOM
) -> Block:
    """As `around`, with further lines this far to the right."""
    first, *others = block.lines
    lines = [before + first, *(" " * indent + other for other in others)]
    lines[-1] += after
    return Block(tuple(lines), weight)


def operand(block: Block, most: int) -> Block:
    """The block as part of an expression that takes operands up to `most`."""
    if block.weight <= most and len(block.lines) == 1:
        return block
    return block if block.weight == ATOM else around("(", block, ")")


def infix(sign: str, blocks: Sequence[Block], most: int, weight: int) -> Block:
    """`a sign b`, on a line or with the sign at the beginning of the next."""
    parts = [operand(block, most) for block in blocks]
    if sum(part.length + len(sign) + 2 for part in parts) <= WIDTH:
        return line(f" {sign} ".join(part.lines[0] for part in parts), weight)
    first, *others = parts
    if len(first.lines) == len(others) == 1 and opens(others[0]):
        return hung(f"{first.lines[0]} {sign} ", others[0], "", 0, weight)
    following = [around(f"{sign} ", other) for other in others]
    lines = [*first.lines, *(f"  {row}" for block in following for row in block.lines)]
    return Block(tuple(lines), weight)


def implication(premise: Block, conclusion: Block) -> Block:
    """`premise => conclusion`; what is OPEN needs no brackets at the end."""
    if conclusion.weight != OPEN:
        return infix("=>", [premise, conclusion], JUNCTION, SENTENCE)
    head = operand(premise, JUNCTION)
    if head.length + conclusion.length + 4 <= WIDTH:
        return around(f"{head.lines[0]} => ", conclusion, "", SENTENCE)
    rows = (f"  {row}" for row in around("=> ", conclusion).lines)
    return Block((*head.lines, *rows), SENTENCE)


def opens(block: Block) -> bool:
    """Its first line opens a bracket, and the others stand to the right already.

    Not if the first line has a bullet: the others may then have to stand below it.
    """
    first = block.lines[0]
    if "/\\ " in first or "\\/ " in first or first.startswith("LET "):
        return False
    return len(block.lines) > 1 and first.endswith(OPENING)


def junction(sign: str, blocks: Sequence[Block]) -> Block:
    """A conjunction or disjunction: on one line, or as a list of bullets."""
    parts = [operand(block, NEGATION) for block in blocks if len(block.lines) == 1]
    length = sum(part.length + len(sign) + 2 for part in parts)
    if len(parts) == len(blocks) and length <= WIDTH:
        return line(f" {sign} ".join(part.lines[0] for part in parts), JUNCTION)
    return bullets(sign, blocks)


def bullets(sign: str, blocks: Sequence[Block]) -> Block:
    """A list with one item for each block."""
    items = [around(f"{sign} ", block) for block in blocks]
    return Block(tuple(row for item in items for row in item.lines), OPEN)


def below(head: str, body: Block, after: str = "", weight: int = OPEN) -> Block:
    """`head body after` on one line, or the body under the head, to the right."""
    if len(head) + 1 + body.length + len(after) <= WIDTH:
        return line(f"{head} {body.lines[0]}{after}", weight)
    lines = [head, *(f"    {row}" for row in body.lines)]
    lines[-1] += after
    return Block(tuple(lines), weight)


def over(quantifier: str, body: Block) -> Block:
    """The body below a quantifier, if there is one."""
    return below(quantifier, body) if quantifier else body


def beside(head: str, body: Block, after: str = "", weight: int = ATOM) -> Block:
    """As `below`, but what opens a bracket opens it in the line of the head."""
    if opens(body):
        return hung(f"{head} ", body, after, 0, weight)
    return below(head, body, after, weight)


def call(name: str, blocks: Sequence[Block]) -> Block:
    """`name(a, b)`; an operator without parameters is its name."""
    return listed(f"{name}(", blocks, ")") if blocks else line(name)


def listed(opening: str, blocks: Sequence[Block], closing: str) -> Block:
    """The blocks with commas between brackets."""
    length = len(opening) + sum(block.length + 2 for block in blocks)
    if length <= WIDTH:
        return line(opening + ", ".join(b.lines[0] for b in blocks) + closing)
    rows: list[str] = []
    for number, block in enumerate(blocks):
        end = closing if number == len(blocks) - 1 else ","
        rows += hung("    ", block, end, 4).lines
    return Block((opening.rstrip(), *rows))


def choice(condition: Block, yes: Block, no: Block) -> Block:
    """IF, THEN, ELSE."""
    if condition.length + yes.length + no.length + 14 <= WIDTH:
        said = f"IF {condition.lines[0]} THEN {yes.lines[0]} ELSE {no.lines[0]}"
        return line(said, OPEN)
    parts = (("IF   ", condition), ("THEN ", yes), ("ELSE ", no))
    rows = [row for word, block in parts for row in around(word, block).lines]
    return Block(tuple(rows), OPEN)
