"""Of runs that differ in names bounded checking looks at one, and misses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.bounded.bmc import LONG, check_bounded
from checker.bounded.renaming import InOrder, interchangeable
from checker.bounded.unfolding import Unfolding
from checker.evaluate import Evaluator
from checker.explore import explore
from checker.ground import GroundModel, ground
from checker.symmetry.find import Group
from properties.numbers import no_two_processes_share_a_pid
from spec.lang import Bool, Model, Scope, all_of, always, some_of
from spec.lang.model import Traced
from spec.systems import SYSTEMS
from tests import toys
from tests.scopes import scope_of

MANAGERS = Scope({"Manager": 3})
PIDS = Scope({"Pid": 5, "Code": 1})


def grounded(model: Model, scope: Scope, *props: Traced) -> GroundModel:
    return ground(model, scope, props, keep_params=True)


def named(groups: tuple[Group, ...]) -> dict[str, tuple[int, ...]]:
    return {group.sort.name: group.elements for group in groups}


def test_what_nothing_tells_apart_is_interchangeable() -> None:
    managers = grounded(toys.two_phase(), MANAGERS)
    any_pid = grounded(toys.model_p("any"), PIDS)
    lowest_pid = grounded(toys.model_p("lowest"), PIDS)

    assert named(interchangeable(managers, (), ())) == {"Manager": (0, 1, 2)}
    assert named(interchangeable(any_pid, (), ())) == {"Pid": (1, 2, 3, 4)}
    assert named(interchangeable(lowest_pid, (), ())) == {}


def test_who_is_told_apart_at_boot_is_not_interchangeable() -> None:
    model = grounded(toys.two_phase(), MANAGERS)
    first = tuple(
        replace(cell, initial=1) if cell.row == 0 and cell.size == 2 else cell
        for cell in model.cells
    )

    assert first != model.cells
    assert interchangeable(replace(model, cells=first), (), ()) == ()


def test_one_candidate_must_follow_from_the_invariants() -> None:
    """A call that looks a process up by its number finds one, if no two share one."""
    model = SYSTEMS["unix"].model()
    unique = model.trace(no_two_processes_share_a_pid)
    scope = scope_of(model, others=3, number=4)
    whole = grounded(model, scope, unique)

    assert "Process" not in named(interchangeable(whole, (), ()))
    assert named(interchangeable(whole, (), whole.invariants))["Process"] == (1, 2)


def test_elements_come_into_a_run_in_their_order() -> None:
    model = toys.two_phase()
    whole = grounded(model, MANAGERS)
    run = Unfolding(whole, Evaluator(model, MANAGERS), from_boot=True)
    run.step()
    run.step()
    manager = model.action("prepare").params[0].node()
    second_first = [run.succeeds("prepare"), run.params[0][manager] == 1]

    assert run.find(*second_first) is not None

    InOrder(run, interchangeable(whole, (), ())).catch_up()

    assert run.find(run.succeeds("prepare"), run.params[1][manager] == 1) is not None
    assert run.find(run.succeeds("prepare"), run.params[1][manager] == 2) is None


@always()
def nobody_is_three_below_init(s: toys.Processes) -> Bool:
    """Four in a row are needed to break it."""
    above = s.pid
    return all_of(
        toys.Pid,
        lambda p: above[above[above[p].parent].parent].parent == toys.Pid.element(0),
    )


@always()
def no_two_zombies_have_one_parent(s: toys.Processes) -> Bool:
    """Two children end: four steps."""
    return ~some_of(
        toys.Pid,
        lambda p: some_of(
            toys.Pid,
            lambda q: (
                (p != q)
                & (s.pid[p].status == toys.ZOMBIE)
                & (s.pid[q].status == toys.ZOMBIE)
                & (s.pid[p].parent == s.pid[q].parent)
            ),
        ),
    )


@pytest.mark.parametrize("numbers", ["lowest", "any"])
def test_no_shortest_run_is_missed(numbers: str) -> None:
    model = toys.model_p(numbers)
    props = [
        model.trace(prop)
        for prop in (nobody_is_three_below_init, no_two_zombies_have_one_parent)
    ]
    bounded = check_bounded(model, PIDS, props, depth=6)
    searched = explore(Evaluator(model, PIDS, props), stop_at_first=False, max_depth=6)

    assert bounded.depths == {v.prop: len(v.trace) for v in searched.violations}
    assert max(bounded.depths.values()) > LONG
