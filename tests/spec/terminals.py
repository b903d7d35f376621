"""Terminals of a state: the first one, as a session's or as it was left."""

from __future__ import annotations

from typing import Any

from tests.spec.worlds import State, World

LINES = ("FREE", "HELD", "LOST", "GONE")


def with_terminal(
    world: World,
    state: State,
    session: int,
    foreground: int,
    line: str = "HELD",
    **others: bool,
) -> State:
    """The state in which the first terminal is this session's, numbers as said."""
    given: dict[str, Any] = {
        "line": LINES.index(line),
        "session": session - 1,
        "foreground": foreground - 1,
        **others,
    }
    columns = list(state)
    for name, value in given.items():
        at = world.evaluator.fields[f"terminal.{name}"]
        columns[at] = (int(value), *state[at][1:])
    return tuple(columns)


def terminal(world: World, state: State) -> tuple[str, int, int]:
    """Of the first terminal: its line, its session and its foreground group."""
    line, session, foreground = (
        state[world.evaluator.fields[f"terminal.{name}"]][0]
        for name in ("line", "session", "foreground")
    )
    return LINES[line], session + 1, foreground + 1
