"""The Peios system: every call it has, and where its documents contradict each other.

Source   Peios v0.20 (Kobicha): the learn and reference pages, PSD-004 and PSD-007
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from spec.lang import Call, Errno, Model, Reading, System, trace_model
from spec.lang.step import Hook
from spec.peios import hooks, pidfd_access, task_kill
from spec.peios.kacs_set_psb import setting
from spec.peios.state import Kernel, boot
from spec.process.clone import clone, clone_parent, clone_pidfd
from spec.process.clone3 import clone3, clone3_set_tid
from spec.process.clone_thread import clone_thread
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
from spec.process.sorts import EACCES, EPERM
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
)
"""The shared ones; kacs_set_psb depends on the reading.

posix_spawn is left out where an exec changes what a creation copies: it is then no one
step, and its two steps are in the model by themselves.
"""

DENIAL: Final = Reading(
    name="denial",
    options=("kernel", "documents"),
    default="kernel",
    about="How a refused fork or kacs_set_psb reports: EACCES as the kernel's tests "
    "have it, or EPERM as the pages say.",
    cites=("X17", "I35", "I14"),
)
UNSUPPORTED: Final = Reading(
    name="unsupported",
    options=("refused", "ignored"),
    default="refused",
    about="What happens to a request for CFI on a machine that cannot enforce it.",
    cites=("X8", "I28"),
)
PIP_AT_EXEC: Final = Reading(
    name="pip_at_exec",
    options=("every", "first"),
    default="every",
    about="Which exec decides a process's PIP pair: each one, or only its first.",
    cites=("X33", "E14"),
)
LSV_WITH_PIP: Final = Reading(
    name="lsv_with_pip",
    options=("independent", "forced"),
    default="independent",
    about="Whether a process that exec protects verifies its libraries from then on.",
    cites=("X10", "E24", "E33"),
)

GROUP_SEND: Final = Reading(
    name="group_send",
    options=("one_suffices", "silent"),
    default="one_suffices",
    about="Whether a signal to a group fails if no member may be sent it.",
    cites=("X18", "G20"),
)

DENIALS: Final = {"kernel": EACCES, "documents": EPERM}
GETFD: Final = {"kernel": EPERM, "documents": EACCES}
"""Of pidfd_getfd the kernel's tests and the pages have it the other way round."""
TIERS: Final[dict[str, Hook]] = {
    "every": hooks.assign_tier,
    "first": hooks.assign_tier_once,
}
GROUP_SENDS: Final[dict[str, Callable[[Errno], tuple[Hook, ...]]]] = {
    "one_suffices": lambda denial: (task_kill.refuse(denial),),
    "silent": lambda _denial: (),
}
LIBRARIES: Final[dict[str, tuple[Hook, ...]]] = {
    "independent": (),
    "forced": (hooks.verify_libraries,),
}


def build(reading: Mapping[str, str]) -> Model:
    """The system under `reading`."""
    denial = DENIALS[reading["denial"]]
    refuses = reading["unsupported"] == "refused"
    is_forced = reading["lsv_with_pip"] == "forced"
    calls = [call for call in CALLS if not (is_forced and call is posix_spawn)]
    return trace_model(
        "peios",
        Kernel,
        (*calls, setting(denial, refuses_unsupported=refuses)),
        boot=boot,
        able=can_act,
        hooks={
            "task_kill": (task_kill.permits,),
            "task_kill_refused": (task_kill.refuse(denial),),
            "group_kill_refused": GROUP_SENDS[reading["group_send"]](denial),
            "pidfd_open": (pidfd_access.refuse_to_open,),
            "pidfd_getfd": (
                pidfd_access.refuse_to_duplicate(GETFD[reading["denial"]]),
            ),
            "task_alloc": (hooks.refuse_children(denial),),
            "alloc_pid": (
                hooks.spend_no_guid_twice,
                NUMBER_HOOKS[reading["numbers"]],
                outdate,
            ),
            "alloc_tid": (NUMBER_HOOKS[reading["numbers"]], outdate),
            "given_pid": (hooks.spend_no_guid_twice, outdate),
            "checkpoint_restore": (hooks.require_tcb,),
            "task_newtask": (hooks.name_child,),
            "bprm_check": (hooks.refuse_fixed_address,),
            "bprm_spawned": (hooks.assign_tier_to_child,),
            "bprm_committed": (
                TIERS[reading["pip_at_exec"]],
                *LIBRARIES[reading["lsv_with_pip"]],
            ),
        },
        reading=reading,
        cites=resolve,
    )


PEIOS: Final = System(
    "peios",
    "Peios v0.20 (Kobicha)",
    (NUMBERS, DENIAL, UNSUPPORTED, PIP_AT_EXEC, LSV_WITH_PIP, GROUP_SEND),
    build,
)
