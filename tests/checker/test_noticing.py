"""Mutants and proofs: noticed by a real step, the same, or a proved survivor."""

from __future__ import annotations

from functools import cache

import pytest

from checker.evaluate import Evaluator
from checker.explore import explore
from checker.mutants.mutate import mutant_named, mutants
from checker.proof.noticing import (
    EQUIVALENT,
    NOTICED,
    SURVIVED,
    UNDECIDED,
    Notice,
    notice,
)
from checker.proof.prove import ProofRun, prove
from checker.verdict import Proved
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from spec.lang import Bool, Scope, always
from spec.topaz.system import TOPAZ
from tests import toys
from tests.checker.test_induction import a_commit_was_prepared, nobody_leaves_committed

COMMIT = Scope({"Manager": 2})


@always()
def a_decision_is_taken_or_not(s: toys.Commit) -> Bool:
    """Cannot fail."""
    return (s.decision == toys.WORKING) | (s.decision != toys.WORKING)


PROPERTIES = (
    toys.no_two_managers_disagree,
    a_commit_was_prepared,
    nobody_leaves_committed,
)


@cache
def proved() -> ProofRun:
    model = toys.two_phase()
    return prove(model, [model.trace(p) for p in PROPERTIES])


@cache
def noticed() -> Notice:
    return notice(proved(), COMMIT)


def test_every_mutant_has_a_fate() -> None:
    found = noticed()

    assert [one.mutant for one in found.fates] == [
        m.name for m in mutants(proved().model)
    ]
    assert found.untried == 0
    assert found.of(UNDECIDED) == ()
    assert found.of(NOTICED)


def test_every_property_notices_some_mutant() -> None:
    assert noticed().idle == ()


def test_of_a_noticed_mutant_the_proof_fails() -> None:
    model = proved().model
    for fate in noticed().of(NOTICED)[::5]:
        broken = next(m for m in mutants(model) if m.name == fate.mutant)
        again = prove(broken.model, broken.retraced(proved().properties), seconds=0.5)

        assert any(p.verdict != Proved() for p in again.proofs.values())


@pytest.mark.parametrize("fate", [SURVIVED, EQUIVALENT])
def test_a_search_finds_nothing_wrong_with_a_survivor(fate: str) -> None:
    model = proved().model
    for one in noticed().of(fate):
        mutant = mutant_named(model, one.mutant)
        state_properties = [p for p in proved().properties if p.kind == "always"]
        searched = explore(Evaluator(mutant, COMMIT, state_properties))

        assert searched.complete
        assert searched.violations == ()


def test_an_equivalent_mutant_reaches_the_same_states() -> None:
    model = proved().model
    counts = {
        explore(Evaluator(mutant_named(model, one.mutant), COMMIT)).distinct
        for one in noticed().of(EQUIVALENT)
    }

    assert counts <= {explore(Evaluator(model, COMMIT)).distinct}


def test_so_many_of_them_are_spread_over_all() -> None:
    few = notice(proved(), COMMIT, most=4)
    every = [one.mutant for one in noticed().fates]

    assert [one.mutant for one in few.fates] == [
        every[n * len(every) // 4] for n in range(4)
    ]


def test_of_one_property_only_what_bears_on_it_is_tried() -> None:
    """What the transaction manager notes is nothing to who has committed."""
    found = notice(proved(), COMMIT, ["no_two_managers_disagree"])
    calls = {one.action for one in found.fates}

    assert calls == {"prepare", "choose_to_abort", "receive_commit", "receive_abort"}


def test_what_there_is_no_time_for_is_counted() -> None:
    found = notice(proved(), COMMIT, budget=0)

    assert found.fates == ()
    assert found.untried == len(mutants(proved().model))


def test_a_property_that_cannot_fail_is_idle() -> None:
    model, idler = proved().model, a_decision_is_taken_or_not
    run = prove(model, [model.trace(p) for p in (*PROPERTIES, idler)])

    assert notice(run, COMMIT, most=8).idle[-1] == idler.name


@pytest.mark.slow
def test_the_proofs_of_topaz_notice_every_property_breaking() -> None:
    model = TOPAZ.model()
    properties = (*for_system("topaz"), *lemmas_for("topaz"))
    run = prove(model, [model.trace(p) for p in properties if p.kind != "sometimes"])
    found = notice(run, Scope({"Process": 3, "Number": 3, "ExitCode": 3}))

    assert found.idle == ()
    assert len(found.of(NOTICED)) > len(found.fates) // 2
