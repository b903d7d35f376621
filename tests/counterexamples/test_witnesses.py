"""Kept runs: each is taken by the reference evaluator and shows what it is kept for."""

from __future__ import annotations

import pytest

from checker.cli.beside import beside_kept
from checker.cli.naming import tasks
from checker.cli.witnessing import sought
from checker.evaluate import Evaluator
from checker.exploring import Exploring
from checker.mutants.mutate import mutants
from checker.scope import scope_words
from checker.searcher import Limits, Searcher
from checker.trace import rerun, shows
from counterexamples.form import BadTrace
from counterexamples.witnesses import read, witnesses_of
from spec.systems import SYSTEMS

SMALL = b"""# comment
at process=2,number=2

meets one
meets another
process 0 -> fork()  process 0 <- 2 with child=1, pid=2

meets boot
"""


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_shows_what_it_is_kept_for_and_nothing_else_is_sought(system: str) -> None:
    kept = {(w.scope, name): w for w in witnesses_of(system) for name in w.meets}
    unseen = []
    for task in tasks(system):
        exploring = Exploring(task, "explore", Searcher(Limits()), slices=True)
        evaluator, scope = exploring.evaluator, scope_words(task.scope)
        for name in sought(exploring):
            witness = kept.pop((scope, name), None)
            if witness is None:
                unseen.append(name)
                continue
            run = witness.run(evaluator)
            assert run is not None, f"{name} at {scope} is of another model"
            assert shows(evaluator, name, run), f"{name} at {scope}"
    assert not kept, "python -m checker.cli.witnessing drops what nobody asks for"
    assert unseen == []


def test_a_file_says_what_each_run_meets_and_where() -> None:
    one, boot = read(SMALL)

    assert (one.scope, one.meets) == ("process=2,number=2", ("one", "another"))
    assert [step.action for step in one.steps] == ["fork"]
    assert (boot.meets, boot.steps) == (("boot",), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"meets one\n", "line 1: a run begins with `meets`, below a line `at`"),
        (b"at process=2\nprocess 0 -> fork()\n", "line 2: a run begins with `meets`"),
        (b"at process=2\nmeets x\nfork\n", "line 3: not a step"),
        (b"at process=2", "cut short"),
        (b"at process=\xff2\n", "plain ASCII"),
    ],
)
def test_a_malformed_file_is_refused(text: bytes, problem: str) -> None:
    with pytest.raises(BadTrace, match=problem.split("`", maxsplit=1)[0].strip()):
        read(text)


def test_a_call_of_a_kept_run_is_broken_where_the_run_gets_to() -> None:
    one, broken = tasks("topaz")[0], mutants(SYSTEMS["topaz"].model())
    (prop,) = (
        p for p in one.properties if p.name == "every_process_has_a_living_parent"
    )
    mutant, again, run = next(beside_kept(one.model, one.scope, prop, broken))

    evaluator = Evaluator(mutant.model, one.scope, [again])
    assert rerun(evaluator, run) == run
    assert shows(evaluator, prop.name, run)
