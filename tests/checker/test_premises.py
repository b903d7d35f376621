"""What was proved at a scope must say something: its premise is looked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest

from checker import premises
from checker.bounded.at_scope import AtScope, Method, prove_at_scope
from checker.evaluate import Evaluator
from checker.explore import explore
from checker.premises import Premises
from checker.probes import premise_name, premise_probes
from checker.task import Task
from checker.verdict import ProvedAtScope, Run, Unknown, Vacuous, Violated
from spec.lang import Bool, Model, Property, Scope, always
from spec.lang.model import Traced
from spec.lang.terms import implies
from tests import toys

METHODS = [Method.K_INDUCTION, Method.PDR]


@always()
def with_four_in_the_big_jug_the_small_one_is_full_or_empty(s: toys.Jugs) -> Bool:
    """Four gallons take six steps."""
    return implies(s.big == 4, (s.small == 0) | (s.small == 3))


@always()
def with_six_in_the_big_jug_the_small_one_is_empty(s: toys.Jugs) -> Bool:
    """Says nothing: the big jug holds five."""
    return implies(s.big == 6, s.small == 0)


@always()
def the_small_jug_holds_three(s: toys.Jugs) -> Bool:
    """Has no premise."""
    return s.small <= 3


def asked(prop: Property) -> Task:
    """The jugs, and one question."""
    model = toys.die_hard()
    return Task("die-hard", model, Scope({}), (model.trace(prop),), goals=False)


def argued(task: Task, method: Method, seconds: float = 60.0) -> AtScope:
    return Premises(task, method, seconds).argued(task.properties[0])


def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """No run is looked at."""
    monkeypatch.setattr(premises, "some_runs", lambda *_: {})


def met_in(task: Task) -> tuple[Traced, Run]:
    """The probe for the premise, and a run that meets it."""
    [probe] = premise_probes(task.properties)
    evaluator = Evaluator(task.model, task.scope, [probe.prop])
    [met] = explore(evaluator).violations
    return probe.prop, met.trace


@pytest.mark.parametrize("method", METHODS)
def test_a_premise_that_a_glance_meets_is_met(method: Method) -> None:
    task = asked(with_four_in_the_big_jug_the_small_one_is_full_or_empty)

    assert argued(task, method).verdict == ProvedAtScope()


def test_a_premise_that_a_kept_run_meets_is_met(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And neither a glance nor an argument is needed."""
    task = asked(with_four_in_the_big_jug_the_small_one_is_full_or_empty)
    probe, run = met_in(task)

    def kept(_: Evaluator, wanted: Collection[str]) -> Iterator[tuple[str, Run]]:
        assert wanted == {premise_name(task.properties[0].name)}
        yield probe.name, run

    monkeypatch.setattr("checker.looking.glance", lambda *_: pytest.fail("a glance"))
    knowing = Task(task.system, task.model, task.scope, task.properties, witnesses=kept)

    assert argued(knowing, Method.PDR).verdict == ProvedAtScope()


@pytest.mark.parametrize("method", METHODS)
def test_a_premise_that_only_a_solver_meets_is_met(
    method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind(monkeypatch)
    task = asked(with_four_in_the_big_jug_the_small_one_is_full_or_empty)

    assert argued(task, method).verdict == ProvedAtScope()


@pytest.mark.parametrize("method", METHODS)
def test_a_premise_that_no_run_meets_makes_it_vacuous(method: Method) -> None:
    """That it is never met is proved, as the property is."""
    task = asked(with_six_in_the_big_jug_the_small_one_is_empty)

    assert argued(task, method).verdict == Vacuous("this never happens: big = 6")


def test_a_premise_of_which_nothing_is_known_leaves_it_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A method that gives up about the premise proves nothing by that."""
    blind(monkeypatch)
    task = asked(with_four_in_the_big_jug_the_small_one_is_full_or_empty)
    [probe] = premise_probes(task.properties)

    def gives_up(
        model: Model,
        scope: Scope,
        prop: Traced,
        *,
        method: Method,
        seconds: float | None,
    ) -> AtScope:
        found = prove_at_scope(model, scope, prop, method=method, seconds=seconds)
        out_of_time = Unknown("out of time")
        known = prop.name != probe.prop.name
        return found if known else replace(found, verdict=out_of_time)

    monkeypatch.setattr(premises, "prove_at_scope", gives_up)
    said = f"it holds, but does this ever happen? {probe.says}"

    assert argued(task, Method.PDR).verdict == Unknown(said)


def test_a_property_without_premise_is_proved_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(premises, "some_runs", lambda *_: pytest.fail("a look"))

    assert argued(asked(the_small_jug_holds_three), Method.PDR).verdict == (
        ProvedAtScope()
    )


def test_what_is_refuted_needs_no_premise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(premises, "some_runs", lambda *_: pytest.fail("a look"))
    found = argued(asked(toys.the_big_jug_never_holds_four), Method.PDR)

    assert isinstance(found.verdict, Violated)
