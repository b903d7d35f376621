"""Proof for any number, on toys: what closes, what does not, what is refused."""

from __future__ import annotations

from functools import cache

import pytest

from checker.evaluate import Evaluator
from checker.explore import explore
from checker.mutants.mutate import Mutant, mutants
from checker.proof.prove import ProofRun, prove
from checker.proof.sanity import able_states
from checker.verdict import Proved, Unknown
from spec.lang import (
    Bool,
    Call,
    Model,
    Property,
    Scope,
    Step,
    all_of,
    always,
    event,
    every_step,
    implies,
    trace_model,
)
from spec.lang.declare import CallView, Outcome
from spec.lang.model import Traced
from tests import toys
from tests.checker.test_induction import a_commit_was_prepared, nobody_leaves_committed


@always(lemma=True)
def init_is_its_own_parent(s: toys.Processes) -> Bool:
    return s.pid[toys.INIT].parent == toys.INIT


@always(lemma=True)
def every_ancestor_runs(s: toys.Processes) -> Bool:
    return all_of(
        toys.Pid,
        lambda a: all_of(
            toys.Pid,
            lambda b: implies(
                s.family.is_ancestor(a, b), s.pid[a].status == toys.RUNNING
            ),
        ),
    )


@always()
def nobody_is_a_subreaper(s: toys.Processes) -> Bool:
    """False."""
    return all_of(toys.Pid, lambda p: ~s.pid[p].is_subreaper)


@every_step()
def a_pid_with_a_code_is_a_zombie(
    old: toys.Processes, new: toys.Processes, call: CallView, outcome: Outcome
) -> Bool:
    """Needs no more than the invariant before the step."""
    del new, call, outcome
    zero = toys.Code.element(0)
    return all_of(
        toys.Pid,
        lambda p: implies(old.pid[p].code != zero, old.pid[p].status == toys.ZOMBIE),
    )


LEMMAS = (init_is_its_own_parent, every_ancestor_runs)


def traced(model: Model, *properties: Property) -> list[Traced]:
    return [model.trace(p) for p in properties]


@cache
def proved_model_p(numbers: str) -> ProofRun:
    model = toys.model_p(numbers)
    properties = (*toys.MODEL_P_INVARIANTS, *LEMMAS, a_pid_with_a_code_is_a_zombie)
    return prove(model, traced(model, *properties))


@pytest.mark.parametrize("numbers", ["any", "lowest"])
def test_model_p_is_proved_for_any_number_of_pids(numbers: str) -> None:
    found = proved_model_p(numbers)

    assert {p.verdict for p in found.proofs.values()} == {Proved()}


def test_a_proof_says_what_it_leans_on() -> None:
    proof = proved_model_p("any").proofs["a_pid_with_a_code_is_a_zombie"]

    assert proof.method == "one step"
    assert proof.lemmas == ("exit_codes_are_recorded",)
    assert proof.obligations == 4


def test_what_is_wanted_is_proved_with_what_it_leans_on() -> None:
    """And nothing else is looked at."""
    model = toys.model_p("any")
    properties = (*toys.MODEL_P_INVARIANTS, *LEMMAS, a_pid_with_a_code_is_a_zombie)
    wanted = ["a_pid_with_a_code_is_a_zombie"]
    found = prove(model, traced(model, *properties), wanted=wanted)
    names = {"a_pid_with_a_code_is_a_zombie", "exit_codes_are_recorded"}

    assert {p.name for p in found.properties} == set(found.proofs)
    assert names <= set(found.proofs) < {p.name for p in properties}
    assert {p.verdict for p in found.proofs.values()} == {Proved()}


def test_to_be_said_to_lean_on_something_proves_nothing() -> None:
    model = toys.model_p("any")
    properties = (*toys.MODEL_P_INVARIANTS, *LEMMAS, nobody_is_a_subreaper)
    leaning = {"every_parent_runs": {"nobody_is_a_subreaper"}}
    found = prove(
        model,
        traced(model, *properties),
        wanted=["every_parent_runs"],
        leaning=leaning,
        seconds=2.0,
    )

    assert found.proofs["every_parent_runs"].verdict == Proved()
    assert "nobody_is_a_subreaper" not in found.proofs["every_parent_runs"].lemmas


def test_two_phase_commit_is_proved_for_any_number_of_managers() -> None:
    model = toys.two_phase()
    properties = (
        toys.no_two_managers_disagree,
        a_commit_was_prepared,
        nobody_leaves_committed,
    )
    found = prove(model, traced(model, *properties))

    assert {n: Proved() for n in found.proofs} == {
        n: p.verdict for n, p in found.proofs.items()
    }


def test_without_its_lemma_nothing_is_proved() -> None:
    model = toys.two_phase()
    found = prove(model, traced(model, toys.no_two_managers_disagree), seconds=2.0)
    proof = found.proofs["no_two_managers_disagree"]

    assert isinstance(proof.verdict, Unknown)
    assert "receive_commit_succeeds" in {duty.at for duty in proof.unshown}


def test_what_leans_on_a_false_property_is_not_proved() -> None:
    """Dropped from what is assumed, and all that was shown with it is shown again."""
    model = toys.model_p("any")
    properties = (*toys.MODEL_P_INVARIANTS, *LEMMAS, nobody_is_a_subreaper)
    found = prove(model, traced(model, *properties), seconds=2.0)
    used = {name for done in found.discharged for name in done.used}

    assert isinstance(found.proofs["nobody_is_a_subreaper"].verdict, Unknown)
    assert found.proofs["every_parent_runs"].verdict == Proved()
    assert "nobody_is_a_subreaper" not in used


def test_a_solver_that_gives_up_says_how_it_gets_longer() -> None:
    model = toys.model_p("any")
    found = prove(model, traced(model, toys.every_parent_runs), seconds=0.001)
    reasons = [duty.reason for duty in found.proofs["every_parent_runs"].unshown]

    assert "the solver found no proof in 0.001 s; --timeout gives it longer" in reasons


def test_a_stopped_run_proves_nothing() -> None:
    model = toys.two_phase()
    found = prove(model, traced(model, a_commit_was_prepared), progress=lambda *_: True)

    assert isinstance(found.proofs["a_commit_was_prepared"].verdict, Unknown)


def test_every_call_can_succeed_where_the_invariants_hold() -> None:
    model = toys.model_p("any")
    properties = traced(model, *toys.MODEL_P_INVARIANTS, *LEMMAS)
    found = able_states(model, Scope({"Pid": 3, "Code": 2}), properties)
    evaluator = Evaluator(model, Scope({"Pid": 3, "Code": 2}), properties)

    assert set(found) == {"fork_any", "set_subreaper", "end", "reap"}
    for state in found.values():
        assert state is not None
        assert all(evaluator.holds(p.name, state) for p in properties)


def test_a_call_that_no_run_comes_to_is_searched_for() -> None:
    """It succeeds in a state that satisfies what is assumed, and is never reached."""

    @event()
    def bury(step: Step, old: toys.Processes, new: toys.Processes, p: toys.Pid) -> None:
        """Only a zombie of which init is no ancestor."""
        step.blocks(when=old.pid[p].status != toys.ZOMBIE)
        step.blocks(when=old.family.is_ancestor(toys.INIT, p))
        step.returns()

    model = trace_model("burying", toys.Processes, (bury,))
    scope = Scope({"Pid": 3, "Code": 2})
    found = able_states(model, scope, traced(model, toys.exit_codes_are_recorded))
    state = found["bury"]
    evaluator = Evaluator(model, scope, ())

    assert state is not None
    assert any(step.outcome for step in evaluator.transitions(state))


def test_a_contradiction_lets_no_call_succeed() -> None:
    @always()
    def nothing_runs(s: toys.Processes) -> Bool:
        return all_of(toys.Pid, lambda p: s.pid[p].status == toys.FREE)

    model = toys.model_p("any")
    found = able_states(
        model, Scope({"Pid": 3, "Code": 2}), traced(model, nothing_runs)
    )

    assert set(found.values()) == {None}


def _mutants_of_model_p() -> list[Mutant]:
    return list(mutants(toys.model_p("any")))


@pytest.mark.slow
@pytest.mark.parametrize("mutant", _mutants_of_model_p(), ids=lambda m: m.name)
def test_nothing_that_a_search_refutes_is_proved(mutant: Mutant) -> None:
    """For each mutant: what fails at a scope must not be proved for every scope."""
    original = traced(toys.model_p("any"), *toys.MODEL_P_INVARIANTS, *LEMMAS)
    properties = mutant.retraced(original)
    evaluator = Evaluator(mutant.model, Scope({"Pid": 3, "Code": 2}), properties)
    searched = explore(evaluator, max_depth=7, stop_at_first=False)
    refuted = {violation.prop for violation in searched.violations}
    found = prove(mutant.model, properties, seconds=1.0)
    proved = {n for n, p in found.proofs.items() if p.verdict == Proved()}

    assert not refuted & proved


@event()
def hang_anywhere(
    step: Step,
    old: toys.Processes,
    new: toys.Processes,
    p: toys.Pid,
    q: toys.Pid,
) -> None:
    """Below oneself too, and below one's own children."""
    new.family.attach(p, q)
    step.returns()


@event()
def hang_two(
    step: Step,
    old: toys.Processes,
    new: toys.Processes,
    p: toys.Pid,
    q: toys.Pid,
) -> None:
    """Two changes of the family in one step."""
    step.blocks(when=p == q)
    new.family.attach(p, toys.INIT)
    new.family.attach(q, toys.INIT)
    step.returns()


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (hang_anywhere, "pid.parent was not shown to stay a forest"),
        (
            hang_two,
            (
                "several writes to pid.parent in one call: a proof for any number "
                "follows one change of a forest. Give one value with `ite`"
            ),
        ),
    ],
)
def test_what_is_no_forest_is_no_proof(page: Call, why: str) -> None:
    model = trace_model("hanging", toys.Processes, (page,))
    properties = traced(model, toys.the_pids_are_one_tree, nobody_is_a_subreaper)
    found = prove(model, properties, seconds=2.0)

    assert {p.verdict for p in found.proofs.values()} == {Unknown(why)}
