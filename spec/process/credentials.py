"""setuid, setreuid, setresuid: a thread changes the user ids it acts with.

The ids are each thread's own: it is the library that makes a process of one mind (facts
C16). seteuid is setresuid of the effective id alone, and leaves the saved one as it is
(facts F1).

Source   setuid(2), setreuid(2), setresuid(2), credentials(7) man-pages 6.9.1
         linux@v6.18 kernel/sys.c __sys_setuid, __sys_setreuid, __sys_setresuid
Modelled the three ids; what root may and others may not; the parent-death signal that
         a new effective id clears (facts A13)
Not      capabilities apart from root's; groups; the filesystem id; RLIMIT_NPROC
"""

from __future__ import annotations

from spec.lang import Bool, Step, ite, syscall, those
from spec.process.signals import NULL
from spec.process.sorts import EINVAL, EPERM, ROOT, Task, Uid
from spec.process.state import Kernel


def is_root(s: Kernel, task: Task) -> Bool:
    """The thread may take on any user id."""
    return s.task[task].euid == ROOT


def forget_death_signal(old: Kernel, new: Kernel, task: Task, euid: Uid) -> None:
    """The EFFECT of another effective id on the signal for the parent's death."""
    changed = those(Task, lambda t: (t == task) & (old.task[t].euid != euid))
    new.task[changed].death_signal = NULL


@syscall(source="setuid(2); linux@v6.18 kernel/sys.c __sys_setuid")
def setuid(
    step: Step, old: Kernel, new: Kernel, caller: Task, uid: Uid, valid: Bool
) -> None:
    """Act as another user: root for good, others as far as they already may."""
    me = old.task[caller]
    root = is_root(old, caller)

    # ERRORS; a uid that is none has no value
    step.blocks(when=~valid & (uid != ROOT), cite="ERRORS EINVAL:1")
    step.fails(EINVAL, when=~valid, cite="ERRORS EINVAL:1; facts F4")
    step.fails(
        EPERM,
        when=~root & (uid != me.ruid) & (uid != me.suid),
        cite="ERRORS EPERM:1",
    )

    # EFFECT
    new.task[caller].euid = uid
    with step.given(root):
        new.task[caller].ruid = uid
        new.task[caller].suid = uid
    forget_death_signal(old, new, caller, uid)

    # RESULT
    step.returns(0)


@syscall(source="setreuid(2); linux@v6.18 kernel/sys.c __sys_setreuid")
def setreuid(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    ruid: Uid,
    euid: Uid,
    sets_real: Bool,
    sets_effective: Bool,
) -> None:
    """Set the real and the effective id, or one of them, or neither."""
    me = old.task[caller]
    root = is_root(old, caller)
    effective = ite(sets_effective, euid, me.euid)
    saves = sets_real | (sets_effective & (euid != me.ruid))

    # ERRORS; an id that is not to be set has no value
    step.blocks(
        when=(~sets_real & (ruid != ROOT)) | (~sets_effective & (euid != ROOT)),
        cite="DESCRIPTION",
    )
    step.fails(
        EPERM,
        when=sets_real & ~root & (ruid != me.ruid) & (ruid != me.euid),
        cite="ERRORS EPERM:1; facts F3",
    )
    step.fails(
        EPERM,
        when=(
            sets_effective
            & ~root
            & (euid != me.ruid)
            & (euid != me.euid)
            & (euid != me.suid)
        ),
        cite="ERRORS EPERM:1; facts F3",
    )

    # EFFECT
    new.task[caller].ruid = ite(sets_real, ruid, me.ruid)
    new.task[caller].euid = effective
    new.task[caller].suid = ite(saves, effective, me.suid)
    forget_death_signal(old, new, caller, effective)

    # RESULT
    step.returns(0)


@syscall(source="setresuid(2); linux@v6.18 kernel/sys.c __sys_setresuid")
def setresuid(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    ruid: Uid,
    euid: Uid,
    suid: Uid,
    sets_real: Bool,
    sets_effective: Bool,
    sets_saved: Bool,
) -> None:
    """Set the real, the effective and the saved id, or some of them."""
    me = old.task[caller]
    effective = ite(sets_effective, euid, me.euid)

    def is_foreign(uid: Uid) -> Bool:
        return (uid != me.ruid) & (uid != me.euid) & (uid != me.suid)

    # ERRORS; an id that is not to be set has no value
    step.blocks(
        when=(
            (~sets_real & (ruid != ROOT))
            | (~sets_effective & (euid != ROOT))
            | (~sets_saved & (suid != ROOT))
        ),
        cite="DESCRIPTION",
    )
    step.fails(
        EPERM,
        when=~is_root(old, caller)
        & (
            (sets_real & is_foreign(ruid))
            | (sets_effective & is_foreign(euid))
            | (sets_saved & is_foreign(suid))
        ),
        cite="ERRORS EPERM:1; facts F4",
    )

    # EFFECT
    new.task[caller].ruid = ite(sets_real, ruid, me.ruid)
    new.task[caller].euid = effective
    new.task[caller].suid = ite(sets_saved, suid, me.suid)
    forget_death_signal(old, new, caller, effective)

    # RESULT
    step.returns(0)
