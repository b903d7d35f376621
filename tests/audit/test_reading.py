"""Reading a log: what its lines say, and that no line does harm."""

from __future__ import annotations

import io
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.audit import values
from checker.audit.lexing import DEEPEST, LONGEST_LINE, BadLog, Unreadable, printable
from checker.audit.log import Call, Happening, Log, join, read_log
from checker.audit.strace_line import (
    Called,
    Entered,
    Exited,
    Killed,
    Line,
    Paused,
    Resumed,
    Signalled,
    Superseded,
    read_line,
)
from tests.audit.logs import NAMES, lines_of, path_of

INFO = "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2, si_status=0}"
LINES = {
    "7  1.500000 getppid()       = 1": Called("getppid", "", "1"),
    "7 exit_group(3) = ?": Called("exit_group", "3", "?"),
    "7 wait4(-1,  <unfinished ...>": Entered("wait4", "-1, "),
    "7 <... wait4 resumed>NULL, 0, NULL) = 2": Resumed("wait4", "NULL, 0, NULL) = 2"),
    "7 read(0,  <unfinished ...>) = ?": Called("read", "0, ", "?"),
    "7 pause( <detached ...>": Entered("pause", ""),
    '7 execve("/bin/a b", ["a)", "\\"("], 0x1 /* 9 ) */) = 0': Called(
        "execve", '"/bin/a b", ["a)", "\\"("], 0x1 /* 9 ) */', "0"
    ),
    "8 execve(NULL <pid changed to 7 ...>": Entered("execve", "NULL", 7),
    f"7 --- SIGCHLD {INFO} ---": Signalled("SIGCHLD", INFO),
    "7 --- stopped by SIGTSTP ---": Paused("SIGTSTP"),
    "7 +++ exited with 5 +++": Exited(5),
    "7 +++ killed by SIGSEGV (core dumped) +++": Killed("SIGSEGV", core=True),
    "7 +++ killed by SIGRT_1 +++": Killed("SIGRT_1", core=False),
    "7 +++ superseded by execve in pid 8 +++": Superseded(8),
    "[pid    7] vfork() = 9": Called("vfork", "", "9"),
    "7<bash> vfork() = 9": Called("vfork", "", "9"),
}


@pytest.mark.parametrize("text", LINES)
def test_a_line_says(text: str) -> None:
    assert LINES[text] == read_line(1, text).event


BAD = {
    "": "does not begin with the number",
    "getppid() = 1": "record with strace -f -ttt -o LOG",
    "7 hello": "neither a call",
    "7 --- SIGCHLD ---": "begins like a signal",
    "7 +++ exited with 256 +++": "begins like an end",
    "7 f(": "a bracket that is not closed",
    "7 f(]) = 0": "closed by ']'",
    "7 f() ": "does not say its result",
    '7 f("a) = 0': 'does not end with "',
    "7 f(/* a) = 0": "does not end with */",
    f"7 f({'(' * DEEPEST}": "nested more than",
    "12345678901 f() = 0": "does not begin",
}


@pytest.mark.parametrize("text", BAD)
def test_a_line_is_refused(text: str) -> None:
    with pytest.raises(BadLog, match="line 3: ") as caught:
        read_line(3, text)

    assert BAD[text] in str(caught.value)


def test_halves_of_a_call_are_one_call() -> None:
    log = join(
        [
            "7 1.0 clone(flags=SIGCHLD <unfinished ...>",
            "8 2.0 getppid() = 7",
            "7 3.0 <... clone resumed>, tidptr=0x1) = 8",
        ]
    )

    assert [
        Call(8, "getppid", "", "7", 2, 2, 2.0, 2.0, 8),
        Call(7, "clone", "flags=SIGCHLD, tidptr=0x1", "8", 1, 3, 1.0, 3.0, 7),
    ] == list(log.records)


def test_a_call_goes_on_under_another_number() -> None:
    log = join(
        [
            "8 execve(NULL <pid changed to 7 ...>",
            "7 +++ superseded by execve in pid 8 +++",
            "7 <... execve resumed>) = 0",
        ]
    )

    superseded, call = log.records
    assert Happening(7, 2, None, Superseded(8)) == superseded
    assert isinstance(call, Call)
    assert (call.pid, call.returns_as, call.began, call.ended) == (8, 7, 1, 3)


def test_the_end_of_a_process_ends_its_call() -> None:
    log = join(["7 wait4(-1,  <unfinished ...>", "7 +++ killed by SIGKILL +++"])

    call = log.records[0]
    assert isinstance(call, Call)
    assert (call.ended, call.result) == (None, None)


def test_a_call_whose_beginning_is_missing_is_not_whole() -> None:
    (call,) = join(["7 <... ioctl resumed>, {a=1}) = 0"]).records

    assert isinstance(call, Call)
    assert not call.whole


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["7 f( <unfinished ...>", "7 g() = 0"], "line 2: .*f of line 1 has not ended"),
        (["7 f( <unfinished ...>", "7 <... g resumed>) = 0"], "in the call f of line"),
        ([], "no record of any process"),
        (["strace: Process 7 attached"], "no record of any process"),
    ],
)
def test_a_log_is_refused(lines: list[str], message: str) -> None:
    with pytest.raises(BadLog, match=message):
        join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_log_is_read(name: str) -> None:
    with path_of(name).open("rb") as stream:
        log = read_log(stream)

    assert len(lines_of(name)) == log.lines
    assert log.records


def test_a_last_line_that_is_cut_off_is_left_out() -> None:
    log = read_log(io.BytesIO(b"7 vfork() = 8\n7 wait4(-1, "))

    assert (log.lines, len(log.records)) == (1, 1)


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(BadLog, match="more than"):
        read_log(io.BytesIO(b"7" * (LONGEST_LINE + 2)))


class TestValues:
    def test_pids(self) -> None:
        assert values.Pid(3, 6919) == values.pid("3 /* 6919 in strace's PID NS */")
        assert values.Pid(-3, 6919) == values.pid("-3 /* 6919 in strace's PID NS */")
        assert values.Pid(7) == values.pid("7")

    def test_endings(self) -> None:
        assert values.Ending(None, "ECHILD") == values.ending("-1 ECHILD (No child)")
        assert values.Ending(None, None) == values.ending("? ERESTARTSYS (To be ...)")
        assert values.Ending(values.Pid(17), None) == values.ending("17 (SIGCHLD)")
        assert values.Ending(values.Pid(0x7F), None) == values.ending("0x7f")

    def test_statuses(self) -> None:
        status = values.wait_status
        kill = "[{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}]"
        stop = "[{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP}]"

        assert values.WaitStatus("exited", 3) == status(
            "[{WIFEXITED(s) && WEXITSTATUS(s) == 3}]"
        )
        assert values.WaitStatus("signaled", 11, core=True) == status(kill)
        assert values.WaitStatus("stopped", 20) == status(stop)
        assert values.WaitStatus("continued", 0) == status("[{WIFCONTINUED(s)}]")
        with pytest.raises(Unreadable, match="not a status"):
            status("[{WIFEXITED(s) && WEXITSTATUS(s) == 3333}]")

    def test_signals(self) -> None:
        assert (frozenset({17, 33}), False) == values.signal_set("[CHLD RT_1]")
        assert (frozenset({9}), True) == values.signal_set("~[KILL]")
        assert tuple(map(values.signal_number, ("SIGTSTP", "RTMIN", "5"))) == (
            20,
            32,
            5,
        )

    def test_structures_and_flags(self) -> None:
        assert values.fields("{a=1, b={c=2, d}, ...}") == {"a": "1", "b": "{c=2, d}"}
        assert {"WNOHANG", "0x10"} == values.flags("WNOHANG|0x10")
        assert {"0x7"} == values.flags("0x7 /* ??? */")


def test_what_is_printed_cannot_speak_to_the_terminal() -> None:
    assert printable("a\x1b[31m\u202e") == r"a\x1b[31m\u202e"
    assert len(printable("a" * 1_000)) == 403


# Strangers' logs

PIECES = (
    "7 ", "[pid 8] ", "1.5 ", "f(", ")", "(", "[", "]", "{", "}", '"', "\\", "/*", "*/",
    ",", " = ", "-1 ECHILD (x)", "?", "0x", "9" * 30, "-", "<... f resumed>",
    " <unfinished ...>", " <pid changed to 8 ...>", "--- SIGCHLD ", " ---", "+++ ",
    "exited with ", "killed by SIGX", "superseded by execve in pid ", " +++", "\n",
    "WIFEXITED(s) && WEXITSTATUS(s) == ", "\x1b[2J", "\0", "\u202e",
    " in strace's PID NS",
)  # fmt: skip


def survives(data: bytes) -> None:
    """Reading it gives records or the one documented error."""
    try:
        log = read_log(io.BytesIO(data))
    except BadLog:
        return
    for record in log.records:
        if isinstance(record, Call):
            meanings(record)


def meanings(call: Call) -> None:
    for read in (
        values.pid, values.flags, values.fields, values.listed, values.signal_set,
        values.signal_number, values.wait_status, values.ending, values.integer,
    ):  # fmt: skip
        try:
            read(call.arguments)
            read(call.result or "")
        except Unreadable:
            continue


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    survives(data)
    survives(data + b"\n")


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_pieces_of_lines_are_read_or_refused(text: str) -> None:
    survives(f"7 f({text}\n7 {text}\n".encode())


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_a_damaged_log_is_read_or_refused(name: str, dice: random.Random) -> None:
    lines = path_of(name).read_bytes().splitlines(keepends=True)
    start = dice.randrange(len(lines))
    data = bytearray(b"".join(lines[start : start + 40]))
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(data))
        data[at : at + dice.choice((0, 1, 9))] = dice.choice(PIECES).encode()

    survives(bytes(data))


HOSTILE = {
    "open brackets": "(",
    "quotes": '"',
    "comments": "/*",
    "ends of comments": "*/",
    "backslashes": "\\",
    "commas": ",",
    "digits": "9",
    "angles": "9<",
    "resumptions": "\n7 f( <unfinished ...>\n7 <... f resumed>",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_the_time_grows_no_faster_than_the_log(what: str) -> None:
    """A hundred times the time for ten times the length would be a square."""

    def seconds(length: int) -> float:
        data = f"7 f({HOSTILE[what] * (length // len(HOSTILE[what]))}\n".encode()
        began = time.process_time()
        survives(data)
        return time.process_time() - began

    assert seconds(500_000) < 40 * max(seconds(50_000), 0.005)


def test_a_log_is_many_lines() -> None:
    line: Line = read_line(1, "7 1.0 vfork() = 8")
    log: Log = join(["7 1.0 vfork() = 8"] * 3)

    assert line.pid == 7
    assert log.times == {1: 1.0, 2: 1.0, 3: 1.0}
