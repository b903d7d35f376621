"""The status word, against the operating system's own macros, word by word."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from checker.evaluate import Evaluator
from checker.python_text import Function, Value, compile_functions
from spec.lang import Bool
from spec.lang.ir import make
from spec.lang.terms import Term
from spec.process import status as words
from spec.process.status import ExitValue, Signal, Status
from spec.unix.system import UNIX
from tests.scopes import scope_of

SCOPE = scope_of(UNIX.model())
EVERY_WORD = range(1 << 16)

MACROS = {
    "WIFEXITED": (words.WIFEXITED, os.WIFEXITED),
    "WEXITSTATUS": (words.WEXITSTATUS, os.WEXITSTATUS),
    "WIFSIGNALED": (words.WIFSIGNALED, os.WIFSIGNALED),
    "WTERMSIG": (words.WTERMSIG, os.WTERMSIG),
    "WCOREDUMP": (words.WCOREDUMP, os.WCOREDUMP),
    "WIFSTOPPED": (words.WIFSTOPPED, os.WIFSTOPPED),
    "WSTOPSIG": (words.WSTOPSIG, os.WSTOPSIG),
    "WIFCONTINUED": (words.WIFCONTINUED, os.WIFCONTINUED),
}


def compiled(said: Callable[[Status], Term]) -> Callable[[int], int]:
    """The function of a word that `said` describes, by the reference semantics."""
    word = make("PARAM", attr="word", of=Status.type)
    function = Function("said", (word,), Value(said(Status(word)).node))
    run = compile_functions([function], {}, SCOPE)["said"]
    return lambda value: int(run(None, None, value))


@pytest.mark.parametrize("name", MACROS)
def test_every_word_is_read_as_the_system_reads_it(name: str) -> None:
    ours, theirs = MACROS[name]
    read = compiled(ours)

    assert [w for w in EVERY_WORD if read(w) != int(theirs(w))] == []


def test_no_word_is_of_two_kinds() -> None:
    """One is of none: 0xff with nothing above, a stop by no signal apart (F07)."""
    kinds = [
        compiled(kind)
        for kind in (
            words.WIFEXITED,
            words.WIFSIGNALED,
            words.WIFSTOPPED,
            words.WIFCONTINUED,
        )
    ]
    counts = {w: sum(kind(w) for kind in kinds) for w in EVERY_WORD}

    assert {w for w, n in counts.items() if n > 1} == set()
    assert {w & 0xFF for w, n in counts.items() if n == 0} == {0xFF}


class TestConstructors:
    """facts D11"""

    evaluator = Evaluator(UNIX.model(), SCOPE)

    def value(self, word: Status) -> int:
        return self.evaluator.term(word.node)

    @pytest.mark.parametrize(
        ("given", "word"),
        [
            (0, 0x0000),
            (7, 0x0700),
            (255, 0xFF00),
            (256, 0x0000),
            (257, 0x0100),
            (0xFFFFFFFF, 0xFF00),
        ],
    )
    def test_an_exit_keeps_eight_bits(self, given: int, word: int) -> None:
        assert self.value(words.exited(ExitValue.lift(given))) == word

    @pytest.mark.parametrize(
        ("signal", "core", "word"),
        [
            (9, False, 0x0009),
            (15, False, 0x000F),
            (11, False, 0x000B),
            (11, True, 0x008B),
            (34, False, 0x0022),
        ],
    )
    def test_a_signal_keeps_its_number(
        self, signal: int, core: bool, word: int
    ) -> None:
        said = words.signaled(Signal.lift(signal), Bool.lift(core))

        assert self.value(said) == word

    @pytest.mark.parametrize(("signal", "word"), [(19, 0x137F), (20, 0x147F)])
    def test_a_stop_keeps_its_signal(self, signal: int, word: int) -> None:
        assert self.value(words.stopped(Signal.lift(signal))) == word

    def test_a_continue_is_one_word(self) -> None:
        assert self.value(words.CONTINUED) == 0xFFFF

    @pytest.mark.parametrize("signal", range(1, 65))
    def test_what_is_written_is_read(self, signal: int) -> None:
        killed = words.signaled(Signal.lift(signal), Bool.lift(True))
        halted = words.stopped(Signal.lift(signal))

        assert self.value(words.WTERMSIG(killed)) == signal
        assert self.value(words.WSTOPSIG(halted)) == signal
