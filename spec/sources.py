"""The documents that the pages cite, and what a citation must look like.

    fork(2) ERRORS EAGAIN:2               manual page, section, error, nth reason for it
    wait(2) DESCRIPTION                   manual page, section
    linux@v6.18 kernel/exit.c do_exit     version, file, function; never a line number
    posix-2024 fork ERRORS                interface, section
    facts A11                             a measurement of a running Linux kernel
    C07   X17                             a claim of the Peios ledger; an open question
    K5.2   D1200/300   T700               a Peios document, by the ledger's short name
    unix fork:1                           a sentence of the notes' section on fork
    topaz 4:5                             paragraph and sentence of "Processes"

Several are joined by semicolons. Inside a call a citation may leave out what the call's
own `source` says: `ERRORS EAGAIN:2` is about a manual page named there, and
`kernel/exit.c do_exit` about the kernel version named there.

A citation resolves when the document is listed here and has the part it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from spec.lang.errors import SpecError


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the specification is made from."""

    title: str
    version: str
    date: str


DOCUMENTS: Final[dict[str, Document]] = {
    "manual": Document("Linux manual pages", "man-pages 6.9.1", "2024-06-15"),
    "linux": Document("The Linux kernel", "v6.18", "2025-11-30"),
    "posix": Document("POSIX.1-2024 (IEEE Std 1003.1)", "issue 8", "2024-06-14"),
    "facts": Document(
        "What Linux was observed to do, by raw system calls", "6.18.44", "2026"
    ),
    "peios": Document(
        "Peios: learn and reference pages, PSD-004 KACS, PSD-007 peinit",
        "v0.20 (Kobicha)",
        "2026",
    ),
    "unix": Document("Notes on Unix processes", "undated", "undated"),
    "topaz": Document(
        "McJones, Swart: Topaz programmer's manual, Concepts and Facilities, Processes",
        "hypertext edition",
        "1997-08-28",
    ),
}


@dataclass(frozen=True, slots=True)
class ManualPage:
    """What can be cited of a manual page: its sections, and how often each error."""

    sections: tuple[str, ...] = ("DESCRIPTION", "RETURN VALUE", "ERRORS", "NOTES")
    errors: Mapping[str, int] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    """Entries of the page that are cited by name, such as an operation of prctl."""


MANUAL_PAGES: Final[dict[str, ManualPage]] = {
    "fork(2)": ManualPage(errors={"EAGAIN": 4, "ENOMEM": 2, "ENOSYS": 1}),
    "execve(2)": ManualPage(
        errors={"EACCES": 4, "ENOENT": 1, "ENOEXEC": 1, "ENOMEM": 1, "EAGAIN": 1}
    ),
    "_exit(2)": ManualPage(sections=("DESCRIPTION", "RETURN VALUE", "NOTES")),
    "exit_group(2)": ManualPage(sections=("DESCRIPTION", "RETURN VALUE", "NOTES")),
    "wait(2)": ManualPage(
        errors={"EAGAIN": 1, "ECHILD": 2, "EINTR": 1, "EINVAL": 1, "ESRCH": 1}
    ),
    "wait4(2)": ManualPage(),
    "pidfd_open(2)": ManualPage(
        errors={"EINVAL": 2, "EMFILE": 1, "ENFILE": 1, "ESRCH": 1},
        labels=("PIDFD_NONBLOCK", "PIDFD_THREAD"),
    ),
    "pidfd_send_signal(2)": ManualPage(
        errors={"EBADF": 1, "EINVAL": 3, "EPERM": 1, "ESRCH": 1}
    ),
    "pidfd_getfd(2)": ManualPage(
        errors={"EBADF": 2, "EINVAL": 1, "EMFILE": 1, "EPERM": 1, "ESRCH": 1}
    ),
    "poll(2)": ManualPage(),
    "close(2)": ManualPage(errors={"EBADF": 1}),
    "ioctl(2)": ManualPage(errors={"EBADF": 1}),
    "prctl(2)": ManualPage(
        labels=("PR_SET_CHILD_SUBREAPER", "PR_GET_CHILD_SUBREAPER", "PR_SET_PDEATHSIG")
    ),
    "getpid(2)": ManualPage(),
    "getpgid(2)": ManualPage(errors={"ESRCH": 1}),
    "getsid(2)": ManualPage(errors={"EPERM": 1, "ESRCH": 1}),
    "ioctl_tty(2)": ManualPage(
        sections=("DESCRIPTION", "RETURN VALUE", "ERRORS"),
        errors={"EINVAL": 1, "ENOTTY": 1, "EPERM": 1},
        labels=("TIOCGPGRP", "TIOCNOTTY", "TIOCSCTTY", "TIOCSPGRP"),
    ),
    "tcsetpgrp(3)": ManualPage(
        errors={"EBADF": 1, "EINVAL": 1, "ENOTTY": 1, "EPERM": 1}
    ),
    "termios(3)": ManualPage(
        labels=("TOSTOP", "ISIG", "VINTR", "VQUIT", "VSUSP"),
    ),
    "setsid(2)": ManualPage(errors={"EPERM": 1}),
    "setpgid(2)": ManualPage(errors={"EACCES": 1, "EPERM": 3, "ESRCH": 1, "EINVAL": 1}),
    "clone(2)": ManualPage(
        errors={"EAGAIN": 1, "EINVAL": 24, "ENOMEM": 2, "EEXIST": 1, "EPERM": 4},
        labels=(
            "CLONE_VM",
            "CLONE_FS",
            "CLONE_FILES",
            "CLONE_SIGHAND",
            "CLONE_THREAD",
            "CLONE_PARENT",
            "CLONE_VFORK",
            "CLONE_PIDFD",
            "CLONE_SETTLS",
            "CLONE_PARENT_SETTID",
            "CLONE_CHILD_SETTID",
            "CLONE_CHILD_CLEARTID",
            "CLONE_SYSVSEM",
            "CLONE_IO",
            "CLONE_UNTRACED",
            "CLONE_DETACHED",
            "CLONE_CLEAR_SIGHAND",
        ),
    ),
    "vfork(2)": ManualPage(),
    "posix_spawn(3)": ManualPage(),
    "pthread_create(3)": ManualPage(),
    "execveat(2)": ManualPage(errors={"EBADF": 1, "EINVAL": 1, "ELOOP": 1}),
    "fexecve(3)": ManualPage(errors={"EINVAL": 1}),
    "set_tid_address(2)": ManualPage(),
    "futex(2)": ManualPage(errors={"EAGAIN": 1}),
    "arch_prctl(2)": ManualPage(errors={"EINVAL": 1, "EPERM": 1}),
    "semop(2)": ManualPage(),
    "gettid(2)": ManualPage(),
    "siginterrupt(3)": ManualPage(errors={"EINVAL": 1}),
    "sigaction(2)": ManualPage(
        errors={"EINVAL": 1, "EFAULT": 1},
        labels=("SA_NOCLDWAIT", "SA_NOCLDSTOP", "SA_RESTART"),
    ),
    "sigprocmask(2)": ManualPage(errors={"EINVAL": 1, "EFAULT": 1}),
    "kill(2)": ManualPage(errors={"EINVAL": 1, "EPERM": 1, "ESRCH": 1}),
    "tgkill(2)": ManualPage(errors={"EAGAIN": 1, "EINVAL": 1, "EPERM": 1, "ESRCH": 2}),
    "setuid(2)": ManualPage(errors={"EAGAIN": 3, "EINVAL": 1, "EPERM": 1}),
    "setreuid(2)": ManualPage(errors={"EAGAIN": 3, "EINVAL": 1, "EPERM": 1}),
    "setresuid(2)": ManualPage(errors={"EAGAIN": 3, "EINVAL": 1, "EPERM": 1}),
    "signal(7)": ManualPage(sections=("DESCRIPTION", "NOTES")),
    "credentials(7)": ManualPage(sections=("DESCRIPTION", "NOTES")),
}

KERNEL_FUNCTIONS: Final[dict[str, tuple[str, ...]]] = {
    "drivers/tty/n_tty.c": ("isig", "job_control", "n_tty_read", "n_tty_write"),
    "drivers/tty/tty_io.c": ("__tty_hangup", "hung_up_tty_ioctl", "tty_vhangup"),
    "drivers/tty/tty_jobctrl.c": (
        "__tty_check_change",
        "disassociate_ctty",
        "session_of_pgrp",
        "tiocgpgrp",
        "tiocsctty",
        "tiocspgrp",
        "tty_signal_session_leader",
    ),
    "fs/exec.c": ("begin_new_exec", "bprm_execve", "do_execveat_common"),
    "kernel/exit.c": (
        "do_exit",
        "do_wait",
        "find_new_reaper",
        "forget_original_parent",
        "kernel_waitid",
        "kernel_wait4",
        "kill_orphaned_pgrp",
        "release_task",
        "reparent_leader",
        "wait_consider_task",
        "wait_task_continued",
        "wait_task_stopped",
        "wait_task_zombie",
        "will_become_orphaned_pgrp",
    ),
    "fs/pidfs.c": ("pidfd_info", "pidfd_poll", "pidfs_exit"),
    "arch/x86/kernel/process_64.c": ("do_arch_prctl_64",),
    "kernel/fork.c": (
        "clone3_args_valid",
        "copy_clone_args_from_user",
        "copy_process",
        "kernel_clone",
        "mm_release",
        "set_tid_address",
    ),
    "kernel/futex/waitwake.c": ("futex_wait", "futex_wake"),
    "kernel/pid.c": ("alloc_pid", "pidfd_create", "pidfd_getfd"),
    "kernel/ptrace.c": ("__ptrace_may_access", "ptrace_resume"),
    "kernel/sched/core.c": ("schedule", "try_to_wake_up"),
    "kernel/signal.c": (
        "check_kill_permission",
        "complete_signal",
        "dequeue_signal",
        "do_notify_parent_cldstop",
        "do_pidfd_send_signal",
        "do_send_specific",
        "do_sigaction",
        "do_signal_stop",
        "force_sig_fault",
        "get_signal",
        "kill_something_info",
        "prepare_signal",
        "ptrace_stop",
        "sigprocmask",
    ),
    "kernel/sys.c": (
        "__sys_setresuid",
        "__sys_setreuid",
        "__sys_setuid",
        "do_getpgid",
        "getpid",
        "getppid",
        "getsid",
        "gettid",
        "ksys_setsid",
        "prctl",
        "setpgid",
    ),
}

FACTS: Final[dict[str, tuple[int, ...]]] = {
    "A": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22),
    "B": (1, 3, 4, 6, 7, 9, 10),
    "C": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20),
    "D": (2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24, 26),
    "E": (1, 3, 4, 6),
    "F": (1, 3, 4, 6, 7),
    "G": (1, 2, 4, 5, 7),
    "H": (1, 3, 4, 6, 7, 9, 10, 12, 13),
    "I": (2, 3, 5, 6, 8, 9),
    "J": (1, 2, 4),
    "K": (1,),
}
"""The measurements by group and number; the missing ones were left out on purpose."""

CLAIMS: Final[dict[str, int]] = dict(
    zip(
        "ABCDEFGHIJKLM",
        (24, 8, 28, 28, 41, 43, 22, 20, 42, 14, 34, 13, 19),
        strict=True,
    )
)
"""How many claims the Peios ledger has in each group: 336 in all."""

OPEN_QUESTIONS: Final = 41
"""Places where the Peios documents contradict each other: X1 to X41."""

PEIOS_DOCUMENTS: Final[dict[str, str]] = {
    "T": "threads and processes: concept and reference pages",
    "M": "process management: the older topic",
    "D": "the other topics of the learn pages, as topic/page",
    "K": "PSD-004 KACS v0.20, by section",
    "K22 ": "PSD-004 KACS v0.22, by section",
    "I": "PSD-007 peinit, by section",
    "SG": "Signals on Peios",
    "SH": "Handlers, masks and alternate stacks",
    "RT": "Real-time signals",
    "SC": "Seccomp on Peios",
    "IT": "the integration tests",
}

NOTES_SENTENCES: Final[dict[str, int]] = {
    "process": 1,
    "memory": 3,
    "users": 4,
    "environment": 1,
    "fork": 4,
    "exec": 3,
    "exit": 4,
    "wait": 1,
    "init": 2,
    "hierarchy": 2,
}
"""How many claims the Unix ledger takes from each section of the notes."""

TOPAZ_SENTENCES: Final = (2, 1, 4, 5, 4, 4, 6, 3)
"""How many sentences each paragraph of the Topaz section has."""


def resolve(cite: str, source: str = "") -> None:
    """Check every citation in `cite`, given the call's own source.

    Raises SpecError, with what would resolve, when one does not.
    """
    for one in _parts(cite):
        if not any(_resolves(whole) for whole in _completions(one, source)):
            message = f"the citation {one!r} does not resolve: {_advice(one, source)}"
            raise SpecError(message)


def _parts(cites: str) -> list[str]:
    return [part.strip() for part in cites.split(";") if part.strip()]


def _completions(cite: str, source: str) -> list[str]:
    """The citation as it stands, and as it reads after what the source names."""
    heads = []
    for part in _parts(source):
        first, *_ = part.split()
        if first in MANUAL_PAGES or first.startswith("linux@"):
            heads.append(first)
    return [cite, *(f"{head} {cite}" for head in heads)]


def _resolves(cite: str) -> bool:
    for pattern, check in _GRAMMAR:
        found = re.fullmatch(pattern, cite)
        if found:
            return check(found)
    return False


def _manual(found: re.Match[str]) -> bool:
    page = MANUAL_PAGES.get(found["page"])
    part, label, nth = found["part"], found["label"], int(found["nth"] or 1)
    if page is None:
        return False
    if part is None or part in page.labels:
        return label is None
    if part not in page.sections:
        return False
    if part == "ERRORS" and label is not None:
        return 1 <= nth <= page.errors.get(label, 0)
    return label is None or label in page.labels


def _kernel(found: re.Match[str]) -> bool:
    version = DOCUMENTS["linux"].version
    functions = KERNEL_FUNCTIONS.get(found["file"], ())
    return found["version"] == version and found["function"] in functions


def _fact(found: re.Match[str]) -> bool:
    return int(found["number"]) in FACTS.get(found["group"], ())


def _claim(found: re.Match[str]) -> bool:
    return 1 <= int(found["number"]) <= CLAIMS.get(found["group"], 0)


def _question(found: re.Match[str]) -> bool:
    return 1 <= int(found["number"]) <= OPEN_QUESTIONS


def _note(found: re.Match[str]) -> bool:
    return 1 <= int(found["claim"]) <= NOTES_SENTENCES.get(found["section"], 0)


def _sentence(found: re.Match[str]) -> bool:
    paragraph, sentence = int(found["paragraph"]), int(found["sentence"] or 1)
    return (
        1 <= paragraph <= len(TOPAZ_SENTENCES)
        and 1 <= sentence <= TOPAZ_SENTENCES[paragraph - 1]
    )


def _listed(_found: re.Match[str]) -> bool:
    """The pattern itself is the list."""
    return True


Check = Callable[[re.Match[str]], bool]

_GRAMMAR: Final[tuple[tuple[str, Check], ...]] = (
    (
        (
            r"(?P<page>\w+\(\w+\))( (?P<part>[A-Z_]+( VALUE)?))?"
            r"( (?P<label>[A-Z]\w*)(:(?P<nth>\d+))?)?"
        ),
        _manual,
    ),
    (r"linux@(?P<version>v[\d.]+) (?P<file>[\w/.-]+) (?P<function>\w+)", _kernel),
    (r"posix-2024 \w+ [A-Z ]+(:\d+)?", _listed),
    (r"facts (?P<group>[A-Z])(?P<number>\d+)", _fact),
    (r"unix (?P<section>[a-z]+):(?P<claim>\d+)", _note),
    (r"topaz (?P<paragraph>\d+)(:(?P<sentence>\d+))?", _sentence),
    (r"(?P<group>[A-M])(?P<number>\d\d)", _claim),
    (r"X(?P<number>\d+)", _question),
    (r"T\d{3}|M\d{3,4}|D\d{3,4}/\d{3}|K(22 )?\d+\.\d+|I\d+(\.\d+)?", _listed),
    (r"SG|SH|RT|SC|IT", _listed),
)


def _functions() -> str:
    """The kernel's functions that are cited, by file."""
    return "; ".join(f"{file} {', '.join(f)}" for file, f in KERNEL_FUNCTIONS.items())


def _contents(page: str) -> str:
    """What a manual page has to cite."""
    found = MANUAL_PAGES[page]
    errors = ", ".join(f"{e} (1 to {n})" for e, n in found.errors.items()) or "none"
    return f"{page} has {', '.join((*found.sections, *found.labels))}; errors: {errors}"


def _advice(cite: str, source: str) -> str:
    """What would resolve instead."""
    first, *rest = cite.split()
    if first in MANUAL_PAGES or (first.isupper() and rest):
        pages = [p.split()[0] for p in _parts(cite + ";" + source)]
        known = [page for page in pages if page in MANUAL_PAGES]
        has = [_contents(page) for page in dict.fromkeys(known)]
        return "; ".join(has) or "its call's source names no manual page"
    if first.startswith("linux@") or "/" in first:
        return (
            f"the kernel is linux@{DOCUMENTS['linux'].version}, and the functions "
            f"cited of it are {_functions()}"
        )
    names = [*MANUAL_PAGES, "facts", "topaz", "posix-2024", "linux@v6.18"]
    near = get_close_matches(first, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}spec/sources.py lists the documents, and shows the grammar"
