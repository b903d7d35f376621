"""The Unix system: every call it has, and the questions it leaves open.

Source   POSIX.1-2024 and the manual pages; where they differ, what Linux 6.18 was
         observed to do
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spec.lang import Call, Model, System, trace_model
from spec.process.clone import clone, clone_parent, clone_pidfd
from spec.process.clone3 import clone3, clone3_set_tid
from spec.process.clone_thread import clone_thread
from spec.process.credentials import setresuid, setreuid, setuid
from spec.process.delivery import die_of_signal, discard, run_handler
from spec.process.ending import exit_group, exit_thread, fatal_fault, release
from spec.process.execve import execve
from spec.process.execveat import execveat, execveat_check, fexecve
from spec.process.fork import fork
from spec.process.getpgid import getpgid, getsid
from spec.process.identity import getpid, getppid
from spec.process.job_control import (
    hang_up,
    press,
    read_terminal,
    stop_background,
    write_terminal,
)
from spec.process.kill import kill
from spec.process.numbers import NUMBER_HOOKS, NUMBERS
from spec.process.pidfd import (
    close,
    pidfd_get_info,
    pidfd_getfd,
    pidfd_open,
    pidfd_send_signal,
    poll,
    waitid_pidfd,
)
from spec.process.posix_spawn import posix_spawn
from spec.process.prctl import (
    prctl_get_child_subreaper,
    prctl_get_pdeathsig,
    prctl_set_child_subreaper,
    prctl_set_pdeathsig,
)
from spec.process.setpgid import setpgid
from spec.process.setsid import setsid
from spec.process.sigaction import sigaction
from spec.process.siginterrupt import siginterrupt
from spec.process.sigprocmask import sigprocmask
from spec.process.state import Kernel, boot
from spec.process.states import fall_asleep, hold, let_go, wake
from spec.process.stopping import resume, stop_of_signal
from spec.process.tcsetpgrp import tcgetpgrp, tcsetattr, tcsetpgrp
from spec.process.terminal import outdate, tiocnotty, tiocsctty
from spec.process.tgkill import tgkill, tkill
from spec.process.threads import futex_wait, futex_wake, gettid, set_tid_address
from spec.process.tls import arch_prctl
from spec.process.vfork import vfork
from spec.process.wait4 import (
    wait4,
    wait4_into_nowhere,
    wait4_nothread,
    wait4_with,
)
from spec.process.waitid import waitid, waitid_with
from spec.process.words import can_act
from spec.sources import resolve
from spec.unix import pidfd_access, task_kill
from spec.unix.checkpoint import require_root

CALLS: Final[tuple[Call, ...]] = (
    fork,
    clone,
    clone_parent,
    clone_pidfd,
    clone_thread,
    clone3,
    clone3_set_tid,
    vfork,
    posix_spawn,
    execve,
    execveat,
    execveat_check,
    fexecve,
    exit_group,
    exit_thread,
    fatal_fault,
    release,
    wait4,
    wait4_with,
    wait4_nothread,
    wait4_into_nowhere,
    waitid,
    waitid_with,
    prctl_set_child_subreaper,
    prctl_get_child_subreaper,
    prctl_set_pdeathsig,
    prctl_get_pdeathsig,
    pidfd_open,
    pidfd_send_signal,
    waitid_pidfd,
    pidfd_getfd,
    poll,
    pidfd_get_info,
    close,
    gettid,
    set_tid_address,
    futex_wait,
    futex_wake,
    arch_prctl,
    getpid,
    getppid,
    getpgid,
    getsid,
    setpgid,
    setsid,
    tiocsctty,
    tiocnotty,
    tcsetpgrp,
    tcgetpgrp,
    tcsetattr,
    read_terminal,
    write_terminal,
    stop_background,
    press,
    hang_up,
    sigaction,
    siginterrupt,
    sigprocmask,
    kill,
    tgkill,
    tkill,
    die_of_signal,
    run_handler,
    discard,
    stop_of_signal,
    resume,
    fall_asleep,
    wake,
    hold,
    let_go,
    setuid,
    setreuid,
    setresuid,
)


def build(reading: Mapping[str, str]) -> Model:
    """The system under `reading`."""
    return trace_model(
        "unix",
        Kernel,
        CALLS,
        boot=boot,
        able=can_act,
        hooks={
            "alloc_pid": (NUMBER_HOOKS[reading["numbers"]], outdate),
            "alloc_tid": (NUMBER_HOOKS[reading["numbers"]], outdate),
            "given_pid": (outdate,),
            "checkpoint_restore": (require_root,),
            "task_kill": (task_kill.permits,),
            "task_kill_refused": (task_kill.refuse,),
            "group_kill_refused": (task_kill.refuse,),
            "pidfd_getfd": (pidfd_access.refuse,),
        },
        reading=reading,
        cites=resolve,
    )


UNIX: Final = System("unix", "Unix (Linux 6.18)", (NUMBERS,), build)
