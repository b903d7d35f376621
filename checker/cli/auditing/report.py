"""An audit as people and as programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from checker.audit.lexing import printable
from checker.cli.auditing.findings import Findings, Zombie
from checker.cli.auditing.picture import picture
from checker.cli.auditing.running import Audit
from checker.cli.report import console

SCHEMA: Final = "pidproof-audit/1"
STYLES: Final = {"accepted": "green", "rejected": "red", "inconclusive": "yellow"}
MOST_TOLD: Final = 20
"""Findings of one kind that the text tells; JSON has them all."""


def as_json(audit: Audit, leaks: Sequence[Zombie]) -> str:
    """The document; its shape is `pidproof-audit/1`.

    `line`, `call`, `guard` are null and `allowed` is empty unless the log is rejected;
    `reason` is null unless the verdict is inconclusive. `from`, `to` and `parent` are
    null for a process that the log does not show, `seconds` without times.
    """
    why, found = audit.refusal, audit.findings
    rejected = audit.verdict == "rejected" and why is not None
    document = {
        "schema": SCHEMA,
        "verdict": audit.verdict,
        "line": why.line if rejected and why else None,
        "call": why.call if rejected and why else None,
        "guard": why.guard if rejected and why else None,
        "allowed": list(why.allowed) if rejected and why else [],
        "reason": audit.replayed.undecided or None,
        "adoptions": [
            {"pid": a.pid, "from": a.old, "to": a.new, "line": a.line}
            for a in found.adoptions
        ],
        "zombies": [_zombie(zombie) for zombie in found.zombies],
        "leaks": [_zombie(zombie) for zombie in leaks],
        "reused": [{"pid": r.pid, "lines": list(r.lines)} for r in found.reused],
        "missed_signals": [
            {"pid": m.pid, "call": printable(m.call), "line": m.line}
            for m in found.missed
        ],
        "ambiguous_states_max": audit.replayed.most,
        "lines": audit.scene.log.lines,
        "demands": len(audit.scene.demands),
        "unmodelled": audit.scene.left_out,
    }
    return json.dumps(document, indent=1)


def _zombie(zombie: Zombie) -> dict[str, object]:
    return {
        "pid": zombie.pid,
        "parent": zombie.parent,
        "seconds": zombie.seconds,
        "collected": zombie.collected,
    }


def show(audit: Audit, leaks: Sequence[Zombie], name: str, *, tree: bool) -> None:
    """Print the verdict, the findings and the picture."""
    out = console()
    head = Text(f"{printable(name)}: ", no_wrap=True)
    head.append(audit.verdict, style=STYLES[audit.verdict])
    out.print(head.append(f" ({_size(audit)})"))
    for line in _verdict(audit):
        out.print(Text(f"  {line}"))
    if tree:
        out.print()
        for text in picture(audit.scene, audit.findings, leaks, out.width):
            out.print(text)
        out.print()
    _tell(out, audit.findings, leaks)
    if audit.scene.left_out:
        said = ", ".join(
            f"{printable(name)} {count}"
            for name, count in sorted(audit.scene.left_out.items())
        )
        out.print(Text(f"not in the model: {said}", style="dim"))


def _size(audit: Audit) -> str:
    lives = audit.scene.people.lives
    processes = sum(life.process is None for life in lives)
    return (
        f"{audit.scene.log.lines} lines, {processes} processes, "
        f"at most {audit.replayed.most} states at once"
    )


def _verdict(audit: Audit) -> Iterator[str]:
    why = audit.refusal
    if why is None:
        return
    yield f"line {why.line}, process {why.pid}: {why.call}"
    if audit.replayed.undecided:
        yield f"not known: {audit.replayed.undecided}"
        return
    yield f"no allowed state remains: {why.guard}"
    yield f"allowed instead: {'; '.join(why.allowed) or 'nothing by this process'}"


def _tell(out: Console, found: Findings, leaks: Sequence[Zombie]) -> None:
    for title, style, lines in (
        ("zombies that leak", "red", [_leak(zombie) for zombie in leaks]),
        ("adopted", "", [_adopted(found)]),
        ("numbers used again", "", [_reused(found)]),
        ("signals that hit nobody", "", list(_missed(found))),
    ):
        told = [line for line in lines if line]
        for line in told[:MOST_TOLD]:
            out.print(Text(f"{title}: {line}", style=style))
        if len(told) > MOST_TOLD:
            out.print(Text(f"{title}: {len(told) - MOST_TOLD} more", style=style))


def _leak(zombie: Zombie) -> str:
    since = f"since line {zombie.since_line}"
    if zombie.seconds is not None:
        since = f"for {zombie.seconds:.3f} s {since}"
    return f"{zombie.pid}, {since}: its parent {zombie.parent} never collected it"


def _adopted(found: Findings) -> str:
    return ", ".join(
        f"{a.pid} by {a.new or 'a process outside'} (line {a.line})"
        for a in found.adoptions[:MOST_TOLD]
    )


def _reused(found: Findings) -> str:
    return ", ".join(
        f"{reuse.pid} (lines {', '.join(map(str, reuse.lines))})"
        for reuse in found.reused[:MOST_TOLD]
    )


def _missed(found: Findings) -> Iterator[str]:
    for missed in found.missed:
        yield f"{missed.pid} {printable(missed.call, 80)} (line {missed.line})"
