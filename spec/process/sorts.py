"""The kinds of things that processes are made of, and the errors that calls report.

Source   fork(2), wait(2), credentials(7) man-pages 6.9.1; errno(3)
Modelled a process, its threads, and the numbers that name both as three things
"""

from __future__ import annotations

from typing import Final

from spec.lang import Errno, Int, Sort


class Process(Sort):
    """A process object: what the kernel allocates. Its number is one of its fields."""


class Task(Sort):
    """A thread object: what runs. A process is one or more of them."""


class Number(Sort, first=1):
    """A number that can name a thread, a process, a process group or a session."""


class Share(Sort):
    """An object that tasks hold together: memory, handlers, files and the like.

    Which one it is, is all there is to it: two tasks share what is the same element.
    """


class Handle(Sort):
    """An open pidfd: one descriptor or several, which all stand for one process."""


class Terminal(Sort):
    """A terminal that processes have open, as a pseudo-terminal's program side."""


class Uid(Sort):
    """A user. Element 0 is root, who may do what others may not."""


class ExitCode(Sort):
    """A value that a program ends with."""


class Pid(Int, bits=16):
    """A number as a program reads it; 0 where the manual says that there is none."""


FIRST_TASK: Final = Task.element(0)
"""The thread that init starts with."""

ROOT: Final = Uid.element(0)

INIT: Final = Process.element(0)
"""The first process: it always exists, and its number is the first one."""

NUMBER_OF_INIT: Final = Number.element(0)

EPERM: Final = Errno(1, "EPERM")
ENOENT: Final = Errno(2, "ENOENT")
ESRCH: Final = Errno(3, "ESRCH")
EINTR: Final = Errno(4, "EINTR")
EIO: Final = Errno(5, "EIO")
E2BIG: Final = Errno(7, "E2BIG")
ENOEXEC: Final = Errno(8, "ENOEXEC")
EBADF: Final = Errno(9, "EBADF")
ECHILD: Final = Errno(10, "ECHILD")
EAGAIN: Final = Errno(11, "EAGAIN")
ENOMEM: Final = Errno(12, "ENOMEM")
EACCES: Final = Errno(13, "EACCES")
EFAULT: Final = Errno(14, "EFAULT")
EEXIST: Final = Errno(17, "EEXIST")
EMFILE: Final = Errno(24, "EMFILE")
ENODEV: Final = Errno(19, "ENODEV")
EINVAL: Final = Errno(22, "EINVAL")
ENOTTY: Final = Errno(25, "ENOTTY")
ELOOP: Final = Errno(40, "ELOOP")
