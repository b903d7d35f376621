"""Masks, user ids, pidfds and terminals: what a log says of them has to fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from checker.cli.auditing.running import Audit
from tests.audit.conftest import Auditing
from tests.audit.logs import lines_of

FORK = "clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = {}"
EXEC = '10 execve("/bin/server", ["server"], 0x1) = 0'
CAUGHT = "rt_sigaction({}, {{sa_handler=0x401615, sa_flags=0}}, NULL, 8) = 0"
USR1 = "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=10} ---"
TERM = "--- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=10} ---"
BLOCKS_USR1 = "10 rt_sigprocmask(SIG_SETMASK, [USR1], NULL, 8) = 0"


def changed(log: str, old: str, new: str) -> list[str]:
    """The lines of a recorded log, with one text replaced where it comes first."""
    text = "\n".join(lines_of(log))
    assert old in text
    return text.replace(old, new, 1).splitlines()


def why(audit: Audit) -> str:
    assert audit.verdict == "rejected"
    assert audit.refusal is not None
    return f"{audit.refusal.line}: {audit.refusal.guard}"


def assert_accepted(audit: Audit) -> None:
    assert audit.refusal is None
    assert audit.verdict == "accepted"


RECORDED_LIES = {
    "an old mask": (
        "masks",
        "(SIG_BLOCK, NULL, [USR1 CHLD], 8)",
        "(SIG_BLOCK, NULL, [CHLD], 8)",
        "16: thread 13737 blocks USR1 CHLD here, and the log says CHLD",
    ),
    "a delivery of what is blocked": (
        "masks",
        "(SIG_BLOCK, [USR1 CHLD], [], 8)",
        "(SIG_BLOCK, [HUP USR1 CHLD], [], 8)",
        "9: thread 13736 blocks HUP here, and SIGHUP is delivered to it",
    ),
    "a delivery of what a sleep blocks": (
        "masks",
        "rt_sigsuspend([], 8)",
        "rt_sigsuspend([USR1], 8)",
        "12: rt_sigsuspend blocks SIGUSR1 while it waits",
    ),
    "a mask that a handler's end brings back": (
        "masks",
        "({mask=[USR1 CHLD]}) = -1 EINTR",
        "({mask=[CHLD]}) = -1 EINTR",
        "16: thread 13737 blocks CHLD here, and the log says USR1 CHLD",
    ),
    "an id": (
        "user_ids",
        "getresuid([1000], [1000], [1000])",
        "getresuid([1000], [1001], [1000])",
        "17: the euid of thread 13748 is 1000, and the log says 1001",
    ),
    "an id taken on": (
        "user_ids",
        "setuid(0)       = -1 EPERM (Operation not permitted)",
        "setuid(0)       = 0",
        "16: setuid fails with EPERM here",
    ),
    "an id refused": (
        "user_ids",
        "setuid(1000)    = 0",
        "setuid(1000)    = -1 EPERM (Operation not permitted)",
        "20: nothing makes setuid fail with EPERM here",
    ),
    "a signal to another user": (
        "user_ids",
        "kill(13746, SIGTERM) = -1 EPERM (Operation not permitted)",
        "kill(13746, SIGTERM) = 0",
        "21: kill fails with EPERM here",
    ),
    "a signal refused": (
        "user_ids",
        "kill(13747, 0)  = 0",
        "kill(13747, 0)  = -1 EPERM (Operation not permitted)",
        "22: nothing makes kill fail with EPERM here",
    ),
    "the process of a new pidfd": (
        "pidfds",
        "pidfd_open(13754, 0) = 3<pid:13754>",
        "pidfd_open(13754, 0) = 3<pid:13753>",
        "4: the pidfd is of 13753, and the call asked for 13754",
    ),
    "the process of a pidfd": (
        "pidfds",
        "waitid(P_PIDFD, 4<pid:13755>, {",
        "waitid(P_PIDFD, 3<pid:13754>, {",
        "16: the pidfd is of 13754, and it is 13755 that is heard of",
    ),
    "a pidfd of nobody": (
        "pidfds",
        "pidfd_open(13755, 0) = -1 ESRCH (No such process)",
        "pidfd_open(13755, 0) = 5<pid:13755>",
        "19: pidfd_open fails with ESRCH here",
    ),
    "the error of no pid": (
        "pidfds",
        "pidfd_open(-1, 0) = -1 EINVAL (Invalid argument)",
        "pidfd_open(-1, 0) = -1 ESRCH (No such process)",
        "20: pidfd_open fails with EINVAL here",
    ),
    "a wait for no child": (
        "pidfds",
        "{}, WNOHANG|WEXITED, NULL) = 0",
        "0x1, WNOHANG|WEXITED, NULL) = -1 ECHILD (No child processes)",
        "10: nothing makes waitid_pidfd fail with ECHILD here",
    ),
    "a signal through a pidfd": (
        "pidfds",
        "(3<pid:13754>, 0, NULL, 0) = 0",
        "(3<pid:13755>, 0, NULL, 0) = 0",
        "23: kill fails with ESRCH here",
    ),
    "a foreground group": (
        "terminal_session",
        "TIOCGPGRP, [13764]",
        "TIOCGPGRP, [13763]",
        "18: tcgetpgrp answers otherwise here",
    ),
    "a group of another session": (
        "terminal_session",
        "TIOCSPGRP, [13762]) = -1 EPERM (Operation not permitted)",
        "TIOCSPGRP, [13762]) = 0",
        "30: tcsetpgrp fails with EPERM here",
    ),
    "a group of its own": (
        "terminal_session",
        "TIOCSPGRP, [13763]) = 0",
        "TIOCSPGRP, [13763]) = -1 EPERM (Operation not permitted)",
        "27: nothing makes tcsetpgrp fail with EPERM here",
    ),
    "everybody, where nobody is": (
        "kill_everybody",
        "kill(-1, 0)     = -1 ESRCH (No such process)",
        "kill(-1, 0)     = 0",
        "59: the phase of process 13773 is FREE, and the log says RUNNING or ZOMBIE",
    ),
}


@pytest.mark.parametrize(
    ("log", "old", "new", "told"), RECORDED_LIES.values(), ids=RECORDED_LIES
)
def test_a_lie_in_a_recorded_log_is_named(
    log: str, old: str, new: str, told: str, audited: Auditing
) -> None:
    assert why(audited(changed(log, old, new))).startswith(told)


class TestMasks:
    def test_a_mask_is_not_known_before_it_is_told(self, audited: Auditing) -> None:
        """The log cannot say with which mask its first process was started."""
        first = "10 rt_sigprocmask(SIG_UNBLOCK, [HUP], [HUP TERM], 8) = 0"
        asks = "10 rt_sigprocmask(SIG_BLOCK, NULL, {}, 8) = 0"

        assert_accepted(audited([first, asks.format("[TERM]")]))
        assert why(audited([first, asks.format("[]")])).startswith(
            "2: thread 10 blocks TERM here, and the log says none"
        )

    def test_a_new_process_has_its_makers_mask(self, audited: Auditing) -> None:
        asks = "11 rt_sigprocmask(SIG_BLOCK, NULL, {}, 8) = 0"
        start = [BLOCKS_USR1, f"10 {FORK.format(11)}"]
        leaves_off = "10 rt_sigprocmask(SIG_SETMASK, [], [USR1], 8) = 0"

        assert_accepted(audited([*start, leaves_off, asks.format("[USR1]")]))
        assert why(audited([*start, leaves_off, asks.format("[]")])).startswith("4: ")

    def test_how_to_change_it_has_to_be_said(self, audited: Auditing) -> None:
        asked = "10 rt_sigprocmask(0x7 /* SIG_??? */, {}, NULL, 8) = -1 EINVAL (x)"

        assert_accepted(audited([asked.format("[HUP]")]))
        assert audited([asked.format("NULL")]).scene.left_out == {"rt_sigprocmask": 1}

    def test_a_set_that_cannot_be_read_makes_it_unknown(
        self, audited: Auditing
    ) -> None:
        audit = audited(
            [
                BLOCKS_USR1,
                "10 rt_sigprocmask(SIG_SETMASK, 0x7ffe, NULL, 8) = 0",
                "10 rt_sigprocmask(SIG_BLOCK, NULL, [HUP], 8) = 0",
            ]
        )

        assert_accepted(audit)
        assert audit.scene.left_out == {"rt_sigprocmask": 1}

    @pytest.mark.parametrize(
        ("call", "verdict"),
        [
            ("pause() = ? ERESTARTNOHAND (To be restarted if no handler)", "rejected"),
            ("ppoll([], 0, NULL, [], 8) = ? ERESTARTNOHAND (x)", "accepted"),
            ("getpid() = 10", "accepted"),
        ],
    )
    def test_a_call_may_have_swapped_the_mask(
        self, call: str, verdict: str, audited: Auditing
    ) -> None:
        """Only a call that is shown and keeps the mask speaks against a delivery."""
        back = "10 rt_sigreturn({mask=[USR1]}) = -1 EINTR (Interrupted system call)"
        audit = audited([BLOCKS_USR1, f"10 {call}", f"10 {USR1}", back])

        assert audit.verdict == verdict

    def test_in_a_handler_the_mask_is_another(self, audited: Auditing) -> None:
        """The log begins with a new program, which has the handlers that are shown."""
        start = [EXEC, "10 rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0"]
        taken = [f"10 {USR1}", "10 rt_sigprocmask(SIG_BLOCK, NULL, [USR1], 8) = 0"]
        back = "10 rt_sigreturn({mask=[]}) = 0"

        assert_accepted(
            audited([*start, f"10 {CAUGHT.format('SIGUSR1')}", *taken, back])
        )
        assert why(audited([*start, *taken])).startswith("4: thread 10 blocks none")

    def test_what_waits_is_blocked(self, audited: Auditing) -> None:
        waits = "10 rt_sigpending([{}], 8) = 0"

        assert_accepted(audited([BLOCKS_USR1, waits.format("USR1")]))
        assert why(audited([BLOCKS_USR1, waits.format("HUP USR1")])) == (
            "2: thread 10 blocks USR1 here, and it says that they wait"
        )
        assert audited([waits.format("HUP")]).scene.left_out == {"rt_sigpending": 1}

    def test_a_signal_that_was_taken_is_not_in_the_way(self, audited: Auditing) -> None:
        """SIGUSR1 comes before SIGTERM as long as it waits."""
        lines = [
            EXEC,
            f"10 {FORK.format(11)}",
            f"11 {CAUGHT.format('SIGUSR1')}",
            "10 kill(11, SIGUSR1) = 0",
            f"11 {USR1}",
            "11 rt_sigreturn({mask=[]}) = 0",
            "10 kill(11, SIGTERM) = 0",
            f"11 {TERM}",
            "11 +++ killed by SIGTERM +++",
        ]

        assert_accepted(audited(lines))

    def test_nor_is_one_that_was_read(self, audited: Auditing) -> None:
        """A read from a signalfd is not in the log."""
        lines = [
            EXEC,
            f"10 {FORK.format(11)}",
            f"11 {CAUGHT.format('SIGHUP')}",
            "10 kill(11, SIGHUP) = 0",
            "10 kill(11, SIGSTOP) = 0",
            "11 --- stopped by SIGSTOP ---",
            "10 kill(11, SIGCONT) = 0",
            "11 +++ killed by SIGTERM +++",
        ]

        assert_accepted(audited(lines))

    def test_a_signal_is_waited_for(self, audited: Auditing) -> None:
        lines = [
            "10 rt_sigprocmask(SIG_SETMASK, [TERM], NULL, 8) = 0",
            "10 kill(10, SIGTERM) = 0",
            "10 rt_sigtimedwait([TERM], NULL, NULL, 8) = 15 (SIGTERM)",
            "10 rt_sigprocmask(SIG_SETMASK, [], [TERM], 8) = 0",
            "10 getpid() = 10",
        ]

        assert_accepted(audited(lines))

    def test_handlers_that_cannot_be_read_may_be_any(self, audited: Auditing) -> None:
        lines = [
            EXEC,
            "10 rt_sigaction(x, {sa_handler=0x1}, NULL, 8) = ?",
            f"10 {USR1}",
        ]
        asks = "10 rt_sigprocmask(SIG_BLOCK, NULL, [USR1], 8) = 0"

        assert_accepted(audited([*lines, asks]))

    def test_a_signal_that_has_no_name_is_passed_over(self, audited: Auditing) -> None:
        assert_accepted(audited(["10 --- SIGNEW {si_signo=SIGNEW} ---"]))


class TestGoingOn:
    """What lets a stopped process go on need not be in the log."""

    START = (
        EXEC,
        f"10 {FORK.format(11)}",
        "10 kill(11, SIGSTOP) = 0",
        "11 --- stopped by SIGSTOP ---",
    )
    CONT = "--- SIGCONT {si_signo=SIGCONT, si_code=SI_USER} ---"
    CONTINUED = (
        "{si_signo=SIGCHLD, si_code=CLD_CONTINUED, si_pid=11, si_status=SIGCONT}"
    )

    @pytest.mark.parametrize(
        "told",
        [
            f"11 {CONT}",
            "11 getpid() = 11",
            f"10 --- SIGCHLD {CONTINUED} ---",
            "10 wait4(-1, [{WIFCONTINUED(s)}], WCONTINUED, NULL) = 11",
            f"10 waitid(P_ALL, -1, {CONTINUED}, WCONTINUED, NULL) = 0",
        ],
    )
    def test_somebody_has_let_it_go_on(self, told: str, audited: Auditing) -> None:
        assert_accepted(audited([*self.START, told, "11 getpid() = 11"]))

    def test_it_may_end_while_it_is_stopped(self, audited: Auditing) -> None:
        assert_accepted(audited([*self.START, "11 +++ killed by SIGKILL +++"]))


class TestUsers:
    ROOT = "10 getresuid([0], [0], [0]) = 0"
    GIVES_UP = "10 setresuid(1000, 1000, 1000) = 0"

    @pytest.mark.parametrize(
        "start",
        [
            pytest.param([], id="nothing is told"),
            pytest.param([GIVES_UP], id="what it was is not told"),
            pytest.param([ROOT], id="root may have given up its privileges"),
            pytest.param(
                [ROOT, "10 prctl(PR_SET_KEEPCAPS, 1) = 0", GIVES_UP],
                id="it keeps its privileges",
            ),
            pytest.param([ROOT, GIVES_UP, EXEC], id="a program may be privileged"),
            pytest.param(
                [ROOT, "10 setreuid(-1, 1000) = 0", EXEC, "10 setreuid(5, 6) = 0"],
                id="some are told",
            ),
            pytest.param(
                ["10 unshare(CLONE_NEWUSER) = 0", ROOT, GIVES_UP],
                id="numbers have another meaning",
            ),
        ],
    )
    def test_nothing_is_held_against_who_is_not_known(
        self, start: Sequence[str], audited: Auditing
    ) -> None:
        for answer in ("0", "-1 EPERM (Operation not permitted)"):
            assert_accepted(audited([*start, f"10 setuid(7) = {answer}"]))

    def test_what_a_success_tells_is_known(self, audited: Auditing) -> None:
        lines = [self.ROOT, self.GIVES_UP, EXEC, "10 setuid(1000) = 0"]

        assert_accepted(audited([*lines, "10 geteuid() = 1000"]))
        assert why(audited([*lines, "10 geteuid() = 0"])).startswith("5: the euid")

    def test_an_id_that_is_none_is_left_out(self, audited: Auditing) -> None:
        lines = ["10 setuid(-1) = -1 EINVAL (x)", "10 getresuid(0x1, 0x2, 0x3) = 0"]
        audit = audited([*lines, "10 getuid() = -1 ENOSYS (x)", "10 setuid(-1) = 0"])

        assert audit.scene.left_out == {"setuid": 2, "getresuid": 1, "getuid": 1}

    def test_a_signal_by_who_may_be_privileged(self, audited: Auditing) -> None:
        """The ids of the sender are known, and not what else it may do."""
        lines = [
            "10 getresuid([1000], [1000], [1000]) = 0",
            f"10 {FORK.format(11)}",
            "11 setresuid(1001, 1001, 1001) = 0",
            "10 kill(11, 0) = 0",
            "10 tkill(11, SIGTERM) = 0",
        ]

        assert_accepted(audited([*lines, "11 +++ killed by SIGTERM +++"]))


class TestPidfds:
    """Numbers of descriptors that strace does not explain."""

    START = (f"10 {FORK.format(11)}", f"10 {FORK.format(12)}")
    ENDED = ("11 exit_group(3) = ?", "11 +++ exited with 3 +++")
    TOLD = "{{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid={}, si_status=3}}"

    def test_a_number_may_be_anothers_by_now(self, audited: Auditing) -> None:
        lines = [
            *self.START,
            "10 pidfd_open(12, 0) = 3",
            *self.ENDED,
            f"10 waitid(P_PIDFD, 3, {self.TOLD.format(11)}, WEXITED, NULL) = 0",
            "10 pidfd_send_signal(3, SIGTERM, NULL, 0) = -1 ESRCH (x)",
            "10 waitid(P_PIDFD, 3, {}, WEXITED|WNOHANG, NULL) = 0",
            "10 wait4(-1, NULL, WNOHANG, NULL) = 0",
        ]

        assert_accepted(audited(lines))

    def test_a_wait_through_a_pidfd_collects(self, audited: Auditing) -> None:
        for number in ("5", "5<pid:11>"):
            told = self.TOLD.format(11)
            waited = f"10 waitid(P_PIDFD, {number}, {told}, WEXITED, NULL) = 0"
            audit = audited([*self.START, *self.ENDED, waited, waited])

            assert why(audit).startswith("6: ")

    def test_who_is_meant_is_said_by_strace(self, audited: Auditing) -> None:
        lines = [
            *self.START,
            "10 pidfd_open(11, 0) = 3<pid:11>",
            "10 close(3) = 0",
            "10 pidfd_open(12, PIDFD_NONBLOCK) = 3<pid:12>",
            "10 pidfd_send_signal(4<pid:11>, SIGTERM, NULL, 0) = 0",
            "11 +++ killed by SIGTERM +++",
            "10 pidfd_send_signal(3<pid:12>, SIGSTOP, NULL, 0) = 0",
            "12 --- stopped by SIGSTOP ---",
        ]

        assert_accepted(audited(lines))

    def test_what_is_not_known_is_left_out(self, audited: Auditing) -> None:
        audit = audited(
            [
                *self.START,
                "10 pidfd_send_signal(7, SIGTERM, NULL, 0) = 0",
                "10 pidfd_send_signal(7<pid:99>, SIGTERM, NULL, 0) = 0",
                "10 pidfd_send_signal(7<pid:11>, SIGPIPE, NULL, 0) = 0",
                "10 pidfd_send_signal(7<pid:11>, SIGTERM, NULL, 0) = -1 EBADF (x)",
                "10 waitid(P_PIDFD, 7, {}, WEXITED|WNOHANG, NULL) = 0",
                "10 waitid(P_PIDFD, 7, {}, WSTOPPED|WNOHANG, NULL) = 0",
                "10 pidfd_open(99, 0) = -1 ESRCH (x)",
                "10 pidfd_open(11, 0) = -1 EMFILE (x)",
                "10 pidfd_open(11, 0x80) = 4",
                "10 pidfd_open(11, 0) = -1 EINVAL (x)",
                "10 pidfd_getfd(7, 0, 0) = 8",
                "10 close(7) = 0",
            ]
        )

        assert_accepted(audit)
        assert audit.scene.left_out == {
            "pidfd_send_signal": 4, "waitid": 2, "pidfd_open": 4, "pidfd_getfd": 1,
            "close": 1,
        }  # fmt: skip

    def test_a_pidfd_of_anothers(self, audited: Auditing) -> None:
        """A descriptor of a pidfd that the other has open."""
        lines = [
            *self.START,
            "10 pidfd_open(11, 0) = 3<pid:11>",
            "11 pidfd_open(12, 0) = 3<pid:12>",
            "10 pidfd_getfd(3<pid:11>, 3<pid:11>, 0) = 4<pid:12>",
            "10 pidfd_getfd(3<pid:11>, 9, 0) = 5",
            "10 pidfd_send_signal(4<pid:12>, 0, NULL, 0) = 0",
        ]

        audit = audited(lines)

        assert_accepted(audit)
        assert audit.scene.left_out == {"pidfd_getfd": 1}

    def test_a_program_starts_without_them(self, audited: Auditing) -> None:
        lines = [
            *self.START,
            "10 pidfd_open(11, 0) = 3<pid:11>",
            "10 pidfd_open(12, 0) = 4<pid:12>",
            EXEC,
            "10 pidfd_open(12, 0) = 3<pid:12>",
            "10 pidfd_send_signal(3<pid:12>, SIGTERM, NULL, 0) = 0",
        ]

        audit = audited([*lines, "12 +++ killed by SIGTERM +++"])

        assert_accepted(audit)
        assert audit.scene.descriptors.handles == 2

    def test_a_thread_may_have_others(self, audited: Auditing) -> None:
        alone = "clone(child_stack=0x1, flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 13"
        audit = audited([*self.START, f"10 {alone}", "13 pidfd_open(11, 0) = 3"])

        assert audit.scene.left_out == {"pidfd_open": 1}


class TestTerminals:
    SESSION = (EXEC, f"10 {FORK.format(11)}", "11 setsid() = 11")
    GROUP = (f"11 {FORK.format(12)}", "11 setpgid(12, 12) = 0")
    TTY = "4</dev/pts/0<char 136:0>>"

    def test_it_may_come_without_a_word(self, audited: Auditing) -> None:
        """The leader opened it, and is in its foreground."""
        lines = [
            *self.SESSION,
            f"11 ioctl({self.TTY}, TIOCGPGRP, [11]) = 0",
            *self.GROUP,
            f"11 ioctl({self.TTY}, TIOCSPGRP, [12]) = 0",
        ]
        asks = f"12 ioctl({self.TTY}, TIOCGPGRP, [{{}}]) = 0"

        assert_accepted(audited([*lines, asks.format(12)]))
        assert why(audited([*lines, asks.format(11)])).startswith("8: tcgetpgrp")

    def test_a_background_process_that_does_not_stop(self, audited: Auditing) -> None:
        """Nobody knows what it does on SIGTTOU."""
        lines = [
            *self.SESSION,
            *self.GROUP,
            f"11 ioctl({self.TTY}, TIOCSPGRP, [12]) = 0",
            f"11 ioctl({self.TTY}, TIOCSPGRP, [11]) = 0",
        ]
        knows = ["11 rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0"]
        knows += ["11 rt_sigaction(SIGTTOU, {sa_handler=SIG_DFL}, NULL, 8) = 0"]

        assert_accepted(audited(lines))
        guard = why(audited([*lines[:3], *knows, *lines[3:]]))
        assert "tcsetpgrp sleeps here" in guard or "fails with ENOTTY" in guard

    def test_a_descriptor_without_a_name(self, audited: Auditing) -> None:
        """Whoever sets a foreground group has the terminal of its own session."""
        lines = [
            *self.SESSION,
            *self.GROUP,
            "11 ioctl(0, TIOCSPGRP, [12]) = 0",
            "11 ioctl(0, TIOCGPGRP, [11]) = 0",
        ]

        audit = audited(lines)

        assert_accepted(audit)
        assert audit.scene.left_out == {"ioctl": 1}
        lie = "11 ioctl(0, TIOCSPGRP, [10]) = 0"
        assert "tcsetpgrp fails with EPERM" in why(audited([*self.SESSION, lie]))

    def test_it_is_given_up(self, audited: Auditing) -> None:
        lines = [*self.SESSION, "11 ioctl(0, TIOCNOTTY) = 0"]
        again = f"11 ioctl({self.TTY}, TIOCSCTTY, 0) = 0"

        assert_accepted(audited([*lines, again]))

    def test_only_a_leader_gets_one(self, audited: Auditing) -> None:
        lines = [*self.SESSION, *self.GROUP, f"12 ioctl({self.TTY}, TIOCSCTTY, 0) = 0"]

        assert why(audited(lines)).startswith("6: tiocsctty fails with EPERM here")

    @pytest.mark.parametrize(
        "asked",
        [
            "11 ioctl(3</dev/ptmx<char 5:2>>, TIOCSPGRP, [11]) = 0",
            "11 ioctl(3</dev/tty<char 5:0>>, TIOCGPGRP, [11]) = 0",
            f"11 ioctl({TTY}, TIOCGPGRP, 0x7ffe) = -1 ENOTTY (x)",
            f"11 ioctl({TTY}, TIOCGPGRP, 0x7ffe) = 0",
            f"11 ioctl({TTY}, TIOCSPGRP, [99]) = 0",
            f"11 ioctl({TTY}, TIOCSPGRP, [11]) = -1 EPERM (x)",
            f"10 ioctl({TTY}, TIOCSPGRP, [10]) = 0",
        ],
    )
    def test_what_is_not_known_is_left_out(self, asked: str, audited: Auditing) -> None:
        audit = audited([*self.SESSION, asked])

        assert_accepted(audit)
        assert audit.scene.left_out == {"ioctl": 1}
