"""Images: each property of a file is had by some and lacked by some."""

from __future__ import annotations

import pytest

from checker.evaluate import Evaluator
from spec.lang import Scope
from spec.process import images
from spec.process.images import Image
from spec.unix.system import UNIX

EVALUATOR = Evaluator(UNIX.model(), Scope({"Process": 1, "Number": 1, "ExitCode": 2}))


@pytest.mark.parametrize(
    ("said", "having"),
    [
        (images.is_present, {"PROGRAM", "SIGNED", "FIXED", "FORBIDDEN", "GARBAGE"}),
        (images.is_executable, {"PROGRAM", "SIGNED", "FIXED", "ABSENT", "GARBAGE"}),
        (
            images.has_known_format,
            {"PROGRAM", "SIGNED", "FIXED", "ABSENT", "FORBIDDEN"},
        ),
        (images.is_program, {"PROGRAM", "SIGNED", "FIXED"}),
        (images.is_signed, {"SIGNED"}),
    ],
)
def test_who_has_it(said: object, having: set[str]) -> None:
    assert callable(said)

    assert having == {
        name for name in Image.members if EVALUATOR.term(said(Image.of(name)).node)
    }
