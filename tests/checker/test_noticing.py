"""Mutants and proofs: noticed by a real step, the same, or a proved survivor."""

from __future__ import annotations

from functools import cache

import pytest

from checker.evaluate import Evaluator
from checker.explore import explore
from checker.mutants.mutate import mutant_named, mutants, one_mutant
from checker.proof.beside import beside
from checker.proof.noticing import (
    EQUIVALENT,
    NOTICED,
    SURVIVED,
    UNDECIDED,
    Notice,
    notice,
)
from checker.proof.prove import ProofRun, prove
from checker.proof.settle import proved_of
from checker.proof.surviving import Surviving
from checker.verdict import Proved
from properties.catalogue import for_system
from properties.lemmas import lemmas_for
from properties.numbers import no_two_processes_share_a_pid
from properties.provable import leaning
from spec.lang import Bool, Scope, always
from spec.topaz.system import TOPAZ
from tests import toys
from tests.checker.test_induction import a_commit_was_prepared, nobody_leaves_committed

COMMIT = Scope({"Manager": 2})


@always()
def a_decision_is_taken_or_not(s: toys.Commit) -> Bool:
    """Cannot fail."""
    return (s.decision == toys.WORKING) | (s.decision != toys.WORKING)


@always()
def nobody_decides_to_wait(s: toys.Commit) -> Bool:
    """A decision is to commit or to abort."""
    return s.decision != toys.PREPARED


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


@cache
def pids_proved() -> ProofRun:
    """That no two processes of topaz share a pid, and what that takes."""
    model, asked = TOPAZ.model(), no_two_processes_share_a_pid
    known = {p.name: p for p in (*for_system("topaz"), *lemmas_for("topaz"))}
    invariants = [model.trace(p) for p in known.values() if p.kind == "always"]
    return prove(model, invariants, wanted=[asked.name], leaning=leaning())


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
    """What managers do is nothing to what was decided."""
    model = proved().model
    run = prove(model, [model.trace(p) for p in (*PROPERTIES, nobody_decides_to_wait)])
    found = notice(run, COMMIT, [nobody_decides_to_wait.name])

    assert {one.action for one in found.fates} == {"decide_commit", "decide_abort"}


def test_what_its_proof_leans_on_bears_on_a_property_too() -> None:
    """Who is told to commit depends on what the transaction manager notes."""
    found = notice(proved(), COMMIT, ["no_two_managers_disagree"])
    proof = proved().proofs["no_two_managers_disagree"]

    assert proof.lemmas == ("a_commit_was_prepared",)
    assert "receive_prepared" in {one.action for one in found.fates}


def test_a_mutant_that_breaks_a_property_is_noticed() -> None:
    """Whoever has prepared and then aborts is taken for ready to commit."""
    model = proved().model
    name = "choose_to_abort_never_blocks"
    found = notice(proved(), COMMIT, ["no_two_managers_disagree"])
    [fate] = [one for one in found.fates if one.mutant == name]
    broken = mutant_named(model, name)
    searched = explore(Evaluator(broken, COMMIT, [model.trace(PROPERTIES[0])]))

    assert fate.fate == NOTICED
    assert fate.broken
    assert searched.violations


def test_a_mutant_that_says_the_same_is_told_so() -> None:
    """A child that cannot be waited for yet is not among those that can be picked."""
    surviving = Surviving(pids_proved(), 2.0)
    same, other = (
        surviving.same(one_mutant(surviving.model, f"wait_for_child_{name}"))
        for name in ("never_blocks", "never_fails_with_ECHILD")
    )

    assert same
    assert not other


def test_a_proof_that_takes_few_conditions_is_one_of_other_calls() -> None:
    """Whether its image is there is nothing to who has the pid of a new process."""
    run, model = pids_proved(), pids_proved().model
    names = ("never_fails_with_ENOENT", "picks_any_pid")
    broken = [one_mutant(model, f"start_process_{name}") for name in names]
    call = Surviving(run, 2.0).of_call(beside(model, broken, proved_of(run)))

    assert call.survives("start_process_never_fails_with_ENOENT")
    assert not call.survives("start_process_picks_any_pid")


def test_what_there_is_no_time_for_is_counted() -> None:
    found = notice(proved(), COMMIT, budget=0)

    assert found.fates == ()
    assert found.untried == len(mutants(proved().model))


def test_whoever_listens_can_end_it() -> None:
    """And hears no more of it; what was found until then stands."""
    heard: list[int] = []

    def told(_mutant: str, number: int, of: int) -> bool:
        heard.append(number)
        return number > of // 2

    found = notice(proved(), COMMIT, told=told)

    assert heard == sorted(heard)
    assert heard[-2] <= len(mutants(proved().model)) // 2 < heard[-1]
    assert len(found.fates) >= heard[-1]
    assert found.untried == len(mutants(proved().model)) - len(found.fates) > 0


def test_a_property_that_cannot_fail_is_idle() -> None:
    model, idler = proved().model, a_decision_is_taken_or_not
    run = prove(model, [model.trace(p) for p in (*PROPERTIES, idler)])

    assert notice(run, COMMIT, most=8).idle[-1] == idler.name


@pytest.mark.slow
def test_the_proofs_of_topaz_notice_every_property_breaking() -> None:
    """Every mutant is tried, and each has an end."""
    model = TOPAZ.model()
    properties = (*for_system("topaz"), *lemmas_for("topaz"))
    run = prove(model, [model.trace(p) for p in properties if p.kind != "sometimes"])
    found = notice(run, Scope({"Process": 3, "Number": 3, "ExitCode": 3}))

    assert found.idle == ()
    assert [one.mutant for one in found.fates] == [m.name for m in mutants(model)]
    assert found.of(UNDECIDED) == ()
    assert len(found.of(NOTICED)) > len(found.fates) // 2
