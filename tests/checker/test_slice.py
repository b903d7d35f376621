"""Slices: what they keep, and that they change no verdict and no shortest run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.evaluate import Evaluator
from checker.explore import Exploration, explore
from checker.mutants.mutate import mutants
from checker.scope import scope_for, sorts_of
from checker.slicing.closure import cone_of, data_of, values_of
from checker.slicing.lift import Stuck, lift
from checker.slicing.refine import check, group, reference
from checker.slicing.slice import describe, slice_model
from checker.verdict import ProvedAtScope, Run, Verdict, Violated
from properties.catalogue import for_system
from spec.lang import (
    FALSE,
    Bool,
    Model,
    Property,
    Scope,
    State,
    Step,
    always,
    event,
    field,
    simplify,
    trace_model,
)
from spec.lang.model import Traced
from spec.systems import SYSTEMS
from tests.toys import (
    MODEL_P_INVARIANTS,
    die_hard,
    model_p,
    no_two_managers_disagree,
    the_big_jug_never_holds_four,
    two_phase,
)

NEVER = 0
"""The length of a run that does not exist."""


def length(run: Run | None) -> int:
    return NEVER if run is None else 1 + len(run)


def shown(verdict: Verdict) -> int:
    """How long the shortest run is that breaks the property, or shows its example."""
    match verdict:
        case Violated(trace=run) | ProvedAtScope(witness=run):
            return length(run)
    return NEVER


def turned(prop: Traced) -> Traced:
    """A `sometimes` as the `always` that an example refutes."""
    if prop.kind != "sometimes" or prop.node is None:
        return prop
    return replace(prop, kind="always", node=simplify.negation(prop.node))


def whole(
    model: Model, scope: Scope, props: tuple[Traced, ...], depth: int | None
) -> dict[str, int]:
    """Shortest runs by the reference search of the whole model."""
    asked = [turned(prop) for prop in props]
    found = explore(
        Evaluator(model, scope, asked), max_depth=depth, stop_at_first=False
    )
    runs = {v.prop: length(v.trace) for v in found.violations}
    return {prop.name: runs.get(prop.name, NEVER) for prop in props}


def sliced(
    model: Model, scope: Scope, props: tuple[Traced, ...], depth: int | None
) -> dict[str, int]:
    """The same on slices."""

    def engine(small: Model, size: Scope, asked: tuple[Traced, ...]) -> Exploration:
        return explore(
            Evaluator(small, size, asked), max_depth=depth, stop_at_first=False
        )

    answers = check(model, scope, props, engine)
    return {answer.prop.name: shown(answer.verdict) for answer in answers}


TOYS = [
    (model_p("lowest"), {"Pid": 4, "Code": 2}, MODEL_P_INVARIANTS),
    (model_p("any"), {"Pid": 4, "Code": 2}, MODEL_P_INVARIANTS),
    (die_hard(), {}, (the_big_jug_never_holds_four,)),
    (two_phase(), {"Manager": 3}, (no_two_managers_disagree,)),
]


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy[0].name)
def test_toys_and_their_mutants_have_the_same_shortest_runs(
    toy: tuple[Model, dict[str, int], tuple[Property, ...]],
) -> None:
    model, sizes, properties = toy
    scope = Scope(sizes)
    props = tuple(model.trace(prop) for prop in properties)
    cases = [(model, props)]
    cases += [(m.model, m.retraced(props)) for m in mutants(model)[::5]]
    for each, traced in cases:
        expected = whole(each, scope, traced, None)

        assert expected == sliced(each, scope, traced, None)


SIZES = {"process": 3, "number": 3, "exit_code": 1, "guid": 2}
DEPTH = 1
LARGE = ("unix", "peios")


def system(name: str) -> tuple[Model, Scope, tuple[Traced, ...]]:
    model = SYSTEMS[name].model()
    props = tuple(model.trace(prop) for prop in for_system(name))
    known = sorts_of(model)
    sizes = {sort: SIZES.get(sort, 2) for sort in known}
    return model, scope_for(model, sizes, props), props


@pytest.mark.parametrize(
    "name", ["topaz", *(pytest.param(n, marks=pytest.mark.slow) for n in LARGE)]
)
def test_systems_and_their_mutants_have_the_same_short_runs(name: str) -> None:
    model, scope, props = system(name)
    found = mutants(model)
    cases = [(m.model, m.retraced(props)) for m in found[:: len(found) // 3]]
    for each, traced in [(model, props), *cases]:
        expected = whole(each, scope, traced, DEPTH)

        assert expected == sliced(each, scope, traced, DEPTH)


@pytest.mark.parametrize(
    "name", ["topaz", *(pytest.param(n, marks=pytest.mark.slow) for n in LARGE)]
)
def test_a_slice_keeps_what_a_property_reads_and_its_cone_is_exact(name: str) -> None:
    model, _, props = system(name)
    for prop in props:
        data, cone = data_of(model, [prop]), cone_of(model, [prop])

        assert data <= cone
        assert slice_model(model, [prop]).exact
        assert slice_model(model, [prop], data).fields == data


def test_the_fields_of_a_loose_slice_are_few() -> None:
    model, _, props = system("unix")
    by_name = {prop.name: prop for prop in props}
    pids = values_of(model, [by_name["no_two_processes_share_a_pid"]])

    assert pids == {"process.phase", "process.pid"}


def test_parameters_that_do_not_matter_go() -> None:
    model, _, props = system("topaz")
    pids = next(p for p in props if p.name == "no_two_processes_share_a_pid")
    small = slice_model(model, [pids], data_of(model, [pids]))
    kept = {a.name: tuple(p.name for p in a.params) for a in small.model.actions}

    assert kept["terminate"] == ("caller",)
    assert "image" not in kept["start_process"]


def test_a_slice_describes_itself() -> None:
    model = model_p()
    prop = model.trace(MODEL_P_INVARIANTS[0])

    assert describe(slice_model(model, [prop], data_of(model, [prop]))) == (
        "slice of model-p-lowest: exact\n"
        "  fields kept     pid.is_subreaper, pid.parent, pid.status\n"
        "  fields dropped  pid.code\n"
        "  calls kept      fork(p, c), set_subreaper(p), end(p), reap(c)\n"
        "  calls dropped   none"
    )


def test_properties_whose_slices_nest_share_a_search() -> None:
    model = model_p()
    props = [model.trace(prop) for prop in MODEL_P_INVARIANTS]
    groups = group(model, props)

    assert [len(g.properties) for g in groups] == [3]


class Door(State):
    """A door with a lock, and a key in a drawer that may be locked as well."""

    is_open = field(Bool, initial=FALSE)
    has_key = field(Bool, initial=FALSE)
    is_drawer_open = field(Bool, initial=FALSE)


@event()
def open_door(step: Step, old: Door, new: Door) -> None:
    step.blocks(when=~old.has_key)
    new.is_open = True
    step.returns()


@event()
def take_key(step: Step, old: Door, new: Door) -> None:
    step.blocks(when=~old.is_drawer_open)
    new.has_key = True
    step.returns()


@event()
def open_drawer(step: Step, old: Door, new: Door) -> None:
    new.is_drawer_open = True
    step.returns()


@always()
def the_door_stays_shut(s: Door) -> Bool:
    return ~s.is_open


EMPTY = Scope({})


def test_a_loose_slice_that_lets_too_much_happen_is_refined() -> None:
    model = trace_model("door", Door, (open_door, take_key))
    (answer,) = check(model, EMPTY, [model.trace(the_door_stays_shut)])

    assert answer.verdict == ProvedAtScope()
    assert answer.tries == 3
    assert answer.sliced.exact


def test_a_shortest_run_is_shortest_in_the_whole_model() -> None:
    model = trace_model("door", Door, (open_door, take_key, open_drawer))
    (answer,) = check(model, EMPTY, [model.trace(the_door_stays_shut)])
    assert isinstance(answer.verdict, Violated)
    assert answer.verdict.trace is not None
    calls = [step.invocation.action for step in answer.verdict.trace]

    assert calls == ["open_drawer", "take_key", "open_door"]


def test_a_run_that_does_not_lift_names_what_the_slice_lacks() -> None:
    model = trace_model("door", Door, (open_door, take_key, open_drawer))
    prop = model.trace(the_door_stays_shut)
    loose = slice_model(model, [prop], data_of(model, [prop]))
    (violation,) = reference(loose.model, EMPTY, loose.properties).violations
    evaluator = Evaluator(model, EMPTY, [prop])

    assert not loose.exact
    assert lift(loose, evaluator, violation.prop, violation.trace) == Stuck(
        0, frozenset({"has_key"})
    )
