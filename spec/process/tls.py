"""arch_prctl: the place of a thread's own data.

Source   arch_prctl(2), clone(2) man-pages 6.9.1; linux@v6.18
         arch/x86/kernel/process_64.c do_arch_prctl_64
Modelled ARCH_SET_FS and ARCH_GET_FS, and a code that is none
Not      GS and the other codes; the registers themselves
"""

from __future__ import annotations

from typing import Final

from spec.lang import Enum, Step, ite, syscall
from spec.process.rows import OUTSIDE, Address
from spec.process.sorts import EINVAL, EPERM, Pid, Task
from spec.process.state import Kernel


class ArchCode(Enum):
    """What arch_prctl is asked to do; NO_CODE is nothing that it knows."""

    members = ("ARCH_SET_FS", "ARCH_GET_FS", "NO_CODE")


SET_FS: Final = ArchCode.of("ARCH_SET_FS")
NO_CODE: Final = ArchCode.of("NO_CODE")


@syscall(source="arch_prctl(2); linux@v6.18 arch/x86/kernel/process_64.c "
         "do_arch_prctl_64")  # fmt: skip
def arch_prctl(
    step: Step,
    old: Kernel,
    new: Kernel,
    caller: Task,
    code: ArchCode,
    address: Address,
) -> None:
    """Set the place of the thread's own data, or learn it; another thread's stays."""
    is_set = code == SET_FS

    # ERRORS
    step.fails(EINVAL, when=code == NO_CODE, cite="ERRORS EINVAL:1")
    step.fails(EPERM, when=is_set & (address == OUTSIDE), cite="ERRORS EPERM:1")

    # EFFECT
    with step.given(is_set):
        new.task[caller].tls = address

    # RESULT
    mine = Pid.from_term(old.task[caller].tls)
    step.returns(ite(is_set, Pid.lift(0), mine))
