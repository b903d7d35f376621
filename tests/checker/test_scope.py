"""Scopes as people write them, and the least at which a model means something."""

from __future__ import annotations

import pytest

from checker.scope import (
    BadScope,
    parse_sizes,
    require_searchable,
    scope_for,
    smallest,
    sorts_of,
    written,
)
from spec.lang import Bool, all_of, always, implies
from spec.lang.errors import UnknownName
from tests.toys import RUNNING, Pid, Processes, model_p

MODEL = model_p()


@always()
def the_third_pid_is_special(s: Processes) -> Bool:
    """It names an element."""
    return all_of(
        Pid, lambda p: implies(p == Pid.element(2), s.pid[p].status == RUNNING)
    )


def test_the_sorts_of_a_model_have_written_names() -> None:
    assert list(sorts_of(MODEL)) == ["pid", "code"]


def test_a_constant_gives_the_least_size() -> None:
    special = MODEL.trace(the_third_pid_is_special)

    assert smallest(MODEL) == {"pid": 1, "code": 1}
    assert smallest(MODEL, [special]) == {"pid": 3, "code": 1}
    with pytest.raises(BadScope, match="pid=2 is too small: .* least size is 3"):
        scope_for(MODEL, {"pid": 2, "code": 1}, [special])


def test_sizes_are_read_and_written() -> None:
    sizes = parse_sizes("pid=4, code=2")

    assert sizes == {"pid": 4, "code": 2}
    assert written(scope_for(MODEL, sizes)) == (("pid", 4), ("code", 2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not of the form process=4"),
        ("pid", "'pid' is not of the form"),
        ("pid=-1", "'pid=-1' is not of the form"),
        ("pid=1e3", "'pid=1e3' is not of the form"),
        ("pid=\u0663", "is not of the form"),
        ("pid=0", "pid=0: a size is from 1 to 4096"),
        ("pid=" + "9" * 5000, "a size is from 1 to 4096"),
        ("pid=1,pid=1", "gives pid twice"),
    ],
)
def test_a_size_that_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(BadScope, match=message):
        parse_sizes(text)


def test_a_sort_without_a_size_is_named() -> None:
    with pytest.raises(BadScope, match="no size for code: add code=2"):
        scope_for(MODEL, {"pid": 3})


def test_a_sort_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean code"):
        scope_for(MODEL, {"pid": 3, "cod": 2})


def test_a_scope_that_nothing_would_finish_is_refused() -> None:
    require_searchable(MODEL, scope_for(MODEL, {"pid": 100, "code": 2}))
    with pytest.raises(BadScope, match="too large to explore: fork alone"):
        require_searchable(MODEL, scope_for(MODEL, {"pid": 2000, "code": 2}))
