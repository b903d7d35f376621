"""The files that a process can be asked to run: one for each way exec can treat one.

Nothing but these few properties of a file decides what exec does, so one file for each
combination that makes a difference stands for all files. On a system without
signatures a signed program is one program more.

Source   execve(2) ERRORS; Peios claims E14, E16, E28
Modelled whether the file exists, may be executed, has a known format, is signed, is
         position independent
Not      scripts and their interpreters; set-user-id files; file contents that change
"""

from __future__ import annotations

from typing import Final

from spec.lang import Bool, Enum


class Image(Enum):
    """A file named in an exec, by what it is."""

    members = ("PROGRAM", "SIGNED", "FIXED", "ABSENT", "FORBIDDEN", "GARBAGE")


PROGRAM: Final = Image.of("PROGRAM")
"""An unsigned, position-independent program."""
SIGNED: Final = Image.of("SIGNED")
"""A position-independent program signed with the key of the trusted base."""
FIXED: Final = Image.of("FIXED")
"""An unsigned program linked at a fixed address."""
ABSENT: Final = Image.of("ABSENT")
FORBIDDEN: Final = Image.of("FORBIDDEN")
GARBAGE: Final = Image.of("GARBAGE")


def is_present(image: Image) -> Bool:
    """The name leads to a file."""
    return image != ABSENT


def is_executable(image: Image) -> Bool:
    """The caller has the permission to execute the file."""
    return image != FORBIDDEN


def has_known_format(image: Image) -> Bool:
    """The kernel recognises the file as a program."""
    return image != GARBAGE


def is_signed(image: Image) -> Bool:
    """The file carries a valid signature of the trusted base."""
    return image == SIGNED


def is_position_independent(image: Image) -> Bool:
    """The program can be loaded at any address."""
    return image != FIXED


def is_program(image: Image) -> Bool:
    """A process can run the file."""
    return is_present(image) & is_executable(image) & has_known_format(image)
