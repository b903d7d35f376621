"""Text -> Document: strict, bounded, and nothing is run or looked up.

The text comes from a stranger. Each problem is one message with a line number and what
to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from counterexamples.form import (
    KEYS,
    LONGEST_FILE,
    LONGEST_LINE,
    MOST_STEPS,
    OPTIONAL_KEYS,
    Asked,
    BadTrace,
    Document,
    Entry,
)

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
_VALUE: Final = r"(?:[A-Za-z0-9_]+|\{[A-Za-z0-9_, ]*\})"
_PAIR: Final = re.compile(rf"({_NAME})=({_VALUE})(?:, |$)")
_REQUEST: Final = re.compile(
    rf"(?:event|(?P<caller>{_NAME} [0-9A-Za-z_]+) ->) (?P<action>{_NAME})"
    r"\((?P<arguments>[^()]*)\)"
)
_ANSWER: Final = re.compile(
    rf"(?P<said>(?:{_NAME} [0-9A-Za-z_]+ )?<- {_VALUE})?(?: ?with (?P<choices>.+))?"
)
_CHANGE: Final = re.compile(r" {6}\S+ +\S.* -> \S.*")
_CONTROL: Final = re.compile(r"[^\x20-\x7e]")


def parse(data: bytes) -> Document:
    """The document in these bytes; raises BadTrace."""
    if len(data) > LONGEST_FILE:
        raise BadTrace(0, f"a trace has at most {LONGEST_FILE} bytes, not {len(data)}")
    lines = lines_of(data)
    if not lines[0].startswith("# "):
        raise BadTrace(
            1, "a trace begins with `# ` and a title; this is not a pidproof trace"
        )
    header, after = _header(lines)
    steps, sentence = _dialogue(lines, after)
    return Document(lines[0][2:], header, steps, sentence, tuple(lines))


def lines_of(data: bytes) -> list[str]:
    """The lines of a text that may be a trace; raises BadTrace."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        where = data[: error.start].count(b"\n") + 1
        raise BadTrace(where, "a trace is plain ASCII text") from None
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise BadTrace(last, "the file ends in the middle of a line: it was cut short")
    lines = text[:-1].split("\n")
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise BadTrace(number, f"longer than {LONGEST_LINE} characters")
        if _CONTROL.search(line):
            raise BadTrace(number, "a control character; a trace is plain ASCII text")
    return lines


def _header(lines: list[str]) -> tuple[dict[str, Entry], int]:
    """The keys, and the position of the line after the empty one that ends them."""
    found: dict[str, Entry] = {}
    for position, line in enumerate(lines[1:], start=1):
        number = position + 1
        if not line:
            _complete(found, number)
            return found, position + 1
        key, _, value = line.partition(" ")
        value = value.strip()
        if key not in (*KEYS, *OPTIONAL_KEYS):
            expected = ", ".join(KEYS)
            raise BadTrace(number, f"unknown key {key[:40]!r}; the keys are {expected}")
        if key in found:
            raise BadTrace(number, f"{key} is given twice; remove one of the lines")
        if not value:
            raise BadTrace(number, f"{key} has no value")
        found[key] = Entry(number, value)
    raise BadTrace(len(lines), "an empty line ends the header; the file was cut short")


def _complete(found: dict[str, Entry], number: int) -> None:
    missing = [key for key in KEYS if key not in found]
    if missing:
        raise BadTrace(number, f"the header has no {missing[0]}")
    order = [key for key in (*KEYS, *OPTIONAL_KEYS) if key in found]
    for expected, key in zip(order, found, strict=True):
        if key != expected:
            line = found[key].line
            raise BadTrace(line, f"{expected} stands before {key}, not after it")


def _dialogue(lines: list[str], start: int) -> tuple[tuple[Asked, ...], str]:
    if start >= len(lines) or lines[start] != "init":
        raise BadTrace(start + 1, "the run begins with a line `init`")
    steps: list[Asked] = []
    position = start + 1
    while position < len(lines) and not lines[position].startswith("! "):
        if len(steps) == MOST_STEPS:
            raise BadTrace(position + 1, f"a run has at most {MOST_STEPS} steps")
        changed = list(_changed(lines, position + 1))
        steps.append(step_in(lines[position], position + 1, tuple(changed)))
        position += 1 + len(changed)
    if position >= len(lines):
        raise BadTrace(
            len(lines), "the last line is the failing instance, `! ...`: cut short"
        )
    if position + 1 < len(lines):
        raise BadTrace(position + 2, "nothing follows the line with `!`: remove it")
    return tuple(steps), lines[position][2:]


def _changed(lines: list[str], start: int) -> Iterator[str]:
    for position in range(start, len(lines)):
        if not lines[position].startswith(" "):
            return
        if not _CHANGE.fullmatch(lines[position]):
            raise BadTrace(
                position + 1,
                "not a changed cell: six spaces, the cell, its value -> the new value",
            )
        yield lines[position]


def step_in(line: str, number: int, changed: tuple[str, ...] = ()) -> Asked:
    """A step as it stands in a line: the request and the answer; raises BadTrace."""
    request, gap, answer = line.partition("  ")
    asked = _REQUEST.fullmatch(request)
    if asked is None:
        raise BadTrace(
            number, "not a step: `process 0 -> fork()` or `event crash(victim=1)`"
        )
    answered = _ANSWER.fullmatch(answer.strip())
    if answered is None or (gap and not answer.strip()):
        raise BadTrace(
            number, "not an answer: `process 0 <- 2`, perhaps followed by `with pid=2`"
        )
    return Asked(
        line=number,
        caller=asked["caller"],
        action=asked["action"],
        arguments=_pairs(asked["arguments"], number),
        answer=answer.strip(),
        choices=_pairs(answered["choices"] or "", number),
        changed=changed,
    )


def _pairs(text: str, number: int) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        pair = _PAIR.match(text, position)
        if pair is None or (text.endswith(", ") and pair.end() == len(text)):
            rest = text[position : position + 40]
            raise BadTrace(number, f"{rest!r} is not of the form name=value")
        found.append((pair[1], pair[2]))
        position = pair.end()
    if len(dict(found)) != len(found):
        raise BadTrace(number, "a parameter is given twice")
    return tuple(found)
