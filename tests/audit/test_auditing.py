"""What the audit says of logs made up for one thing each."""

from __future__ import annotations

import pytest

from checker.audit import replay
from checker.audit.lexing import BadLog
from checker.cli.auditing.running import Audit
from tests.audit.conftest import Auditing
from tests.audit.making import busy_log

FORK = "clone(child_stack=NULL, flags=SIGCHLD) = {}"
THREAD = (
    "clone3({{flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|"
    "CLONE_SYSVSEM|CLONE_SETTLS, exit_signal=0}}, 88) = {}"
)
EXITED = "[{{WIFEXITED(s) && WEXITSTATUS(s) == {}}}]"


def ended(pid: int, code: int = 0) -> list[str]:
    return [f"{pid} exit_group({code}) = ?", f"{pid} +++ exited with {code} +++"]


def collected(by: int, pid: int, code: int = 0, asked: int = -1) -> str:
    return f"{by} wait4({asked}, {EXITED.format(code)}, 0, NULL) = {pid}"


def why(audit: Audit) -> str:
    assert audit.verdict == "rejected"
    assert audit.refusal is not None
    return f"{audit.refusal.line}: {audit.refusal.guard}"


class TestOrder:
    """What happened first is not said when two records overlap."""

    START = (
        "10 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0",
        f"10 {FORK.format(11)}",
        f"11 {FORK.format(12)}",
    )
    OVERLAP = (
        "11 exit_group(0 <unfinished ...>",
        "12 getppid( <unfinished ...>",
        "11 <... exit_group resumed>) = ?",
        "12 <... getppid resumed>) = {}",
        "11 +++ exited with 0 +++",
    )

    @pytest.mark.parametrize("parent", [11, 10])
    def test_both_orders_are_allowed(self, parent: int, audited: Auditing) -> None:
        audit = audited([*self.START, *(t.format(parent) for t in self.OVERLAP)])

        assert audit.verdict == "accepted"

    def test_a_third_answer_is_not(self, audited: Auditing) -> None:
        audit = audited([*self.START, *(t.format(12) for t in self.OVERLAP)])

        assert why(audit).startswith("7: getppid answers otherwise")
        assert audit.refusal is not None
        assert audit.refusal.allowed == ("getppid = 11",)

    def test_once_it_is_over_there_is_one_order(self, audited: Auditing) -> None:
        audit = audited([*self.START, *ended(11), "12 getppid() = 11"])

        assert why(audit).startswith("6: getppid")

    def test_a_child_is_there_before_its_creation_returns(
        self, audited: Auditing
    ) -> None:
        lines = [
            "10 clone(flags=SIGCHLD <unfinished ...>",
            "11 getppid() = 10",
            *ended(11, 3),
            "10 <... clone resumed>) = 11",
            collected(10, 11, 3),
        ]

        assert audited(lines).verdict == "accepted"

    def test_many_at_once_are_no_more_work_than_their_number(
        self, audited: Auditing
    ) -> None:
        """Sixteen records that overlap have 65,536 sets of them that come first."""
        crowd = range(11, 27)
        lines = [f"10 {FORK.format(pid)}" for pid in crowd]
        lines += [f"{pid} exit_group({pid} <unfinished ...>" for pid in crowd]
        lines += [f"{pid} <... exit_group resumed>) = ?" for pid in crowd]
        lines += [f"{pid} +++ exited with {pid} +++" for pid in crowd]
        lines += [collected(10, pid, pid) for pid in crowd]

        audit = audited(lines)

        assert audit.verdict == "accepted"
        assert audit.replayed.most == 1

    def test_too_many_at_once_are_not_decided(
        self, audited: Auditing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A log that is not accepted is rejected only when every order was tried."""
        monkeypatch.setattr(replay, "MOST_STATES", 20)
        crowd = range(11, 17)
        lines = [f"10 {FORK.format(pid)}" for pid in crowd]
        lines += [f"{pid} exit_group({pid} <unfinished ...>" for pid in crowd]
        lines += [f"{pid} +++ exited with {pid} +++" for pid in crowd]
        lines += ["10 getpid() = 11"]

        audit = audited(lines)

        assert audit.verdict == "inconclusive"
        assert "more than 20 states" in audit.replayed.undecided


class TestLies:
    START = (f"10 {FORK.format(11)}", *ended(11, 3))

    def test_a_wrong_status(self, audited: Auditing) -> None:
        audit = audited([*self.START, collected(10, 11, 4)])

        assert why(audit) == (
            "4: the status of process 11 is exited with 3, and the log says "
            "exited with 4"
        )

    def test_a_wait_for_nobody(self, audited: Auditing) -> None:
        again = [collected(10, 11, 3), collected(10, 11, 3)]

        assert "ECHILD" in why(audited([*self.START, *again]))

    def test_an_error_that_is_none(self, audited: Auditing) -> None:
        audit = audited([*self.START, "10 wait4(-1, NULL, 0, NULL) = -1 ECHILD (x)"])

        assert why(audit) == "4: nothing makes wait4 fail with ECHILD here"

    def test_a_process_that_nobody_made(self, audited: Auditing) -> None:
        audit = audited(["10 getpid() = 10", "12 getpid() = 12"])

        assert why(audit) == "2: no call in the log has made this process"

    def test_a_signal_that_tells_of_the_wrong_child(self, audited: Auditing) -> None:
        told = (
            "10 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11, "
            "si_status=4} ---"
        )

        assert "the status of process 11" in why(audited([*self.START, told]))

    def test_a_group_that_is_not_there(self, audited: Auditing) -> None:
        audit = audited([f"10 {FORK.format(11)}", "11 setpgid(0, 10) = 0"])

        assert "setpgid fails with EPERM here" in why(audit)


class TestFindings:
    def test_a_number_used_again(self, audited: Auditing) -> None:
        once = [f"10 {FORK.format(11)}", *ended(11), collected(10, 11)]

        audit = audited([*once, *once])

        assert audit.verdict == "accepted"
        assert [(r.pid, r.lines) for r in audit.findings.reused] == [(11, (1, 5))]

    def test_a_number_used_again_too_early(self, audited: Auditing) -> None:
        once = [f"10 {FORK.format(11)}", *ended(11)]

        assert audited([*once, *once]).verdict == "rejected"

    def test_a_signal_that_hits_nobody(self, audited: Auditing) -> None:
        lines = [
            f"10 {FORK.format(11)}",
            *ended(11),
            collected(10, 11),
            "10 kill(11, SIGTERM) = -1 ESRCH (No such process)",
        ]

        audit = audited(lines)

        assert audit.verdict == "accepted"
        assert [m.line for m in audit.findings.missed] == [5]

    def test_a_zombie_without_times(self, audited: Auditing) -> None:
        audit = audited([f"10 {FORK.format(11)}", *ended(11), *ended(10)])

        assert [(z.pid, z.seconds) for z in audit.findings.leaks(0.1)] == [(11, None)]

    def test_a_parent_that_wants_no_zombies_leaks_none(self, audited: Auditing) -> None:
        lines = [
            "10 rt_sigaction(SIGCHLD, {sa_handler=SIG_IGN, sa_flags=0}, NULL, 8) = 0",
            f"10 {FORK.format(11)}",
            *ended(11),
            "10 wait4(-1, NULL, 0, NULL) = -1 ECHILD (No child processes)",
        ]

        audit = audited(lines)

        assert audit.verdict == "accepted"
        assert audit.findings.zombies == []


class TestThreads:
    def test_a_thread_ends_and_its_process_goes_on(self, audited: Auditing) -> None:
        lines = [
            f"10 {THREAD.format(11)}",
            "11 gettid() = 11",
            "11 getpid() = 10",
            "11 exit(5) = ?",
            "11 +++ exited with 5 +++",
            *ended(10, 2),
        ]

        assert audited(lines).verdict == "accepted"

    def test_a_thread_has_a_number_of_its_own(self, audited: Auditing) -> None:
        audit = audited([f"10 {THREAD.format(11)}", "11 gettid() = 10"])

        assert why(audit).startswith("2: gettid")

    def test_the_code_of_the_last_thread_counts(self, audited: Auditing) -> None:
        lines = [
            f"10 {THREAD.format(11)}",
            "10 exit(4 <unfinished ...>",
            "11 getpid() = 10",
            "11 exit(9) = ?",
            "11 +++ exited with 9 +++",
            "10 <... exit resumed>) = ?",
        ]

        told = "10 +++ exited with {} +++"
        assert audited([*lines, told.format(9)]).verdict == "accepted"
        assert audited([*lines, told.format(5)]).verdict == "rejected"

    def test_another_thread_collects(self, audited: Auditing) -> None:
        lines = [
            f"10 {THREAD.format(11)}",
            f"10 {FORK.format(12)}",
            *ended(12, 1),
            collected(11, 12, 1, asked=12),
        ]

        assert audited(lines).verdict == "accepted"


class TestSignals:
    STOPPED = "[{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}]"
    KILLED = "[{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}]"

    def test_a_signal_kills(self, audited: Auditing) -> None:
        lines = [
            f"10 {FORK.format(11)}",
            "10 kill(11, SIGTERM) = 0",
            "11 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=10} ---",
            "11 +++ killed by SIGTERM +++",
            f"10 wait4(-1, {self.KILLED}, 0, NULL) = 11",
        ]

        assert audited(lines).verdict == "accepted"

    def test_a_signal_that_is_ignored_does_not(self, audited: Auditing) -> None:
        ignored = "{sa_handler=SIG_IGN, sa_flags=0}"
        lines = [
            f"10 {FORK.format(11)}",
            f"11 rt_sigaction(SIGTERM, {ignored}, NULL, 8) = 0",
            "11 +++ killed by SIGTERM +++",
        ]

        assert "die_of_signal" in why(audited(lines))

    def test_a_signal_that_the_model_has_no_name_for(self, audited: Auditing) -> None:
        status = self.KILLED.replace("SIGTERM", "SIGPIPE")
        lines = [
            f"10 {FORK.format(11)}",
            "11 +++ killed by SIGPIPE +++",
            f"10 wait4(-1, {status}, 0, NULL) = 11",
        ]

        assert audited(lines).verdict == "accepted"

    def test_a_stop_and_a_continue_are_heard_of(self, audited: Auditing) -> None:
        lines = [
            f"10 {FORK.format(11)}",
            "10 kill(11, SIGSTOP) = 0",
            "11 --- stopped by SIGSTOP ---",
            f"10 wait4(-1, {self.STOPPED}, WSTOPPED, NULL) = 11",
            "10 kill(11, SIGCONT) = 0",
            "10 wait4(-1, [{WIFCONTINUED(s)}], WCONTINUED, NULL) = 11",
        ]

        assert audited(lines).verdict == "accepted"
        assert audited(lines[:2] + lines[3:]).verdict == "rejected"

    def test_who_kills_itself_is_not_answered(self, audited: Auditing) -> None:
        lines = [
            f"10 {FORK.format(11)}",
            "11 kill(11, SIGTERM) = ?",
            "11 +++ killed by SIGTERM +++",
        ]

        assert audited(lines).verdict == "accepted"

    def test_an_exec_may_be_over_when_its_caller_is_killed(
        self, audited: Auditing
    ) -> None:
        """The parent of a vfork goes on, so the child had its new program."""
        lines = [
            "10 vfork( <unfinished ...>",
            '11 execve("/bin/sleep", ["sleep"], 0x1 <unfinished ...>',
            "10 <... vfork resumed>) = 11",
            "10 kill(11, SIGKILL) = 0",
            "11 <... execve resumed>) = ?",
            "11 +++ killed by SIGKILL +++",
        ]

        assert audited(lines).verdict == "accepted"


class TestNamespaces:
    START = (
        "10 unshare(CLONE_NEWPID) = 0",
        f"10 {FORK.format(11)}",
        "11 getpid() = 1",
        f"11 {FORK.format(2)} /* 12 in strace's PID NS */",
        f"12 {FORK.format(3)} /* 13 in strace's PID NS */",
        *ended(12),
    )

    def test_the_first_process_adopts(self, audited: Auditing) -> None:
        said = "13 getppid() = 1 /* 11 in strace's PID NS */"
        audit = audited([*self.START, said])

        assert audit.verdict == "accepted"
        assert [(a.pid, a.new) for a in audit.findings.adoptions] == [(13, 11)]

    def test_its_end_is_everybodys(self, audited: Auditing) -> None:
        lines = [
            *self.START,
            "11 exit_group(0 <unfinished ...>",
            "13 +++ killed by SIGKILL +++",
            "11 <... exit_group resumed>) = ?",
            "11 +++ exited with 0 +++",
            "10 wait4(-1, NULL, 0, NULL) = 11",
            "10 wait4(-1, NULL, 0, NULL) = -1 ECHILD (No child processes)",
        ]

        assert audited(lines).verdict == "accepted"

    def test_two_translations_of_one_number(self, audited: Auditing) -> None:
        said = "13 gettid() = 3 /* 12 in strace's PID NS */"

        assert "is not 12" in why(audited([*self.START, said]))

    def test_a_number_that_is_not_translated(self, audited: Auditing) -> None:
        with pytest.raises(BadLog, match="record with --decode-pids=pidns"):
            audited([*self.START[:3], f"11 {FORK.format(2)}"])


def test_what_the_model_does_not_have_is_counted(audited: Auditing) -> None:
    audit = audited(["10 setgid(5) = 0", "10 ioctl(0, TIOCGWINSZ, 0x1) = 0"])

    assert audit.scene.left_out == {"setgid": 1, "ioctl": 1}


def test_arguments_that_cannot_be_read_are_refused(audited: Auditing) -> None:
    with pytest.raises(BadLog, match="line 2: "):
        audited(["10 getpid() = 10", "10 wait4(x, NULL, 0, NULL) = 0"])


def test_a_busy_log_is_accepted(audited: Auditing) -> None:
    audit = audited(busy_log(600, 20))

    assert audit.verdict == "accepted"
    assert audit.findings.adoptions
    assert audit.replayed.most == 1
