"""Random walks: repeatable, fast, and everything on the way is checked."""

from __future__ import annotations

from itertools import pairwise

import pytest

from checker.search.errors import SearchError
from checker.search.result import bits_of
from checker.search.walk import walk
from tests.checker.lattice import BAD, LAST_STEP, START, counters_of, lattice

WIDTHS = [1, 2, 5]


@pytest.mark.parametrize("width", WIDTHS)
def test_walks_end_where_there_is_no_successor(width: int) -> None:
    result = walk(lattice(3, 30, width=width), seed=1, steps=1000, walks=20)

    assert result.walks == result.stuck == 20
    assert result.steps == 20 * 90
    assert result.complete
    assert result.finding is None
    assert bits_of(result.seen) == {LAST_STEP}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_walk_that_finds_something_is_given_whole(width: int) -> None:
    machine = lattice(3, 30, width=width, bad=[(7, 8, 9)])

    result = walk(machine, 5, 24, 100_000, stop_bits=frozenset({BAD}))

    assert result.finding is not None
    assert result.walk == result.walks - 1
    steps = [counters_of(state, 3) for state in result.finding.states]
    assert steps[0] == (0, 0, 0)
    assert steps[-1] == (7, 8, 9)
    for (before, after), action in zip(
        pairwise(steps), result.finding.actions, strict=True
    ):
        moved = list(before)
        moved[action - 10] += 1
        assert tuple(moved) == after


def test_a_bad_step_ends_the_walk() -> None:
    result = walk(lattice(1, 9), 1, 100, 1, stop_bits=frozenset({LAST_STEP}))

    assert result.finding is not None
    assert result.finding.bit == LAST_STEP
    assert result.finding.actions == (10,) * 9


def test_the_first_state_is_checked() -> None:
    machine = lattice(2, 9, seen_words=2)

    result = walk(machine, 1, 100, 1, stop_bits=frozenset({START}))

    assert result.finding is not None
    assert result.finding.actions == ()


def test_a_seed_decides_everything() -> None:
    machine = lattice(3, 30, bad=[(7, 8, 9)])
    runs = [
        walk(machine, seed, 50, 5000, stop_bits=frozenset({BAD})) for seed in (1, 1, 2)
    ]
    found = [r.finding for r in runs]

    assert all(f is not None for f in found)
    assert runs[0].walks == runs[1].walks != runs[2].walks
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].actions == found[1].actions


def test_successors_are_taken_about_equally_often() -> None:
    machine = lattice(2, 60, bad=[(30, 30)])
    hits = sum(
        walk(machine, seed, 60, 1, stop_bits=frozenset({BAD})).finding is not None
        for seed in range(2000)
    )

    assert 2000 * 0.08 < hits < 2000 * 0.125  # the binomial says 0.1026


def test_a_wish_to_stop_is_heard() -> None:
    result = walk(lattice(2, 60), 1, 50, 10, should_stop=lambda: True)

    assert result.walks == 1
    assert not result.complete


def test_walks_must_be_some() -> None:
    with pytest.raises(SearchError, match="0 walks of 5 steps"):
        walk(lattice(2, 2), 1, 5, 0)
