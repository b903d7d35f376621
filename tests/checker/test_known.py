"""What slices of several systems have in common is found out once."""

from __future__ import annotations

from dataclasses import replace

from checker.check import check
from checker.cli.naming import task
from checker.searcher import Limits, Searcher
from checker.slicing.known import meaning
from checker.slicing.refine import group
from checker.slicing.slice import slice_model
from checker.task import Result
from checker.verdict import ProvedAtScope
from spec.lang import Scope
from tests.toys import MODEL_P_INVARIANTS, model_p


def test_slices_that_say_the_same_have_one_meaning_whatever_the_system() -> None:
    asked = "every_parent_runs"
    models = [model_p(), replace(model_p(), name="another")]
    scope = Scope({"Pid": 3})
    meanings = []
    for model in models:
        (prop,) = [model.trace(p) for p in MODEL_P_INVARIANTS if p.name == asked]
        (one,) = group(model, [prop])
        sliced = slice_model(model, [prop], one.fields)
        meanings.append(meaning(sliced.model, scope, sliced.properties))
        larger = Scope({"Pid": 4})
        assert meaning(sliced.model, larger, sliced.properties) != meanings[-1]
        assert meaning(sliced.model, scope, ()) != meanings[-1]
    assert meanings[0] == meanings[1]
    assert hash(meanings[0]) == hash(meanings[1])


def test_what_is_known_of_one_system_is_known_of_the_other() -> None:
    """Verdicts do not depend on whether another system was checked before."""
    name = "no_two_processes_share_a_pid"
    alone, shared = Searcher(Limits()), Searcher(Limits())
    for system in ("unix", "peios"):
        one = task(system, [name], sizes={"process": 2, "number": 3}, goals=False)
        verdicts = [
            [
                r.verdict
                for r in check(one, "explore", searcher)
                if isinstance(r, Result)
            ]
            for searcher in (alone, shared)
        ]
        assert verdicts[0] == verdicts[1] == [ProvedAtScope()]
        alone = Searcher(Limits())
    assert len(shared.known) == 1
