"""The kinds of things that processes are made of, and the errors that calls report.

Source   fork(2), wait(2), credentials(7) man-pages 6.9.1; errno(3)
Modelled a process and its number as two different things
Not      threads: every process has exactly one, which its row stands for
"""

from __future__ import annotations

from typing import Final

from spec.lang import Errno, Int, Sort


class Process(Sort):
    """A process object: what the kernel allocates. Its number is one of its fields."""


class Number(Sort, first=1):
    """A number that can name a process, a process group or a session."""


class ExitCode(Sort):
    """A value that a program ends with."""


class Pid(Int, bits=16):
    """A number as a program reads it; 0 where the manual says that there is none."""


INIT: Final = Process.element(0)
"""The first process: it always exists, and its number is the first one."""

NUMBER_OF_INIT: Final = Number.element(0)

EPERM: Final = Errno(1, "EPERM")
ENOENT: Final = Errno(2, "ENOENT")
ESRCH: Final = Errno(3, "ESRCH")
ENOEXEC: Final = Errno(8, "ENOEXEC")
ECHILD: Final = Errno(10, "ECHILD")
EAGAIN: Final = Errno(11, "EAGAIN")
EACCES: Final = Errno(13, "EACCES")
ENODEV: Final = Errno(19, "ENODEV")
EINVAL: Final = Errno(22, "EINVAL")
