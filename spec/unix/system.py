"""The Unix system: every call it has, and the questions it leaves open.

Source   POSIX.1-2024 and the manual pages; where they differ, what Linux 6.18 was
         observed to do
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spec.lang import Call, Model, System, trace_model
from spec.process.ending import exit_group, exit_thread, fatal_fault, release
from spec.process.execve import execve
from spec.process.fork import fork
from spec.process.identity import getpid, getppid
from spec.process.numbers import NUMBER_HOOKS, NUMBERS
from spec.process.prctl import prctl_get_child_subreaper, prctl_set_child_subreaper
from spec.process.setsid import setsid
from spec.process.state import Kernel, boot
from spec.process.wait4 import wait4
from spec.process.words import can_act
from spec.sources import resolve

CALLS: Final[tuple[Call, ...]] = (
    fork,
    execve,
    exit_group,
    exit_thread,
    fatal_fault,
    release,
    wait4,
    prctl_set_child_subreaper,
    prctl_get_child_subreaper,
    getpid,
    getppid,
    setsid,
)


def build(reading: Mapping[str, str]) -> Model:
    """The system under `reading`."""
    return trace_model(
        "unix",
        Kernel,
        CALLS,
        boot=boot,
        able=can_act,
        hooks={"alloc_pid": (NUMBER_HOOKS[reading["numbers"]],)},
        reading=reading,
        cites=resolve,
    )


UNIX: Final = System("unix", "Unix (Linux 6.18)", (NUMBERS,), build)
