"""Every property holds as the manifest says, and fails on a mutant: it can fail.

The mutant of a property is the one that its kept counterexample is a run of: that run
shows it, wherever it is replayed. Of the small system a search says so as well. The
mutant of a `sometimes`, which leaves no example, stands here.
"""

from __future__ import annotations

from functools import cache

import pytest

from checker.cli.finder import Finder
from checker.cli.finding import home_of, kept
from checker.mutants.mutate import Mutant, mutant_named, mutants
from checker.mutants.quick import lost_lines
from checker.mutants.score import CAUGHT, SAME, SURVIVED, glance, score
from checker.searcher import Limits, Searcher
from checker.slicing.refine import check, reference
from checker.verdict import ProvedAtScope, Unknown, Violated
from counterexamples.form import NONE
from properties.catalogue import CATALOGUE
from spec.lang import Scope
from spec.lang.errors import UnknownName
from spec.lang.model import Traced
from spec.systems import SYSTEMS
from tests.toys import MODEL_P_INVARIANTS, model_p

WITHOUT_EXAMPLE = {
    "a_group_outlives_its_leader": "fork_resets_process_group",
    "the_numbers_run_out_before_the_processes": (
        "fork_fails_with_EAGAIN_2_ignoring_process_group_and_pid"
    ),
    "a_subreaper_is_below_a_subreaper": (
        "prctl_set_child_subreaper_forgets_process_is_subreaper"
    ),
    "a_zombie_left_a_core": "fatal_fault_forgets_process_status",
    "two_processes_run_different_programs": "execve_forgets_process_image",
    "there_are_two_groups_of_two": "setsid_forgets_process_group",
    "a_process_leads_a_group_of_its_own": "start_process_picks_group_ignoring_pid",
    "a_process_joined_the_group_of_another": (
        "start_process_picks_group_ignoring_process_group_and_phase"
    ),
    "a_process_below_is_protected": "execve_always_fails_with_ENOENT",
    "a_process_at_a_fixed_address_has_pie": "kacs_set_psb_forgets_psb_mitigations",
    "a_process_that_may_have_no_children_has_some": (
        "kacs_set_psb_forgets_psb_has_no_child"
    ),
}

LARGE = ("unix", "peios")
"""Their searches on the mutants take minutes: the slow tier has them."""
NATIVE = Searcher(Limits(threads=2))
SOMETIMES = [prop.name for prop in CATALOGUE if prop.kind == "sometimes"]
TABLE = {
    name: document.header["mutant"].text
    for name, document in kept().items()
    if document.header["mutant"].text != NONE
    and document.header["system"].text not in LARGE
} | WITHOUT_EXAMPLE
PROPERTIES = {prop.name: prop for prop in CATALOGUE}

finder = cache(Finder.of)


@pytest.mark.parametrize(
    "name", ["topaz", *(pytest.param(n, marks=pytest.mark.slow) for n in LARGE)]
)
def test_every_property_is_as_the_manifest_expects(name: str) -> None:
    book = finder(name)
    found = {
        answer.prop.name: answer.verdict.json_name
        for answer in check(book.model, book.scope, book.traced.values(), NATIVE)
    }
    usual = dict.fromkeys(book.traced, ProvedAtScope.json_name)

    assert usual | book.expected == found


def test_what_has_a_mutant_without_an_example_is_one() -> None:
    assert set(WITHOUT_EXAMPLE) <= set(SOMETIMES)


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        pytest.param(
            *row,
            id=row[0],
            marks=[pytest.mark.slow] if home_of(PROPERTIES[row[0]]) in LARGE else [],
        )
        for row in TABLE.items()
    ],
)
def test_it_fails_on_its_mutant(name: str, mutant: str) -> None:
    book = finder(home_of(PROPERTIES[name]))
    broken = next(m for m in book.mutants if m.name == mutant)

    assert isinstance(_verdict(book, broken, book.traced[name]), Violated)


def _verdict(book: Finder, mutant: Mutant, prop: Traced) -> object:
    again = mutant.retraced([prop])
    (answer,) = check(mutant.model, book.scope, again, glance)
    if isinstance(answer.verdict, Unknown):
        (answer,) = check(mutant.model, book.scope, again, NATIVE)
    return answer.verdict


@pytest.mark.parametrize("name", SYSTEMS)
def test_mutants_have_names_of_their_own_and_are_made_again(name: str) -> None:
    model = SYSTEMS[name].model()
    names = [mutant.name for mutant in mutants(model)]

    assert len(set(names)) == len(names)
    assert names == [mutant.name for mutant in mutants(SYSTEMS[name].model())]
    assert mutant_named(model, names[-1]) == mutants(model)[-1].model


def test_an_unknown_mutant_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="did you mean fork_picks_any_pid"):
        mutant_named(SYSTEMS["unix"].model(), "fork_pick_any_pid")


def test_a_mutant_that_loses_a_line_is_caught_by_its_reachability() -> None:
    model = SYSTEMS["topaz"].model()
    action = model.action("start_process")
    found = {mutant.name: mutant for mutant in mutants(model)}
    lost = found["start_process_never_fails_with_EAGAIN_1"]
    late = found["start_process_fails_with_EAGAIN_1_too_late"]

    assert lost_lines(action, lost) == ("start_process_fails_with_EAGAIN_1",)
    assert lost_lines(action, late) == ()


def test_the_score_of_a_toy_is_known_to_the_last_mutant() -> None:
    model = model_p()
    props = tuple(model.trace(prop) for prop in MODEL_P_INVARIANTS)
    report = score(model, props, Scope({"Pid": 4, "Code": 2}), reference)
    survived = {fate.name for fate in report.of(SURVIVED)}

    assert report.idle == ()
    assert len(report.of(CAUGHT)) == 32
    assert {fate.name for fate in report.of(SAME)} == {
        "end_changes_pid_parent_ignoring_p",
        "end_changes_pid_parent_ignoring_pid_1",
        "reap_blocks_1_ignoring_c",
        "reap_forgets_pid_is_subreaper",
        "reap_never_blocks_2",
    }
    assert survived == {
        "end_changes_pid_is_subreaper_everywhere",
        "end_changes_pid_parent_ignoring_pid_is_subreaper",
        "end_forgets_pid_code",
        "fork_picks_c_ignoring_nothing",
        "fork_picks_c_ignoring_pid_status",
        "fork_picks_c_ignoring_pid_status_3",
        "fork_sets_pid_status_to_ZOMBIE",
        "reap_changes_pid_code_everywhere",
        "reap_changes_pid_is_subreaper_everywhere",
        "set_subreaper_blocks_1_ignoring_p",
        "set_subreaper_forgets_pid_is_subreaper",
        "set_subreaper_never_blocks_2",
        "set_subreaper_sets_pid_is_subreaper_to_FALSE",
    }
    assert report.score == 32 / 45
