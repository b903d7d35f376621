"""One check for all engines: verdicts, probes, what a green is worth."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from checker import exploring
from checker.check import check
from checker.evaluate import Evaluator
from checker.probes import (
    deadlock_property,
    generated,
    premise_of,
    premise_probes,
    reach_probes,
)
from checker.scope import scope_for
from checker.searcher import Limits, Searcher
from checker.simulate import minimise, simulate
from checker.task import Covered, Event, Result, Task
from checker.trace import shows
from spec.lang import (
    Bool,
    CallView,
    Errno,
    Model,
    Outcome,
    Property,
    Step,
    all_of,
    always,
    every_step,
    implies,
    sometimes,
    syscall,
    trace_model,
)
from spec.lang.prose import infix
from tests.toys import (
    FREE,
    INIT,
    MODEL_P_INVARIANTS,
    RUNNING,
    ZOMBIE,
    Code,
    Jugs,
    Pid,
    Processes,
    boot_p,
    die_hard,
    end,
    fork,
    model_p,
    reap,
    the_big_jug_never_holds_four,
)

EAGAIN = Errno(11, "EAGAIN")
EPERM = Errno(1, "EPERM")
EXPLORING = ("explore", "reference")
SIZES = {"pid": 3, "code": 2}


@always()
def a_free_init_is_a_zombie(s: Processes) -> Bool:
    """True of nothing: init is never free."""
    return implies(s.pid[INIT].status == FREE, s.pid[INIT].status == ZOMBIE)


@always()
def a_zombie_is_not_init(s: Processes) -> Bool:
    """True of something."""
    return all_of(Pid, lambda p: implies(s.pid[p].status == ZOMBIE, p != INIT))


@every_step(calls=("no_such_call",))
def what_no_call_does(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """About a call that the model does not have."""
    return call.named("fork")


@every_step()
def a_free_init_stays_free(
    old: Processes, new: Processes, call: CallView, outcome: Outcome
) -> Bool:
    """No step has its premise."""
    return implies(old.pid[INIT].status == FREE, new.pid[INIT].status == FREE)


@sometimes()
def init_ends(s: Processes) -> Bool:
    """It never does."""
    return s.pid[INIT].status == ZOMBIE


@sometimes()
def every_pid_runs(s: Processes) -> Bool:
    """After as many forks."""
    return all_of(Pid, lambda p: s.pid[p].status == RUNNING)


@syscall(source="")
def nice(step: Step, old: Processes, new: Processes, caller: Pid, code: Code) -> None:
    """Fails in three ways, of which one is impossible; does nothing."""
    step.out_of_scope(when=old.pid[caller].is_subreaper, cite="not here")
    step.fails(EAGAIN, when=code == Code.element(1), cite="ERRORS EAGAIN")
    step.fails(EPERM, when=old.pid[caller].status == ZOMBIE, cite="ERRORS EPERM")
    step.returns(0)


@syscall(source="")
def volunteer(step: Step, old: Processes, new: Processes, caller: Pid) -> None:
    """Become a subreaper."""
    new.pid[caller].is_subreaper = True
    step.returns(0)


def model_n() -> Model:
    """Two calls that running processes make."""
    return trace_model(
        "model-n",
        Processes,
        (nice, volunteer),
        boot=boot_p,
        able=lambda old, caller: old.pid[caller].status == RUNNING,
    )


def asked(
    model: Model,
    properties: Iterable[Property],
    engine: str,
    limits: Limits | None = None,
    **options: bool,
) -> list[Event]:
    traced = tuple(model.trace(prop) for prop in properties)
    sizes = {} if model.name == "die-hard" else SIZES
    scope = scope_for(model, sizes, traced)
    goals = options.pop("goals", False)
    task = Task(model.name, model, scope, traced, goals=goals)
    searcher = Searcher(limits=limits or Limits(), native=engine == "explore")
    return list(check(task, engine, searcher, **options))


def verdicts(events: Iterable[Event]) -> dict[str, str]:
    return {
        event.prop.name: event.verdict.json_name
        for event in events
        if isinstance(event, Result)
    }


@pytest.mark.parametrize("slices", [True, False])
@pytest.mark.parametrize("engine", EXPLORING)
def test_what_holds_is_proved_at_scope(engine: str, slices: bool) -> None:
    found = verdicts(asked(model_p(), MODEL_P_INVARIANTS, engine, slices=slices))

    assert found == dict.fromkeys(
        (p.name for p in MODEL_P_INVARIANTS), "proved at scope"
    )


@pytest.mark.parametrize("slices", [True, False])
@pytest.mark.parametrize("engine", EXPLORING)
def test_what_fails_comes_with_a_shortest_run(engine: str, slices: bool) -> None:
    events = asked(die_hard(), [the_big_jug_never_holds_four], engine, slices=slices)
    (result,) = [event for event in events if isinstance(event, Result)]

    assert result.verdict.json_name == "violated"
    assert result.run is not None
    assert len(result.run) == 6
    assert result.exit_code == 12


@pytest.mark.parametrize("slices", [True, False])
@pytest.mark.parametrize("engine", EXPLORING)
def test_what_is_true_of_nothing_is_vacuous(engine: str, slices: bool) -> None:
    props = (
        a_free_init_is_a_zombie,
        a_zombie_is_not_init,
        what_no_call_does,
        a_free_init_stays_free,
    )
    events = asked(model_p(), props, engine, slices=slices)

    assert verdicts(events) == {
        "a_free_init_is_a_zombie": "vacuous",
        "a_zombie_is_not_init": "proved at scope",
        "what_no_call_does": "vacuous",
        "a_free_init_stays_free": "vacuous",
    }
    codes = {e.prop.name: e.exit_code for e in events if isinstance(e, Result)}
    assert codes["a_free_init_is_a_zombie"] == 5


@pytest.mark.parametrize("slices", [True, False])
@pytest.mark.parametrize("engine", EXPLORING)
def test_an_example_is_found_or_there_is_none(engine: str, slices: bool) -> None:
    events = asked(model_p(), (init_ends, every_pid_runs), engine, slices=slices)
    results = {e.prop.name: e for e in events if isinstance(e, Result)}

    assert results["init_ends"].verdict.json_name == "violated"
    assert results["init_ends"].exit_code == 10
    assert results["every_pid_runs"].verdict.json_name == "proved at scope"
    if engine != "explore" or not slices:
        run = results["every_pid_runs"].run
        assert run is not None
        assert len(run) == 2


@pytest.mark.parametrize("slices", [True, False])
@pytest.mark.parametrize("engine", EXPLORING)
def test_every_call_and_every_error_is_asked_for(engine: str, slices: bool) -> None:
    events = asked(model_n(), (), engine, goals=True, slices=slices)

    assert verdicts(events) == {
        "nice_succeeds": "proved at scope",
        "nice_fails_with_EAGAIN": "proved at scope",
        "nice_fails_with_EPERM": "violated",
        "volunteer_succeeds": "proved at scope",
    }
    (covered,) = [event for event in events if isinstance(event, Covered)]
    assert covered.out_of_scope == ("nice when pid[caller].is_subreaper (not here)",)


def test_a_generated_goal_says_what_it_is_about() -> None:
    docs = {prop.name: prop.doc for prop in generated(model_n())}

    assert docs["nice_succeeds"] == "nice can succeed."
    assert docs["nice_fails_with_EPERM"] == "nice can answer EPERM (ERRORS EPERM)."
    assert [p.prop.name for p in reach_probes(model_n())] == list(docs)


@pytest.mark.parametrize("engine", EXPLORING)
def test_a_depth_is_a_bound(engine: str) -> None:
    limits = Limits(depth=2)
    props = MODEL_P_INVARIANTS[:1]
    events = asked(model_p(), props, engine, limits, slices=False)

    assert verdicts(events) == {"every_parent_runs": "bounded"}


@pytest.mark.parametrize("engine", EXPLORING)
def test_no_time_is_no_verdict(engine: str) -> None:
    limits = Limits(deadline=time.monotonic() - 1)
    events = asked(model_p(), MODEL_P_INVARIANTS[:1], engine, limits, slices=False)

    assert set(verdicts(events).values()) <= {"unknown", "proved at scope"}
    if engine == "reference":
        assert verdicts(events) == {"every_parent_runs": "unknown"}


@pytest.mark.parametrize(("engine", "verdict"), [("bmc", "bounded"), ("induction", "")])
def test_a_solver_answers_the_same_questions(engine: str, verdict: str) -> None:
    found = verdicts(asked(model_p(), (*MODEL_P_INVARIANTS, init_ends), engine))

    assert set(found) == {*(p.name for p in MODEL_P_INVARIANTS), "init_ends"}
    if verdict:
        assert set(found.values()) == {verdict}
    else:
        assert found["init_ends"] == "unknown"


@pytest.mark.parametrize("engine", EXPLORING)
def test_a_state_without_a_step_is_a_deadlock(engine: str) -> None:
    model = trace_model("only-ends", Processes, (fork, end), boot=boot_p)
    free = trace_model("also-reaps", Processes, (fork, end, reap), boot=boot_p)
    for each, code in ((model, 11), (free, 0)):
        traced = (deadlock_property(each),)
        task = Task(each.name, each, scope_for(each, SIZES), traced, goals=False)
        searcher = Searcher(limits=Limits(), native=engine == "explore")
        (result,) = [e for e in check(task, engine, searcher) if isinstance(e, Result)]

        assert result.exit_code == code


def test_the_premise_is_what_stands_before_implies() -> None:
    model = model_p()
    node = model.trace(a_zombie_is_not_init).node
    assert node is not None

    assert infix(premise_of(node)) == "some pid p: pid[p].status = ZOMBIE"
    assert [p.about for p in premise_probes([model.trace(a_zombie_is_not_init)])] == [
        "a_zombie_is_not_init"
    ]


def test_a_simulation_ends_with_a_run_that_has_no_step_too_many() -> None:
    model = die_hard()
    traced = (model.trace(the_big_jug_never_holds_four),)
    found = simulate(
        model, scope_for(model, {}), traced, seed=7, steps=1000, seconds=20.0
    )

    assert found.prop == "the_big_jug_never_holds_four"
    assert 6 <= len(found.run) <= found.length


def test_the_same_seed_walks_the_same_way() -> None:
    model = die_hard()
    traced = (model.trace(the_big_jug_never_holds_four),)
    one, other = (
        simulate(model, scope_for(model, {}), traced, seed=3, steps=500, seconds=20.0)
        for _ in range(2)
    )

    assert (one.run, one.length, one.steps) == (other.run, other.length, other.steps)


def test_minimising_keeps_what_is_shown() -> None:
    model = die_hard()
    traced = (model.trace(the_big_jug_never_holds_four),)
    scope = scope_for(model, {})
    found = simulate(model, scope, traced, seed=11, steps=1000, seconds=20.0)
    evaluator = Evaluator(model, scope, traced)

    again = minimise(evaluator, "the_big_jug_never_holds_four", found.run)

    assert shows(evaluator, "the_big_jug_never_holds_four", again)
    assert len(again) <= len(found.run)


@always()
def jugs_hold_at_most_five(s: Jugs) -> Bool:
    """True, and says something."""
    return s.big <= 5


def test_a_simulation_that_finds_nothing_says_how_far_it_went() -> None:
    model = die_hard()
    found = simulate(
        model,
        scope_for(model, {}),
        (model.trace(jugs_hold_at_most_five),),
        seed=1,
        steps=100,
        seconds=0.1,
    )

    assert found.prop is None
    assert found.walks > 0
    assert found.steps <= 100 * found.walks


@always()
def init_has_no_children(s: Processes) -> Bool:
    """A fork breaks it."""
    return all_of(Pid, lambda p: implies(p != INIT, s.pid[p].status == FREE))


@pytest.mark.parametrize("constant", ["LONG", "MANY"])
def test_induction_over_the_whole_settles_what_a_search_would(
    constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    props = (
        *MODEL_P_INVARIANTS,
        every_pid_runs,
        a_free_init_is_a_zombie,
        init_has_no_children,
    )
    searched = asked(model_p(), props, "explore")
    monkeypatch.setattr(exploring, constant, 1)
    monkeypatch.setattr(exploring, "SEARCHED", 10_000)
    argued = asked(model_p(), props, "explore")
    states = {
        event.prop.name: event.distinct for event in argued if isinstance(event, Result)
    }

    assert verdicts(argued) == verdicts(searched)
    assert [states[prop.name] for prop in MODEL_P_INVARIANTS] == [0, 0, 0]
