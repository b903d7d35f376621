"""The reference search: exact counts, exact order, shortest traces."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from checker.evaluate import Evaluator, Invocation, State, Transition
from checker.explore import Exploration, explore
from spec.lang import (
    Bool,
    CallView,
    Model,
    Outcome,
    Property,
    Scope,
    always,
    every_step,
    sometimes,
)
from tests import toys

JUGS, MANAGERS = toys.die_hard(), toys.two_phase()
THREE = Scope({"Manager": 3})
NOTHING = Scope({})


def explored(
    model: Model,
    scope: Scope,
    properties: Iterable[Property] = (),
    *,
    stop_at_first: bool = True,
) -> Exploration:
    traced = [model.trace(prop) for prop in properties]
    return explore(Evaluator(model, scope, traced), stop_at_first=stop_at_first)


def figures(found: Exploration) -> tuple[int, int, int]:
    return found.distinct, found.transitions, found.depth


class TestCounts:
    """Published, or agreed on by other checkers. Depth counts steps: levels - 1."""

    def test_two_phase(self) -> None:
        """Lamport's TwoPhase, N = 3: TLC generates 1146 states, the first included."""
        found = explored(MANAGERS, THREE, [toys.no_two_managers_disagree])

        assert figures(found) == (288, 1146 - 1, 11 - 1)
        assert found.complete
        assert found.violations == ()

    def test_die_hard(self) -> None:
        assert figures(explored(JUGS, NOTHING)) == (16, 96, 7)

    @pytest.mark.parametrize(
        ("n", "counts"), [(4, (557, 3340, 13 - 1)), (5, (11217, 93357, 18 - 1))]
    )
    def test_model_p(self, n: int, counts: tuple[int, int, int]) -> None:
        scope = Scope({"Pid": n, "Code": 2})

        found = explored(toys.model_p(), scope, toys.MODEL_P_INVARIANTS)

        assert figures(found) == counts
        assert found.violations == ()

    def test_any_free_pid_reaches_the_same_states(self) -> None:
        scope = Scope({"Pid": 4, "Code": 2})

        assert explored(toys.model_p("any"), scope).distinct == 557


class TestOrder:
    def test_the_jugs_are_visited_level_by_level(self) -> None:
        """Within a level in the order of the calls."""
        evaluator = Watched(JUGS, NOTHING)

        explore(evaluator)

        assert evaluator.visited == [
            (0, 0),
            (3, 0),
            (0, 5),
            (3, 5),
            (0, 3),
            (3, 2),
            (3, 3),
            (0, 2),
            (1, 5),
            (2, 0),
            (1, 0),
            (2, 5),
            (0, 1),
            (3, 4),
            (3, 1),
            (0, 4),
        ]


class Watched(Evaluator):
    """An evaluator that notes which states are expanded."""

    def __init__(self, model: Model, scope: Scope) -> None:
        super().__init__(model, scope)
        self.visited: list[State] = []

    def transitions(self, state: State) -> Iterable[Transition]:  # type: ignore[override]
        self.visited.append(state)
        return super().transitions(state)


class TestTraces:
    def test_the_puzzle_is_solved_in_six_steps(self) -> None:
        found = explored(JUGS, NOTHING, [toys.the_big_jug_never_holds_four])

        (violation,) = found.violations
        assert violation.prop == "the_big_jug_never_holds_four"
        assert [step.invocation.action for step in violation.trace] == [
            "fill_big",
            "big_to_small",
            "empty_small",
            "big_to_small",
            "fill_big",
            "big_to_small",
        ]
        assert violation.trace[-1].after == (3, 4)
        assert not found.complete

    def test_every_violated_property_is_found_when_asked(self) -> None:
        wrong = [toys.the_big_jug_never_holds_four, the_small_jug_is_never_full]

        found = explored(JUGS, NOTHING, wrong, stop_at_first=False)

        assert found.complete
        assert figures(found) == (16, 96, 7)
        assert {v.prop: len(v.trace) for v in found.violations} == {
            "the_big_jug_never_holds_four": 6,
            "the_small_jug_is_never_full": 1,
        }

    def test_a_step_that_breaks_its_property_ends_the_trace(self) -> None:
        found = explored(JUGS, NOTHING, [nothing_is_poured_from_a_full_jug])

        (violation,) = found.violations
        assert [step.invocation.action for step in violation.trace] == [
            "fill_small",
            "small_to_big",
        ]

    def test_an_example_is_witnessed(self) -> None:
        found = explored(JUGS, NOTHING, [both_are_full, the_small_jug_holds_four])

        assert found.witnessed == {"both_are_full"}
        assert found.complete


class TestBounds:
    def test_a_depth_bounds_the_search(self) -> None:
        evaluator = Evaluator(JUGS, NOTHING)

        found = explore(evaluator, max_depth=2)

        assert (found.depth, found.complete) == (2, False)
        assert explore(evaluator, max_depth=7).complete

    def test_progress_is_told_and_can_stop(self) -> None:
        told: list[tuple[int, int, int]] = []

        def stop_soon(*figures: int) -> bool:
            told.append((figures[0], figures[1], figures[2]))
            return len(told) == 2

        found = explore(Evaluator(JUGS, NOTHING), progress=stop_soon)

        assert told == [(1, 0, 0), (3, 6, 1)]
        assert not found.complete

    def test_a_canonical_form_merges_states(self) -> None:
        def merged(state: State) -> State:
            return (0, state[1])

        found = explore(Evaluator(JUGS, NOTHING), canonical=merged)

        assert found.distinct < 16


def test_an_invocation_names_its_arguments() -> None:
    scope = Scope({"Pid": 2, "Code": 2})
    evaluator = Evaluator(toys.model_p(), scope)

    (fork,) = [
        step
        for step in evaluator.transitions(evaluator.initial)
        if step.invocation.action == "fork"
    ]

    assert fork.invocation == Invocation("fork", (0, 1))


@always()
def the_small_jug_is_never_full(s: toys.Jugs) -> Bool:
    """Refuted at once."""
    return s.small != 3


@every_step(calls=("small_to_big",))
def nothing_is_poured_from_a_full_jug(
    old: toys.Jugs, new: toys.Jugs, call: CallView, outcome: Outcome
) -> Bool:
    """Refuted in two steps."""
    del new, call, outcome
    return old.small != 3


@sometimes()
def both_are_full(s: toys.Jugs) -> Bool:
    """Reached in two steps."""
    return (s.small == 3) & (s.big == 5)


@sometimes()
def the_small_jug_holds_four(s: toys.Jugs) -> Bool:
    """Never."""
    return s.small == 4
