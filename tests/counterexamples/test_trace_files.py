"""Trace files: what is written replays to the same bytes, and nothing else is run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.trace import Disagreement, confirm, rerun
from counterexamples.form import BadTrace, DoesNotHappen
from counterexamples.parse import parse
from counterexamples.replay import replay
from counterexamples.write import write
from tests.counterexamples.traces import CASES, found, library


def text_of(name: str) -> str:
    return write(*found(name))


ZOMBIE_TEXT = text_of("no_zombie_has_a_grandparent")


@pytest.mark.parametrize("name", CASES)
def test_a_trace_replays_to_the_same_bytes(name: str) -> None:
    text = text_of(name)

    again = replay(text.encode(), library)

    assert again.text == text
    assert again.differences == ()
    assert again.still_shows


def test_the_file_is_a_dialogue() -> None:
    expected = """\
# no_zombie_has_a_grandparent fails in 4 steps
property  no_zombie_has_a_grandparent
system    model-p-lowest
reading   none
mutant    none
scope     pid=4,code=2
engine    reference
"""
    steps = """\

init
event fork(p=1)          with c=2
      pid[2].status   FREE -> RUNNING
      pid[2].parent   2 -> 1
event fork(p=2)          with c=3
      pid[3].status   FREE -> RUNNING
      pid[3].parent   3 -> 2
event fork(p=3)          with c=4
      pid[4].status   FREE -> RUNNING
      pid[4].parent   4 -> 3
event end(p=4, code=0)
      pid[4].status   RUNNING -> ZOMBIE
! pid 4: pid[4].status = ZOMBIE, pid[4].parent = 3, and pid[3].parent = 2
"""
    head, spec, tail = ZOMBIE_TEXT.partition("spec      ")

    assert head == expected
    assert spec
    assert tail[12:] == "\n" + steps


def test_a_caller_and_its_answer_are_named() -> None:
    text = text_of("no_signal_is_refused")

    assert text.endswith(
        "pid 2 -> signal(target=1)   pid 2 <- EAGAIN\n! signal answers EAGAIN\n"
    )


def test_a_refused_call_can_be_the_last_step() -> None:
    evaluator, trace = found("no_signal_is_refused")

    assert confirm(evaluator, trace.header.prop, trace.run) == trace.run


def test_a_run_that_the_evaluator_refuses_is_no_counterexample() -> None:
    evaluator, trace = found("no_zombie_has_a_grandparent")

    with pytest.raises(Disagreement, match=r"step 1, fork\(1, 2\), is reported"):
        rerun(evaluator, trace.run[1:])
    with pytest.raises(Disagreement, match="does not show"):
        confirm(evaluator, trace.header.prop, trace.run[:2])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# no", "no", "line 1: a trace begins with `# ` and a title"),
        ("reading ", "colour ", "line 4: unknown key 'colour'"),
        ("reading   none\n", "", "line 8: the header has no reading"),
        ("reading   none\n", "reading   none\nreading   none\n", "given twice"),
        ("mutant    none", "mutant", "line 5: mutant has no value"),
        ("pid=4,code=2", "pid=4", "line 6: the scope gives no size for code"),
        ("pid=4,code=2", "pid=4,cod=2", "did you mean code"),
        ("pid=4,code=2", "pid=4000,code=2", "line 6: a trace's scope has at most 256"),
        ("pid=4,code=2", "pid=9999999999,code=2", "a size is from 1 to 4096"),
        ("pid=4,code=2", "pid=many", "line 6: pid=many: pid is a sort, so give a size"),
        ("init\n", "boot\n", "line 10: the run begins with a line `init`"),
        ("event fork(p=2)", "event frok(p=2)", "line 14: there is no call of"),
        ("event fork(p=2)", "fork(p=2)", "line 14: not a step"),
        ("event fork(p=2)", "event fork(q=2)", "line 14: fork has no parameter q"),
        ("event fork(p=2)", "event fork()", "line 14: fork needs its p"),
        ("event fork(p=2)", "event fork(p=9)", "line 14: '9' is none of 1, 2, 3, 4"),
        ("event fork(p=2)", "event fork(p=2, p=2)", "line 14: a parameter is given"),
        ("event fork(p=2)", "event fork(p 2)", "'p 2' is not of the form name=value"),
        ("event fork(p=3)", "event fork(p=4)", "this does not happen here"),
        ("with c=3", "with c=4", "this does not happen here"),
        ("with c=3", "c=3", "line 14: not an answer"),
        ("      pid[4].status ", "   pid[4].status ", "not a changed cell"),
        ("! pid 4", "pid 4", "line 22: not a step"),
        ("! pid 4", "\n! pid 4", "line 22: not a step"),
        ("pid[3].parent = 2\n", "pid[3].parent = 2", "cut short"),
        ("pid[3].parent = 2\n", "pid[3].parent = 2\nmore\n", "nothing follows"),
        ("event fork(p=2)", "event fork(p=\u0662)", "a trace is plain ASCII text"),
        ("event fork(p=2)", "event fork(p=2)\x1b[31m", "a control character"),
    ],
)
def test_what_is_wrong_is_one_clear_message(old: str, new: str, message: str) -> None:
    assert old in ZOMBIE_TEXT
    text = ZOMBIE_TEXT.replace(old, new, 1)

    with pytest.raises(BadTrace) as caught:
        replay(text.encode(), library)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_does_not_happen_says_what_does() -> None:
    text = ZOMBIE_TEXT.replace("event fork(p=3)", "event fork(p=4)")

    with pytest.raises(DoesNotHappen, match="line 17: .*the caller sleeps"):
        replay(text.encode(), library)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("pid[3].parent   3 -> 2", "pid[3].parent   3 -> 1", 16),
        ("      pid[3].parent   3 -> 2\n", "", 16),
        ("pid[3].parent = 2\n", "pid[3].parent = 1\n", 22),
        ("fails in 4 steps", "fails in 3 steps", 1),
        ("event fork(p=1)  ", "event fork(p=1) ", 11),
    ],
)
def test_what_is_told_otherwise_is_found(old: str, new: str, line: int) -> None:
    assert old in ZOMBIE_TEXT
    text = ZOMBIE_TEXT.replace(old, new, 1)

    if "(p=1) " in new:
        text = text.replace("with c=2", " with c=2", 1).replace("   with", "  with", 1)
    again = replay(text.encode(), library)

    assert again.text == ZOMBIE_TEXT
    assert again.still_shows
    assert not again.differences or again.differences[0].line == line


def test_a_run_that_shows_nothing_is_told() -> None:
    lines = ZOMBIE_TEXT.splitlines(keepends=True)
    text = "".join([*lines[:-3], lines[-1]])

    again = replay(text.encode(), library)

    assert not again.still_shows


@given(
    st.integers(0, len(ZOMBIE_TEXT)),
    st.integers(0, 30),
    st.binary(max_size=12) | st.text("=,(){}<->! 0aZ\n", max_size=12).map(str.encode),
)
def test_damage_never_does_more_than_a_message(
    start: int, length: int, put: bytes
) -> None:
    data = ZOMBIE_TEXT.encode()
    damaged = data[:start] + put + data[start + length :]
    try:
        told = replay(damaged, library).text
    except BadTrace as error:
        told = str(error)

    assert told.startswith("# ") or "\n" not in told


@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(BadTrace):
        parse(data)


def test_a_long_file_is_refused_unread() -> None:
    with pytest.raises(BadTrace, match="at most 1000000 bytes"):
        parse(b"# " + b"x" * 2_000_000)


def test_a_long_run_is_refused() -> None:
    step = "event fork(p=1)   with c=2\n"
    head, _, _ = ZOMBIE_TEXT.partition("event")

    with pytest.raises(BadTrace, match="at most 2000 steps"):
        parse((head + step * 3000 + "! x\n").encode())
