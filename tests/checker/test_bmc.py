"""Bounded model checking on toys whose depths are known."""

from __future__ import annotations

from collections.abc import Collection

from checker.bounded.bmc import check_bounded
from checker.evaluate import Evaluator
from checker.glance import glance
from checker.probes import example_probes
from checker.verdict import Bounded, ProvedAtScope, Run, Unknown, Violated
from spec.lang import Model, Scope, always, every_step, sometimes
from spec.lang.declare import CallView, Outcome
from spec.lang.terms import Bool
from tests import toys


@every_step()
def the_big_jug_is_not_emptied_at_once(
    old: toys.Jugs, new: toys.Jugs, call: CallView, outcome: Outcome
) -> Bool:
    """Refuted by the second step: fill it, empty it."""
    del call, outcome
    return ~((old.big == 5) & (new.big == 0))


@sometimes()
def the_small_jug_holds_two(s: toys.Jugs) -> Bool:
    return s.small == 2


@sometimes()
def the_big_jug_holds_seven(s: toys.Jugs) -> Bool:
    return s.big == 7


@always()
def no_jug_overflows(s: toys.Jugs) -> Bool:
    return (s.small <= 3) & (s.big <= 5)


def test_the_puzzle_is_solved_in_six_steps() -> None:
    model = toys.die_hard()
    found = check_bounded(
        model, Scope({}), [model.trace(toys.the_big_jug_never_holds_four)], depth=8
    )
    verdict = found.verdicts["the_big_jug_never_holds_four"]

    assert found.depths == {"the_big_jug_never_holds_four": 6}
    assert isinstance(verdict, Violated)
    assert verdict.trace is not None
    assert [step.invocation.action for step in verdict.trace] == [
        "fill_big",
        "big_to_small",
        "empty_small",
        "big_to_small",
        "fill_big",
        "big_to_small",
    ]


def test_each_kind_of_property_has_its_own_first_depth() -> None:
    model = toys.die_hard()
    properties = [
        the_big_jug_is_not_emptied_at_once,
        the_small_jug_holds_two,
        the_big_jug_holds_seven,
        no_jug_overflows,
    ]
    found = check_bounded(
        model, Scope({}), [model.trace(p) for p in properties], depth=5
    )

    assert found.depths == {
        "the_big_jug_is_not_emptied_at_once": 2,
        "the_small_jug_holds_two": 4,
    }
    assert found.verdicts["the_big_jug_holds_seven"] == Bounded(5)
    assert found.verdicts["no_jug_overflows"] == Bounded(5)
    assert isinstance(found.verdicts["the_small_jug_holds_two"], ProvedAtScope)


def test_generated_goals_are_reached_as_early_as_can_be() -> None:
    model = toys.two_phase()
    found = check_bounded(model, Scope({"Manager": 3}), (), depth=8, reachability=True)

    assert found.depths == {
        "decide_abort_succeeds": 0,
        "prepare_succeeds": 0,
        "choose_to_abort_succeeds": 0,
        "receive_prepared_succeeds": 1,
        "receive_abort_succeeds": 1,
        "decide_commit_succeeds": 6,
        "receive_commit_succeeds": 7,
    }


def test_progress_sees_every_depth_and_can_stop() -> None:
    model = toys.die_hard()
    seen: list[tuple[int, int]] = []

    def progress(depth: int, still_open: int, doing: str) -> bool:
        if not doing:
            seen.append((depth, still_open))
        return depth == 2 and not doing

    found = check_bounded(
        model,
        Scope({}),
        [model.trace(the_big_jug_holds_seven)],
        depth=9,
        progress=progress,
    )

    assert seen == [(0, 1), (1, 1), (2, 1)]
    assert found.verdicts["the_big_jug_holds_seven"] == Unknown(
        "interrupted; covered to depth 2"
    )


def test_what_no_step_breaks_needs_no_long_runs() -> None:
    model = toys.die_hard()
    seen: list[int] = []
    done: list[str] = []

    def progress(depth: int, _: int, doing: str) -> bool:
        if doing:
            done.append(doing)
        else:
            seen.append(depth)
        return False

    found = check_bounded(
        model, Scope({}), [model.trace(no_jug_overflows)], depth=999, progress=progress
    )

    assert seen == [0, 1]
    assert sorted(doing.split()[3] for doing in done) == sorted(
        action.name for action in model.actions
    )
    assert found.verdicts["no_jug_overflows"] == Bounded(999)


def test_a_lemma_is_leaned_on_and_not_asked_about() -> None:
    model = toys.model_p("any")
    tree, parents = (
        model.trace(prop)
        for prop in (toys.the_pids_are_one_tree, toys.every_parent_runs)
    )
    scope = Scope({"Pid": 4, "Code": 2})
    found = check_bounded(model, scope, [tree], depth=3, lemmas=[tree, parents])

    assert set(found.verdicts) == {"the_pids_are_one_tree"}
    assert found.verdicts["the_pids_are_one_tree"] == Bounded(3)


def test_no_time_is_unknown_and_says_so() -> None:
    model = toys.die_hard()
    found = check_bounded(
        model, Scope({}), [model.trace(no_jug_overflows)], depth=9, seconds=0.0
    )

    assert found.verdicts["no_jug_overflows"] == Unknown("out of time; nothing covered")


def test_to_be_stopped_while_it_looks_for_help_loses_no_level() -> None:
    model = toys.die_hard()
    found = check_bounded(
        model,
        Scope({}),
        [model.trace(the_big_jug_holds_seven)],
        depth=9,
        progress=lambda _depth, _open, doing: bool(doing),
    )

    assert found.verdicts["the_big_jug_holds_seven"] == Unknown(
        "interrupted; covered to depth 1"
    )


def test_what_is_seen_to_happen_is_not_asked_about() -> None:
    model = toys.die_hard()
    asked: list[str] = []
    run = glance_at_two(model)

    def look(names: Collection[str]) -> dict[str, Run]:
        asked.extend(names)
        return {"the_small_jug_holds_two": run}

    properties = [model.trace(p) for p in (the_small_jug_holds_two, no_jug_overflows)]
    found = check_bounded(model, Scope({}), properties, depth=99, look=look)

    assert asked == ["the_small_jug_holds_two"]
    assert found.depths == {}
    assert found.verdicts == {
        "the_small_jug_holds_two": ProvedAtScope(run),
        "no_jug_overflows": Bounded(99),
    }


def glance_at_two(model: Model) -> Run:
    """A run after which the small jug holds two gallons."""
    (probe,) = example_probes([model.trace(the_small_jug_holds_two)])
    evaluator = Evaluator(model, Scope({}), [probe.prop])
    (run,) = glance(evaluator, evaluator.properties).values()
    return run


def test_what_no_state_allows_takes_no_long_runs() -> None:
    model = toys.die_hard()
    properties = [model.trace(p) for p in (the_big_jug_holds_seven, no_jug_overflows)]
    found = check_bounded(model, Scope({}), properties, depth=999)

    assert found.verdicts["the_big_jug_holds_seven"] == Bounded(999)
