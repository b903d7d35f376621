"""One field of a log changed: what a log would say that lies about one thing.

status        how a process ended: what it passed to exit_group, what its end, its
              parent's wait or the SIGCHLD says
parent        whom getppid names, or whose child a SIGCHLD is about
pid           whom a wait, a fork, a setpgid or a question for a number names
mask          what a thread is said to have blocked until then
user          which user ids a thread is said to have taken on
foreground    which group is said to be in the foreground of a terminal
pidfd         whom strace says that a pidfd stands for
missing wait  a wait that collected somebody is left out
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

WORD: Final = r"(?P<n>\d+)(?P<note> /\* \d+ in strace's PID NS \*/)?"

FIELDS: Final = {
    "status": (
        rf"exit_group\({WORD}",
        rf"\+\+\+ exited with {WORD}",
        rf"WEXITSTATUS\(s\) == {WORD}",
        rf"CLD_EXITED.*si_status={WORD}",
        r"WTERMSIG\(s\) == (?P<n>SIG[A-Z]+)",
        r"WSTOPSIG\(s\) == (?P<n>SIG[A-Z]+)",
        r"\+\+\+ killed by (?P<n>SIG[A-Z]+)",
    ),
    "parent": (
        rf"getppid\(\) += {WORD}",
        rf"<\.\.\. getppid resumed>\) = {WORD}",
        rf"code=CLD_EXITED, si_pid={WORD}",
    ),
    "pid": (
        rf"(?:wait4\(.*|wait4 resumed>.*)\) = {WORD}$",
        rf"(?:clone3?\(.*|v?fork\(.*|clone3? resumed>.*|v?fork resumed>.*)\) = {WORD}$",
        rf"wait4\({WORD}",
        rf"setsid(?:\(| resumed>)\) += {WORD}",
        rf"setpgid\({WORD},",
        rf"setpgid\([^,]*, {WORD}",
        rf"(?:getpgrp|gettid)(?:\(| resumed>)\) += {WORD}",
        rf"set_tid_address(?:\(| resumed>).*\) = {WORD}$",
    ),
    "mask": (r"rt_sigprocmask\(SIG_\w+, .*, (?P<n>\[[A-Z0-9_ ]*\]), 8\) = 0",),
    "user": (
        r"getresuid\(\[(?P<n>[1-9]\d*)\]",
        r"getuid resumed>\) = (?P<n>[1-9]\d*)",
        r"geteuid\(\) += (?P<n>[1-9]\d*)",
    ),
    "foreground": (rf"<char 136:\d+>>, TIOCGPGRP, \[{WORD}\]",),
    "pidfd": (
        r"waitid\(P_PIDFD, \d+<pid:(?P<n>\d+)>, \{",
        r"pidfd_open\(.*\) = \d+<pid:(?P<n>\d+)>",
    ),
}
"""Where each kind of field is, and what it holds."""

SIGNALS: Final = ("SIGTERM", "SIGKILL", "SIGINT", "SIGSTOP", "SIGTSTP", "SIGTTIN")
PAIR: Final = re.compile(r"(\d+) /\* (\d+) in strace's PID NS \*/")
COLLECTED: Final = re.compile(r"(?:wait4\(|<\.\.\. wait4 resumed>).*\) = [1-9]")
MISSING: Final = "missing wait"
KINDS: Final = (*FIELDS, MISSING)


@dataclass(frozen=True, slots=True)
class Corruption:
    """One change to a log."""

    log: str
    kind: str
    line: int
    start: int = 0
    end: int = 0
    replacement: str = ""

    def __str__(self) -> str:
        """Where, and what."""
        return f"{self.log}:{self.line} {self.kind} -> {self.replacement or 'nothing'}"

    def applied(self, lines: list[str]) -> list[str]:
        """The log with the change."""
        at = self.line - 1
        if self.kind == MISSING:
            return _without_call(lines, at)
        text = lines[at]
        changed = text[: self.start] + self.replacement + text[self.end :]
        return [*lines[:at], changed, *lines[at + 1 :]]


def _without_call(lines: list[str], at: int) -> list[str]:
    """The call that ends here is left out, and the line where it began."""
    left_out = {at}
    if "resumed>" in lines[at]:
        pid = lines[at].split()[0]
        began = next(
            n
            for n in range(at - 1, -1, -1)
            if lines[n].startswith(f"{pid} ") and lines[n].endswith("<unfinished ...>")
        )
        left_out.add(began)
    return [line for n, line in enumerate(lines) if n not in left_out]


def corruptions(
    name: str, lines: list[str], dice: random.Random
) -> dict[str, list[Corruption]]:
    """Every field of a log that the model constrains, with another value, by kind."""
    found: dict[str, list[Corruption]] = {kind: [] for kind in KINDS}
    leaders = {line.split()[0] for line in lines if "exit_group(" in line}
    heads = {(line.split()[0],) * 2 for line in lines}
    pairs = sorted(set(PAIR.findall("\n".join(lines))) or heads)
    for number, text in enumerate(lines, start=1):
        for kind, patterns in FIELDS.items():
            for pattern in patterns:
                match = re.search(pattern, text)
                if match is None or _says_nothing(text, leaders):
                    continue
                found[kind].append(_changed(name, kind, number, match, pairs, dice))
        if COLLECTED.search(text):
            found[MISSING].append(Corruption(name, MISSING, number))
    return found


def _says_nothing(text: str, leaders: set[str]) -> bool:
    """The end of a single thread, whose code goes nowhere; a number that is none."""
    return "+++ exited" in text and text.split(maxsplit=1)[0] not in leaders


def _changed(
    name: str,
    kind: str,
    line: int,
    match: re.Match[str],
    pairs: list[tuple[str, str]],
    dice: random.Random,
) -> Corruption:
    """Another value: of a pid, with strace's translation of it or without."""
    held, note = match["n"], match.groupdict().get("note")
    start, end = match.span("n")
    if held.startswith("SIG"):
        new = dice.choice([name for name in SIGNALS if name != held])
    elif kind == "mask":
        new = "[USR1]" if held == "[]" else "[]"
    elif kind == "user":
        new = str(dice.choice([n for n in (0, 1000, 1001) if n != int(held)]))
    elif kind == "pidfd":
        new = dice.choice([outside for _, outside in pairs if outside != held])
    elif kind == "status":
        new = str(dice.choice([n for n in range(12) if n != int(held)]))
    else:
        inside, outside = dice.choice([pair for pair in pairs if pair[0] != held])
        new = inside
        if note is not None and dice.random() < 0.5:
            new, end = f"{inside} /* {outside} in strace's PID NS */", match.end("note")
    return Corruption(name, kind, line, start, end, new)


def drawn(
    logs: dict[str, list[str]], count: int, dice: random.Random
) -> Iterator[Corruption]:
    """As many of each kind; the same for the same dice."""
    everywhere: dict[str, list[Corruption]] = {kind: [] for kind in KINDS}
    for name, lines in logs.items():
        for kind, found in corruptions(name, lines, dice).items():
            everywhere[kind] += found
    for number in range(count):
        yield dice.choice(everywhere[KINDS[number % len(KINDS)]])
