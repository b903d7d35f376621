"""Conditions left open: what is then kept, and that no verdict and no run changes."""

from __future__ import annotations

import pytest

from checker.evaluate import Evaluator, State
from checker.mutants.mutate import mutants
from checker.slicing.closure import Values, cone_of, data_of, values_of
from checker.slicing.lift import Stuck, lift
from checker.slicing.refine import check, reference
from checker.slicing.slice import describe, slice_model
from checker.slicing.undecided import cases_of
from checker.verdict import ProvedAtScope
from spec.lang import Model, Property, Scope
from tests.checker.test_slice import sliced, whole
from tests.threads import (
    PROPERTIES,
    a_live_thread_has_a_running_process,
    a_process_never_goes_without_a_trace,
    house,
    nothing_is_ever_a_zombie,
    nothing_is_marked,
    the_first_process_runs,
)

MODEL = house()
SMALL = Scope({"Process": 2, "Task": 2})
SCOPE = Scope({"Process": 3, "Task": 3})


@pytest.mark.parametrize(
    ("declared", "fields"),
    [
        (the_first_process_runs, {"process.phase"}),
        (nothing_is_marked, {"process.is_marked"}),
        (
            a_live_thread_has_a_running_process,
            {"process.phase", "task.is_live", "task.process"},
        ),
    ],
    ids=lambda given: given.name if isinstance(given, Property) else "",
)
def test_what_only_decides_is_not_kept(declared: Property, fields: set[str]) -> None:
    prop = MODEL.trace(declared)
    values, data = values_of(MODEL, [prop]), data_of(MODEL, [prop])

    assert values == fields
    assert values < data <= cone_of(MODEL, [prop])


def test_a_call_is_one_for_each_way_its_conditions_turn_out() -> None:
    ending = MODEL.action("end_thread")
    cases = list(cases_of(ending, {"process.phase"}))
    decided = list(cases_of(ending, {info.name for info in MODEL.shape.fields()}))

    assert [len(case.literals()) for case in cases] == [1, 2, 2]
    assert [param.name for param in cases[0].params] == ["undecided_1", "undecided_2"]
    assert len(decided) == 1
    assert decided[0].values == {}
    assert decided[0].writes == ending.writes


def test_a_condition_on_known_fields_is_no_longer_asked() -> None:
    ending = MODEL.action("end_thread")
    known = {"process.phase", "task.is_live", "task.process"}
    cases = list(cases_of(ending, known))

    assert len(cases) == 2
    for case in cases:
        assert case.asked() - known == {"process.parent", "process.is_careless"}


def test_a_slice_says_what_it_leaves_open() -> None:
    prop = MODEL.trace(the_first_process_runs)
    small = slice_model(MODEL, [prop], values_of(MODEL, [prop]))

    assert not small.exact
    assert describe(small) == (
        "slice of house: loose\n"
        "  fields kept     process.phase\n"
        "  fields dropped  process.parent, process.is_careless, process.is_marked, "
        "task.is_live, task.process\n"
        "  undecided       process.parent, process.is_careless, task.is_live, "
        "task.process\n"
        "  calls kept      fork(child), end_thread, case 1(undecided_1), "
        "end_thread, case 2(undecided_1, undecided_2), "
        "end_thread, case 3(undecided_1, undecided_2)\n"
        "  calls dropped   start_thread, stop_caring, mark"
    )


def test_what_holds_whatever_is_open_is_proved_at_once() -> None:
    props = [
        MODEL.trace(prop)
        for prop in (the_first_process_runs, a_live_thread_has_a_running_process)
    ]
    data = slice_model(MODEL, props, data_of(MODEL, props))
    larger = reference(data.model, SCOPE, data.properties).distinct
    for answer in check(MODEL, SCOPE, props):
        assert answer.verdict == ProvedAtScope()
        assert answer.tries == 1
        assert answer.search.distinct * 2 < larger


def test_a_run_that_is_none_names_what_turned_out_otherwise() -> None:
    prop = MODEL.trace(a_process_never_goes_without_a_trace)
    known = values_of(MODEL, [prop]) | {"task.process", "task.is_live"}
    loose = slice_model(MODEL, [prop], known)
    (violation,) = reference(loose.model, SMALL, loose.properties).violations
    evaluator = Evaluator(MODEL, SMALL, [prop])

    assert [step.invocation.action for step in violation.trace] == [
        "fork",
        "end_thread, case 1",
    ]
    assert lift(loose, evaluator, violation.prop, violation.trace) == Stuck(
        1, frozenset({"process.is_careless", "process.parent"})
    )


def test_the_wrong_process_is_named_before_any_condition() -> None:
    prop = MODEL.trace(nothing_is_ever_a_zombie)
    loose = slice_model(MODEL, [prop], values_of(MODEL, [prop]))
    (violation,) = reference(loose.model, SMALL, loose.properties).violations
    evaluator = Evaluator(MODEL, SMALL, [prop])
    stuck = lift(loose, evaluator, violation.prop, violation.trace)

    assert isinstance(stuck, Stuck)
    assert stuck.fields == {"task.is_live", "task.process"}


PROPS = tuple(MODEL.trace(prop) for prop in PROPERTIES)


def test_the_same_runs_are_shortest_with_everything_open() -> None:
    assert whole(MODEL, SMALL, PROPS, None) == sliced(MODEL, SMALL, PROPS, None)


@pytest.mark.slow
def test_the_same_runs_are_shortest_in_every_mutant() -> None:
    cases = [(MODEL, PROPS)]
    cases += [(m.model, m.retraced(PROPS)) for m in mutants(MODEL)]
    for model, props in cases:
        expected = whole(model, SCOPE, props, None)

        assert expected == sliced(model, SCOPE, props, None)


def test_the_same_runs_are_shortest_in_some_mutants() -> None:
    for mutant in mutants(MODEL)[::7]:
        props = mutant.retraced(PROPS)
        expected = whole(mutant.model, SMALL, props, None)

        assert expected == sliced(mutant.model, SMALL, props, None)


def test_a_loosest_slice_meets_every_state_of_the_model() -> None:
    for info in MODEL.shape.fields():
        kept = Values(MODEL).around([info.name])
        loose = slice_model(MODEL, (), kept)
        positions = [
            n for n, info in enumerate(MODEL.shape.fields()) if info.name in kept
        ]
        seen = {tuple(state[n] for n in positions) for state in reached(MODEL, SMALL)}

        assert seen <= reached(loose.model, SMALL)


def reached(model: Model, scope: Scope) -> set[State]:
    evaluator = Evaluator(model, scope)
    found, waiting = {evaluator.initial}, [evaluator.initial]
    while waiting:
        for step in evaluator.transitions(waiting.pop()):
            if step.after not in found:
                found.add(step.after)
                waiting.append(step.after)
    return found
