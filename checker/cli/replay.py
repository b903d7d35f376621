"""`pidproof replay FILE`: run a recorded trace again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from counterexamples.replay import Replay


def replay(
    files: Annotated[list[Path], typer.Argument(help="Trace files.")],
    *,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with the runs.")
    ] = None,
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Write each file anew where it differs.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Only say what is wrong.")
    ] = False,
) -> int:
    """Run traces again, step by step; 0 if each happens as recorded and still fails."""
    from checker.cli.report import put
    from checker.verdict import worst
    from counterexamples.html import page
    from counterexamples.view import view

    codes, views = [], []
    for path in files:
        found = _replayed(path)
        views.append(view(found.evaluator, found.trace))
        codes.append(_told(path, found, quiet=quiet))
        if rewrite and found.differences:
            put(path, found.text)
    if html is not None:
        put(html, page("pidproof replay", views))
    return worst(codes)


def _replayed(path: Path) -> Replay:
    from checker.cli.naming import named_in
    from counterexamples.form import BadTrace
    from counterexamples.replay import replay as run_again

    try:
        return run_again(_bytes(path), named_in)
    except BadTrace as error:
        raise type(error)(error.line, error.problem, str(path)) from None


def _bytes(path: Path) -> bytes:
    from counterexamples.form import LONGEST_FILE, BadTrace

    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise BadTrace(0, reason, str(path)) from None


def _told(path: Path, found: Replay, *, quiet: bool) -> int:
    """Print the run and what became of it; the exit code."""
    from checker.cli import report
    from checker.trace import digest
    from checker.verdict import AS_EXPECTED, EVALUATION_FAILED, NOT_REACHABLE
    from counterexamples.render import render
    from counterexamples.view import view

    console = report.console()
    if not quiet:
        console.print(render(view(found.evaluator, found.trace)))
    if digest(found.evaluator.model) != found.trace.header.spec:
        console.print(f"note: {path}: recorded with another text of the specification")
    if found.differences:
        first = found.differences[0]
        console.print(f"{path}: line {first.line} does not tell what happens")
        console.print(f"  recorded  {first.recorded}")
        console.print(f"  replayed  {first.replayed}")
        return EVALUATION_FAILED
    if not found.still_shows:
        console.print(f"{path}: {found.trace.header.prop} holds of this run now")
        return NOT_REACHABLE
    if not quiet:
        console.print(f"{path}: replays, byte for byte")
    return AS_EXPECTED
