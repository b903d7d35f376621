"""The native search on a machine whose numbers are known."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import pytest

from checker.search.machine import Words
from checker.search.result import Options, Progress, bits_of
from checker.search.search import search
from tests.checker.lattice import (
    BAD,
    LAST_STEP,
    START,
    STUCK,
    counters_of,
    lattice,
    packed,
)

WIDTHS = [1, 2, 5]


def number_of(words: Words) -> int:
    """A state as one number; its last word is the most significant."""
    return int.from_bytes(words.tobytes(), "little")


def cube_levels(top: int) -> tuple[int, ...]:
    """How many states of three counters have each sum."""
    sums = [0] * (3 * top + 1)
    for x in range(top + 1):
        for y in range(top + 1):
            for z in range(top + 1):
                sums[x + y + z] += 1
    return tuple(sums)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("fingerprints", [False, True])
def test_everything_reachable_is_visited_once(
    width: int, threads: int, fingerprints: bool
) -> None:
    machine = lattice(3, 30, width=width)

    result = search(machine, Options(threads=threads, fingerprints=fingerprints))

    assert result.distinct == 31**3
    assert result.transitions == 3 * 30 * 31**2
    assert result.levels == cube_levels(30)
    assert result.depth == 90
    assert result.complete
    assert result.stopped_because is None
    assert bits_of(result.seen) == {LAST_STEP, STUCK}


def test_deep_and_narrow_graphs_are_searched() -> None:
    result = search(lattice(2, 60), Options())

    assert result.levels == (*range(1, 61), 61, *range(60, 0, -1))


def test_many_states_make_the_index_grow() -> None:
    result = search(lattice(6, 10), Options(threads=2))

    assert result.distinct == 11**6
    assert result.transitions == 6 * 10 * 11**5
    assert result.bytes_per_state < 40


def test_the_probability_of_an_omission_is_told_with_fingerprints_only() -> None:
    exact = search(lattice(2, 9), Options())
    hashed = search(lattice(2, 9), Options(fingerprints=True))

    assert exact.omission == 0
    assert hashed.omission == pytest.approx(comb(100, 2) / 2**64)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("fingerprints", [False, True])
def test_the_trace_of_a_bad_state_is_shortest_and_always_the_same(
    width: int, threads: int, fingerprints: bool
) -> None:
    bad = [(3, 5, 2), (5, 3, 2), (0, 10, 0), (29, 29, 29)]
    options = Options(
        threads=threads,
        fingerprints=fingerprints,
        stop_bits=frozenset({BAD}),
        trace_bits=frozenset({BAD}),
    )

    result = search(lattice(3, 30, width=width, bad=bad), options)

    (finding,) = result.findings
    steps = [counters_of(state, 3) for state in finding.states]
    smallest = min(bad[:3], key=lambda c: number_of(packed(c, width)))
    assert result.stopped_because == "found"
    assert not result.complete
    assert result.levels == cube_levels(30)[:11]
    assert finding.bit == BAD
    assert steps[0] == (0, 0, 0)
    assert steps[-1] == smallest
    assert len(steps) == 11
    for (before, after), action in zip(pairwise(steps), finding.actions, strict=True):
        moved = list(before)
        moved[action - 10] += 1
        assert tuple(moved) == after


def test_of_equal_predecessors_the_smallest_is_chosen() -> None:
    options = Options(stop_bits=frozenset({BAD}), trace_bits=frozenset({BAD}))

    (finding,) = search(lattice(2, 5, bad=[(1, 1)]), options).findings

    assert [counters_of(s, 2) for s in finding.states] == [(0, 0), (1, 0), (1, 1)]
    assert finding.actions == (10, 11)


def test_a_bad_step_is_the_last_of_its_trace() -> None:
    options = Options(
        stop_bits=frozenset({LAST_STEP}), trace_bits=frozenset({LAST_STEP})
    )

    result = search(lattice(3, 4), options)

    (finding,) = result.findings
    assert [counters_of(s, 3) for s in finding.states] == [(n, 0, 0) for n in range(5)]
    assert finding.actions == (10,) * 4
    assert result.levels == cube_levels(4)[:5]


def test_the_trace_of_a_stuck_state_ends_there() -> None:
    options = Options(stop_bits=frozenset({STUCK}), trace_bits=frozenset({STUCK}))

    result = search(lattice(2, 2), options)

    (finding,) = result.findings
    assert counters_of(finding.states[-1], 2) == (2, 2)
    assert len(finding.actions) == 4
    assert result.complete


def test_goals_are_traced_without_ending_the_search() -> None:
    options = Options(trace_bits=frozenset({BAD, LAST_STEP, START}))

    result = search(lattice(2, 7, bad=[(2, 2)], seen_words=2), options)

    assert result.complete
    assert [f.bit for f in result.findings] == [BAD, LAST_STEP, START]
    assert [len(f.actions) for f in result.findings] == [4, 7, 0]
    assert bits_of(result.seen) == {BAD, LAST_STEP, STUCK, START}


def test_the_level_of_the_bound_is_checked_but_not_expanded() -> None:
    result = search(lattice(3, 30), Options(max_depth=4))

    assert result.levels == cube_levels(30)[:5]
    assert result.transitions == 3 * sum(cube_levels(30)[:4])
    assert result.stopped_because == "depth"
    assert not result.complete


def test_a_bound_that_is_never_met_leaves_the_search_complete() -> None:
    assert search(lattice(2, 3), Options(max_depth=7)).complete


@pytest.mark.parametrize("threads", [1, 2])
def test_the_state_bound_ends_the_search_after_a_level(threads: int) -> None:
    result = search(lattice(3, 30), Options(max_states=100, threads=threads))

    assert result.levels == cube_levels(30)[:8]
    assert result.stopped_because == "states"


def test_a_wish_to_stop_is_heard_and_what_was_covered_told() -> None:
    asked = iter([False] * 40 + [True] * 10)

    result = search(lattice(3, 30), Options(should_stop=lambda: next(asked)))

    assert result.stopped_because == "asked"
    assert not result.complete
    assert 0 < result.distinct < 31**3
    assert result.distinct == sum(result.levels)


def test_progress_is_told_now_and_then() -> None:
    told: list[Progress] = []

    result = search(lattice(7, 8), Options(progress=told.append))

    assert len(told) <= result.seconds / 0.2 + 1
    assert all(p.distinct <= result.distinct for p in told)
    assert [p.transitions for p in told] == sorted(p.transitions for p in told)
