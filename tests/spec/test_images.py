"""Images: each property of a file is had by some and lacked by some."""

from __future__ import annotations

import pytest

from checker.evaluate import Evaluator
from spec.process import images
from spec.process.images import Image
from spec.unix.system import UNIX
from tests.scopes import scope_of

EVALUATOR = Evaluator(UNIX.model(), scope_of(UNIX.model()))


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
