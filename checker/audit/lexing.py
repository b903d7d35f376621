"""Where the parts of a line end: brackets, quoted text and comments, in linear time.

Every pattern here matches one token from where it stands and its alternatives begin
with different characters, so that no line makes the reader go back. What does not end
(a quote, a comment, a bracket) is refused at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_LINE: Final = 1 << 20
"""Characters of one line; a longer one is refused."""

DEEPEST: Final = 64
"""Brackets inside brackets; deeper nesting is refused."""

OPENING: Final = {"(": ")", "[": "]", "{": "}"}
CLOSING: Final = frozenset(OPENING.values())

_TOKEN: Final = re.compile(
    r"""
    (?P<space> \s+ )
  | (?P<text> "(?:[^"\\]|\\.)*"(?:\.\.\.)? )
  | (?P<comment> /\*(?:[^*]|\*(?!/))*\*/ )
  | (?P<word> [A-Za-z_0-9?.]+ (?:<[^<>]*>)? )
  | (?P<sign> [()\[\]{},|] | => | == | && | [^\s"A-Za-z_0-9?.()\[\]{},|] )
    """,
    re.VERBOSE | re.DOTALL,
)


class BadLog(Exception):
    """A log that cannot be read: which line, and what is wrong with it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line, self.message = line, message


class Unreadable(Exception):
    """A piece of a line that cannot be read; whoever knows the line says so."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, sign, quoted text, comment or space, and where it stands."""

    kind: str
    text: str
    start: int


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens from `start` on; raises Unreadable."""
    while start < len(text):
        found = _TOKEN.match(text, start)
        if found is None:
            raise Unreadable('a quoted text that does not end with "')
        kind = str(found.lastgroup)
        if kind == "sign" and text.startswith("/*", start):
            raise Unreadable("a comment that does not end with */")
        yield Token(kind, found.group(), start)
        start = found.end()


def closing(text: str, start: int) -> int:
    """The place of the bracket that closes the one at `start`; raises Unreadable."""
    return parts(text, start)[1]


def parts(text: str, start: int) -> tuple[tuple[str, ...], int]:
    """What stands between the commas inside the bracket at `start`, and its end.

    Commas inside further brackets, quoted text and comments do not count. Raises
    Unreadable for brackets that do not match or nest too deeply.
    """
    expected: list[str] = []
    found: list[str] = []
    begun = start + 1
    for token in tokens(text, start):
        if token.kind != "sign":
            continue
        if token.text in OPENING:
            expected.append(OPENING[token.text])
            if len(expected) > DEEPEST:
                raise Unreadable(f"brackets nested more than {DEEPEST} deep")
        elif token.text in CLOSING:
            if expected.pop() != token.text:
                raise Unreadable(f"a bracket closed by {token.text!r} that is another")
            if not expected:
                last = text[begun : token.start].strip()
                return (*found, *([last] if found or last else [])), token.start
        elif token.text == "," and len(expected) == 1:
            found.append(text[begun : token.start].strip())
            begun = token.start + 1
    raise Unreadable("a bracket that is not closed")


def printable(text: str, longest: int = 400) -> str:
    """The text with whatever could speak to a terminal made visible, and cut."""
    cut = text if len(text) <= longest else text[:longest] + "..."
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "replace").decode()
        for c in cut
    )
