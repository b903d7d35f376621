"""The inductive check on toys: what closes, what does not, and what it shows."""

from __future__ import annotations

from checker.bounded.induction import check_inductive
from checker.evaluate import Evaluator, Transition
from checker.verdict import ProvedAtScope, Unknown, Vacuous, Violated
from spec.lang import Scope, always, every_step, trace_model
from spec.lang.declare import CallView, Outcome
from spec.lang.quantify import all_of, some_of
from spec.lang.terms import Bool, implies
from tests import toys
from tests.toys import ABORTED, COMMITTED, PREPARED, WORKING, Manager


@always()
def a_commit_was_prepared(s: toys.Commit) -> Bool:
    """What makes no_two_managers_disagree inductive."""
    return (
        all_of(
            Manager,
            lambda r: (
                implies(s.manager[r].is_known_prepared, s.manager[r].has_sent)
                & implies(s.manager[r].has_sent, s.manager[r].phase != WORKING)
                & implies(s.manager[r].phase == COMMITTED, s.commit_sent)
                & implies(
                    s.manager[r].phase == ABORTED, s.abort_sent | ~s.manager[r].has_sent
                )
            ),
        )
        & (s.commit_sent == (s.decision == COMMITTED))
        & (s.abort_sent == (s.decision == ABORTED))
        & (s.decision != PREPARED)
        & implies(
            s.commit_sent, all_of(Manager, lambda r: s.manager[r].is_known_prepared)
        )
    )


@every_step()
def a_decision_is_final(
    old: toys.Commit, new: toys.Commit, call: CallView, outcome: Outcome
) -> Bool:
    del call, outcome
    return implies(old.decision != WORKING, new.decision == old.decision)


@every_step()
def nobody_leaves_committed(
    old: toys.Commit, new: toys.Commit, call: CallView, outcome: Outcome
) -> Bool:
    """Needs the invariant: a committed manager is never told to abort."""
    del call, outcome
    return ~some_of(
        Manager,
        lambda r: (
            (old.manager[r].phase == COMMITTED) & (new.manager[r].phase != COMMITTED)
        ),
    )


def test_properties_that_keep_each_other_are_proved_at_scope() -> None:
    model = toys.model_p()
    scope = Scope({"Pid": 4, "Code": 2})
    found = check_inductive(
        model, scope, [model.trace(p) for p in toys.MODEL_P_INVARIANTS]
    )

    assert set(found.verdicts.values()) == {ProvedAtScope()}
    assert set(found.assumed) == {p.name for p in toys.MODEL_P_INVARIANTS}


def test_a_property_alone_shows_the_step_that_does_not_keep_it() -> None:
    """The state may be unreachable; the step is one the evaluator takes."""
    model = toys.two_phase()
    traced = [model.trace(toys.no_two_managers_disagree)]
    scope = Scope({"Manager": 3})
    found = check_inductive(model, scope, traced)
    shown = found.not_kept["no_two_managers_disagree"]
    evaluator = Evaluator(model, scope, traced)
    [step] = shown.steps

    assert isinstance(found.verdicts["no_two_managers_disagree"], Unknown)
    assert evaluator.holds("no_two_managers_disagree", shown.before)
    assert not evaluator.holds("no_two_managers_disagree", step.after)
    assert step in [
        t
        for t in evaluator.outcomes(shown.before, step.invocation)
        if isinstance(t, Transition)
    ]


def test_a_lemma_closes_the_argument_for_states_and_for_steps() -> None:
    model = toys.two_phase()
    properties = [
        toys.no_two_managers_disagree,
        a_commit_was_prepared,
        a_decision_is_final,
        nobody_leaves_committed,
    ]
    found = check_inductive(
        model, Scope({"Manager": 4}), [model.trace(p) for p in properties]
    )

    assert {p.name: ProvedAtScope() for p in properties} == found.verdicts


def test_a_step_property_without_its_lemma_is_unknown() -> None:
    model = toys.two_phase()
    found = check_inductive(
        model, Scope({"Manager": 3}), [model.trace(nobody_leaves_committed)]
    )

    assert isinstance(found.verdicts["nobody_leaves_committed"], Unknown)
    assert len(found.not_kept["nobody_leaves_committed"].steps) == 1


def test_a_violation_within_k_steps_is_a_violation() -> None:
    model = toys.die_hard()
    found = check_inductive(
        model, Scope({}), [model.trace(toys.the_big_jug_never_holds_four)], k=7
    )
    verdict = found.verdicts["the_big_jug_never_holds_four"]

    assert isinstance(verdict, Violated)
    assert verdict.trace is not None
    assert len(verdict.trace) == 6


def test_no_step_at_all_is_vacuous_and_not_a_proof() -> None:
    model = trace_model("no-calls", toys.Jugs, ())
    found = check_inductive(
        model, Scope({}), [model.trace(toys.the_big_jug_never_holds_four)]
    )
    verdict = found.verdicts["the_big_jug_never_holds_four"]

    assert verdict == Vacuous("no 1 steps in a row satisfy what is assumed")
